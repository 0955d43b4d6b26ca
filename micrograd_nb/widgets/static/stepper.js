// BackwardStepper in the browser: one drawing, and for every step what changes in it.
//
// The page at a step is a function of the step alone: `stateAt(k)` folds the steps 1 … k over the start, so that going
// back shows exactly what was there before. Nothing is computed here; all text comes from Python (graph/trace.py).

const ICONS = {
  first: "M5 4v12M16 4 7 10l9 6z",
  back: "M14 4 5 10l9 6z",
  play: "M6 4v12l10-6z",
  pause: "M6 4v12M14 4v12",
  forward: "M6 4l9 6-9 6z",
  last: "M15 4v12M4 4l9 6-9 6z",
};

const KEYS = {
  ArrowLeft: "back",
  ArrowRight: "forward",
  Home: "first",
  End: "last",
  " ": "play",
  "/": "find",
};

const SPEEDS = [0.5, 1, 2, 4];
const MILLISECONDS_PER_STEP = 1200;

const LEGEND = {
  parameter: "parameter: its gradient is kept",
  input: "input: needs no gradient",
  buffer: "buffer of a module",
  constant: "constant",
  intermediate: "intermediate value",
  output: "output",
  function: "function",
};

/** What the page shows after k steps: the notes in the graph, what is finished, what is current. */
export function stateAt(trace, k) {
  const notes = { ...trace.start };
  const edges = [];
  for (const step of trace.steps.slice(0, k)) {
    Object.assign(notes, step.notes);
    if (step.edge) edges.push(step.edge);
  }
  const current = k > 0 ? trace.steps[k - 1] : null;
  return { notes, edges, current, finished: current ? current.finished : [] };
}

/** The number of the next step (1, 2, …) after `from` in which a node acts or receives; 0 where there is none. */
export function nextStepOf(trace, id, from) {
  const touches = (step) => step.focus === id || id in step.notes || step.edge.split("-").includes(id);
  const numbers = trace.steps.flatMap((step, i) => (touches(step) ? [i + 1] : []));
  return numbers.find((number) => number > from) ?? numbers[0] ?? 0;
}

function element(tag, className, attributes = {}, ...children) {
  const made = document.createElement(tag);
  made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 20 20");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS("http://www.w3.org/2000/svg", "path");
  path.setAttribute("d", ICONS[name]);
  svg.append(path);
  return svg;
}

// JupyterLab acts on single keys (b inserts a cell, d d deletes one) unless the focused element itself says not to.
const QUIET = { "data-lm-suppress-shortcuts": "true" };

function button(name, label, press) {
  const made = element("button", `mg-button mg-${name}`, { type: "button", title: label, "aria-label": label, ...QUIET });
  made.append(icon(name));
  made.addEventListener("click", press);
  return made;
}

