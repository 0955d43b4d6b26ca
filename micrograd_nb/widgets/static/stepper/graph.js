// The drawing of the graph: one SVG, and for every step what changes in it.

import { mark, QUIET, svgElement } from "./elements.js";

const SMALLEST_SCALE = 0.7;

/**
 * Puts the drawing into an element. `visit` gets the id of a node that is clicked, `toggle` that of a module, of those in
 * `modules`: id → [name, is it open?]. Returns what draws a state.
 */
export function graphView(place, svg, visit, modules = {}, toggle = visit) {
  place.innerHTML = svg; // made by Graphviz from escaped text, in Python
  const drawing = place.querySelector("svg");
  // A graph that would be too small to read is scrolled: a point is 4/3 pixels.
  drawing.style.minWidth = `${Math.round(SMALLEST_SCALE * (4 / 3) * drawing.viewBox.baseVal.width)}px`;
  const nodes = new Map([...place.querySelectorAll(".node")].map((node) => [node.id, node]));
  const edges = new Map([...place.querySelectorAll(".edge")].map((edge) => [edge.id, edge]));
  const flow = flowLabel(drawing);
  for (const [id, node] of nodes) node.addEventListener("click", () => (id in modules ? toggle : visit)(id));
  for (const [id, [name, open]] of Object.entries(modules)) {
    const drawn = place.querySelector(`[id="${CSS.escape(id)}"]`);
    makeToggle(drawn, name, open);
    if (open) drawn.querySelector("text").addEventListener("click", () => toggle(id));
  }

  return function draw(state, isForward) {
    for (const [id, [text, kind]] of Object.entries(state.notes)) writeNote(nodes.get(id), text, kind);
    const focus = state.step?.focus;
    const current = state.step?.edges ?? [];
    const born = new Set(state.born);
    const finished = new Set(state.finished);
    const passed = new Set(state.passed);
    for (const [id, node] of nodes) {
      mark(node, {
        "mg-finished": finished.has(id),
        "mg-current": id === focus,
        "mg-unborn": isForward && !born.has(id),
      });
    }
    for (const [id, edge] of edges) {
      mark(edge, {
        "mg-passed": passed.has(id),
        "mg-current": current.includes(id) && passed.has(id),
        "mg-unborn": isForward && !born.has(id),
      });
    }
    drawing.classList.toggle("mg-forward-pass", isForward);
    flow.show(passed.has(current[0]) ? edges.get(current[0]) : null, state.step?.flow ?? "");
    if (nodes.has(focus)) reveal(place, nodes.get(focus));
  };
}

/** A box that can be opened, or a frame that can be closed by its name: with a sign, and for the keyboard. */
function makeToggle(drawn, name, open) {
  const label = `${open ? "close" : "open"} module ${name}`;
  const attributes = { role: "button", tabindex: 0, "aria-expanded": open, "aria-label": label, ...QUIET };
  for (const [attribute, value] of Object.entries(attributes)) drawn.setAttribute(attribute, value);
  drawn.classList.add("mg-toggle");
  const text = drawn.querySelector("text");
  text.textContent = `${open ? "−" : "+"} ${text.textContent}`;
}

/** The last line of a node is its note. Where a graph has no note for a node, as in the forward pass, it is empty. */
function writeNote(node, text, kind) {
  const lines = node?.querySelectorAll("text");
  if (!lines?.length) return;
  lines[lines.length - 1].textContent = text;
  node.dataset.note = kind;
}

/** What flows along an edge, written beside its middle on a paper of its own. */
function flowLabel(drawing) {
  const label = svgElement("g", { class: "mg-flow" });
  const paper = svgElement("rect", { rx: 3 });
  const text = svgElement("text", { "text-anchor": "middle" });
  label.append(paper, text);
  drawing.querySelector("g").append(label);

  function show(edge, written) {
    const path = edge?.querySelector("path");
    label.toggleAttribute("hidden", !path || !written);
    text.textContent = path ? written : "";
    for (const name of ["x", "y", "width", "height"]) {
      paper.removeAttribute(name);
      text.removeAttribute(name);
    }
    if (!path || !written) return;
    const middle = path.getPointAtLength(path.getTotalLength() / 2);
    text.setAttribute("x", middle.x.toFixed(1));
    text.setAttribute("y", (middle.y - 7).toFixed(1));
    const width = 6.4 * written.length + 8;
    const box = { x: middle.x - width / 2, y: middle.y - 18, width, height: 15 };
    for (const [name, value] of Object.entries(box)) paper.setAttribute(name, value.toFixed(1));
  }
  return { show };
}

/** Scrolls a graph that is wider than its place, so that a node is seen. */
function reveal(place, node) {
  if (place.scrollWidth <= place.clientWidth) return;
  const outer = place.getBoundingClientRect();
  const inner = node.getBoundingClientRect();
  if (inner.left >= outer.left && inner.right <= outer.right) return;
  place.scrollLeft += inner.left - outer.left - (outer.width - inner.width) / 2;
}
