// Draws no more often than the screen shows pictures; whoever prefers less motion gets two in a second while it plays.

const CALM_MILLISECONDS = 500;

/** `draw` draws what there is now; `isPlaying` says whether drawings follow one another. */
export function painter(draw, isPlaying) {
  const calm = globalThis.matchMedia?.("(prefers-reduced-motion: reduce)");
  let frame = null;
  let timer = null;
  let last = Number.NEGATIVE_INFINITY;

  function paint() {
    frame = null;
    last = performance.now();
    draw();
  }

  function soon() {
    timer = null;
    frame ??= requestAnimationFrame(paint);
  }

  /** There is something new to draw. */
  function ask() {
    if (frame !== null) return;
    const rest = calm?.matches && isPlaying() ? last + CALM_MILLISECONDS - performance.now() : 0;
    if (rest > 0) {
      timer ??= setTimeout(soon, rest);
      return;
    }
    clearTimeout(timer);
    soon();
  }

  function stop() {
    clearTimeout(timer);
    if (frame !== null) cancelAnimationFrame(frame);
    timer = frame = null;
  }

  return { ask, stop };
}
