// A panel in the browser: shows the HTML that Python wrote, under controls that set the widget's traits.
// In a file there is no Python: the file holds what Python would write, for some values of the traits.

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

  panel.append(bar);
  if (model.get("states")) {
    answerFromFile(model);
    const note = document.createElement("p");
    note.className = "mg-panel-note";
    note.textContent = model.get("note");
    panel.append(note);
  }
  panel.append(news, body);
  el.append(panel);
  return () => {
    for (const [trait, show] of bound) model.off(`change:${trait}`, show);
    model.off("change:markup", draw);
    model.off("change:description", draw);
  };
}

// Does what Python does in a notebook: when a trait changes, it writes what is shown for the new values.
function answerFromFile(model) {
  const traits = model.get("traits");
  const answer = () => {
    const values = JSON.stringify(traits.map((trait) => model.get(trait)));
    const [markup, description] = model.get("states")[values];
    model.set("markup", markup);
    model.set("description", description);
    model.save_changes();
  };
  for (const trait of traits) model.on(`change:${trait}`, answer);
}

// Each makes an element for a control, and a function that shows the value that its trait has now.
const makers = {
  button({ trait, label, add, fixed, limit, ...range }, model, set) {
    const element = focusable(document.createElement("button"));
    element.type = "button";
    element.textContent = label;
    element.addEventListener("click", () => set(trait, next()));
    const next = () => (fixed ? model.get(trait) : within(model.get(trait) + add, range));
    const show = () => {
      const isAtTheEnd = next() === model.get(trait);
      element.setAttribute("aria-disabled", String(isAtTheEnd)); // a disabled one would lose the focus
      element.title = isAtTheEnd ? (fixed ?? limit ?? "") : "";
    };
    return { element, show };
  },
  checkbox({ trait, label, fixed }, model, set) {
    const input = focusable(document.createElement("input"));
    input.type = "checkbox";
    fix(input, fixed);
    input.addEventListener("change", () => set(trait, input.checked));
    const show = () => {
      input.checked = model.get(trait);
    };
    return { element: labelled(input, label), show };
  },
  number({ trait, label, fixed, limit, ...range }, model, set) {
    const input = focusable(document.createElement("input"));
    input.type = "number";
    fix(input, fixed);
    if (limit) input.title = limit;
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

// In a file, a control that would lead out of it is there to be read, and says why.
function fix(input, why) {
  if (!why) return;
  input.disabled = true;
  input.title = why;
}

function labelled(input, text) {
  const label = document.createElement("label");
  label.title = input.disabled ? input.title : "";
  label.append(text, " ", input);
  return label;
}

function focusable(element) {
  element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
}

export default { render };
