// Word by word: lines that arrive whole are shown at an even pace, never more than a moment late.
// Pure but for its timer.

import { count, signEnd, wordEnd } from "./words.js";

/** @typedef {import("./roll.js").Flow} Flow */

const CATCH_UP = 800; // a burst is on the screen within this time
const SLOWEST = 180;
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
  let pace = SLOWEST; // from one word to the next
  let due = 0; // when the next word is

  const place = () => Math.max(0, wanted.findIndex((flow) => flow.id === turn));
  const rest = () => {
    const at = place();
    const same = wanted[at]?.id === turn;
    return wanted.slice(at).map((flow, n) => flow.text.slice(n === 0 && same ? shown : 0)).join(" ");
  };
  const backlog = () => count(rest().trim(), MOST_WORDS);
  const toEnd = () => {
    const end = wanted[wanted.length - 1];
    turn = end?.id ?? "";
    shown = end?.text.length ?? 0;
  };
  const draw = () => {
    const at = place();
    show(wanted.slice(0, at + 1).map((flow) => (flow.id === turn ? { ...flow, text: flow.text.slice(0, shown) } : flow)));
  };

  /** One word more. */
  function step() {
    let at = place();
    if (wanted[at]?.id !== turn) [turn, shown] = [wanted[at]?.id ?? "", 0];
    if (wanted[at] && shown >= wanted[at].text.length && at + 1 < wanted.length) {
      at += 1;
      [turn, shown] = [wanted[at].id, 0];
    }
    shown = wordEnd(wanted[at]?.text ?? "", shown);
  }
  /** The word that is due. Each is drawn by itself, also where the timer is late: so a line is filled before another begins. */
  function go() {
    timer = 0;
    const now = performance.now();
    const left = backlog();
    if (!left) {
      pace = SLOWEST;
      return;
    }
    pace = Math.min(pace, CATCH_UP / left); // those that waited wait no longer because others come
    due = Math.max(due, now - CATCH_UP);
    if (due <= now) {
      step();
      draw();
      due += pace;
    }
    timer = setTimeout(go, Math.max(0, due - now));
  }

  return {
    /** @param {Flow[]} flows */
    take(flows) {
      wanted = flows;
      const flow = wanted.find((one) => one.id === turn);
      if (flow && shown > flow.text.length) shown = flow.text.length;
      else if (flow && shown > 0 && shown < flow.text.length) shown = signEnd(flow.text, shown - 1); // what came last may have been part of a sign
      if (!begun || atOnce || backlog() > LATE_WORDS) toEnd();
      begun = begun || flows.length > 0;
      draw();
      if (!timer) {
        due = Math.max(due, performance.now());
        go();
      }
    },
    stop: () => clearTimeout(timer),
  };
}
