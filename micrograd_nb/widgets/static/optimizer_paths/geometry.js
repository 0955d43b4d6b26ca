// From pixels of the map to numbers and back, and outlines of what is drawn. Nothing here knows of a page.

/** The point of the function's plane at a pixel of the map, kept inside of it. */
export function pointAt({ width, height, x, y }, [across, down]) {
  return [
    x[0] + (Math.max(0, Math.min(width, across)) / width) * (x[1] - x[0]),
    y[1] - (Math.max(0, Math.min(height, down)) / height) * (y[1] - y[0]),
  ];
}

/** The pixel of the map at a point of the function's plane. */
export function pixelAt({ width, height, x, y }, [right, up]) {
  return [((right - x[0]) / (x[1] - x[0])) * width, ((y[1] - up) / (y[1] - y[0])) * height];
}

/** The start after an arrow key: a fortieth of the map farther, with Shift an eighth; null for another key. */
export function movedBy({ x, y }, [right, up], key, wide) {
  const share = wide ? 1 / 8 : 1 / 40;
  const [dx, dy] = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[key] ?? [];
  if (dx === undefined) return null;
  const within = (value, [low, high]) => Math.max(low, Math.min(high, value));
  return [within(right + dx * share * (x[1] - x[0]), x), within(up + dy * share * (y[1] - y[0]), y)];
}

/** A number with at most four digits that matter. */
export function short(value) {
  return Number(value.toPrecision(4));
}

/** A pixel, or the nearest one inside of the map. */
export function inView({ width, height }, [across, down], margin = 0) {
  const within = (value, most) => Math.max(margin, Math.min(most - margin, value));
  return [within(across, width), within(down, height)];
}

/** The pixels of a path up to a step, as an SVG polyline wants them; what is nowhere is left out. */
export function polyline(points, step) {
  return points
    .slice(0, step + 1)
    .filter(Boolean)
    .map(({ at }) => at.join(","))
    .join(" ");
}

const SHAPES = {
  circle: "M-5 0a5 5 0 1 0 10 0a5 5 0 1 0 -10 0Z",
  square: "M-4.5 -4.5h9v9h-9Z",
  triangle: "M0 -6L5.5 4.5h-11Z",
  diamond: "M0 -6.5L6 0L0 6.5L-6 0Z",
};

/** The outline of a marker around (0, 0). */
export function marker(shape) {
  return SHAPES[shape];
}

/** An arrow from (0, 0), as its shaft and its head; a short one has a small head. */
export function arrow([dx, dy]) {
  const length = Math.hypot(dx, dy);
  const head = Math.min(9, length * 0.6);
  const [ux, uy] = [dx / length, dy / length];
  const [bx, by] = [dx - ux * head, dy - uy * head];
  const wing = head * 0.45;
  const place = (px, py) => `${px.toFixed(2)} ${py.toFixed(2)}`;
  return {
    shaft: `M0 0L${place(bx, by)}`,
    head: `M${place(dx, dy)}L${place(bx - uy * wing, by + ux * wing)}L${place(bx + uy * wing, by - ux * wing)}Z`,
  };
}
