// Plays a timeline: one step after another, until somebody stops it or it comes to the end.

const MILLISECONDS_PER_STEP = 1200;

/** `next` makes a step and returns whether there is another; `speed` is asked before each; `changed` when it starts or stops. */
export function player({ next, speed, changed }) {
  let timer = null;

  function later() {
    timer = setTimeout(() => (next() ? later() : stop()), MILLISECONDS_PER_STEP / speed());
  }

  function stop() {
    if (timer === null) return;
    clearTimeout(timer);
    timer = null;
    changed(false);
  }

  function start() {
    later();
    changed(true);
  }

  return { start, stop, isPlaying: () => timer !== null };
}
