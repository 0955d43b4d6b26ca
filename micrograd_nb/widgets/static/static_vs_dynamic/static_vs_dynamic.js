// StaticVsDynamic in the browser. `render` builds the page once; `draw` shows a step of the story.

import { element, QUIET } from "../stepper/elements.js";
import { graphView } from "../stepper/graph.js";
import { rowsOf, stepsTable } from "../stepper/panel.js";
import { player, playerButtons, showOnPlayButton, speedChoice } from "../stepper/player.js";
import { isGrey, markOf, nextActOf, storyAt } from "./story.js";

const KEYS = { ArrowLeft: "back", ArrowRight: "forward", Home: "first", End: "last", " ": "play" };

function render({ model, el }) {
  const story = model.get("story");
  const steps = story.steps ?? [];

  // -- the parts of the page

  const counter = element("span", "mg-count");
  const lines = (story.source ?? []).map((line) => ({ line, ...sourceLine(line) }));
  const heads = ["line", "", ...(story.runs ?? []).map((run) => run.input)];
  const source = element(
    "table",
    "mg-source",
    { "aria-label": "the function, and how often each line has run" },
    element("thead", "", {}, element("tr", "", {}, ...heads.map((text) => element("th", "", { scope: "col" }, text)))),
    element("tbody", "", {}, ...lines.map(({ row }) => row)),
  );
  const tapes = (story.runs ?? []).map((run) => figure(`tape of ${run.input}`, run));
  const captured = figure(`captured at ${story.runs?.[0].input}`, story.captured ?? { svg: "", description: "" });
  const title = element("h4", "mg-title");
  const rows = element("dl", "mg-rows");
  const now = element("div", "mg-now", { role: "region", "aria-label": "now" }, title, rows);
  const spoken = element("div", "mg-spoken", { "aria-live": "polite", role: "status" });
  const slider = element("input", "mg-slider", {
    type: "range",
    min: 0,
    max: steps.length,
    "aria-label": "step",
    ...QUIET,
  });
  const speed = speedChoice("mg-speed");
  const tablePlace = element("div", "mg-table", {
    hidden: "",
    tabindex: 0,
    role: "region",
    "aria-label": "all steps",
    ...QUIET,
  });
  const showTable = element(
    "button",
    "mg-button mg-show-table",
    { type: "button", "aria-expanded": "false", ...QUIET },
    "table view",
  );
  const buttons = playerButtons(act);
  const code = element(
    "div",
    "mg-code",
    { tabindex: 0, role: "region", "aria-label": "the function", ...QUIET },
    source,
  );
  const root = element(
    "section",
    "mg-widget mg-static-vs-dynamic",
    { tabindex: 0, "aria-label": `${story.title}, dynamic beside static, step by step`, ...QUIET },
    element("div", "mg-header", {}, element("strong", "mg-name", {}, story.title ?? ""), counter),
    element(
      "div",
      "mg-both",
      {},
      element(
        "div",
        "mg-side",
        {},
        element("h3", "mg-kind-of", {}, "dynamic: every run records its own"),
        code,
        ...tapes.map(({ box }) => box),
      ),
      element(
        "div",
        "mg-side",
        {},
        element("h3", "mg-kind-of", {}, "static: recorded once, replayed"),
        captured.box,
        now,
      ),
    ),
    tablePlace,
    element("div", "mg-controls", {}, ...Object.values(buttons), speed, slider, showTable),
    spoken,
  );
  el.append(root);

  const play = player({
    next: () => {
      go(step() + 1);
      return step() < steps.length;
    },
    speed: () => Number(speed.value),
    changed: (playing) => showOnPlayButton(buttons.play, playing),
  });

  const actions = {
    first: () => go(0),
    back: () => go(step() - 1),
    play: togglePlay,
    forward: () => go(step() + 1),
    last: () => go(steps.length),
  };

  // -- what it is made of

  function sourceLine(line) {
    const marks = [0, 1].map(() => element("td", "mg-mark"));
    const text = element("code", "", {}, line.text);
    const row = element(
      "tr",
      "",
      {},
      element("th", "", { scope: "row" }, String(line.number)),
      element("td", "", {}, text),
      ...marks,
    );
    return { row, marks };
  }

  /** A graph with its name; `draw` shows a state of it. */
  function figure(name, { svg, description }) {
    const place = element("div", "mg-graph", { role: "group", tabindex: 0, "aria-label": description, ...QUIET });
    const box = element("figure", "mg-figure", {}, element("figcaption", "", {}, name), place);
    if (svg) return { box, place, draw: graphView(place, svg, visit) };
    place.textContent = description;
    return { box, place, draw: () => {} };
  }

  // -- what can be done

  function step() {
    return Math.max(0, Math.min(steps.length, model.get("step")));
  }

  function go(number) {
    model.set("step", Math.max(0, Math.min(steps.length, number)));
    model.save_changes();
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
    if (step() === steps.length) go(0);
    play.start();
  }

  function goTo(number) {
    play.stop();
    go(number);
  }

  function visit(id) {
    const next = nextActOf(steps, id, step());
    if (next) goTo(next);
  }

  // -- drawing

  function draw() {
    const k = step();
    const state = storyAt(steps, k, story.captured?.start);
    for (const { line, row, marks } of lines) {
      const isNow = state.step?.line === line.number;
      row.toggleAttribute("aria-current", isNow);
      row.classList.toggle("mg-grey", !isNow && isGrey(line, state));
      marks.forEach((mark, run) => {
        mark.textContent = markOf(line, state.tapes[run]);
      });
    }
    tapes.forEach((tape, run) => {
      const { born } = state.tapes[run];
      const acts = state.step?.run === run ? state.step : null;
      tape.draw({ notes: {}, born, finished: [], passed: [], step: acts && { focus: acts.focus, edges: [] } }, true);
      tape.box.classList.toggle("mg-waits", !born.length);
    });
    const replays = state.step?.kind === "replay" ? state.step.focus : "";
    captured.draw(
      { notes: state.notes, born: [], finished: state.replayed, passed: [], step: { focus: replays, edges: [] } },
      false,
    );
    captured.place.classList.toggle("mg-untraced", !state.isTraced);
    const count = `step ${k} of ${steps.length}`;
    counter.textContent = count;
    slider.value = k;
    slider.setAttribute("aria-valuetext", count);
    title.textContent = state.step ? state.step.title : "Nothing has run yet";
    const told = (state.step?.rows ?? []).map((row) => ({ row, now: false }));
    rows.replaceChildren(...rowsOf({ rows: told }, story.tensors ?? []));
    now.dataset.kind = state.step?.kind ?? "";
    say(play.isPlaying() || !state.step ? "" : `Step ${k} of ${steps.length}. ${state.step.spoken}`);
    for (const line of tablePlace.querySelectorAll("tr[data-step]")) {
      line.toggleAttribute("aria-current", Number(line.dataset.step) === k);
    }
    for (const one of ["first", "back"]) buttons[one].setAttribute("aria-disabled", String(k === 0));
    for (const one of ["forward", "last"]) buttons[one].setAttribute("aria-disabled", String(k === steps.length));
  }

  /** Read aloud, once: the same text again would be read again. */
  function say(text) {
    if (spoken.textContent !== text) spoken.textContent = text;
  }

  // -- events

  slider.addEventListener("input", () => goTo(Number(slider.value)));
  showTable.addEventListener("click", () => {
    tablePlace.hidden = !tablePlace.hidden;
    showTable.setAttribute("aria-expanded", String(!tablePlace.hidden));
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key];
    const isPress = event.key === " " && event.target.tagName === "BUTTON" && event.target !== buttons.play;
    if (!action || isPress || event.target === speed) return;
    event.preventDefault();
    act(action);
  });

  tablePlace.append(stepsTable(steps, goTo));
  model.on("change:step", draw);
  draw();
  return () => {
    play.stop();
    model.off("change:step", draw);
    root.remove();
  };
}

export default { render };
