// BackwardStepper in the browser. `render` builds the page once; `draw` shows a position of the timeline.

import { element, QUIET, switcher, switchTo } from "./elements.js";
import { graphView } from "./graph.js";
import { rowsOf, stepsTable } from "./panel.js";
import { player, playerButtons, showOnPlayButton, speedChoice } from "./player.js";
import { questionForm } from "./predict.js";
import { findNode, nextStepOf, positionAfter, positionsOf, stateAt } from "./timeline.js";

const KEYS = {
  ArrowLeft: "back",
  ArrowRight: "forward",
  Home: "first",
  End: "last",
  " ": "play",
  "/": "find",
  p: "predict",
  P: "predict",
};

const LEGEND = {
  parameter: "parameter: its gradient is kept",
  input: "input: needs no gradient",
  buffer: "buffer of a module",
  constant: "constant",
  intermediate: "intermediate value",
  output: "output",
  function: "function",
  module: "module",
};

const WATCHED = ["svg", "trace", "step", "mode", "grain", "direction", "question", "notice"];

function render({ model, el }) {
  let positions = [];
  let drawGraph = null;
  let table = null;
  let pressed = null; // the module that was opened or closed: it has the focus again when it is drawn anew

  // -- the parts of the page

  const name = element("strong", "mg-name");
  const counter = element("span", "mg-count");
  const passes = switcher("pass", { forward: "Forward", backward: "Backward" }, (direction) =>
    change({ direction, step: 0 }),
  );
  const modes = switcher("mode", { explain: "Explain", predict: "Predict" }, setMode);
  const grains = switcher("steps", { function: "Function", micro: "Micro" }, setGrain);
  const graph = element("div", "mg-graph", { role: "group", tabindex: 0, ...QUIET });
  const title = element("h4", "mg-title");
  const rows = element("dl", "mg-rows");
  const queue = element("p", "mg-queue");
  const question = questionForm((text) => model.send({ kind: "answer", text }));
  const notice = element("p", "mg-notice", { role: "status" });
  const legend = element("p", "mg-legend");
  const tablePlace = element("div", "mg-table", {
    hidden: "",
    tabindex: 0,
    role: "region",
    "aria-label": "all steps",
    ...QUIET,
  });
  const spoken = element("div", "mg-spoken", { "aria-live": "polite", role: "status" });
  const slider = element("input", "mg-slider", { type: "range", min: 0, "aria-label": "step", ...QUIET });
  const speed = speedChoice("mg-speed");
  const find = element("input", "mg-find", {
    type: "search",
    placeholder: "find node…",
    "aria-label": "find node",
    ...QUIET,
  });
  const showTable = element(
    "button",
    "mg-button mg-show-table",
    { type: "button", "aria-expanded": "false", ...QUIET },
    "table view",
  );

  const play = player({
    next: () => {
      go(step() + 1);
      return step() < positions.length;
    },
    speed: () => Number(speed.value),
    changed: showPlaying,
  });

  const actions = {
    first: () => go(0),
    back: () => go(step() - 1),
    play: togglePlay,
    forward: () => (isPredicting() && step() === positions.length ? question.focus() : go(step() + 1)),
    last: () => go(positions.length),
    find: () => find.focus(),
    predict: () => setMode(isPredicting() ? "explain" : "predict"),
  };
  const buttons = playerButtons(act);

  const now = element("div", "mg-now", { role: "region", "aria-label": "now" }, title, rows, queue, question.form);
  const root = element(
    "section",
    "mg-widget mg-stepper",
    { tabindex: 0, ...QUIET },
    element("div", "mg-header", {}, name, passes, modes, grains, counter),
    element("div", "mg-main", {}, graph, now),
    notice,
    legend,
    tablePlace,
    element("div", "mg-controls", {}, ...Object.values(buttons), speed, slider, find, showTable),
    spoken,
  );
  el.append(root);

  // -- what can be done

  function step() {
    return model.get("step");
  }

  function isPredicting() {
    return model.get("mode") === "predict";
  }

  function pass() {
    return model.get("trace").passes[model.get("direction")];
  }

  /** Gives the model new values, in one message. */
  function change(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }

  function go(position) {
    change({ step: Math.max(0, Math.min(positions.length, position)) });
  }

  /** Goes to where a step of the trace, counted from 1, is over. */
  function goToStep(number) {
    play.stop();
    go(positionAfter(positions, number));
  }

  function act(action) {
    if (action !== "play") play.stop();
    actions[action]();
  }

  function togglePlay() {
    if (isPredicting()) return;
    if (play.isPlaying()) {
      play.stop();
      return;
    }
    if (step() === positions.length) go(0);
    play.start();
  }

  function showPlaying(playing) {
    showOnPlayButton(buttons.play, playing);
  }

  /** The number of steps of the trace that are over. */
  function stepsOver() {
    return step() === 0 ? 0 : positions[step() - 1].step + 1;
  }

  function setGrain(grain) {
    if (isPredicting() || grain === model.get("grain")) return;
    play.stop();
    change({ grain, step: positionAfter(positionsOf(pass().steps, grain), stepsOver()) });
  }

  function setMode(mode) {
    if (!model.get("trace").predictable || mode === model.get("mode")) return;
    play.stop();
    const over = model.get("direction") === "backward" ? stepsOver() : 0;
    change({ mode, direction: "backward", grain: "function", step: over });
  }

  function search(text) {
    const found = findNode(model.get("trace").labels, text);
    find.classList.toggle("mg-none", Boolean(text.trim()) && !found);
    const next = found ? nextStepOf(pass().steps, found, 0) : 0;
    if (next) goToStep(next);
  }

  /** Opens a module, or closes it: Python draws it anew. */
  function toggle(id) {
    const { closed_because: why } = model.get("trace");
    play.stop();
    pressed = isPredicting() ? null : id;
    notice.textContent = isPredicting() ? "In Predict mode modules stay as they are." : why;
    if (!notice.textContent) model.send({ kind: "toggle", id });
  }

  function visit(id) {
    const next = nextStepOf(pass().steps, id, stepsOver());
    if (next) goToStep(next);
  }

  // -- drawing

  function rebuild() {
    const trace = model.get("trace");
    graph.setAttribute("aria-label", trace.description);
    drawGraph = graphView(graph, model.get("svg"), visit, trace.modules, toggle);
    notice.textContent = "";
    if (pressed && trace.modules[pressed]) graph.querySelector(`[id="${CSS.escape(pressed)}"]`).focus();
    legend.replaceChildren(...trace.kinds.map((kind) => element("span", `mg-key mg-key-${kind}`, {}, LEGEND[kind])));
    modes.hidden = !trace.predictable;
  }

  function fillTable() {
    table = stepsTable(pass().steps, goToStep);
    tablePlace.replaceChildren(table);
  }

  function draw() {
    const { trace, mode, grain, direction } = Object.fromEntries(
      ["trace", "mode", "grain", "direction"].map((key) => [key, model.get(key)]),
    );
    positions = positionsOf(pass().steps, grain);
    const k = Math.min(step(), positions.length);
    const total = isPredicting() ? pass().total : positions.length;
    const state = stateAt(pass(), positions, k, grain);
    drawGraph(state, direction === "forward");
    const count = `step ${k} of ${total}`;
    root.setAttribute("aria-label", `${pass().title}, step by step`);
    name.textContent = pass().title;
    counter.textContent = count;
    slider.max = positions.length;
    slider.value = k;
    slider.setAttribute("aria-valuetext", count);
    for (const [group, value] of [
      [passes, direction],
      [modes, mode],
      [grains, grain],
    ])
      switchTo(group, value);
    for (const group of [passes, grains]) group.classList.toggle("mg-off", isPredicting());
    title.textContent = state.step ? state.title : "Before the first step";
    rows.replaceChildren(...rowsOf(state, trace.tensors));
    queue.textContent = queueOf(state, direction);
    question.show(isPredicting() && k === positions.length ? model.get("question") : {});
    say(play.isPlaying() || !state.step ? "" : `Step ${k} of ${total}. ${state.spoken}`);
    const over = k ? positions[k - 1].step + 1 : 0;
    for (const line of table.querySelectorAll("tr[data-step]")) {
      line.toggleAttribute("aria-current", Number(line.dataset.step) === over);
    }
    for (const one of ["first", "back"]) buttons[one].setAttribute("aria-disabled", String(k === 0));
    const atEnd = k === positions.length;
    buttons.forward.setAttribute("aria-disabled", String(atEnd && !(isPredicting() && k < total)));
    buttons.last.setAttribute("aria-disabled", String(atEnd));
    buttons.play.setAttribute("aria-disabled", String(isPredicting()));
  }

  function queueOf(state, direction) {
    if (direction === "forward")
      return state.step ? "" : "Nothing is computed yet: the graph grows as the program runs.";
    if (!state.step) return "Every value is computed. No gradient is known yet.";
    return `ready: ${state.step.ready.join(", ") || "–"}    waiting: ${state.step.waiting.join(", ") || "–"}`;
  }

  /** Read aloud, once: the same text again would be read again. */
  function say(text) {
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  // -- events

  slider.addEventListener("input", () => {
    play.stop();
    go(Number(slider.value));
  });
  find.addEventListener("input", () => search(find.value));
  showTable.addEventListener("click", () => {
    tablePlace.hidden = !tablePlace.hidden;
    showTable.setAttribute("aria-expanded", String(!tablePlace.hidden));
  });

  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.target === find || event.target === question.field) {
      const leaves = event.key === "Escape" || (event.key === "Enter" && event.target === find);
      if (leaves) root.focus();
      return;
    }
    const isModule = event.target.classList.contains("mg-toggle");
    if (isModule && (event.key === "Enter" || event.key === " ")) {
      event.preventDefault();
      toggle(event.target.id);
      return;
    }
    const action = KEYS[event.key];
    const isPress = event.key === " " && event.target.tagName === "BUTTON" && event.target !== buttons.play;
    if (!action || isPress || event.target === speed) return;
    event.preventDefault();
    act(action);
  });

  const redraw = {
    svg: rebuild,
    trace: () => {
      rebuild();
      fillTable();
    },
    direction: fillTable,
    notice: () => {
      notice.textContent = model.get("notice");
    },
  };
  const listeners = WATCHED.map((key) => [
    `change:${key}`,
    () => {
      redraw[key]?.();
      draw();
    },
  ]);
  for (const [event, listener] of listeners) model.on(event, listener);
  rebuild();
  fillTable();
  draw();
  return () => {
    play.stop();
    for (const [event, listener] of listeners) model.off(event, listener);
    root.remove();
  };
}

export default { render };
