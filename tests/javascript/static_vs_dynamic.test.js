// The story of StaticVsDynamic: what the page shows depends on the step alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { isGrey, markOf, nextActOf, storyAt } from "../../micrograd_nb/widgets/static/static_vs_dynamic/story.js";

const step = (kind, run, line, more = {}) => ({ kind, run, line, focus: "", born: [], notes: {}, ...more });

// if x > 0: return x * x, else return -x
const STEPS = [
  step("line", 0, 2),
  step("line", 0, 3, { focus: "t0-f1", born: ["t0-f1", "t0-p1"] }),
  step("result", 0, 0),
  step("trace", -1, 0, { notes: { "c-f1": ["9", "kept"] } }),
  step("line", 1, 2),
  step("line", 1, 4, { born: ["t1-f1"] }),
  step("result", 1, 0),
  step("replay", -1, 0, { focus: "c-f1", notes: { "c-f1": ["16", "kept"] } }),
];
const LINES = [1, 2, 3, 4].map((number) => ({ number, text: "", runs: number > 1 }));

const marks = (k, run) => LINES.map((line) => markOf(line, storyAt(STEPS, k).tapes[run]));
const grey = (k) => LINES.filter((line) => isGrey(line, storyAt(STEPS, k))).map(({ number }) => number);

test("before the first step nothing has run and nothing is grey", () => {
  assert.deepEqual(marks(0, 0), ["", "", "", ""]);
  assert.deepEqual(grey(0), []);
});

test("lines are counted as they run, and 'not run' is said when the run is over", () => {
  assert.deepEqual(marks(2, 0), ["", "1×", "1×", ""]);
  assert.deepEqual(marks(3, 0), ["", "1×", "1×", "not run"]);
  assert.deepEqual(marks(3, 1), ["", "", "", ""]);
  assert.deepEqual(marks(8, 1), ["", "1×", "not run", "1×"]);
});

test("grey is the branch that the run at hand did not take; in what is static, the one that was not captured", () => {
  assert.deepEqual(grey(2), []);
  assert.deepEqual(grey(4), [4]);
  assert.deepEqual(grey(6), []);
  assert.deepEqual(grey(7), [3]);
  assert.deepEqual(grey(8), [4]);
});

test("tapes grow, and numbers of the captured graph change with the replay", () => {
  assert.deepEqual(storyAt(STEPS, 2).tapes[0].born, ["t0-f1", "t0-p1"]);
  assert.deepEqual(storyAt(STEPS, 5).tapes[1].born, []);
  assert.equal(storyAt(STEPS, 3).isTraced, false);
  assert.deepEqual(storyAt(STEPS, 7).notes["c-f1"], ["9", "kept"]);
  assert.deepEqual(storyAt(STEPS, 8).notes["c-f1"], ["16", "kept"]);
});

test("a click on a node goes to the next step that it acts in, and then to the first again", () => {
  assert.equal(nextActOf(STEPS, "t0-p1", 0), 2);
  assert.equal(nextActOf(STEPS, "c-f1", 4), 8);
  assert.equal(nextActOf(STEPS, "c-f1", 8), 4);
  assert.equal(nextActOf(STEPS, "nobody", 0), 0);
});
