// The curves of the losses, with the values at a step: under the mouse, or where the keyboard has moved the cursor.

import { element, QUIET, svgElement } from "../stepper/elements.js";
import {
  lastStep,
  linearTicks,
  lossTicks,
  middleStep,
  pointAt,
  pointText,
  rateAt,
  scale,
  stepsText,
  text,
  unbroken,
} from "./scale.js";

const WIDTH = 640;
const HEIGHT = 280;
const LEFT = 56;
const RIGHT = 628;
const TOP = 24;
const BOTTOM = 238;
const ROOM_FOR_RATE = 46; // what a mark of the learning rate needs beside it, to be written

/** A view of the curves. `update` draws a frame; `startRate` is the learning rate of the first step. */
export function curveView() {
  const svg = svgElement("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, "aria-hidden": "true" });
  const paper = group("mgd-grid");
  const marks = group("mgd-marks");
  const curves = group("mgd-curves");
  const cursor = group("mgd-cursor");
  svg.append(paper, marks, curves, cursor);
  const readout = element("p", "mgd-readout");
  const plot = element("div", "mgd-plot", { role: "slider", tabindex: 0, ...QUIET }, svg);
  const root = element("div", "mgd-curve", {}, plot, readout);
  let shown = null; // the frame, and how it is drawn
  let at = null; // the step that the cursor stands at; null: nowhere

  function update(frame, { log, startRate }) {
    const training = frame.losses;
    const validation = frame.validation;
    const last = Math.max(frame.step, 1);
    const yTicks = lossTicks([training, validation], log);
    const x = scale([0, last], LEFT, RIGHT);
    const y = scale(yTicks, BOTTOM, TOP, log);
    shown = { frame, training, validation, last, x, y, log, startRate };
    drawGrid(yTicks);
    drawMarks();
    curves.replaceChildren(
      ...band(training),
      ...line(training, "mgd-training"),
      ...line(validation, "mgd-validation"),
      ...dots(validation),
    );
    plot.setAttribute("aria-label", `${frame.description}. Arrow keys go along the curve`);
    plot.setAttribute("aria-valuemin", Math.min(1, frame.step));
    plot.setAttribute("aria-valuemax", frame.step);
    drawCursor();
  }

  // -- pieces of the drawing

  function drawGrid(yTicks) {
    const { last, x, y } = shown;
    const steps = linearTicks(0, last).filter((tick) => tick <= last && tick === Math.round(tick));
    paper.replaceChildren(
      ...yTicks.flatMap((tick) => [
        svgElement("path", { class: "mgd-rule", d: `M${LEFT} ${y(tick)}H${RIGHT}` }),
        words(LEFT - 8, y(tick) + 4, text(tick), "end"),
      ]),
      ...steps.map((tick) => words(x(tick), BOTTOM + 17, text(tick), "middle")),
      words((LEFT + RIGHT) / 2, BOTTOM + 35, "step", "middle"),
      words(LEFT - 8, 12, "loss", "end"),
    );
  }

  function drawMarks() {
    const { frame, x } = shown;
    let free = -Infinity;
    marks.replaceChildren(
      ...frame.changes.flatMap(([step, rate]) => {
        const place = x(step - 0.5);
        const parts = [svgElement("path", { d: `M${place} ${TOP}V${BOTTOM}` })];
        if (place >= free) {
          const flips = place > RIGHT - ROOM_FOR_RATE;
          parts.push(words(place + (flips ? -3 : 3), TOP - 4, `η ${text(rate)}`, flips ? "end" : "start"));
          free = place + ROOM_FOR_RATE;
        }
        return parts;
      }),
    );
  }

  function places(curve, piece, key = "mean") {
    const { x, y, log } = shown;
    return piece.map((place) => {
      const value = curve[key][place];
      const height = log && !(value > 0) ? BOTTOM : y(value);
      return `${x(middleStep(curve, place)).toFixed(1)} ${height.toFixed(1)}`;
    });
  }

  function line(curve, name) {
    return unbroken(curve, shown.log).map((piece) => {
      const points = places(curve, piece);
      return svgElement("path", { class: name, d: `M${points.join("L")}${points.length === 1 ? "h0.01" : ""}` });
    });
  }

  /** From the lowest to the highest number of points that stand for several. */
  function band(curve) {
    if (!curve.low) return [];
    return unbroken(curve, shown.log).map((piece) => {
      const outline = [...places(curve, piece, "high"), ...places(curve, piece, "low").reverse()];
      return svgElement("path", { class: "mgd-band", d: `M${outline.join("L")}Z` });
    });
  }

  /** Of a curve with few points, each one. */
  function dots(curve) {
    if (curve.first.length > 60) return [];
    return unbroken(curve, shown.log)
      .flat()
      .map((place) => {
        const [cx, cy] = places(curve, [place])[0].split(" ");
        return svgElement("circle", { class: "mgd-validation", cx, cy, r: 3 });
      });
  }

  function drawCursor() {
    const { training, validation, last, x, y, log } = shown;
    const place = at === null ? training.first.length - 1 : pointAt(training, Math.max(1, Math.min(last, at)));
    readout.textContent = place < 0 ? "" : readoutOf(place);
    plot.setAttribute("aria-valuenow", place < 0 ? 0 : lastStep(training, place));
    plot.setAttribute("aria-valuetext", readout.textContent || "no steps yet");
    cursor.replaceChildren();
    if (at === null || place < 0) return;
    const middle = x(middleStep(training, place));
    cursor.append(svgElement("path", { d: `M${middle} ${TOP}V${BOTTOM}` }));
    for (const [curve, where, name] of [
      [training, place, "mgd-training"],
      [validation, heldAt(place), "mgd-validation"],
    ]) {
      const value = where >= 0 ? curve.mean[where] : null;
      if (value === null || (log && value <= 0)) continue;
      cursor.append(svgElement("circle", { class: name, cx: x(middleStep(curve, where)), cy: y(value), r: 4.5 }));
    }
  }

  /** All that is known of a point of the training, in words. */
  function readoutOf(place) {
    const { frame, training, validation, startRate } = shown;
    const last = lastStep(training, place);
    const parts = [`${stepsText(training, place)}: training ${pointText(training, place)}`];
    const held = heldAt(place);
    if (held >= 0) {
      const when = lastStep(validation, held) === last ? "" : ` (${stepsText(validation, held)})`;
      parts.push(`validation ${pointText(validation, held)}${when}`);
    }
    return [...parts, `rate ${text(rateAt(frame.changes, startRate, last))}`].join(", ");
  }

  /** The last measurement of the validation data up to a point of the training. */
  function heldAt(place) {
    const end = lastStep(shown.training, place);
    return shown.validation.first.findLastIndex((first) => first <= end);
  }

  function words(x, y, content, anchor) {
    const made = svgElement("text", { x, y, "text-anchor": anchor });
    made.textContent = content;
    return made;
  }

  // -- moving the cursor

  function move(step) {
    at = step;
    if (shown) drawCursor();
  }

  plot.addEventListener("pointermove", (event) => {
    if (!shown) return;
    const box = svg.getBoundingClientRect();
    const place = ((event.clientX - box.left) / box.width) * WIDTH;
    move(Math.round(((place - LEFT) / (RIGHT - LEFT)) * shown.last));
  });
  plot.addEventListener("pointerleave", () => move(null));
  plot.addEventListener("blur", () => move(null));
  plot.addEventListener("keydown", (event) => {
    if (!shown?.training.first.length || event.ctrlKey || event.metaKey || event.altKey) return;
    const { training, last } = shown;
    const place = pointAt(training, at ?? last);
    const to = {
      ArrowLeft: place - (at === null ? 0 : 1),
      ArrowRight: place + 1,
      PageUp: place - 10,
      PageDown: place + 10,
      Home: 0,
      End: training.first.length - 1,
    }[event.key];
    if (to === undefined && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    const target = Math.max(0, Math.min(training.first.length - 1, to ?? 0));
    move(to === undefined ? null : training.first[target]);
  });

  return { root, plot, update };
}

function group(name) {
  return svgElement("g", { class: name });
}
