// Lines of a room screen. Pure: what a line can hold is asked of a gauge. A line is not laid out again
// unless its words change: new words are appended, and only a full line starts another, so nothing on the screen jumps.

import { signEnd, wordEnd } from "./words.js";

/** @typedef {{id: string, speaker: string | null, text: string}} Flow one turn as one run of text */
/** @typedef {{turn: string, label: string | null, from: number, to: number, text: string}} Line */
/** Whether one line holds these words of a text, behind a label. @typedef {(from: number, to: number, label: string | null) => boolean} Fits */
/** Takes the measure of a text. @typedef {(text: string) => Fits} Gauge */

const KEPT = 40;
const ENOUGH = 1600; // characters to fill any screen with: a keynote of an hour is not laid out for its last lines
const FEW = 8; // words that may fit into a line
const UNNAMED = "–"; // somebody else speaks, and nobody said who

/** Lay out what is there now, keeping each line of before that still holds.
 * @param {Line[]} before @param {Flow[]} flows turns in order; the earliest may be cut off
 * @param {Gauge} gauge @returns {Line[]} */
export function roll(before, flows, gauge) {
  const byId = new Map(flows.map((flow, place) => [flow.id, { flow, place }]));
  /** @type {Line[]} */
  const lines = [];
  let place = 0;
  let from = 0;
  for (const line of before) {
    const there = byId.get(line.turn);
    if (!there) {
      if (lines.length) break; // what stood between is gone: lay out anew from here
      continue; // before the turns that we have
    }
    const expected = lines.length === 0 || (there.place === place && line.from >= from && !there.flow.text.slice(from, line.from).trim())
      || (there.place === place + 1 && line.from === 0 && !flows[place].text.slice(from).trim());
    if (!expected || there.flow.text.slice(line.from, line.to) !== line.text || (line.label !== null && line.label !== (there.flow.speaker ?? UNNAMED))) break;
    lines.push(line);
    [place, from] = [there.place, line.to];
  }
  // The last line may have room left, so it is the one that goes on.
  const open = lines.pop();
  if (open) [place, from] = [/** @type {{place: number}} */ (byId.get(open.turn)).place, open.from];
  else [place, from] = startOf(flows);
  for (; place < flows.length; place += 1, from = 0) lines.push(...lay(flows, place, from, gauge));
  return lines.slice(-KEPT);
}

/** The beginning of a turn or of a word, with `ENOUGH` after it if there is so much. @param {Flow[]} flows */
function startOf(flows) {
  let left = ENOUGH;
  for (let place = flows.length - 1; place >= 0; place -= 1) {
    const { text } = flows[place];
    if (text.length >= left) return [place, text.length === left ? 0 : Math.max(0, text.indexOf(" ", text.length - left))];
    left -= text.length;
  }
  return [0, 0];
}

/** @param {Flow[]} flows @param {number} place @param {number} start @param {Gauge} gauge @returns {Line[]} */
function lay(flows, place, start, gauge) {
  const { id, speaker, text } = flows[place];
  const changed = place === 0 ? speaker !== null : speaker === null || flows[place - 1].speaker !== speaker;
  const lines = [];
  let from = start;
  const told = gauge(text.slice(start));
  /** @type {Fits} */
  const fits = (first, to, label) => told(first - start, to - start, label);
  for (;;) {
    while (text[from] === " ") from += 1;
    const label = from === 0 && changed ? speaker ?? UNNAMED : null;
    if (from >= text.length) return lines;
    let to = wordsThatFit(text, from, label, fits);
    if (to === from) to = longest(text, from, label, fits);
    lines.push({ turn: id, label, from, to, text: text.slice(from, to) });
    from = to;
  }
}

/** The end of as many words from `from` on as a line holds; `from` if not one does. To ask `fits` is what costs: it is asked
 * whether a few words fit, then twice as many, and then between. More words are never narrower than fewer.
 * @param {string} text @param {number} from @param {string | null} label @param {Fits} fits */
function wordsThatFit(text, from, label, fits) {
  const ends = [from];
  let fitting = 0;
  let over = 0; // so many words do not fit, or there are no more
  while (fitting === over) {
    for (let end = ends[over]; ends.length <= 2 * over + FEW && end < text.length; ends.push(end)) end = wordEnd(text, end);
    if (over === ends.length - 1) return ends[over];
    over = ends.length - 1;
    if (fits(from, ends[over], label)) fitting = over;
  }
  while (fitting + 1 < over) {
    const middle = (fitting + over) >> 1;
    if (fits(from, ends[middle], label)) fitting = middle;
    else over = middle;
  }
  return ends[fitting];
}

/** A word that is longer than a line is cut where it stops fitting, never inside a sign.
 * @param {string} text @param {number} from @param {string | null} label @param {Fits} fits */
function longest(text, from, label, fits) {
  let to = from;
  while (to < text.length && text[to] !== " ") {
    const end = signEnd(text, to);
    if (to > from && !fits(from, end, label)) break;
    to = end;
  }
  return to;
}