function render({ model, el }) {
  const trace = model.get("trace");
  const last = trace.steps.length;
  let timer = null;

  // -- the parts of the page

  const counter = element("span", "mg-count");
  const graph = element("div", "mg-graph", { role: "img", "aria-label": trace.description });
  graph.innerHTML = model.get("svg");
  const title = element("h4", "mg-title");
  const rows = element("dl", "mg-rows");
  const queue = element("p", "mg-queue");
  const table = element("div", "mg-table", { hidden: "" });
  const spoken = element("div", "mg-spoken", { "aria-live": "polite", role: "status" });
  const slider = element("input", "mg-slider", { type: "range", min: 0, max: last, "aria-label": "step", ...QUIET });
  const speed = element("select", "mg-speed", { "aria-label": "speed", ...QUIET });
  for (const value of SPEEDS) speed.append(new Option(`${value}×`, value, value === 1, value === 1));
  const find = element("input", "mg-find", { type: "search", placeholder: "find node…", "aria-label": "find node", ...QUIET });
  const show = element("button", "mg-button mg-show-table", { type: "button", "aria-expanded": "false", ...QUIET }, "table view");

  const actions = {
    first: () => go(0),
    back: () => go(model.get("step") - 1),
    play: () => (timer === null ? play() : pause()),
    forward: () => go(model.get("step") + 1),
    last: () => go(last),
    find: () => find.focus(),
  };
  const buttons = {};
  for (const [name, label] of Object.entries({
    first: "first step (Home)",
    back: "one step back (←)",
    play: "play (Space)",
    forward: "one step forward (→)",
    last: "last step (End)",
  })) {
    buttons[name] = button(name, label, () => {
      if (name !== "play") pause();
      actions[name]();
    });
  }

  const legend = element("p", "mg-legend");
  for (const kind of trace.kinds) legend.append(element("span", `mg-key mg-key-${kind}`, {}, LEGEND[kind]));

  const root = element(
    "section",
    "mg-stepper",
    { "aria-label": `${trace.title}, step by step`, tabindex: 0, ...QUIET },
    element("header", "mg-header", {}, element("strong", "", {}, trace.title), counter),
    element("div", "mg-main", {}, graph, element("aside", "mg-now", { "aria-label": "now" }, title, rows, queue)),
    legend,
    table,
    element(
      "footer",
      "mg-controls",
      {},
      ...Object.values(buttons),
      speed,
      slider,
      find,
      show,
    ),
    spoken,
  );
  el.append(root);

  // -- what can be done

  function go(step) {
    model.set("step", Math.max(0, Math.min(last, step)));
    model.save_changes();
  }

  function play() {
    if (model.get("step") === last) go(0);
    const tick = () => {
      go(model.get("step") + 1);
      if (model.get("step") === last) pause();
      else timer = setTimeout(tick, MILLISECONDS_PER_STEP / Number(speed.value));
    };
    timer = setTimeout(tick, MILLISECONDS_PER_STEP / Number(speed.value));
    showPlaying(true);
  }

  function pause() {
    clearTimeout(timer);
    timer = null;
    showPlaying(false);
  }

  function showPlaying(playing) {
    buttons.play.replaceChildren(icon(playing ? "pause" : "play"));
    buttons.play.setAttribute("aria-label", playing ? "pause (Space)" : "play (Space)");
    buttons.play.title = buttons.play.getAttribute("aria-label");
  }

  function search(text) {
    const wanted = text.trim().toLowerCase();
    const found = wanted && Object.keys(trace.labels).find((id) => trace.labels[id].toLowerCase().includes(wanted));
    find.classList.toggle("mg-none", Boolean(wanted) && !found);
    if (found) go(nextStepOf(trace, found, 0));
  }

  // -- drawing

  const inGraph = (id) => graph.querySelector(`[id="${CSS.escape(id)}"]`);

  function draw() {
    const k = model.get("step");
    const { notes, edges, current, finished } = stateAt(trace, k);
    for (const [id, [text, state]] of Object.entries(notes)) {
      const node = inGraph(id);
      const lines = node?.querySelectorAll("text");
      if (!lines?.length) continue;
      lines[lines.length - 1].textContent = text;
      node.dataset.note = state;
    }
    for (const edge of graph.querySelectorAll(".edge")) {
      mark(edge, { "mg-passed": edges.includes(edge.id), "mg-current": edge.id === current?.edge });
    }
    for (const node of graph.querySelectorAll(".node")) {
      mark(node, { "mg-finished": finished.includes(node.id), "mg-current": node.id === current?.focus });
    }
    counter.textContent = `step ${k} of ${last}`;
    slider.value = k;
    slider.setAttribute("aria-valuetext", `step ${k} of ${last}`);
    title.textContent = current ? current.title : "Before the first step";
    rows.replaceChildren(...(current ? current.rows.flatMap(row) : []));
    queue.textContent = current
      ? `ready: ${current.ready.join(", ") || "–"}    waiting: ${current.waiting.join(", ") || "–"}`
      : "Every value is computed. No gradient is known yet.";
    spoken.textContent = timer === null && current ? `Step ${k} of ${last}. ${current.spoken}` : "";
    for (const line of table.querySelectorAll("tr[data-step]")) {
      line.toggleAttribute("aria-current", Number(line.dataset.step) === k);
    }
    for (const name of ["first", "back"]) buttons[name].setAttribute("aria-disabled", String(k === 0));
    for (const name of ["forward", "last"]) buttons[name].setAttribute("aria-disabled", String(k === last));
  }

  /** Gives an element exactly these classes, always in this order: the same step is the same page, to the letter. */
  function mark(node, classes) {
    node.classList.remove(...Object.keys(classes));
    for (const [name, wanted] of Object.entries(classes)) if (wanted) node.classList.add(name);
  }

  function row([name, text]) {
    return [element("dt", "", {}, name), element("dd", `mg-row-${name.split(" ").at(-1)}`, {}, text)];
  }

  function fillTable() {
    const body = element("tbody", "");
    trace.steps.forEach((step, i) => {
      const cells = [String(i + 1), step.title, step.spoken].map((text) => element("td", "", {}, text));
      const line = element("tr", "", { "data-step": i + 1 }, ...cells);
      line.addEventListener("click", () => go(i + 1));
      body.append(line);
    });
    const head = element("tr", "", {}, ...["step", "who", "what happens"].map((text) => element("th", "", {}, text)));
    table.append(element("table", "", {}, element("thead", "", {}, head), body));
  }
  fillTable();

  // -- events

  slider.addEventListener("input", () => go(Number(slider.value)));
  find.addEventListener("input", () => search(find.value));
  show.addEventListener("click", () => {
    table.hidden = !table.hidden;
    show.setAttribute("aria-expanded", String(!table.hidden));
  });
  for (const node of graph.querySelectorAll(".node")) {
    node.addEventListener("click", () => {
      const next = nextStepOf(trace, node.id, model.get("step"));
      if (next) go(next);
    });
  }

  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === find) {
      if (event.key === "Escape" || event.key === "Enter") root.focus();
      return;
    }
    const action = KEYS[event.key];
    if (!action || (action === "play" && event.target.tagName === "BUTTON" && event.target !== buttons.play)) return;
    if (event.target === speed) return;
    event.preventDefault();
    if (action !== "play") pause();
    actions[action]();
  });

  model.on("change:step", draw);
  draw();
  return () => {
    pause();
    model.off("change:step", draw);
  };
}

export default { render };
