// OptimizerPaths: pixels and numbers, and how often Python is asked.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  arrow,
  inView,
  movedBy,
  pixelAt,
  pointAt,
  polyline,
  short,
} from "../../micrograd_nb/widgets/static/optimizer_paths/geometry.js";
import { throttle } from "../../micrograd_nb/widgets/static/optimizer_paths/throttle.js";

const PLOT = { width: 500, height: 200, x: [-10, 10], y: [-4, 4] };

test("pixels count downwards from the upper left corner", () => {
  assert.deepEqual(pixelAt(PLOT, [-10, 4]), [0, 0]);
  assert.deepEqual(pixelAt(PLOT, [0, 0]), [250, 100]);
  assert.deepEqual(pointAt(PLOT, [500, 200]), [10, -4]);
});

test("from a point to its pixel and back is the same point", () => {
  for (const point of [
    [3.5, -1.25],
    [-9, 3],
    [10, 4],
  ])
    assert.deepEqual(pointAt(PLOT, pixelAt(PLOT, point)).map(short), point);
});

test("the start stays on the map, however far it is dragged", () => {
  assert.deepEqual(pointAt(PLOT, [-300, 9999]), [-10, -4]);
  assert.deepEqual(inView(PLOT, [4000, -4000], 7), [493, 7]);
});

test("an arrow key moves the start by a fortieth of the map, with Shift by an eighth, up is up", () => {
  assert.deepEqual(movedBy(PLOT, [0, 0], "ArrowRight", false), [0.5, 0]);
  assert.deepEqual(movedBy(PLOT, [0, 0], "ArrowUp", false), [0, 0.2]);
  assert.deepEqual(movedBy(PLOT, [0, 0], "ArrowDown", true), [0, -1]);
  assert.deepEqual(movedBy(PLOT, [9.9, 0], "ArrowRight", false), [10, 0]);
  assert.equal(movedBy(PLOT, [0, 0], "Home", false), null);
});

test("a path is drawn up to its step, without what is nowhere", () => {
  const points = [{ at: [1, 2] }, { at: [3, 4] }, null, { at: [5, 6] }];
  assert.equal(polyline(points, 0), "1,2");
  assert.equal(polyline(points, 2), "1,2 3,4");
  assert.equal(polyline(points, 99), "1,2 3,4 5,6");
});

test("an arrow ends where its vector ends, and the head of a short one is not longer than it", () => {
  assert.ok(arrow([30, -40]).head.startsWith("M30.00 -40.00L"));
  assert.equal(arrow([10, 0]).shaft, "M0 0L4.00 0.00");
});

test("Python is asked at once, then not more than once in a while, and for the last start for sure", () => {
  const asked = [];
  const timers = [];
  const ask = throttle(
    (start) => asked.push(start),
    100,
    (call) => timers.push(call),
    () => timers.splice(0),
  );
  for (const start of [1, 2, 3]) ask(start);
  assert.deepEqual(asked, [1]);
  timers.shift()();
  assert.deepEqual(asked, [1, 3]);
  timers.shift()();
  assert.deepEqual(asked, [1, 3]);
  ask(4);
  assert.deepEqual(asked, [1, 3, 4]);
  ask(5);
  ask.cancel();
  assert.equal(timers.length, 0);
  ask(6);
  assert.deepEqual(asked, [1, 3, 4, 6]);
});
