// The plane: the decision boundary on a canvas, and above it the points, each class with a colour and a shape.

import { element, svgElement } from "../stepper/elements.js";
import { fieldsOf, pixelsOf } from "./field.js";
import { scale, text } from "./scale.js";

const SIDE = 240; // pixels; the points are drawn at the same size
const COLOURS = [
  [0, 114, 178],
  [213, 94, 0],
  [0, 158, 115],
  [204, 121, 167],
  [230, 159, 0],
  [86, 180, 233],
  [138, 138, 138],
  [153, 79, 0],
];
const INK = [138, 138, 138];
const SHAPES = [
  "M-3.4 0a3.4 3.4 0 1 0 6.8 0a3.4 3.4 0 1 0-6.8 0z",
  "M0-4.4L4.2 3.2H-4.2z",
  "M-3.2-3.2h6.4v6.4h-6.4z",
  "M0-4.6L4.6 0 0 4.6-4.6 0z",
  "M-4.2-3.2H4.2L0 4.4z",
  "M-4-1.3h2.7V-4h2.6v2.7H4v2.6H1.3V4h-2.6V1.3H-4z",
  "M-4.4-2h8.8v4h-8.8z",
  "M-2-4.4h4v8.8h-4z",
];

/** A view of points, which stay the same; `update` draws another boundary. */
export function boundaryView(points) {
  const canvas = element("canvas", "mgd-field", { width: SIDE, height: SIDE, "aria-hidden": "true" });
  const svg = svgElement("svg", { viewBox: `0 0 ${SIDE} ${SIDE}`, "aria-hidden": "true" });
  const [west, east, south, north] = points.box;
  const x = scale([west, east], 0, SIDE);
  const y = scale([south, north], SIDE, 0);
  points.labels.forEach((label, i) => {
    const at = `translate(${x(points.x[i]).toFixed(1)} ${y(points.y[i]).toFixed(1)})`;
    svg.append(svgElement("path", { class: "mgd-point", d: shape(label), transform: at, fill: colour(label) }));
  });
  const legend = element("p", "mgd-legend");
  points.classes.forEach((name, label) => {
    const key = svgElement("svg", { viewBox: "-6 -6 12 12", class: "mgd-key", "aria-hidden": "true" });
    key.append(svgElement("path", { class: "mgd-point", d: shape(label), fill: colour(label) }));
    legend.append(element("span", "", {}, key, ` ${name}`));
  });
  const right = element("span", "mgd-right");
  legend.append(right);
  const caption = element("figcaption", "");
  const plane = element("div", "mgd-plane", { role: "img" }, canvas, svg);
  const ends = element("div", "mgd-ends", {}, element("span", "", {}, text(west)), element("span", "", {}, text(east)));
  const root = element("figure", "mgd-boundary", {}, caption, plane, ends, legend);

  function update(boundary) {
    caption.textContent = boundary ? "decision boundary" : "the points";
    right.textContent = boundary?.text ?? "";
    plane.setAttribute("aria-label", `${points.labels.length} points in the plane. ${boundary?.text ?? ""}`);
    if (!boundary) return;
    const pixels = pixelsOf(fieldsOf(boundary), boundary.size, SIDE, COLOURS, INK);
    canvas.getContext("2d").putImageData(new ImageData(pixels, SIDE, SIDE), 0, 0);
  }

  return { root, update };
}

function shape(label) {
  return SHAPES[label % SHAPES.length];
}

function colour(label) {
  return `rgb(${COLOURS[label % COLOURS.length].join(" ")})`;
}
