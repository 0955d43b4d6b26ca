// Plays a timeline: one step after another, until somebody stops it or it comes to the end; and the controls for that.

import { element, icon, iconButton, QUIET } from "./elements.js";

const SPEEDS = [0.5, 1, 2, 4];
const BUTTONS = {
  first: "first step (Home)",
  back: "one step back (←)",
  play: "play (Space)",
  forward: "one step forward (→)",
  last: "last step (End)",
};
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

/** The buttons by the names of their actions, in the order in which they stand. `act` gets the name of the one pressed. */
export function playerButtons(act) {
  return Object.fromEntries(
    Object.entries(BUTTONS).map(([action, label]) => [action, iconButton(action, label, () => act(action))]),
  );
}

/** What a play button shows: that it plays, or, while it does, that it pauses. */
export function showOnPlayButton(button, playing) {
  const label = playing ? "pause (Space)" : BUTTONS.play;
  if (button.title === label) return;
  button.replaceChildren(icon(playing ? "pause" : "play"));
  button.setAttribute("aria-label", label);
  button.title = label;
}

export function speedChoice(className) {
  const speed = element("select", className, { "aria-label": "speed", ...QUIET });
  for (const value of SPEEDS) speed.append(new Option(`${value}×`, value, value === 1, value === 1));
  return speed;
}
