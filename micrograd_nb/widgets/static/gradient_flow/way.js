// The way of a NaN: a card for each operation, forward to the loss, and back.

import { element } from "../stepper/elements.js";

const HEADINGS = { forward: "forward: its values", backward: "backward: its gradients" };

export function pathView({ heads, ways, reaches }) {
  const parts = heads.map((text) => element("p", "", {}, text));
  for (const [way, cards] of Object.entries(ways)) {
    if (cards.length === 0) continue;
    parts.push(element("h4", "", {}, HEADINGS[way]));
    parts.push(element("ol", `mg-gradients-way mg-is-${way}`, { "aria-label": HEADINGS[way] }, ...cards.map(cardView)));
  }
  if (reaches) parts.push(element("p", "", {}, reaches));
  return parts;
}

function cardView({ name, module, place, code, count, first, bad }) {
  const card = element("li", first ? "mg-is-first" : bad ? "mg-is-bad" : "");
  if (first) card.append(element("span", "mg-begins", {}, first));
  card.append(element("strong", "", {}, module ? `${name} in ${module}` : name));
  if (code) card.append(element("code", "", {}, code));
  for (const text of [place, count]) if (text) card.append(element("span", "", {}, text));
  return card;
}
