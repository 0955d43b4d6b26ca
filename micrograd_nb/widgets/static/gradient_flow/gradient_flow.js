// GradientFlow in the browser: Python drew the bars; here a reader points at one, and its values are shown.

import { element, QUIET, switcher, switchTo } from "../stepper/elements.js";
import { neighbour } from "./rows.js";
import { pathView } from "./way.js";

function render({ model, el }) {
  // -- the parts of the page

  const title = element("strong", "");
  const measures = element("div", "");
  const bars = element("div", "mg-gradients-bars", { role: "listbox", ...QUIET });
  const heading = element("h4", "");
  const facts = element("dl", "mg-gradients-facts");
  const hint = element("p", "mg-gradients-hint", {}, "Point at a bar, or go through them with ↑ and ↓.");
  const remarks = element("div", "mg-gradients-remarks");
  const path = element("div", "mg-gradients-path", { role: "region", "aria-label": "the way of what is not finite" });
  const table = element("div", "mg-board-table", {
    hidden: "",
    tabindex: 0,
    role: "region",
    "aria-label": "all layers",
    ...QUIET,
  });
  const showTable = element("button", "", { type: "button", "aria-expanded": "false", ...QUIET }, "table view");
  const spoken = element("div", "mg-board-spoken", { "aria-live": "polite", role: "status" });
  const now = element("div", "mg-gradients-now", { role: "region", "aria-label": "values" }, heading, facts, hint);
  const root = element(
    "section",
    "mg-board mg-gradients",
    {},
    element("div", "mg-board-head", {}, title, measures),
    element("div", "mg-board-main", {}, bars, now),
    remarks,
    path,
    table,
    element("div", "mg-board-controls", {}, showTable),
    spoken,
  );
  el.append(root);

  // -- what can be done

  function change(values) {
    for (const [key, value] of Object.entries(values)) model.set(key, value);
    model.save_changes();
  }

  function drawn() {
    return [...bars.querySelectorAll(".mg-bar")];
  }

  function move(key) {
    const numbers = drawn().map((bar) => Number(bar.dataset.row));
    const next = neighbour(numbers, model.get("row"), key);
    if (next === undefined) return false;
    change({ row: next });
    drawn()
      .find((bar) => Number(bar.dataset.row) === next)
      ?.focus();
    return true;
  }

  // -- drawing

  function rebuild() {
    const flow = model.get("flow");
    root.setAttribute("aria-label", flow.title);
    title.textContent = flow.title;
    const group = switcher("what the bars show", flow.measures, (measure) => change({ measure }));
    measures.replaceChildren(group);
    remarks.replaceChildren(...flow.remarks.map((text) => element("p", "", {}, text)));
    remarks.hidden = flow.remarks.length === 0;
    path.replaceChildren(...(flow.path ? pathView(flow.path) : []));
    path.hidden = !flow.path;
    table.replaceChildren(tableOf(flow));
    drawBars();
    drawRow();
  }

  function drawBars() {
    const { pictures, measures: names, rows } = model.get("flow");
    const measure = model.get("measure");
    bars.innerHTML = pictures[measure] ?? ""; // written by Python, which has escaped what came from the user
    bars.setAttribute("aria-label", `${names[measure]} of each layer, first to last`);
    bars.querySelector("svg")?.setAttribute("role", "presentation");
    bars.querySelector(".mg-axis")?.setAttribute("aria-hidden", "true");
    for (const bar of drawn()) {
      const { spoken: text } = rows[Number(bar.dataset.row)];
      for (const [name, value] of Object.entries({ role: "option", "aria-label": text, ...QUIET })) {
        bar.setAttribute(name, value);
      }
    }
    switchTo(measures.firstChild, measure);
  }

  function drawRow() {
    const number = model.get("row");
    const row = model.get("flow").rows[number];
    const all = drawn();
    const current = all.find((bar) => Number(bar.dataset.row) === number) ?? all[0];
    for (const bar of all) {
      bar.setAttribute("tabindex", bar === current ? "0" : "-1");
      bar.setAttribute("aria-selected", String(Number(bar.dataset.row) === number));
    }
    heading.textContent = row ? row.name : "values";
    facts.replaceChildren(
      ...(row?.facts ?? []).flatMap(([name, text]) => [element("dt", "", {}, name), element("dd", "", {}, text)]),
    );
    hint.hidden = Boolean(row);
  }

  // -- events

  const rowOf = (event) => event.target.closest?.(".mg-bar")?.dataset.row;
  for (const name of ["pointerover", "focusin", "click"]) {
    bars.addEventListener(name, (event) => {
      const row = rowOf(event);
      if (row !== undefined && Number(row) !== model.get("row")) change({ row: Number(row) });
    });
  }
  showTable.addEventListener("click", () => {
    table.hidden = !table.hidden;
    showTable.setAttribute("aria-expanded", String(!table.hidden));
  });
  root.addEventListener("keydown", (event) => {
    event.stopPropagation(); // no key that is pressed in here may reach JupyterLab
    if (event.ctrlKey || event.metaKey || event.altKey || !bars.contains(event.target)) return;
    if (move(event.key)) event.preventDefault();
  });

  const listeners = {
    "change:flow": rebuild,
    "change:measure": () => {
      drawBars();
      drawRow();
      spoken.textContent = `The bars show: ${model.get("flow").measures[model.get("measure")]}.`;
    },
    "change:row": drawRow,
  };
  for (const [event, listener] of Object.entries(listeners)) model.on(event, listener);
  rebuild();
  return () => {
    for (const [event, listener] of Object.entries(listeners)) model.off(event, listener);
    root.remove();
  };
}

function tableOf({ titles, table: rows }) {
  const head = element("tr", "", {}, ...titles.map((text) => element("th", "", { scope: "col" }, text)));
  const body = rows.map(([name, ...cells]) =>
    element(
      "tr",
      "",
      {},
      element("th", "", { scope: "row" }, name),
      ...cells.map((text) => element("td", "", {}, text)),
    ),
  );
  return element("table", "", {}, element("thead", "", {}, head), element("tbody", "", {}, ...body));
}

export default { render };
