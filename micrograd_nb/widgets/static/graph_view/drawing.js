// The drawing of a graph in which nodes can have the focus and modules can be opened; and how it is moved and zoomed.

import { QUIET, svgElement } from "../stepper/elements.js";
import { atFirst, moved, putting, showing, whole, zoomed } from "./camera.js";

const PIXELS_PER_POINT = 4 / 3;
const HIGHEST = 460; // pixels
const LOWEST = 150;
const STEP = 48;
const FACTOR = 1.25;
const CLICK = 4; // a press that moves no farther is a click
const ROOM_FOR_SIGN = 10;
const TARGET = 24; // the height of what is to be clicked, at least

/** Shows drawings in an element. `on` says what happens: `point` at a node (or null), `press` of a node or a frame. */
export function canvas(place, on) {
  let svg = null;
  let size = { width: 1, height: 1 };
  let camera = null;
  let items = new Map();
  let order = [];
  let current = "";
  let waiting = null; // what is to be shown as soon as there is room
  let touched = false; // somebody has moved it

  // Jupyter draws a widget before it is in the page, and a tab may be hidden: nothing can be measured then.
  const resized = new ResizeObserver(() => {
    if (!place.clientWidth) return;
    if (waiting) show(...waiting);
    else if (!touched) look(atFirst(size, room()));
  });
  resized.observe(place);

  // -- what is drawn

  /** Draws a picture. Where `keep` is the id of something that was drawn before, it stays where it is on the screen. */
  function show(picture, keep) {
    waiting = place.clientWidth ? null : [picture, keep];
    if (waiting) return;
    const before = keep && camera ? middleOnScreen(keep.from) : null;
    place.innerHTML = picture.svg; // made by Graphviz from escaped text, in Python
    svg = place.querySelector("svg");
    for (const title of svg.querySelectorAll("title")) title.remove(); // a tooltip with an id helps nobody
    const box = svg.viewBox.baseVal;
    size = { width: box.width * PIXELS_PER_POINT, height: box.height * PIXELS_PER_POINT };
    svg.removeAttribute("style");
    svg.setAttribute("width", size.width);
    svg.setAttribute("height", size.height);
    svg.setAttribute("role", "presentation");
    place.style.height = `${Math.round(Math.max(LOWEST, Math.min(HIGHEST, size.height + 24)))}px`;
    items = new Map();
    for (const [id, item] of Object.entries(picture.items)) {
      const element = svg.querySelector(`[id="${CSS.escape(id)}"]`);
      if (element) prepare(id, item, element);
    }
    order = Object.keys(picture.items).filter((id) => items.has(id));
    if (!items.has(current)) current = order[0] ?? "";
    rove(current);
    touched = false;
    settle(before, keep?.to);
  }

  /** Where to look after a change: at all of it, if that can be read; else so that a node is where it was before. */
  function settle(before, id) {
    const first = atFirst(size, room());
    const isAll = first.scale === whole(size, room()).scale;
    const scale = Math.max(first.scale, camera?.scale ?? 0);
    camera = first;
    if (before && items.has(id) && !isAll) {
      look({ ...first, scale }); // it is measured as it is drawn
      camera = putting(camera, middle(id), before, size, room());
    }
    apply();
  }

  function prepare(id, item, element) {
    items.set(id, element);
    const isModule = item.toggle !== "";
    for (const [name, value] of Object.entries({ tabindex: -1, "aria-label": item.spoken, ...QUIET })) {
      element.setAttribute(name, value);
    }
    element.setAttribute("role", isModule ? "button" : "img");
    if (isModule) {
      element.setAttribute("aria-expanded", String(item.open));
      element.classList.add("mg-toggle");
      addSign(element, item.open);
    }
    const target = item.open ? element.querySelector(".mg-target") : element;
    target.addEventListener("pointerenter", () => on.point(id));
    target.addEventListener("pointerleave", () => on.point(null));
    target.addEventListener("click", () => {
      if (!dragged) on.press(id);
    });
    element.addEventListener("focus", () => {
      rove(id);
      on.focus(id);
      look(showing(camera, boxOf(id), room()));
    });
  }

  /** + on a closed module, − before the name of an open one, which alone is to be clicked: its frame is to be dragged. */
  function addSign(element, open) {
    const text = element.querySelector("text");
    if (open) text.setAttribute("x", Number(text.getAttribute("x")) + ROOM_FOR_SIGN);
    const box = (open ? text : element).getBBox();
    const sign = svgElement("text", { class: "mg-sign", "aria-hidden": "true" });
    sign.textContent = open ? "−" : "+";
    const at = open
      ? { x: box.x - ROOM_FOR_SIGN, y: box.y + box.height - 2.5 }
      : { x: box.x + box.width - 15, y: box.y + 14 };
    for (const [name, value] of Object.entries(at)) sign.setAttribute(name, value.toFixed(1));
    element.append(sign);
    if (!open) return;
    const height = Math.max(box.height, TARGET / PIXELS_PER_POINT);
    const target = svgElement("rect", {
      class: "mg-target",
      x: box.x - ROOM_FOR_SIGN - 2,
      y: box.y + (box.height - height) / 2,
      width: Math.max(TARGET, box.width + 16),
      height,
      rx: 3,
    });
    element.append(target);
  }

  // -- where the focus is: one node can be reached by Tab, and the keys go on from there

  function rove(id) {
    items.get(current)?.setAttribute("tabindex", -1);
    current = id;
    items.get(current)?.setAttribute("tabindex", 0);
  }

  function focus(id) {
    items.get(id)?.focus({ preventScroll: true });
  }

  /** Gives the focus to the node so many places on. */
  function go(by) {
    const has = items.get(current) === document.activeElement;
    const at = order.indexOf(current) + (has ? by : 0);
    focus(order[Math.max(0, Math.min(order.length - 1, at))]);
  }

  function mark(id, name) {
    for (const [other, element] of items) element.classList.toggle(name, other === id);
  }

  // -- the camera

  function room() {
    return { width: place.clientWidth || 600, height: Number.parseFloat(place.style.height) };
  }

  function look(at) {
    if (at === camera) return;
    camera = at;
    apply();
  }

  function apply() {
    svg.style.transform = `translate(${camera.x.toFixed(1)}px, ${camera.y.toFixed(1)}px) scale(${camera.scale.toFixed(4)})`;
    on.look(camera);
  }

  /** Where something is in the drawing. */
  function boxOf(id) {
    const outer = svg.getBoundingClientRect();
    const inner = items.get(id).getBoundingClientRect();
    return {
      x: (inner.left - outer.left) / camera.scale,
      y: (inner.top - outer.top) / camera.scale,
      width: inner.width / camera.scale,
      height: inner.height / camera.scale,
    };
  }

  function middle(id) {
    const box = boxOf(id);
    return { x: box.x + box.width / 2, y: box.y + box.height / 2 };
  }

  function middleOnScreen(id) {
    if (!items.has(id)) return null;
    const point = middle(id);
    return { x: camera.x + camera.scale * point.x, y: camera.y + camera.scale * point.y };
  }

  function centre() {
    return { x: room().width / 2, y: room().height / 2 };
  }

  /** As `look`, by somebody's own will: from then on, it stays so. */
  function turn(at) {
    touched = true;
    look(at);
  }

  const actions = {
    larger: () => turn(zoomed(camera, FACTOR, centre())),
    smaller: () => turn(zoomed(camera, 1 / FACTOR, centre())),
    whole: () => turn(whole(size, room())),
    left: () => turn(moved(camera, STEP, 0, size, room())),
    right: () => turn(moved(camera, -STEP, 0, size, room())),
    up: () => turn(moved(camera, 0, STEP, size, room())),
    down: () => turn(moved(camera, 0, -STEP, size, room())),
    next: () => go(1),
    previous: () => go(-1),
  };

  // -- the mouse

  let start = null; // where a press began, and the camera then
  let dragged = false;

  place.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    start = { x: event.clientX, y: event.clientY, camera };
    dragged = false;
  });
  place.addEventListener("pointermove", (event) => {
    if (!start) return;
    const dx = event.clientX - start.x;
    const dy = event.clientY - start.y;
    if (!dragged && Math.hypot(dx, dy) <= CLICK) return;
    if (!dragged) place.setPointerCapture(event.pointerId);
    dragged = true;
    place.classList.add("mg-dragged");
    turn(moved(start.camera, dx, dy, size, room()));
  });
  for (const end of ["pointerup", "pointercancel"]) {
    place.addEventListener(end, () => {
      start = null;
      place.classList.remove("mg-dragged");
    });
  }
  place.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // without, the page is scrolled
      event.preventDefault();
      const outer = place.getBoundingClientRect();
      const at = { x: event.clientX - outer.left, y: event.clientY - outer.top };
      turn(zoomed(camera, FACTOR ** (-Math.sign(event.deltaY) / 2), at));
    },
    { passive: false },
  );

  return {
    show,
    actions,
    focus,
    mark,
    current: () => current,
    has: (id) => items.has(id),
    reveal: (id) => look(showing(camera, boxOf(id), room())),
    close: () => resized.disconnect(),
  };
}
