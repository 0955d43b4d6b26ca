// What the page shows after so many steps. Nothing here knows of a page, and nothing is computed: all text comes from
// Python (graph/trace).
//
// A position is one step of the timeline: in Function mode a whole step of the trace, in Micro mode one of its parts.
// The page at a position is a function of the position alone, so that going back shows exactly what was there before.

const MICRO_ONLY = ["skip", "free"]; // parts that a whole step does not tell of

/** The positions of a pass: for each, the number of its step and of the part that acts last in it. */
export function positionsOf(steps, grain) {
  return steps.flatMap((step, number) => {
    const parts = step.parts.map((_, part) => ({ step: number, part }));
    return grain === "micro" ? parts : parts.slice(-1);
  });
}

/** The first position at which a step, counted from 1, is over; 0 before the first step. */
export function positionAfter(positions, stepNumber) {
  return positions.filter((position) => position.step < stepNumber).length;
}

/** What the page shows at a position, from 0 (before the first step) on. */
export function stateAt(pass, positions, k, grain) {
  const state = {
    notes: { ...pass.start },
    passed: [],
    finished: [],
    born: [],
    step: null,
    rows: [],
    spoken: "",
    title: "",
  };
  if (k === 0) return state;
  const { step: last, part } = positions[k - 1];
  for (const [number, step] of pass.steps.slice(0, last + 1).entries()) {
    const parts = number < last ? step.parts : step.parts.slice(0, part + 1);
    for (const one of parts) Object.assign(state.notes, one.notes);
    state.born.push(...step.born);
    const over = number < last || part === step.parts.length - 1;
    if (over || step.parts[part].kind !== "ready") state.passed.push(...step.edges);
    if (over) state.finished.push(...step.finished);
  }
  const step = pass.steps[last];
  const micro = grain === "micro";
  state.step = step;
  state.title = step.title;
  state.kind = micro ? step.parts[part].kind : step.kind;
  state.spoken = micro ? step.parts[part].spoken : step.spoken;
  state.rows = step.parts
    .slice(0, part + 1)
    .flatMap((one, number) => one.rows.map((row) => ({ row, kind: one.kind, now: micro && number === part })))
    .filter(({ kind }) => micro || !MICRO_ONLY.includes(kind));
  return state;
}

/** The number of the next step (1, 2, …) after `from` in which a node acts or receives; 0 where there is none. */
export function nextStepOf(steps, id, from) {
  const numbers = steps.flatMap((step, i) => (touches(step, id) ? [i + 1] : []));
  return numbers.find((number) => number > from) ?? numbers[0] ?? 0;
}

function touches(step, id) {
  return (
    step.focus === id ||
    step.parts.some((part) => id in part.notes) ||
    step.edges.some((edge) => edge.split("-").slice(0, 2).includes(id))
  );
}

/** The first node that is called so, or whose name has the text in it; undefined where there is none. */
export function findNode(labels, text) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return undefined;
  const names = Object.entries(labels).map(([id, name]) => [id, name.toLowerCase()]);
  return (names.find(([, name]) => name === wanted) ?? names.find(([, name]) => name.includes(wanted)))?.[0];
}
