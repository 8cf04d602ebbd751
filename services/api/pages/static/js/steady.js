// How long ago something was, whatever is done to the machine's clock meanwhile, and whether the machine has slept.

const TIMERS = 5_000; // a timer that is so late has slept
const began = Date.now() - performance.now();

/** This page's clock, in ms: it goes on evenly while the page is open, and is near the machine's when it opens. */
export const steady = () => began + performance.now();

/** A moment on both clocks: the wall's may be set, and the steady one may stand still while the machine sleeps.
 * @typedef {{wall: number, steady: number}} Moment */
/** @returns {Moment} */
export const moment = () => ({ wall: Date.now(), steady: performance.now() });
/** Milliseconds since then, by the clock on which more have gone by. @param {Moment} then */
export const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.steady);

/** To be asked every second or so: whether the machine has slept since it was last asked. If it was the clock that has been set, it says so, too. */
export function sleeper() {
  let asked = moment();
  return () => {
    const slept = since(asked) > TIMERS;
    asked = moment();
    return slept;
  };
}

/** How many seconds ago this was, at the most and at the least: a machine that slept, or whose clock was set, has two answers.
 * @param {[number, number]} typed first and last @returns {[number, number]} */
export function ago([first, last]) {
  const now = [steady(), Date.now()];
  const ages = now.flatMap((one) => [one - first, one - last]).map((one) => Math.min(Math.max(one, 0), LONGEST) / 1000);
  return [Math.max(...ages), Math.min(...ages)];
}

const LONGEST = 30 * 86_400_000; // the server takes no older ones
