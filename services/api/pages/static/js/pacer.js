// Word by word: lines that arrive whole are shown at an even pace, never more than a moment late.
// Pure but for its timer.

import { count, wordEnd } from "./words.js";

/** @typedef {import("./roll.js").Flow} Flow */

const CATCH_UP = 900; // a burst is on the screen within this time
const SLOWEST = 180;
const FASTEST = 16;
const MOST_WORDS = 200; // more are not counted
const LATE_WORDS = 60; // more than this at once is history, not speech

/** @param {(flows: Flow[]) => void} show @param {{atOnce: boolean}} how */
export function pacer(show, { atOnce }) {
  /** @type {Flow[]} */
  let wanted = [];
  let turn = "";
  let shown = 0;
  let begun = false;
  let timer = 0;

  const place = () => Math.max(0, wanted.findIndex((flow) => flow.id === turn));
  const rest = () => {
    const at = place();
    const same = wanted[at]?.id === turn;
    return wanted.slice(at).map((flow, n) => flow.text.slice(n === 0 && same ? shown : 0)).join(" ");
  };
  const backlog = () => count(rest().trim(), MOST_WORDS);
  const toEnd = () => {
    turn = wanted.at(-1)?.id ?? "";
    shown = wanted.at(-1)?.text.length ?? 0;
  };
  const draw = () => {
    const at = place();
    show(wanted.slice(0, at + 1).map((flow) => (flow.id === turn ? { ...flow, text: flow.text.slice(0, shown) } : flow)));
  };

  function step() {
    timer = 0;
    let at = place();
    if (wanted[at]?.id !== turn) [turn, shown] = [wanted[at]?.id ?? "", 0];
    if (wanted[at] && shown >= wanted[at].text.length && at + 1 < wanted.length) {
      at += 1;
      [turn, shown] = [wanted[at].id, 0];
    }
    const text = wanted[at]?.text ?? "";
    shown = wordEnd(text, shown);
    draw();
    go();
  }
  function go() {
    const words = backlog();
    if (!words || timer) return;
    timer = setTimeout(step, Math.min(SLOWEST, Math.max(FASTEST, CATCH_UP / words)));
  }

  return {
    /** @param {Flow[]} flows */
    take(flows) {
      wanted = flows;
      const at = wanted.findIndex((flow) => flow.id === turn);
      if (at >= 0) shown = Math.min(shown, wanted[at].text.length);
      if (!begun || atOnce || backlog() > LATE_WORDS) toEnd();
      begun = begun || flows.length > 0;
      draw();
      go();
    },
    again: draw,
    stop: () => clearTimeout(timer),
  };
}
