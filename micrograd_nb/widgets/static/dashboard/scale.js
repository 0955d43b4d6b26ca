// From numbers to places on the page, and numbers as text. Nothing here knows of a page.

/** A few round numbers that span from below `low` to above `high`. */
export function linearTicks(low, high) {
  if (!(high - low > Math.abs(high) * 1e-9))
    return linearTicks(low - (Math.abs(low) || 1) / 2, low + (Math.abs(low) || 1) / 2);
  const rough = (high - low) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => power * factor >= rough * (1 - 1e-9));
  const ticks = [];
  for (let n = Math.floor(low / step + 1e-9); ticks.length === 0 || ticks.at(-1) < high - step * 1e-9; n++) {
    ticks.push(Number((n * step).toPrecision(6)));
  }
  return ticks;
}

/** Powers of ten that span from below `low` to above `high`, both above 0; and 2 and 5 times those, if they are few. */
export function logTicks(low, high) {
  const [first, last] = [Math.floor(Math.log10(low) + 1e-9), Math.ceil(Math.log10(high) - 1e-9)];
  const decades = Math.max(1, last - first);
  const factors = decades <= 3 ? [1, 2, 5] : [1];
  const every = Math.ceil(decades / 8);
  const ticks = [];
  for (let n = first; n < first + decades + every; n += every) {
    for (const factor of factors) ticks.push(Number((factor * 10 ** n).toPrecision(1)));
  }
  const above = ticks.findIndex((tick) => tick >= high * (1 - 1e-9));
  const below = ticks.findLastIndex((tick) => tick <= low * (1 + 1e-9));
  return ticks.slice(Math.max(0, below), above === -1 ? undefined : Math.max(above, below + 1) + 1);
}

/** A function from a number between the first and the last tick to a place between `start` and `end`. */
export function scale(ticks, start, end, log = false) {
  const by = log ? Math.log10 : (x) => x;
  const [low, high] = [by(ticks[0]), by(ticks.at(-1))];
  return (value) => start + ((end - start) * (by(value) - low)) / (high - low);
}

/** The numbers of all curves that can be shown: on a logarithmic axis, those above 0. */
export function shownNumbers(curves, log) {
  return curves
    .flatMap((curve) => [curve.mean, curve.low ?? [], curve.high ?? []].flat())
    .filter((value) => value !== null && (!log || value > 0));
}

/** The ticks of the axis of the losses. */
export function lossTicks(curves, log) {
  const numbers = shownNumbers(curves, log);
  const [low, high] = numbers.reduce(([a, b], x) => [Math.min(a, x), Math.max(b, x)], [Infinity, -Infinity]);
  if (!numbers.length) return log ? logTicks(0.1, 1) : linearTicks(0, 1);
  return log ? logTicks(low, high) : linearTicks(Math.min(0, low), high);
}

/** The place of the point that a step belongs to, or else of the one next to it; -1 where there is none. */
export function pointAt(curve, step) {
  const { first } = curve;
  let [low, high] = [0, first.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (first[middle] <= step) low = middle;
    else high = middle - 1;
  }
  if (!first.length) return -1;
  const end = lastStep(curve, low);
  const next = first[low + 1];
  return next !== undefined && step > end && next - step < step - end ? low + 1 : low;
}

/** The last step of a point. */
export function lastStep(curve, place) {
  return (curve.last ?? curve.first)[place];
}

/** Where a point stands on the axis of the steps: in the middle of its steps. */
export function middleStep(curve, place) {
  return (curve.first[place] + lastStep(curve, place)) / 2;
}

/** Lists of places of points that follow one another without a gap. */
export function unbroken(curve, log) {
  const pieces = [[]];
  curve.mean.forEach((mean, place) => {
    if (mean !== null && (!log || mean > 0)) pieces.at(-1).push(place);
    else if (pieces.at(-1).length) pieces.push([]);
  });
  return pieces.filter((piece) => piece.length);
}

/** A number with four digits; null is one that was NaN or infinite. */
export function text(value) {
  return value === null ? "not finite" : String(Number(value.toPrecision(4))).replace("-", "−");
}

/** What a point of a curve says. */
export function pointText(curve, place) {
  const mean = text(curve.mean[place]);
  const many = curve.low && curve.first[place] !== curve.last[place] && curve.mean[place] !== null;
  return many ? `${mean} (${text(curve.low[place])} – ${text(curve.high[place])})` : mean;
}

/** "step 7", or "steps 9–16" */
export function stepsText(curve, place) {
  const [first, last] = [curve.first[place], lastStep(curve, place)];
  return first === last ? `step ${first}` : `steps ${first}–${last}`;
}

/** The learning rate of a step. */
export function rateAt(changes, start, step) {
  return changes.findLast(([first]) => first <= step)?.[1] ?? start;
}

/** Where in a list of growing numbers above 0 the one stands that is the nearest, by ratio. */
export function nearestPlace(numbers, value) {
  const away = (one) => Math.abs(Math.log(one) - Math.log(Math.max(value, 1e-300)));
  return numbers.reduce((best, one, place) => (away(one) < away(numbers[best]) ? place : best), 0);
}
