// The dashboard: scales, what a place of the curve says, and the picture of the decision boundary.

import assert from "node:assert/strict";
import { test } from "node:test";
import { fieldsOf, pixelsOf } from "../../micrograd_nb/widgets/static/dashboard/field.js";
import { painter } from "../../micrograd_nb/widgets/static/dashboard/painter.js";
import {
  linearTicks,
  logTicks,
  lossTicks,
  nearestPlace,
  pointAt,
  pointText,
  rateAt,
  scale,
  stepsText,
  text,
  unbroken,
} from "../../micrograd_nb/widgets/static/dashboard/scale.js";

const CURVE = { first: [1, 2, 3, 4], mean: [2, null, 0, 0.5] };
const MERGED = { first: [1, 3], last: [2, 4], mean: [1.5, 0.25], low: [1, 0.2], high: [2, 0.3] };

test("ticks are round and span the numbers", () => {
  assert.deepEqual(linearTicks(0, 2.3), [0, 0.5, 1, 1.5, 2, 2.5]);
  assert.deepEqual(linearTicks(0, 1), [0, 0.2, 0.4, 0.6, 0.8, 1]);
  assert.deepEqual(logTicks(0.03, 0.8), [0.02, 0.05, 0.1, 0.2, 0.5, 1]);
  assert.deepEqual(logTicks(0.1, 10), [0.1, 0.2, 0.5, 1, 2, 5, 10]);
});

test("any range has a few ticks that span it", () => {
  const numbers = [1e-300, 1e-12, 0.00037, 0.2, 1, 7, 999, 1e5, 1e30];
  for (const low of numbers) {
    for (const high of numbers.filter((x) => x >= low)) {
      const logarithmic = logTicks(low, high);
      for (const ticks of [logarithmic, linearTicks(0, high), linearTicks(low, high)]) {
        assert.ok(ticks.length >= 2 && ticks.length <= 14, `${low} to ${high}: ${ticks}`);
        assert.ok(ticks[0] <= low * (1 + 1e-6) && ticks.at(-1) >= high * (1 - 1e-6), `${low} to ${high}: ${ticks}`);
      }
      assert.deepEqual(
        [...logarithmic].sort((a, b) => a - b),
        logarithmic,
      );
    }
  }
  assert.ok(linearTicks(0, 0).length >= 2);
});

test("an axis starts at zero, or at a power of ten, whatever the curve holds", () => {
  assert.equal(lossTicks([CURVE], false)[0], 0);
  assert.equal(lossTicks([CURVE], true)[0], 0.5);
  for (const log of [false, true]) assert.ok(lossTicks([{ first: [], mean: [] }], log).length >= 2);
  assert.ok(lossTicks([{ first: [1], mean: [null] }], false).length >= 2);
});

test("a scale goes from end to end, in equal steps or in equal ratios", () => {
  assert.equal(scale([0, 10], 100, 200)(5), 150);
  assert.equal(scale([1, 100], 0, 200, true)(10), 100);
});

test("a step finds its point, and the one next to it where there is none", () => {
  assert.equal(pointAt(CURVE, 3), 2);
  assert.equal(pointAt(MERGED, 2), 0);
  assert.equal(pointAt(MERGED, 99), 1);
  assert.equal(pointAt({ first: [10, 20], mean: [1, 2] }, 14), 0);
  assert.equal(pointAt({ first: [10, 20], mean: [1, 2] }, 16), 1);
  assert.equal(pointAt({ first: [], mean: [] }, 1), -1);
});

test("what is not finite leaves a gap, and on a logarithmic axis what is not above zero", () => {
  assert.deepEqual(unbroken(CURVE, false), [[0], [2, 3]]);
  assert.deepEqual(unbroken(CURVE, true), [[0], [3]]);
});

test("points in words", () => {
  assert.equal(pointText(CURVE, 1), "not finite");
  assert.equal(pointText(MERGED, 0), "1.5 (1 – 2)");
  assert.equal(stepsText(MERGED, 1), "steps 3–4");
  assert.equal(stepsText(CURVE, 0), "step 1");
  assert.equal(text(-0.123456), "−0.1235");
});

test("a learning rate holds from its step on", () => {
  const changes = [
    [5, 0.1],
    [9, 0.01],
  ];
  assert.deepEqual(
    [4, 5, 8, 9, 100].map((step) => rateAt(changes, 0.5, step)),
    [0.5, 0.1, 0.1, 0.01, 0.01],
  );
});

test("the slider stands at the rate that is nearest by ratio, also to one that is far off, or 0", () => {
  const places = [0, 1e-9, 0.02, 0.04, 1e38].map((rate) => nearestPlace([0.01, 0.1, 1], rate));
  assert.deepEqual(places, [0, 0, 0, 1, 2]);
});

test("each place has the colour of its most probable class, the sides are not mixed up", () => {
  // 2 × 2 places, rows from the bottom: the second class at the upper right alone
  const fields = fieldsOf({ fields: [btoa(String.fromCharCode(0, 0, 0, 255))] });
  assert.deepEqual([...fields[0]], [255, 255, 255, 0]);
  const pixels = pixelsOf(fields, 2, 9, [[1, 1, 1], [2, 2, 2]], [9, 9, 9]); // biome-ignore format: a table
  const colour = (row, column) => pixels[4 * (row * 9 + column)];
  assert.deepEqual([colour(0, 0), colour(0, 8), colour(8, 0), colour(8, 8)], [1, 2, 1, 1]);
  assert.ok(pixels.includes(9)); // the boundary
  assert.ok(pixels[4 * 8 + 3] > 100); // sure
});

test("however often something is new, it is drawn once a frame, and not at all after stop", () => {
  const waiting = [];
  globalThis.requestAnimationFrame = (paint) => waiting.push(paint);
  globalThis.cancelAnimationFrame = () => waiting.pop();
  let drawings = 0;
  const painting = painter(
    () => drawings++,
    () => true,
  );
  for (let i = 0; i < 100; i++) painting.ask();
  assert.equal(waiting.length, 1);
  waiting.pop()();
  assert.equal(drawings, 1);
  painting.ask();
  painting.stop();
  assert.equal(waiting.length, 0);
});

test("whoever prefers less motion gets few drawings while it plays, and each of them when it does not", (context) => {
  context.mock.timers.enable({ apis: ["setTimeout"] });
  globalThis.matchMedia = () => ({ matches: true });
  globalThis.requestAnimationFrame = (paint) => {
    paint();
    return null;
  };
  let drawings = 0;
  let playing = true;
  const painting = painter(
    () => drawings++,
    () => playing,
  );
  for (let i = 0; i < 10; i++) painting.ask();
  assert.equal(drawings, 1);
  context.mock.timers.tick(600);
  assert.equal(drawings, 2);
  playing = false;
  painting.ask();
  assert.equal(drawings, 3);
  delete globalThis.matchMedia;
});
