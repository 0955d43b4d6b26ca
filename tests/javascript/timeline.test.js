// The timeline: what the page shows depends on the position alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import {
  findNode,
  nextStepOf,
  positionAfter,
  positionsOf,
  stateAt,
} from "../../micrograd_nb/widgets/static/stepper/timeline.js";

const part = (kind, notes = {}) => ({ kind, rows: [[kind, `what ${kind} says`, null]], spoken: `${kind}.`, notes });

const step = (focus, edges, finished, ...parts) => ({
  ...{ kind: "send", focus, title: focus, spoken: `${focus} acts.`, born: [], ready: [], waiting: [], flow: "" },
  ...{ edges, finished, parts },
});

// b = a + a
const PASS = {
  start: { p1: ["grad –", "none"], o1: ["grad –", "none"] },
  steps: [
    step("o1", [], [], part("seed", { o1: ["grad 1", "temporary"] })),
    step("f1", ["p1-f1-0"], [], part("ready"), part("local"), part("receive", { p1: ["1 (1 of 2)", "partial"] })),
    step(
      "f1",
      ["p1-f1-1"],
      ["f1"],
      part("ready"),
      part("skip"),
      part("receive", { p1: ["2 (2 of 2)", "temporary"] }),
      part("free"),
    ),
    step("p1", [], ["p1"], part("accumulate", { p1: ["grad 2", "kept"] })),
  ],
};

const at = (k, grain = "function") => stateAt(PASS, positionsOf(PASS.steps, grain), k, grain);

test("Function mode has a position for each step, Micro mode for each part", () => {
  assert.equal(positionsOf(PASS.steps, "function").length, 4);
  assert.equal(positionsOf(PASS.steps, "micro").length, 9);
});

test("before the first step there is only what was there", () => {
  assert.deepEqual(at(0).notes, PASS.start);
  assert.equal(at(0).step, null);
  assert.deepEqual(at(0).rows, []);
});

test("a whole step does not tell of skipped inputs and of what is freed", () => {
  assert.deepEqual(
    at(3).rows.map((one) => one.kind),
    ["ready", "receive"],
  );
  const last = positionsOf(PASS.steps, "micro").findLastIndex((position) => position.step === 2) + 1;
  assert.deepEqual(
    at(last, "micro").rows.map((one) => one.kind),
    ["ready", "skip", "receive", "free"],
  );
});

test("both modes agree wherever a step is over", () => {
  const micro = positionsOf(PASS.steps, "micro");
  for (let k = 0; k <= PASS.steps.length; k++) {
    const there = at(positionAfter(micro, k), "micro");
    for (const key of ["notes", "passed", "finished", "born"])
      assert.deepEqual(there[key], at(k)[key], `${key} at ${k}`);
  }
});

test("a part before the last shows no gradient that has not arrived, and finishes nothing", () => {
  const local = at(3, "micro");
  assert.equal(local.notes.p1[0], "grad –");
  assert.deepEqual(local.finished, []);
  assert.deepEqual(
    local.rows.map((one) => one.now),
    [false, true],
  );
});

test("the two edges of a + a light one by one", () => {
  assert.deepEqual(at(2).passed, ["p1-f1-0"]);
  assert.deepEqual(at(3).passed, ["p1-f1-0", "p1-f1-1"]);
});

test("a hundred jumps give what going there directly gives", () => {
  const frozen = JSON.stringify(PASS);
  for (let i = 0, k = 0; i < 100; i++, k = (k * 7 + 3) % 10) {
    const direct = stateAt(JSON.parse(frozen), positionsOf(JSON.parse(frozen).steps, "micro"), k, "micro");
    assert.deepEqual(at(k, "micro"), direct);
  }
  assert.equal(JSON.stringify(PASS), frozen);
});

test("a node is visited in each step that it acts or receives in, and then from the first again", () => {
  const visits = [0];
  for (let i = 0; i < 4; i++) visits.push(nextStepOf(PASS.steps, "p1", visits.at(-1)));
  assert.deepEqual(visits, [0, 2, 3, 4, 2]);
  assert.equal(nextStepOf(PASS.steps, "p17", 0), 0);
});

test("find takes the exact name before one that only has it in it", () => {
  const labels = { p1: "weight", p2: "w", f1: "Mul #1" };
  assert.equal(findNode(labels, "W"), "p2");
  assert.equal(findNode(labels, "mul"), "f1");
  assert.equal(findNode(labels, "  "), undefined);
  assert.equal(findNode(labels, "none"), undefined);
});
