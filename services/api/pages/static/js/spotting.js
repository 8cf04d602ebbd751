// What was said of the words that a reader waits for: each time once, also when it is corrected or comes again. Pure.
import { pattern, searched } from "./fold.js";

const MOVED = 30_000; // milliseconds in which words that went from one place may come in another: they are the same then
const MANY = 1_000; // turns that are remembered beyond those that are there

/** @typedef {import("./transcript.js").Turn} Turn */
/** Words in a turn: the `n`-th time. @typedef {{words: string, turn: string, n: number}} Spotted */
/** What is known of some words. `told`: how often turns have them as the reader knows it; `growing`: the turn at whose end they stood when
 * they were first looked for, which may have been the beginning of a longer word; `moved`: until when words that went may come again.
 * @typedef {{pattern: RegExp, told: Map<string, number>, growing: string | null, moved: number[]}} Known */
/** `fresh`: all of the session is news; `settled`: its last word has ended; `above`: what is at its beginning here may be older than what was
 * here; `now`: milliseconds of a clock. @typedef {{fresh: boolean, settled: boolean, above: boolean, now: number}} How */

/** What a reader is told of one session in one language. */
export function spotting() {
  /** @type {Map<string, Known>} */
  const known = new Map();
  let first = 0; // the place of the first turn that was here

  /** What was not told yet, in turns that are in order. Of words that were not looked for before, only what comes then is told; they are
   * known where they stand. A word at the end may be the beginning of a longer one, unless it is settled.
   * @param {string[]} wanted @param {Turn[]} turns @param {How} how @returns {Spotted[]} */
  return function look(wanted, turns, { fresh, settled, above, now }) {
    for (const words of known.keys()) if (!wanted.includes(words)) known.delete(words);
    const end = settled ? null : turns[turns.length - 1];
    /** @param {Turn} turn */
    const isOld = (turn) => turn.ordinal < first || (above && turn.ordinal === first);
    /** @type {Spotted[]} */
    const found = [];
    const before = new Set(known.keys());
    for (const words of wanted) {
      const looked = known.has(words) ? null : pattern(words, true);
      if (looked) known.set(words, { pattern: looked, told: new Map(), growing: null, moved: [] });
    }
    for (const [words, mine] of known) {
      const news = before.has(words) || fresh;
      mine.moved = mine.moved.filter((until) => until > now);
      /** @type {{turn: string, told: number, has: number}[]} */
      const gained = [];
      for (const turn of turns) {
        const { times, atEnd } = countedIn(turn, known, words);
        const told = mine.told.get(turn.id) ?? 0;
        const grows = atEnd && turn === end;
        const has = grows && news && times > told ? times - 1 : times;
        const lost = told - has - (mine.growing === turn.id ? 1 : 0);
        for (let n = 0; n < lost; n += 1) mine.moved.push(now + MOVED);
        if (grows && !news) mine.growing = turn.id;
        else if (mine.growing === turn.id && !grows) mine.growing = null;
        if (has > told && news && !isOld(turn)) gained.push({ turn: turn.id, told, has });
        if (has) mine.told.set(turn.id, has);
        else mine.told.delete(turn.id);
      }
      for (const { turn, told, has } of gained) for (let n = told; n < has; n += 1) if (!mine.moved.pop()) found.push({ words, turn, n });
      trim(mine.told, turns);
    }
    if (turns.length) first = turns[0].ordinal;
    return found;
  };
}

/** Forget turns that were here long ago. @param {Map<string, number>} told @param {Turn[]} turns */
function trim(told, turns) {
  if (told.size <= turns.length + MANY) return;
  const here = new Set(turns.map((turn) => turn.id));
  for (const id of told.keys()) if (!here.has(id)) told.delete(id);
}

/** A turn that is the same object as before is not looked through again. @type {WeakMap<Turn, Map<string, {times: number, atEnd: boolean}>>} */
const counts = new WeakMap();

/** How often a turn has words, and whether the last time is its end. @param {Turn} turn @param {Map<string, Known>} known @param {string} words */
function countedIn(turn, known, words) {
  const of = counts.get(turn) ?? new Map();
  counts.set(turn, of);
  if (!of.has(words)) { // then others are missing, too
    const text = spoken(turn);
    const look = searched(text);
    for (const [one, { pattern: looked }] of known) {
      const all = look(looked);
      of.set(one, { times: all.length, atEnd: all.length > 0 && all[all.length - 1][1] >= text.length });
    }
  }
  return /** @type {{times: number, atEnd: boolean}} */ (of.get(words));
}

/** What is said in a turn, without notes and what a recogniser may take back. @param {Turn} turn */
const spoken = (turn) => turn.paragraphs.map(({ runs }) => (
  runs.map(({ kind, text }) => (kind === "words" ? text : " ")).join("").trimEnd())).join("\n");
