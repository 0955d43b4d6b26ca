// Where one looks at a drawing: what part of it, and how large. Nothing here knows of a page.
//
// A camera is { x, y, scale }: the point (px, py) of the drawing is seen at (x + scale · px, y + scale · py). Sizes and
// points are in CSS pixels; at scale 1 the drawing has its own size.

const SMALLEST = 0.1;
const LARGEST = 8;
const READABLE = 0.5; // below, text cannot be read: a large drawing begins at this scale, and not as a whole
const MARGIN = 12;
const IN_SIGHT = 48; // so much of the drawing stays in sight, wherever it is moved

/** The whole drawing, in the middle, not larger than it is. */
export function whole(drawing, place) {
  const fitting = Math.min((place.width - 2 * MARGIN) / drawing.width, (place.height - 2 * MARGIN) / drawing.height);
  return inTheMiddle(drawing, place, within(SMALLEST, Math.min(1, fitting), LARGEST));
}

/** What is seen first: the whole drawing, or as much of it as can be read, from where it begins. */
export function atFirst(drawing, place) {
  const all = whole(drawing, place);
  if (all.scale >= READABLE) return all;
  const middle = inTheMiddle(drawing, place, READABLE);
  return { ...middle, x: Math.max(MARGIN, middle.x), y: Math.max(MARGIN, middle.y) };
}

/** Larger by a factor, or smaller; the point of the place that is given stays where it is. */
export function zoomed(camera, factor, at) {
  const scale = within(SMALLEST, camera.scale * factor, LARGEST);
  const real = scale / camera.scale;
  return { x: at.x - (at.x - camera.x) * real, y: at.y - (at.y - camera.y) * real, scale };
}

/** Moved; some of the drawing stays in sight. */
export function moved(camera, dx, dy, drawing, place) {
  return kept({ ...camera, x: camera.x + dx, y: camera.y + dy }, drawing, place);
}

/** Moved so that a point of the drawing is seen at a point of the place. */
export function putting(camera, point, at, drawing, place) {
  return kept({ ...camera, x: at.x - camera.scale * point.x, y: at.y - camera.scale * point.y }, drawing, place);
}

/** Moved no farther than needed for a box of the drawing to be in sight; as it is, where it is already. */
export function showing(camera, box, place) {
  const left = camera.x + camera.scale * box.x;
  const top = camera.y + camera.scale * box.y;
  const dx = needed(left, camera.scale * box.width, place.width);
  const dy = needed(top, camera.scale * box.height, place.height);
  return dx || dy ? { ...camera, x: camera.x + dx, y: camera.y + dy } : camera;
}

function inTheMiddle(drawing, place, scale) {
  return {
    x: (place.width - scale * drawing.width) / 2,
    y: (place.height - scale * drawing.height) / 2,
    scale,
  };
}

function kept(camera, drawing, place) {
  return {
    ...camera,
    x: within(IN_SIGHT - camera.scale * drawing.width, camera.x, place.width - IN_SIGHT),
    y: within(IN_SIGHT - camera.scale * drawing.height, camera.y, place.height - IN_SIGHT),
  };
}

/** How far a stretch has to move to be inside of a length, with its beginning if it does not fit. */
function needed(start, size, length) {
  if (start < MARGIN || size > length - 2 * MARGIN) return MARGIN - start;
  return Math.min(0, length - MARGIN - (start + size));
}

function within(low, x, high) {
  return Math.max(low, Math.min(x, high));
}
