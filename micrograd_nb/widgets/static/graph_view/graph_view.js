// GraphView in the browser. `render` builds the page once; `draw` shows a picture that Python drew.

import { element, QUIET, switcher, switchTo } from "../stepper/elements.js";
import { rowsOf } from "../stepper/panel.js";
import { canvas } from "./drawing.js";
import { matches } from "./search.js";

const KEYS = {
  "+": "larger",
  "=": "larger",
  "-": "smaller",
  0: "whole",
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
  n: "next",
  N: "next",
  p: "previous",
  P: "previous",
  v: "values",
  V: "values",
  e: "everything",
  E: "everything",
  c: "nothing",
  C: "nothing",
  "/": "find",
  Escape: "forget",
};

const NOT_STORED =
  "This page has no kernel, and this view is not among those that are stored in it. Run the notebook to see it.";

function render({ model, el }) {
  let picture = model.get("picture");
  let chosen = ""; // the node that was clicked or has the focus: its facts stay
  let asked = null; // what was pressed, until its picture is there
  let found = { text: "", list: [], at: 0 };

  // -- the parts of the page

  const name = element("strong", "mg-name");
  const counter = element("span", "mg-count");
  const details = switcher("what is drawn", { values: "Values", operations: "Operations" }, (wanted) => {
    if (wanted !== picture.detail) go(picture.keys.values, null);
  });
  const everything = textButton("expand all", "open all modules (E)", () => act("everything"));
  const nothing = textButton("collapse all", "close all modules (C)", () => act("nothing"));
  const place = element("div", "mg-graph mg-canvas", { role: "group" });
  const title = element("h4", "mg-title");
  const kind = element("p", "mg-kind");
  const rows = element("dl", "mg-rows");
  const now = element("div", "mg-now", { role: "region", "aria-label": "what is known of a node" }, title, kind, rows);
  const notice = element("p", "mg-notice", { role: "status" });
  const legend = element("p", "mg-legend");
  const table = element("div", "mg-table", {
    hidden: "",
    tabindex: 0,
    role: "region",
    "aria-label": "all nodes",
    ...QUIET,
  });
  const smaller = textButton("−", "smaller (−)", () => act("smaller"));
  const scale = element("span", "mg-scale-now");
  const larger = textButton("+", "larger (+)", () => act("larger"));
  const fit = textButton("fit", "the whole graph (0)", () => act("whole"));
  const find = element("input", "mg-find", {
    type: "search",
    placeholder: "find node…",
    "aria-label": "find node",
    ...QUIET,
  });
  const hits = element("span", "mg-hits");
  const showTable = textButton("table view", "all nodes as a table", () => {
    table.hidden = !table.hidden;
    showTable.setAttribute("aria-expanded", String(!table.hidden));
    fillTable();
  });
  showTable.classList.add("mg-show-table");
  showTable.setAttribute("aria-expanded", "false");
  const spoken = element("div", "mg-spoken", { "aria-live": "polite", role: "status" });
  const root = element(
    "section",
    "mg-widget mg-graph-view",
    { tabindex: 0, ...QUIET },
    element("div", "mg-header", {}, name, details, everything, nothing, counter),
    element("div", "mg-main", {}, place, now),
    notice,
    legend,
    table,
    element("div", "mg-controls", {}, smaller, scale, larger, fit, find, hits, showTable),
    spoken,
  );
  el.append(root);

  const drawing = canvas(place, {
    point: (id) => tell(id ?? chosen),
    press,
    focus: (id) => {
      chosen = id;
      tell(id);
    },
    look: (camera) => {
      scale.textContent = `${Math.round(100 * camera.scale)} %`;
    },
  });

  const actions = {
    ...drawing.actions,
    values: () => go(picture.keys.values, null),
    everything: () => go(picture.keys.everything, null),
    nothing: () => go(picture.keys.nothing, null),
    find: () => find.focus(),
    forget: () => {
      chosen = "";
      tell("");
      root.focus();
    },
  };

  // -- what can be done

  function textButton(text, label, press) {
    const made = element("button", "mg-button", { type: "button", title: label, "aria-label": label, ...QUIET }, text);
    made.addEventListener("click", press);
    return made;
  }

  function act(action) {
    actions[action]();
  }

  /** A click, or Enter: on a module, it opens or closes; on anything else, its facts stay. */
  function press(id) {
    drawing.focus(id);
    const { toggle } = picture.items[id];
    if (toggle) go(toggle, id);
  }

  /** Asks for another picture: the kernel, or, without one, what is stored in the page. */
  function go(key, pressed) {
    if (!key || key === picture.key) return;
    asked = { pressed };
    const stored = model.get("stored");
    if (!stored) {
      model.send({ kind: "go", key });
    } else if (stored[key]) {
      model.set("picture", stored[key]);
      model.save_changes();
    } else {
      say(NOT_STORED);
      notice.textContent = NOT_STORED;
    }
  }

  function search(text, by) {
    const list = matches(picture.names, text);
    found = { text, list, at: text === found.text && list.length ? (found.at + by + list.length) % list.length : 0 };
    find.classList.toggle("mg-none", Boolean(text.trim()) && !list.length);
    if (!list.length) {
      hits.textContent = text.trim() ? "none" : "";
      drawing.mark("", "mg-hit");
      return;
    }
    const [label, id] = list[found.at];
    const inside = picture.items[id].name === label ? "" : `, inside of ${picture.items[id].name}`;
    hits.textContent = `${found.at + 1} of ${list.length}${inside}`;
    chosen = id;
    drawing.mark(id, "mg-hit");
    drawing.reveal(id);
    tell(id);
    say(`${hits.textContent}: ${picture.items[id].spoken}`);
  }

  // -- drawing

  /** The facts of a node; without one, how to use the view. */
  function tell(id) {
    const item = picture.items[id];
    drawing.mark(id, "mg-told");
    title.textContent = item ? item.name : "Point at a node";
    kind.textContent = item ? item.kind : picture.hint;
    const state = { rows: (item?.rows ?? []).map((row) => ({ row, now: false })) };
    rows.replaceChildren(...rowsOf(state, picture.tensors));
  }

  function fillTable() {
    if (table.hidden) return;
    const head = ["name", "kind", "what is known"].map((text) => element("th", "", { scope: "col" }, text));
    const body = element("tbody", "");
    for (const [id, item] of Object.entries(picture.items)) {
      const known = item.rows.map(([label, text, tensor]) => {
        const more = tensor === null ? "" : ` ${picture.tensors[tensor].facts}`;
        return `${label}: ${text}${more}`;
      });
      const line = element("tr", "", { "data-id": id });
      line.append(...[item.name, item.kind, known.join("; ")].map((text) => element("td", "", {}, text)));
      line.addEventListener("click", () => drawing.focus(id));
      body.append(line);
    }
    table.replaceChildren(element("table", "", {}, element("thead", "", {}, element("tr", "", {}, ...head)), body));
  }

  function draw() {
    const before = picture;
    picture = model.get("picture");
    if (!picture.svg) return; // closed
    const had = place.contains(document.activeElement);
    const from = asked?.pressed ?? null;
    const to = picture.drawn[from] ?? from;
    drawing.show(picture, from && { from, to });
    root.setAttribute("aria-label", `${picture.title}, to look around in`);
    place.setAttribute("aria-label", picture.description);
    name.textContent = picture.title;
    counter.textContent = `${picture.count} of ${picture.total} nodes`;
    switchTo(details, picture.detail);
    const modules = Boolean(picture.keys.everything || picture.keys.nothing);
    for (const [button, key] of [
      [everything, "everything"],
      [nothing, "nothing"],
    ]) {
      button.hidden = !modules;
      button.setAttribute("aria-disabled", String(!picture.keys[key]));
    }
    legend.replaceChildren(
      ...Object.entries(picture.legend).map(([one, words]) => element("span", `mg-key mg-key-${one}`, {}, words)),
    );
    chosen = picture.items[to] ? to : "";
    if (had) drawing.focus(to && drawing.has(to) ? to : drawing.current());
    else tell(chosen);
    if (find.value) search(find.value, 0);
    fillTable();
    notice.textContent = "";
    if (before !== picture) say(saidOf(to));
    asked = null;
  }

  function saidOf(id) {
    const item = picture.items[id];
    const what = item?.toggle ? `${item.name} is ${item.open ? "open" : "closed"}. ` : "";
    return `${what}${picture.count} of ${picture.total} nodes are drawn.`;
  }

  function refuse() {
    notice.textContent = model.get("notice");
    asked = null;
  }

  /** Read aloud, once: the same text again would be read again. */
  function say(text) {
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  // -- events

  find.addEventListener("input", () => search(find.value, 0));

  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === find) {
      if (event.key === "Enter") search(find.value, event.shiftKey ? -1 : 1);
      if (event.key === "Escape") drawing.focus(chosen || drawing.current());
      return;
    }
    const id = event.target.id;
    if (place.contains(event.target) && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      press(id);
      return;
    }
    const isScrolled = event.target === table && event.key.startsWith("Arrow");
    const action = isScrolled ? undefined : KEYS[event.key];
    if (!action) return;
    event.preventDefault();
    act(action);
  });

  model.on("change:picture", draw);
  model.on("change:notice", refuse);
  draw();
  return () => {
    model.off("change:picture", draw);
    model.off("change:notice", refuse);
    drawing.close();
    root.remove();
  };
}

export default { render };
