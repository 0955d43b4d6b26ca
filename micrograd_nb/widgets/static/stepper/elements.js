// Small helpers that make elements. Text goes in as text, never as HTML: a tensor may be called `<img onerror=…>`.

const ICONS = {
  first: "M5 4v12M16 4 7 10l9 6z",
  back: "M14 4 5 10l9 6z",
  play: "M6 4v12l10-6z",
  pause: "M6 4v12M14 4v12",
  forward: "M6 4l9 6-9 6z",
  last: "M15 4v12M4 4l9 6-9 6z",
  step: "M5 4v12M9 4l8 6-8 6z",
  reset: "M15.5 6.5A6.5 6.5 0 1 0 16.5 10M16 3v4h-4",
};

const SVG = "http://www.w3.org/2000/svg";

// JupyterLab acts on single keys (b inserts a cell, d d deletes one) unless the focused element itself says not to.
export const QUIET = { "data-lm-suppress-shortcuts": "true" };

export function element(tag, className, attributes = {}, ...children) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

export function svgElement(tag, attributes = {}) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

export function icon(name) {
  const svg = svgElement("svg", { viewBox: "0 0 20 20", "aria-hidden": "true" });
  svg.append(svgElement("path", { d: ICONS[name] }));
  return svg;
}

/** A button with an icon. */
export function iconButton(name, label, press) {
  const made = element("button", `mg-button mg-${name}`, {
    type: "button",
    title: label,
    "aria-label": label,
    ...QUIET,
  });
  made.append(icon(name));
  made.addEventListener("click", press);
  return made;
}

/** A group of buttons of which one is on. `choose` gets the name of the one that is pressed. */
export function switcher(label, choices, choose) {
  const group = element("div", "mg-switch", { role: "group", "aria-label": label });
  for (const [name, text] of Object.entries(choices)) {
    const one = element("button", "mg-choice", { type: "button", "data-name": name, ...QUIET }, text);
    one.addEventListener("click", () => choose(name));
    group.append(one);
  }
  return group;
}

/** Shows which button of a group is on. */
export function switchTo(group, name) {
  for (const one of group.children) one.setAttribute("aria-pressed", String(one.dataset.name === name));
}

/** Gives an element exactly these classes, always in this order: the same step is the same page, to the letter. */
export function mark(node, classes) {
  node.classList.remove(...Object.keys(classes));
  for (const [name, wanted] of Object.entries(classes)) if (wanted) node.classList.add(name);
}
