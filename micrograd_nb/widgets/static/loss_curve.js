// LossCurve in the browser: shows the picture that Python drew, and every new one that it sends.

function render({ model, el }) {
  const figure = document.createElement("div");
  figure.className = "mg-loss-curve";
  figure.setAttribute("role", "img");

  function draw() {
    figure.innerHTML = model.get("svg");
    figure.setAttribute("aria-label", model.get("description"));
  }

  model.on("change:svg", draw);
  model.on("change:description", draw);
  draw();
  el.append(figure);
  return () => {
    model.off("change:svg", draw);
    model.off("change:description", draw);
  };
}

export default { render };
