// What the page shows after so many steps of the story. Nothing here knows of a page, and nothing is computed: all text
// comes from Python (graph/contrast). The page at a step is a function of the step alone.

/** The state after k steps, from 0 (nothing has run) on; `start` is what is written below nodes then. */
export function storyAt(steps, k, start = {}) {
  const over = steps.slice(0, k);
  const step = over.at(-1) ?? null;
  const state = {
    step,
    tapes: [0, 1].map((run) => ({
      born: over.filter((one) => one.run === run).flatMap((one) => one.born),
      isOver: over.some((one) => one.run === run && one.kind === "result"),
      counts: countsOf(over, run),
    })),
    isTraced: over.some((one) => one.kind === "trace"),
    notes: Object.assign({ ...start }, ...over.map((one) => one.notes)),
    replayed: over.filter((one) => one.kind === "replay").map((one) => one.focus),
  };
  state.told = toldRun(state);
  return state;
}

/** The run whose way is told of now: the one that goes on, or, in what is static, the first, which was captured. */
function toldRun({ step }) {
  if (!step) return -1;
  return Math.max(0, step.run);
}

function countsOf(steps, run) {
  const counts = {};
  for (const step of steps) {
    if (step.run === run && step.kind === "line") counts[step.line] = (counts[step.line] ?? 0) + 1;
  }
  return counts;
}

/** What stands beside a line for a run: how often it ran, "not run" once that is certain, or nothing yet. */
export function markOf(line, tape) {
  const count = tape.counts[line.number];
  if (count) return `${count}×`;
  return tape.isOver && line.runs ? "not run" : "";
}

/** Whether a line is grey: the run that is told of is over, and has not come to it. */
export function isGrey(line, state) {
  return state.told >= 0 && markOf(line, state.tapes[state.told]) === "not run";
}

/** The number of the next step (1, 2, …) after k in which a node acts; 0 where there is none. */
export function nextActOf(steps, id, k) {
  const numbers = steps.flatMap((step, i) =>
    step.focus === id || step.born.includes(id) || id in step.notes ? [i + 1] : [],
  );
  return numbers.find((number) => number > k) ?? numbers[0] ?? 0;
}
