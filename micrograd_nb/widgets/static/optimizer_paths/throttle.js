// Calls a function at most once in a while: the first time at once, the last time for sure.

/** `later` and `clear` are setTimeout and clearTimeout, which tests replace. */
export function throttle(call, milliseconds, later = setTimeout, clear = clearTimeout) {
  let timer = null;
  let waiting = null;

  function rest() {
    timer = later(() => {
      timer = null;
      if (waiting === null) return;
      const next = waiting;
      waiting = null;
      call(...next);
      rest();
    }, milliseconds);
  }

  const throttled = (...args) => {
    if (timer !== null) {
      waiting = args;
      return;
    }
    call(...args);
    rest();
  };
  throttled.cancel = () => {
    if (timer !== null) clear(timer);
    timer = null;
    waiting = null;
  };
  return throttled;
}
