// A live transcript that is shown later than it comes, for those who watch a delayed video: all of it in the order in which it came,
// also when the delay changes.
import { follow } from "./live.js";
import { turns } from "./transcript.js";

/** What is shown. `earlier`: there is more before it; `begin`: when the session began, if that is before.
 * @typedef {{seq: number, turns: import("./transcript.js").Turn[], earlier: string | null, begin: string | null}} View */
/** @typedef {Omit<import("./live.js").Options, "onText"> & {onText: (view: View) => void}} Options */

/** Like `follow` (live.js), with views in place of the state. What was said before comes at once when it is asked for.
 * @param {string} session @param {Options} options @param {() => number} delay in milliseconds, asked each time */
export function followLate(session, options, delay) {
  const { onText, onStanding = () => {}, onSession = () => {}, onInterruption = () => {}, onOffRecord = () => {} } = options;
  const late = lateness(delay);
  /** @type {{seq: number, turns: import("./transcript.js").Turn[]}} */
  let shown = { seq: 0, turns: [] };
  let [seq, earlier] = [-1, /** @type {string | null} */ (null)];
  /** @type {string | null} when the session was made whose words come */
  let made = null;

  /** @param {import("./transcript.js").Transcript} state */
  const show = (state) => {
    const first = shown.turns[0]?.ordinal ?? 0;
    const before = turns(state).filter((turn) => turn.ordinal < first); // may have come since
    onText({ seq: shown.seq, turns: [...before, ...shown.turns], earlier: state.earlier, begin: state.begin });
  };
  const forget = () => late.drop("off-record");
  addEventListener("pagehide", forget);
  const live = follow(session, {
    ...options,
    onText: (state) => {
      const above = state.seq === seq && state.earlier !== earlier;
      [seq, earlier] = [state.seq, state.earlier];
      if (above && late.behind()) return show(state);
      const view = { seq, turns: turns(state) };
      late.later(() => {
        shown = view;
        show(state);
      });
    },
    onSession: (now) => {
      if (made !== null && made !== now.created_at) { // another one has this id
        late.drop();
        shown = { seq: 0, turns: [] };
      }
      made = now.created_at;
      late.later(() => onSession(now));
    },
    onStanding: (now) => late.later(() => onStanding(now)),
    onInterruption: (quiet) => late.later(() => onInterruption(quiet)),
    onOffRecord: (now) => late.later(() => onOffRecord(now && { ...now, since: now.since + delay() }), "off-record"),
  });
  return {
    ...live,
    /** The delay is another one now. */
    hurry: late.go,
    stop() {
      late.drop();
      removeEventListener("pagehide", forget);
      live.stop();
    },
  };
}

/** @param {() => number} delay */
function lateness(delay) {
  /** @type {{at: number, tag: string, change: () => void}[]} */
  let waiting = [];
  let timer = 0;

  function go() {
    clearTimeout(timer);
    for (let [first] = waiting; first && first.at + delay() <= performance.now(); [first] = waiting) {
      waiting.shift();
      first.change();
    }
    if (waiting.length) timer = setTimeout(go, waiting[0].at + delay() - performance.now());
  }

  const behind = () => waiting.length > 0 || delay() > 0;

  return {
    go,
    /** Whether what comes is not done at once. */
    behind,
    /** Do it when its time has come. @param {() => void} change @param {string} tag by which it can be dropped */
    later(change, tag = "") {
      if (!behind()) return change();
      waiting.push({ at: performance.now(), tag, change });
      go();
    },
    /** Never do what waits, or what of that has this tag. @param {string} [tag] */
    drop(tag) { waiting = waiting.filter((one) => tag !== undefined && one.tag !== tag); },
  };
}
