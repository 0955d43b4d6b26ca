// TrainingDashboard in the browser: draws the frames that Python sends, and sends back what is pressed.

import { element, iconButton, QUIET } from "../stepper/elements.js";
import { showOnPlayButton } from "../stepper/player.js";
import { boundaryView } from "./boundary.js";
import { curveView } from "./curve.js";
import { histogramView } from "./histogram.js";
import { painter } from "./painter.js";
import { nearestPlace, pointText, rateAt, stepsText, text } from "./scale.js";

const KEYS = { " ": "play", ArrowRight: "step", r: "reset", R: "reset", l: "log", L: "log" };
const ROWS = 12; // of the table

function render({ model, el }) {
  const about = model.get("about");
  let wanted = null; // "play" or "pause" was pressed, and Python has not answered yet
  let drawn = 0; // the number of the frame that is drawn

  const counter = element("span", "mgd-count");
  const loss = element("span", "mgd-loss");
  const curve = curveView();
  const boundary = about.points && boundaryView(about.points);
  const histograms = ["parameters", "gradients", "updates"].map(histogramView);
  const spreadTitle = element("span", "mgd-spread-title");
  const which = element("select", "mgd-which", { "aria-label": "histograms of", ...QUIET });
  for (const [i, name] of ["all parameters", ...about.names].entries()) which.append(new Option(name, i));
  const problem = element("p", "mgd-problem", { role: "alert" });
  const tablePlace = element("div", "mgd-table", {
    hidden: "",
    tabindex: 0,
    role: "region",
    "aria-label": "losses",
    ...QUIET,
  });
  const spoken = element("div", "mgd-spoken", { "aria-live": "polite", role: "status" });

  const actions = {
    play: () => {
      wanted = isPlaying() ? "pause" : "play";
      model.send({ kind: wanted });
      showPlaying();
    },
    step: () => model.send({ kind: "step" }),
    reset: () => model.send({ kind: "reset" }),
    log: () => set("log_axis", !model.get("log_axis")),
  };
  const buttons = {
    play: iconButton("play", "play (Space)", () => actions.play()),
    step: iconButton("step", "one step (→)", () => actions.step()),
    reset: iconButton("reset", "reset (R)", () => actions.reset()),
  };
  const slider = element("input", "mgd-slider", {
    type: "range",
    min: 0,
    max: about.rates.length - 1,
    "aria-label": "learning rate",
    ...QUIET,
  });
  const rate = element("output", "mgd-rate");
  const log = element(
    "button",
    "mg-button mgd-log",
    { type: "button", title: "logarithmic axis (L)", ...QUIET },
    "log axis",
  );
  const showTable = element(
    "button",
    "mg-button mgd-show-table",
    { type: "button", "aria-expanded": "false", ...QUIET },
    "table",
  );
  log.addEventListener("click", () => actions.log());

  const learning = element("label", "mgd-learning", {}, element("span", "", {}, "learning rate η "), slider, rate);
  const key = element(
    "span",
    "mgd-keys",
    {},
    element("span", "mgd-key-training", {}, "training"),
    ...(about.validates ? [element("span", "mgd-key-validation", {}, "validation")] : []),
  );
  const root = element(
    "section",
    "mg-dashboard",
    { tabindex: 0, "aria-label": "training", ...QUIET },
    element("div", "mgd-header", {}, element("span", "mgd-name", {}, "training"), key, loss, counter),
    problem,
    element("div", "mgd-main", {}, curve.root, ...(boundary ? [boundary.root] : [])),
    element(
      "div",
      "mgd-spreads",
      {},
      element("div", "mgd-spreads-head", {}, ...(about.live ? [which] : []), spreadTitle),
      ...histograms.map((one) => one.root),
    ),
    tablePlace,
    element("div", "mgd-controls", {}, ...(about.live ? [...Object.values(buttons), learning] : []), log, showTable),
    spoken,
  );
  el.append(root);

  const painting = painter(draw, isPlaying);

  // -- state

  function isPlaying() {
    return wanted ? wanted === "play" : Boolean(model.get("frame").playing);
  }

  function set(trait, value) {
    model.set(trait, value);
    model.save_changes();
  }

  // -- drawing

  function draw() {
    const frame = model.get("frame");
    if (frame.number === undefined) return; // closed
    const isNew = frame.number !== drawn;
    if (isNew && (frame.problem || frame.playing === (wanted === "play"))) wanted = null;
    curve.update(frame, { log: model.get("log_axis"), startRate: about.start });
    if (isNew) {
      boundary?.update(frame.boundary);
      frame.spreads.items.forEach((item, i) => {
        histograms[i].update(item);
      });
      spreadTitle.textContent = frame.spreads.title;
      counter.textContent = frame.count;
      loss.textContent = frame.step ? `loss ${text(frame.loss)}` : "";
      problem.textContent = frame.problem;
      if (frame.spoken) say(frame.spoken);
    }
    fillTable(frame);
    showPlaying();
    drawn = frame.number;
    model.send({ kind: "painted", number: drawn });
  }

  function showPlaying() {
    const playing = isPlaying();
    root.dataset.state = wanted ? `${wanted}…` : playing ? "playing" : "paused";
    showOnPlayButton(buttons.play, playing);
  }

  function showRate() {
    const now = model.get("rate");
    const nearest = nearestPlace(about.rates, now);
    slider.value = nearest;
    tellRate(now);
  }

  function tellRate(value) {
    rate.textContent = text(value);
    slider.setAttribute("aria-valuetext", text(value));
  }

  function showSettings() {
    which.value = model.get("parameter");
    log.setAttribute("aria-pressed", String(model.get("log_axis")));
  }

  /** The last points as a table. */
  function fillTable({ losses, validation, changes }) {
    if (tablePlace.hidden) return;
    const heads = ["steps", "training loss", ...(about.validates ? ["validation loss"] : []), "learning rate"];
    const body = element("tbody", "");
    for (let place = losses.first.length - 1; place >= Math.max(0, losses.first.length - ROWS); place--) {
      const last = (losses.last ?? losses.first)[place];
      const measured = validation.first.findLastIndex((first) => first <= last);
      const cells = [
        stepsText(losses, place).replace(/^steps? /, ""),
        pointText(losses, place),
        ...(about.validates ? [measured < 0 ? "–" : pointText(validation, measured)] : []),
        text(rateAt(changes, about.start, last)),
      ];
      body.append(element("tr", "", {}, ...cells.map((cell) => element("td", "", {}, cell))));
    }
    const titles = heads.map((head) => element("th", "", { scope: "col" }, head));
    tablePlace.replaceChildren(
      element("table", "", {}, element("thead", "", {}, element("tr", "", {}, ...titles)), body),
    );
  }

  /** Read aloud, once. */
  function say(words) {
    spoken.textContent = words;
  }

  // -- events

  slider.addEventListener("input", () => tellRate(about.rates[slider.value]));
  slider.addEventListener("change", () => set("rate", about.rates[slider.value]));
  which.addEventListener("change", () => set("parameter", Number(which.value)));
  showTable.addEventListener("click", () => {
    tablePlace.hidden = !tablePlace.hidden;
    showTable.setAttribute("aria-expanded", String(!tablePlace.hidden));
    fillTable(model.get("frame"));
  });

  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const action = KEYS[event.key];
    const isPress = event.key === " " && event.target.tagName === "BUTTON" && event.target !== buttons.play;
    const isMove = event.key.startsWith("Arrow") && event.target === slider;
    if (!action || isPress || isMove || event.target === which || (!about.live && action !== "log")) return;
    event.preventDefault();
    if (event.repeat && action !== "step") return;
    actions[action]();
  });

  const listeners = [
    ["change:frame", painting.ask],
    ["change:log_axis", () => [showSettings(), painting.ask()]],
    ["change:rate", showRate],
    ["change:parameter", showSettings],
  ];
  for (const [event, listener] of listeners) model.on(event, listener);
  showRate();
  showSettings();
  draw();
  return () => {
    painting.stop();
    for (const [event, listener] of listeners) model.off(event, listener);
    if (isPlaying()) model.send({ kind: "pause" }); // nobody looks any more
    root.remove();
  };
}

export default { render };
