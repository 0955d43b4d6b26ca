// Which row a key leads to. Nothing here knows of a page.

const STEPS = { ArrowUp: -1, ArrowDown: 1 };

/** The row before, after, first or last of those that are drawn; undefined for another key, or where there is none. */
export function neighbour(numbers, current, key) {
  if (key === "Home") return numbers[0];
  if (key === "End") return numbers.at(-1);
  if (!(key in STEPS) || numbers.length === 0) return undefined;
  const place = numbers.indexOf(current);
  if (place < 0) return numbers[0];
  return numbers[Math.max(0, Math.min(numbers.length - 1, place + STEPS[key]))];
}
