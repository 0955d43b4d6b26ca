// OptimizerPaths in the browser: steps through paths that Python has computed, and asks it for others from a new start.

import { element, QUIET, svgElement } from "../stepper/elements.js";
import { player, playerButtons, showOnPlayButton, speedChoice } from "../stepper/player.js";
import { movedBy, pixelAt, pointAt, short } from "./geometry.js";
import { ARROWS, arrowKey, drawPaths, pathKey } from "./scene.js";
import { throttle } from "./throttle.js";

const KEYS = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", " ": "play" };
const STEPS_AT_ONCE = 6; // the player is made for steps that are read; these are watched
const MILLISECONDS_BETWEEN_STARTS = 120;
const LABELS = {
  gradient: "− gradient: downhill",
  velocity: "− velocity: what it remembers",
  update: "update: where it goes",
};

function render({ model, el }) {
  let dragged = null; // the start while it is dragged, before Python has heard of it

  // -- the parts of the page

  const name = element("strong", "");
  const counter = element("span", "mg-paths-count");
  const map = element("div", "mg-paths-map", { role: "group" });
  const below = svgElement("g");
  const above = svgElement("g");
  const handle = svgElement("g", { class: "mg-paths-start", role: "button", ...QUIET });
  handle.setAttribute("aria-roledescription", "point to drag");
  handle.append(
    svgElement("circle", { class: "mg-hit", r: 14 }),
    svgElement("circle", { class: "mg-ring", r: 8 }),
    svgElement("path", { class: "mg-cross", d: "M-12 0H-4M4 0H12M0 -12V-4M0 4V12" }),
  );
  const legend = element("fieldset", "mg-paths-legend", {}, element("legend", "", {}, "optimizers"));
  const arrows = element("fieldset", "mg-paths-legend", {}, element("legend", "", {}, "arrows"));
  const starts = ["x", "y"].map((axis) =>
    element("input", "", { type: "number", step: "any", "aria-label": `start ${axis}`, ...QUIET }),
  );
  const place = element("div", "mg-paths-place", {}, "start x ", starts[0], " y ", starts[1]);
  const notice = element("p", "mg-paths-notice", { role: "status" });
  const table = element("div", "mg-board-table", {
    tabindex: 0,
    role: "region",
    "aria-label": "numbers of this step",
    ...QUIET,
  });
  const slider = element("input", "mg-paths-slider", { type: "range", min: 0, "aria-label": "step", ...QUIET });
  const speed = speedChoice("");
  const spoken = element("div", "mg-board-spoken", { "aria-live": "polite", role: "status" });

  const play = player({
    next: () => {
      go(step() + 1);
      return step() < steps();
    },
    speed: () => STEPS_AT_ONCE * Number(speed.value),
    changed: showPlaying,
  });
  const actions = {
    first: () => go(0),
    back: () => go(step() - 1),
    play: togglePlay,
    forward: () => go(step() + 1),
    last: () => go(steps()),
  };
  const buttons = playerButtons(act);

  const root = element(
    "section",
    "mg-board mg-paths",
    { tabindex: 0, ...QUIET },
    element("div", "mg-board-head", {}, name, counter),
    element("div", "mg-board-main", {}, map, element("div", "mg-paths-side", {}, legend, arrows, place, notice)),
    table,
    element("div", "mg-board-controls", {}, ...Object.values(buttons), speed, slider),
    spoken,
  );
  el.append(root);

  // -- what can be done

  const paths = () => model.get("paths");
  const step = () => Math.min(model.get("step"), steps());
  const steps = () => paths().steps ?? 0;

  function change(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }

  function go(position) {
    change({ step: Math.max(0, Math.min(steps(), position)) });
  }

  function act(action) {
    if (action !== "play") play.stop();
    actions[action]();
  }

  function togglePlay() {
    if (play.isPlaying()) {
      play.stop();
      return;
    }
    if (step() === steps()) go(0);
    play.start();
  }

  function showPlaying(playing) {
    showOnPlayButton(buttons.play, playing);
  }

  /** Puts a name into a list, or takes it out. */
  function toggle(trait, one, wanted, order) {
    const others = model.get(trait).filter((other) => other !== one);
    const chosen = wanted ? [...others, one] : others;
    change({ [trait]: order.filter((other) => chosen.includes(other)) });
  }

  const askFor = throttle((start) => change({ start }), MILLISECONDS_BETWEEN_STARTS);

  function moveStart(point) {
    if (!model.get("movable")) return;
    dragged = point.map(short);
    drawStart();
    askFor(dragged);
  }

  // -- drawing

  function rebuild() {
    const { title, svg } = paths();
    if (!svg) return; // closed
    root.setAttribute("aria-label", title);
    name.textContent = title;
    map.setAttribute("aria-label", `map of ${title}`);
    if (map.dataset.svg !== svg) {
      map.dataset.svg = svg;
      map.innerHTML = svg; // written by Python: numbers alone
      map.firstChild.setAttribute("role", "presentation");
      for (const part of map.firstChild.children) part.setAttribute("aria-hidden", "true");
      const { left, top } = paths().plot;
      const free = svgElement("g", { transform: `translate(${left} ${top})` });
      map.querySelector(".mg-map").append(below);
      above.setAttribute("aria-hidden", "true");
      free.append(above, handle);
      map.firstChild.append(free);
    }
    fillLegend();
  }

  function fillLegend() {
    const names = paths().paths.map((path) => path.name);
    const rows = paths().paths.map((path) => {
      const box = checkbox((wanted) => toggle("hidden", path.name, !wanted, names));
      box.dataset.name = path.name;
      const fate = element("span", "mg-paths-fate", {}, path.fate);
      return element("label", "", {}, box, pathKey(path), element("span", "", {}, path.name), fate);
    });
    legend.replaceChildren(legend.firstChild, ...rows);
  }

  function checkbox(changed) {
    const box = element("input", "", { type: "checkbox", ...QUIET });
    box.addEventListener("change", () => changed(box.checked));
    return box;
  }

  function draw() {
    const shown = paths();
    if (!shown.svg) return;
    const [hidden, kinds, k] = [model.get("hidden"), model.get("arrows"), step()];
    drawPaths({ below, above }, shown, k, { hidden, arrows: kinds });
    for (const box of legend.querySelectorAll("input")) box.checked = !hidden.includes(box.dataset.name);
    for (const box of arrows.querySelectorAll("input")) box.checked = kinds.includes(box.dataset.name);
    const count = `step ${k} of ${steps()}`;
    counter.textContent = count;
    slider.max = steps();
    slider.value = k;
    slider.setAttribute("aria-valuetext", count);
    table.replaceChildren(tableOf(shown, k, hidden));
    for (const one of ["first", "back"]) buttons[one].setAttribute("aria-disabled", String(k === 0));
    for (const one of ["forward", "last"]) buttons[one].setAttribute("aria-disabled", String(k === steps()));
    drawStart();
  }

  function drawStart() {
    const { plot, start } = paths();
    if (!plot) return;
    const point = dragged ?? start;
    const [x, y] = pixelAt(plot, point);
    const movable = model.get("movable");
    handle.setAttribute("transform", `translate(${x} ${y})`);
    handle.setAttribute("aria-label", `start, x ${short(point[0])}, y ${short(point[1])}; arrow keys move it`);
    handle.setAttribute("tabindex", movable ? "0" : "-1");
    handle.toggleAttribute("hidden", !movable);
    handle.style.display = movable ? "" : "none";
    place.hidden = !movable;
    for (const [i, input] of starts.entries()) {
      if (input !== root.ownerDocument.activeElement) input.value = String(short(point[i]));
    }
    const waiting = Boolean(dragged?.some((value, i) => value !== start[i]));
    notice.textContent = model.get("notice") || (waiting ? "asking Python for the paths from here…" : "");
    above.classList.toggle("mg-is-old", waiting);
    below.classList.toggle("mg-is-old", waiting);
  }

  /** Read aloud, once a step, and not while it plays. */
  function say() {
    const parts = paths().paths.map(({ name: who, rows }) => {
      const [position, value] = rows[Math.min(step(), rows.length - 1)];
      return `${who} at ${position}, value ${value}`;
    });
    spoken.textContent = play.isPlaying() ? "" : `Step ${step()} of ${steps()}. ${parts.join(". ")}.`;
  }

  // -- events

  for (const kind of ARROWS) {
    const box = checkbox((wanted) => toggle("arrows", kind, wanted, ARROWS));
    box.dataset.name = kind;
    arrows.append(element("label", "", {}, box, arrowKey(kind), element("span", "", {}, LABELS[kind])));
  }
  slider.addEventListener("input", () => {
    play.stop();
    go(Number(slider.value));
  });
  for (const input of starts) {
    input.addEventListener("change", () => {
      const point = starts.map((one) => one.valueAsNumber);
      if (point.every(Number.isFinite)) moveStart(point);
      else drawStart();
    });
  }

  handle.addEventListener("pointerdown", (event) => {
    if (!model.get("movable")) return;
    event.preventDefault();
    handle.setPointerCapture(event.pointerId);
    handle.focus();
  });
  handle.addEventListener("pointermove", (event) => {
    if (!handle.hasPointerCapture(event.pointerId)) return;
    const { plot } = paths();
    const box = map.firstChild.getBoundingClientRect();
    const scale = map.firstChild.viewBox.baseVal.width / box.width;
    const pixel = [(event.clientX - box.left) * scale - plot.left, (event.clientY - box.top) * scale - plot.top];
    moveStart(pointAt(plot, pixel));
  });

  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === handle) {
      const point = movedBy(paths().plot, dragged ?? paths().start, event.key, event.shiftKey);
      if (point) {
        event.preventDefault();
        moveStart(point);
        return;
      }
    }
    if (starts.includes(event.target) || event.target === speed) return;
    const isPress = event.key === " " && ["BUTTON", "INPUT"].includes(event.target.tagName);
    const action = KEYS[event.key];
    if (!action || (isPress && event.target !== buttons.play && event.target !== slider)) return;
    event.preventDefault();
    act(action);
  });

  const listeners = {
    "change:paths": () => {
      if (dragged?.every((value, i) => value === paths().start?.[i])) dragged = null;
      rebuild();
      draw();
    },
    "change:step": () => {
      draw();
      say();
    },
    "change:hidden": draw,
    "change:arrows": draw,
    "change:notice": drawStart,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  rebuild();
  draw();
  return () => {
    play.stop();
    askFor.cancel();
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    root.remove();
  };
}

function tableOf({ titles, paths }, step, hidden) {
  const head = element("tr", "", {}, ...titles.map((text) => element("th", "", { scope: "col" }, text)));
  const body = paths
    .filter((path) => !hidden.includes(path.name))
    .map((path) => {
      const last = path.rows.length - 1;
      const over = step >= last && path.fate.startsWith("diverged") ? ` (${path.fate})` : "";
      const out = path.points[Math.min(step, last)]?.out ? " out of view" : "";
      const [position, ...others] = path.rows[Math.min(step, last)];
      const cells = [`${position}${out}`, ...others].map((text) => element("td", "", {}, text));
      return element("tr", "", {}, element("th", "", { scope: "row" }, `${path.name}${over}`), ...cells);
    });
  return element("table", "", {}, element("thead", "", {}, head), element("tbody", "", {}, ...body));
}

export default { render };
