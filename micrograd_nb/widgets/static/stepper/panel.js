// The panel beside the graph: what happens now, in rows; and the table of all steps.

import { element } from "./elements.js";

/** The rows of a state: name, text, and below it the view of a large tensor. */
export function rowsOf(state, tensors) {
  return state.rows.flatMap(({ row: [name, text, tensor], now }) => {
    const last = name.split(" ").at(-1);
    const value = element("dd", `mg-row-${/^\w+$/.test(last) ? last : "other"}`, {}, text);
    if (tensor !== null) value.append(tensorView(tensors[tensor]));
    const pair = [element("dt", "", {}, name), value];
    if (now) for (const part of pair) part.classList.add("mg-row-now");
    return pair;
  });
}

const SMALLEST_CELL = 4;
const LARGEST_CELL = 12;
const WIDTH = 256;
const HEIGHT = 128;

function tensorView(tensor) {
  const view = element("div", "mg-tensor");
  if (tensor.picture) {
    const fitting = Math.floor(Math.min(WIDTH / tensor.columns, HEIGHT / tensor.rows));
    const cell = Math.max(SMALLEST_CELL, Math.min(LARGEST_CELL, fitting));
    const alt = `heat map of ${tensor.shape}: ${tensor.facts}; colours from ${tensor.scale}`;
    view.append(
      element("img", "mg-heat", { src: tensor.picture, alt, width: cell * tensor.columns, height: cell * tensor.rows }),
    );
  }
  const words = element("div", "mg-facts", {}, element("span", "", {}, tensor.facts));
  if (tensor.picture) words.append(element("span", "mg-scale", {}, tensor.scale));
  view.append(words);
  return view;
}

/** The table of all steps. `go` gets the number of the step, from 1, whose line is clicked. */
export function stepsTable(steps, go) {
  const body = element("tbody", "");
  steps.forEach((step, i) => {
    const cells = [String(i + 1), step.title, step.spoken].map((text) => element("td", "", {}, text));
    const line = element("tr", "", { "data-step": i + 1 }, ...cells);
    line.addEventListener("click", () => go(i + 1));
    body.append(line);
  });
  const names = ["step", "who", "what happens"].map((text) => element("th", "", { scope: "col" }, text));
  return element("table", "", {}, element("thead", "", {}, element("tr", "", {}, ...names)), body);
}
