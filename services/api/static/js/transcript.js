// The transcript as a reader holds it: parts by (turn, number), the highest version wins. Pure: no DOM, no clock.
// What is shown of it mirrors services/api/page_turns.py.

/** @typedef {{text: string, at: number}} Note */
/** @typedef {{offset: number, at: string}} Stamp */
/** @typedef {{turn_id: string, number: number, version: number, ordinal: number, speaker: string | null, role: boolean,
 *   text: string, notes: Note[], stamps: Stamp[], interim: string, continues: boolean, closed: boolean,
 *   retracted: boolean}} Part */
/** @typedef {{seq: number, parts: Map<string, Part>}} Transcript */
/** @typedef {{text: string, kind: "words" | "note" | "interim"}} Run */
/** @typedef {{runs: Run[]}} Paragraph */
/** @typedef {{id: string, ordinal: number, speaker: string | null, at: string | null, paragraphs: Paragraph[],
 *   stamp: string}} Turn */

const EMPTY = { ordinal: 0, speaker: null, role: false, notes: [], stamps: [], interim: "", continues: false, closed: false, retracted: false };
const FIELDS = Object.keys(EMPTY);
const ASTRAL = /[\ud800-\udbff]/;

/** @returns {Transcript} */
export const empty = () => ({ seq: 0, parts: new Map() });

/** The first `count` code points of a text; offsets on the wire count code points, JavaScript counts UTF-16 units.
 * @param {string} text @param {number} count */
export const head = (text, count) => text.slice(0, units(text, count));

/** How many UTF-16 units the first `count` code points take. @param {string} text @param {number} count */
export function units(text, count) {
  if (!ASTRAL.test(text)) return Math.min(count, text.length);
  let at = 0;
  for (let n = 0; n < count && at < text.length; n += 1) at += /** @type {number} */ (text.codePointAt(at)) > 0xffff ? 2 : 1;
  return at;
}

/** @param {{turn_id: string, number: number}} one */
const key = (one) => `${one.turn_id}/${one.number}`;

/** Take a snapshot: all of it if `whole`, else only what is newer than what is there.
 * @param {Transcript} state @param {{seq: number, parts: any[]}} snapshot @param {{whole?: boolean}} [how] @returns {Transcript} */
export function applySnapshot(state, snapshot, { whole = true } = {}) {
  const parts = whole ? new Map() : new Map(state.parts);
  for (const one of snapshot.parts) {
    const there = parts.get(key(one));
    if (there && there.version >= one.version) continue;
    const { paragraphs = [], ...rest } = one;
    parts.set(key(one), { ...EMPTY, ...rest, text: paragraphs.join("\n") });
  }
  return { seq: whole ? snapshot.seq : Math.max(state.seq, snapshot.seq), parts };
}

/** Take a delta. Returns the new state, or null if it was made from a version that we do not have: ask for a snapshot.
 * A part that we never had is no hole: we asked for the last turns only.
 * @param {Transcript} state @param {{seq: number, parts: any[]}} delta @returns {Transcript | null} */
export function applyDelta(state, delta) {
  const parts = state.parts;
  for (const one of delta.parts) {
    const there = parts.get(key(one));
    if (there && there.version >= one.version) continue;
    if (one.base !== 0 && !there) continue;
    if (one.base !== 0 && there.version !== one.base) return null;
    const old = one.base === 0 ? { ...EMPTY, text: "" } : there;
    const part = { ...old, turn_id: one.turn_id, number: one.number, version: one.version, text: head(old.text, one.keep) + one.text };
    for (const name of FIELDS) if (name in one) part[name] = one[name];
    parts.set(key(one), part);
  }
  return { seq: Math.max(state.seq, delta.seq), parts };
}

/** The turns to read, in order: without the head, what was retracted, what is empty.
 * @param {Transcript} state @returns {Turn[]} */
export function turns(state) {
  const spoken = [...state.parts.values()].filter((part) => part.ordinal > 0 && !part.retracted);
  spoken.sort((a, b) => a.ordinal - b.ordinal || a.number - b.number);
  /** @type {Turn[]} */
  const found = [];
  for (const part of spoken) {
    let turn = found.at(-1);
    if (!turn || turn.id !== part.turn_id) {
      turn = { id: part.turn_id, ordinal: part.ordinal, speaker: part.speaker, at: null, paragraphs: [], stamp: "" };
      found.push(turn);
    }
    turn.at ??= part.stamps[0]?.at ?? null;
    turn.stamp += `${part.number}:${part.version} `;
    paragraphs(part).forEach((runs, place) => {
      const before = turn.paragraphs.at(-1);
      if (place === 0 && part.continues && before) before.runs.push({ text: " ", kind: "words" }, ...runs);
      else turn.paragraphs.push({ runs });
    });
  }
  return found.filter((turn) => turn.paragraphs.length || turn.speaker);
}

/** @param {Part} part @returns {Run[][]} */
function paragraphs(part) {
  const notes = part.notes.toSorted((a, b) => a.at - b.at).map((note) => ({ text: note.text, at: units(part.text, note.at) }));
  const texts = part.text ? part.text.split("\n") : notes.length || part.interim ? [""] : [];
  let start = 0;
  return texts.map((text, place) => {
    const end = start + text.length;
    const last = place === texts.length - 1;
    /** @type {Run[]} */
    const runs = [];
    let done = start;
    for (const note of notes) {
      if (note.at < start || (note.at > end && !last)) continue;
      if (note.at > done) runs.push({ text: part.text.slice(done, Math.min(note.at, end)), kind: "words" });
      runs.push({ text: note.text, kind: "note" });
      done = Math.min(note.at, end);
    }
    if (done < end) runs.push({ text: part.text.slice(done, end), kind: "words" });
    if (last && part.interim) runs.push({ text: ` ${part.interim}`, kind: "interim" });
    start = end + 1;
    return runs;
  });
}

/** A paragraph as one line of text, notes set off by single spaces. @param {Paragraph} paragraph */
export function plain(paragraph) {
  return paragraph.runs.map((run) => (run.kind === "note" ? ` ${run.text} ` : run.text)).join("").replace(/\s+/g, " ").trim();
}

/** The transcript as text to paste. @param {Turn[]} all */
export function copyText(all) {
  return all.map((turn) => (turn.speaker ? `${turn.speaker}: ` : "") + turn.paragraphs.map(plain).join("\n\n")).join("\n\n");
}

/** Finished sentences of a text from a place on, and where the unfinished one begins.
 * @param {string} text @param {number} from @returns {{sentences: string[], to: number}} */
export function finishedSentences(text, from) {
  const ends = /[.!?…。！？]["'”’)\]]*(?=\s)|\n/gu;
  ends.lastIndex = from;
  const sentences = [];
  let to = from;
  for (let found = ends.exec(text); found; found = ends.exec(text)) {
    const end = found.index + found[0].length;
    const sentence = text.slice(to, end).trim();
    if (sentence) sentences.push(sentence);
    to = end;
  }
  return { sentences, to };
}

/** `2:03` below an hour, `1:02:03` from there on. @param {number} milliseconds */
export function clock(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}
