// What was on the screen when it was cleared does not come back: behind it, what is said later begins. Pure.

import { wordEnd } from "./words.js";

/** @typedef {import("./roll.js").Flow} Flow */

const WORD = 40; // characters that are looked back at for the beginning of a word

export function clearing() {
  /** What each turn said then. @type {Map<string, string>} */
  let before = new Map();
  return {
    /** @param {Flow[]} flows */
    clear(flows) { before = new Map(flows.map(({ id, text }) => [id, text])); },
    /** @param {Flow[]} flows @returns {Flow[]} what is new */
    rest(flows) {
      if (!before.size) return flows;
      let from = 0; // what stands before something old is old
      flows.forEach(({ id }, place) => { if (before.has(id)) from = place; });
      return flows.slice(from).flatMap((flow) => {
        const old = before.get(flow.id);
        if (old === undefined) return [flow];
        const at = placeOf(flow.text, old);
        const text = flow.text.slice(at).trimStart();
        return text ? [{ ...flow, id: `${flow.id}+${at}`, text }] : [];
      });
    },
  };
}

/** Where the new begins. @param {string} text @param {string} old */
function placeOf(text, old) {
  const at = old.length;
  if (/\s$/.test(old) || !/^\S/.test(text.slice(at))) return at;
  if (!text.startsWith(old)) { // corrected meanwhile: from the next word on
    const space = text.indexOf(" ", at);
    return space < 0 ? text.length : space;
  }
  let begin = Math.max(text.lastIndexOf(" ", at - 1) + 1, at - WORD); // a word that went on is shown whole
  for (let end = wordEnd(text, begin); end <= at; end = wordEnd(text, end)) begin = end;
  return begin;
}
