// What lies over the map at a step: the paths so far, their arrows, where each optimizer stands, and the start.

import { svgElement } from "../stepper/elements.js";
import { arrow, inView, marker, polyline } from "./geometry.js";

export const ARROWS = ["gradient", "velocity", "update"];

/** Draws into two layers: one is cut off at the edge of the map, the other is not. */
export function drawPaths({ below, above }, { plot, paths }, step, { hidden, arrows }) {
  below.replaceChildren();
  above.replaceChildren();
  for (const path of paths) {
    if (hidden.includes(path.name)) continue;
    const points = polyline(path.points, step);
    const dash = path.dash ? { "stroke-dasharray": path.dash } : {};
    below.append(svgElement("polyline", { class: "mg-paths-halo", points }));
    below.append(svgElement("polyline", { class: "mg-paths-line", points, stroke: path.colour, ...dash }));
    const last = Math.min(step, path.points.length - 1);
    const here = path.points[last];
    if (here && !here.out && path.arrows[step]) {
      for (const kind of arrows) if (path.arrows[step][kind]) below.append(arrowView(path, here.at, step, kind));
    }
    const known = path.points.slice(0, last + 1).findLast(Boolean);
    if (known) above.append(markerView(path, plot, known, here));
  }
}

function arrowView(path, [x, y], step, kind) {
  const { shaft, head } = arrow(path.arrows[step][kind]);
  const view = svgElement("g", {
    class: `mg-paths-arrow mg-is-${kind}`,
    transform: `translate(${x} ${y})`,
    stroke: path.colour,
    fill: path.colour,
  });
  view.append(svgElement("path", { class: "mg-shaft", d: shaft }), svgElement("path", { class: "mg-head", d: head }));
  return view;
}

/** Where an optimizer stands; at the edge, with a cross through it, where it is out of view or not a number. */
function markerView({ name, shape, colour, hollow }, plot, known, here) {
  const lost = !here || here.out;
  const [x, y] = lost ? inView(plot, known.at, 7) : known.at;
  const view = svgElement("g", {
    class: `mg-paths-marker${lost ? " mg-is-lost" : ""}${hollow ? " mg-is-hollow" : ""}`,
    transform: `translate(${x} ${y})`,
    "data-name": name,
  });
  view.append(svgElement("path", { d: marker(shape), fill: hollow ? "none" : colour, stroke: colour }));
  if (lost) view.append(svgElement("path", { class: "mg-cross", d: "M-8 -8L8 8M8 -8L-8 8" }));
  return view;
}

/** The key of a path: its line and its marker. */
export function pathKey({ colour, dash, shape, hollow }) {
  const view = svgElement("svg", { width: 34, height: 16, viewBox: "-17 -8 34 16", "aria-hidden": "true" });
  const line = { d: "M-16 0H16", stroke: colour, "stroke-width": 2.2, fill: "none" };
  view.append(svgElement("path", dash ? { ...line, "stroke-dasharray": dash } : line));
  const look = { fill: hollow ? "none" : colour, stroke: colour, "stroke-width": 1.5 };
  view.append(svgElement("path", { d: marker(shape), ...look }));
  return view;
}

/** The key of a kind of arrow. */
export function arrowKey(kind) {
  const view = svgElement("svg", { width: 34, height: 16, viewBox: "-2 -8 34 16", "aria-hidden": "true" });
  const { shaft, head } = arrow([28, 0]);
  const group = svgElement("g", {
    class: `mg-paths-arrow mg-is-${kind}`,
    stroke: "currentColor",
    fill: "currentColor",
  });
  group.append(svgElement("path", { class: "mg-shaft", d: shaft }), svgElement("path", { class: "mg-head", d: head }));
  view.append(group);
  return view;
}
