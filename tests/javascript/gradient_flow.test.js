// GradientFlow: which row a key leads to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { neighbour } from "../../micrograd_nb/widgets/static/gradient_flow/rows.js";

const DRAWN = [0, 1, 3, 4]; // row 2 is an activation, which has no weights

test("arrows lead to the neighbours that are drawn, and stop at the ends", () => {
  assert.equal(neighbour(DRAWN, 1, "ArrowDown"), 3);
  assert.equal(neighbour(DRAWN, 3, "ArrowUp"), 1);
  assert.equal(neighbour(DRAWN, 4, "ArrowDown"), 4);
  assert.equal(neighbour(DRAWN, 0, "ArrowUp"), 0);
});

test("Home and End lead to the ends", () => {
  assert.equal(neighbour(DRAWN, 3, "Home"), 0);
  assert.equal(neighbour(DRAWN, 0, "End"), 4);
});

test("from nowhere, or from a row that is not drawn, an arrow leads to the first", () => {
  assert.equal(neighbour(DRAWN, -1, "ArrowDown"), 0);
  assert.equal(neighbour(DRAWN, 2, "ArrowUp"), 0);
});

test("other keys, and a picture without rows, lead nowhere", () => {
  assert.equal(neighbour(DRAWN, 0, "b"), undefined);
  assert.equal(neighbour([], -1, "ArrowDown"), undefined);
  assert.equal(neighbour([], -1, "Home"), undefined);
});
