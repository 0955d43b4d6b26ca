// A histogram: bars between the lowest and the highest number, a line where 0 is, and the facts below.

import { element, svgElement } from "../stepper/elements.js";
import { text } from "./scale.js";

const BARS_WIDTH = 200;
const BARS_HEIGHT = 64;

/** A view of one histogram; `update` draws another one. */
export function histogramView() {
  const svg = svgElement("svg", {
    viewBox: `0 0 ${BARS_WIDTH} ${BARS_HEIGHT}`,
    preserveAspectRatio: "none",
    "aria-hidden": "true",
  });
  const title = element("span", "mgd-histogram-title");
  const ends = element("div", "mgd-ends");
  const facts = element("span", "mgd-histogram-facts");
  const root = element("figure", "mgd-histogram", {}, element("figcaption", "", {}, title), svg, ends, facts);

  function update({ title: name, counts, low, high, facts: words }) {
    title.textContent = name;
    facts.textContent = words;
    const most = Math.max(...counts, 1);
    const width = BARS_WIDTH / (counts.length || 1);
    const zero = low < 0 && high > 0 ? [(-low / (high - low)) * BARS_WIDTH] : [];
    svg.replaceChildren(
      ...counts.map((count, i) => {
        const height = count && Math.max(1.5, (count / most) * (BARS_HEIGHT - 2));
        return svgElement("rect", { x: i * width + 0.5, y: BARS_HEIGHT - height, width: width - 1, height });
      }),
      ...zero.map((x) => svgElement("path", { class: "mgd-zero", d: `M${x} 0V${BARS_HEIGHT}` })),
      svgElement("path", { class: "mgd-rule", d: `M0 ${BARS_HEIGHT - 0.5}H${BARS_WIDTH}` }),
    );
    const [first, last] = counts.length ? [text(low), text(high)] : ["", ""];
    ends.replaceChildren(element("span", "", {}, first), element("span", "", {}, last));
  }

  return { root, update };
}
