// A panel in the browser: shows the HTML that Python wrote, under controls that set the widget's traits.

function render({ model, el }) {
  const panel = document.createElement("section");
  panel.className = "mg-panel";
  // JupyterLab takes keys for its own commands unless they stop here.
  panel.addEventListener("keydown", (event) => event.stopPropagation());

  const set = (trait, value) => {
    model.set(trait, value);
    model.save_changes();
  };
  const bar = document.createElement("div");
  bar.className = "mg-panel-controls";
  const bound = model.get("controls").map((control) => {
    const { element, show } = makers[control.kind](control, model, set);
    bar.append(element);
    model.on(`change:${control.trait}`, show);
    show();
    return [control.trait, show];
  });

  const body = document.createElement("div");
  body.className = "mg-panel-body";
  body.tabIndex = 0; // a wide table is scrolled by keys, too
  body.setAttribute("role", "region");
  body.setAttribute("data-lm-suppress-shortcuts", "true");
  const news = document.createElement("p"); // read aloud when it changes
  news.className = "mg-panel-news";
  news.setAttribute("aria-live", "polite");

  const draw = () => {
    body.innerHTML = model.get("markup");
    body.setAttribute("aria-label", model.get("description"));
    news.textContent = model.get("description");
  };
  model.on("change:markup", draw);
  model.on("change:description", draw);
  draw();

  panel.append(bar, news, body);
  el.append(panel);
  return () => {
    for (const [trait, show] of bound) model.off(`change:${trait}`, show);
    model.off("change:markup", draw);
    model.off("change:description", draw);
  };
}

// Each makes an element for a control, and a function that shows the value that its trait has now.
const makers = {
  button({ trait, label, add, ...range }, model, set) {
    const element = focusable(document.createElement("button"));
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", () => set(trait, within(model.get(trait) + add, range)));
    return { element, show: () => {} };
  },
  checkbox({ trait, label }, model, set) {
    const input = focusable(document.createElement("input"));
    input.type = "checkbox";
    input.addEventListener("change", () => set(trait, input.checked));
    const show = () => {
      input.checked = model.get(trait);
    };
    return { element: labelled(input, label), show };
  },
  number({ trait, label, ...range }, model, set) {
    const input = focusable(document.createElement("input"));
    input.type = "number";
    input.min = String(range.first);
    input.addEventListener("change", () => {
      const value = Number.parseInt(input.value, 10);
      if (Number.isFinite(value)) set(trait, within(value, range));
      show();
    });
    const show = () => {
      input.value = String(model.get(trait));
    };
    return { element: labelled(input, label), show };
  },
};

function within(value, { first, last }) {
  return Math.max(first, Math.min(value, last ?? Number.MAX_SAFE_INTEGER));
}

function labelled(input, text) {
  const label = document.createElement("label");
  label.append(text, " ", input);
  return label;
}

function focusable(element) {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
}

export default { render };
