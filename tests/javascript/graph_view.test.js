// The camera and the search of GraphView.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  atFirst,
  moved,
  putting,
  showing,
  whole,
  zoomed,
} from "../../micrograd_nb/widgets/static/graph_view/camera.js";
import { matches } from "../../micrograd_nb/widgets/static/graph_view/search.js";

const PLACE = { width: 600, height: 300 };
const SMALL = { width: 200, height: 100 };
const WIDE = { width: 3000, height: 200 };

/** Where a point of the drawing is seen. */
const seen = (camera, { x, y }) => ({ x: camera.x + camera.scale * x, y: camera.y + camera.scale * y });

test("a small drawing is in the middle, in its own size", () => {
  assert.deepEqual(whole(SMALL, PLACE), { x: 200, y: 100, scale: 1 });
  assert.deepEqual(atFirst(SMALL, PLACE), { x: 200, y: 100, scale: 1 });
});

test("a large one fits as a whole, but begins so that it can be read", () => {
  const all = whole(WIDE, PLACE);
  assert.ok(all.scale * WIDE.width <= PLACE.width);
  assert.ok(all.scale < 0.5);
  const first = atFirst(WIDE, PLACE);
  assert.equal(first.scale, 0.5);
  assert.ok(first.x > 0);
});

test("zooming keeps the point under the mouse, and comes to an end", () => {
  const camera = { x: 10, y: 20, scale: 0.8 };
  const at = { x: 170, y: 90 };
  const point = { x: (at.x - camera.x) / camera.scale, y: (at.y - camera.y) / camera.scale };
  const nearer = seen(zoomed(camera, 1.7, at), point);
  assert.ok(Math.abs(nearer.x - at.x) < 1e-9 && Math.abs(nearer.y - at.y) < 1e-9);
  assert.equal(zoomed(camera, 1e9, at).scale, 8);
  assert.equal(zoomed(camera, 1e-9, at).scale, 0.1);
});

test("zooming in and out again leads back", () => {
  const camera = { x: 10, y: 20, scale: 0.8 };
  const back = zoomed(zoomed(camera, 1.25, { x: 50, y: 60 }), 1 / 1.25, { x: 50, y: 60 });
  for (const name of ["x", "y", "scale"]) assert.ok(Math.abs(back[name] - camera[name]) < 1e-9);
});

test("some of the drawing stays in sight, wherever it is moved", () => {
  const camera = whole(SMALL, PLACE);
  for (const [dx, dy] of [
    [1e6, 0],
    [-1e6, 0],
    [0, 1e6],
    [0, -1e6],
  ]) {
    const { x, y } = moved(camera, dx, dy, SMALL, PLACE);
    assert.ok(x + SMALL.width >= 48 && x <= PLACE.width - 48);
    assert.ok(y + SMALL.height >= 48 && y <= PLACE.height - 48);
  }
  assert.deepEqual(moved(camera, 5, -7, SMALL, PLACE), { x: 205, y: 93, scale: 1 });
});

test("a point can be put where another was", () => {
  const camera = putting({ x: 0, y: 0, scale: 0.5 }, { x: 1000, y: 100 }, { x: 300, y: 150 }, WIDE, PLACE);
  assert.deepEqual(seen(camera, { x: 1000, y: 100 }), { x: 300, y: 150 });
});

test("what is in sight moves nothing; what is not comes in, with its beginning", () => {
  const camera = { x: 0, y: 0, scale: 1 };
  assert.equal(showing(camera, { x: 100, y: 100, width: 50, height: 20 }, PLACE), camera);
  assert.equal(showing(camera, { x: 700, y: 100, width: 50, height: 20 }, PLACE).x, 600 - 12 - 750);
  assert.equal(showing(camera, { x: -90, y: 100, width: 50, height: 20 }, PLACE).x, 12 + 90);
  assert.equal(showing(camera, { x: 100, y: 0, width: 5000, height: 20 }, PLACE).x, 12 - 100);
});

test("a search finds parts of names, whole names first", () => {
  const names = [
    ["fc10", "m2"],
    ["fc1", "m1"],
    ["Add #1", "f1"],
  ];
  assert.deepEqual(
    matches(names, " FC1 ").map(([name]) => name),
    ["fc1", "fc10"],
  );
  assert.deepEqual(matches(names, "  "), []);
  assert.deepEqual(matches(names, "zz"), []);
});
