// The transcript as a reader holds it: parts by (turn, number), the highest version wins. Pure: no DOM, no clock.
// What is shown of it mirrors services/api/pages/turn_views.py; tests/vectors/transcript.json holds both to it.

import { clock } from "./clock.js";

/** @typedef {import("../../messages.js").Note} Note */
/** @typedef {import("../../messages.js").Stamp} Stamp */
// `times` are stamps as numbers (captionflow/stamps.py); only parts written before 2026-11 have `stamps`.
/** @typedef {{turn_id: string, number: number, version: number, ordinal: number, speaker: string | null, role: boolean,
 *   text: string, notes: Note[], stamps: Stamp[], times: number[], interim: string, continues: boolean, closed: boolean,
 *   retracted: boolean, given: boolean}} Part */
/** Parts by turn and number. What is made of them is kept until a part of the turn changes, so that a word more costs
 * the same in the first minute and in the fourth hour, and a turn that is the same object says the same as before.
 * @typedef {{seq: number, parts: Map<string, Map<number, Part>>, order: string[] | null, made: Map<string, Made>,
 *   names: Record<string, string>, earlier: string | null, begin: string | null}} Transcript `earlier`: where to ask for what was before;
 *   `begin`: when the session began, if that is before */
/** A turn, and when words had last been said before it and after it: the gap before it hangs on that.
 * @typedef {{turn: Turn, before: number | null, after: number | null}} Made */
/** @typedef {{text: string, kind: "words" | "note" | "interim"}} Run */
/** Behind `at` characters of a paragraph of a turn begins a `paragraph` of a `part`. @typedef {{part: number, paragraph: number, at: number}} Place */
/** `places`: where its words stand in the parts of the turn, whose numbers are the same on each page. @typedef {{runs: Run[], places: Place[]}} Paragraph */
/** @typedef {{id: string, ordinal: number, speaker: string | null, at: string | number | null, paragraphs: Paragraph[]}} Turn */

const EMPTY = { ordinal: 0, speaker: null, role: false, notes: [], stamps: [], times: [], interim: "", continues: false, closed: false, retracted: false, given: false };
const FIELDS = /** @type {(keyof typeof EMPTY)[]} */ (Object.keys(EMPTY));
const ASTRAL = /[\ud800-\udbff]/;

/** @returns {Transcript} */
export const empty = () => ({ seq: 0, parts: new Map(), order: null, made: new Map(), names: {}, earlier: null, begin: null });

/** The speakers of a recogniser have these names, also for what they said before; whether that changes anything.
 * @param {Transcript} state @param {Record<string, string>} names */
export function rename(state, names) {
  if (JSON.stringify(names) === JSON.stringify(state.names)) return false;
  state.names = names;
  state.made.clear();
  return true;
}

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

/** @param {Transcript} state @param {{turn_id: string, number: number}} one */
const find = (state, one) => state.parts.get(one.turn_id)?.get(one.number);

/** @param {Transcript} state @param {Part} part */
function put(state, part) {
  const parts = state.parts.get(part.turn_id) ?? new Map();
  const before = spoken(parts)[0]?.ordinal;
  state.parts.set(part.turn_id, parts.set(part.number, part));
  state.made.delete(part.turn_id);
  if (spoken(parts)[0]?.ordinal !== before) state.order = null;
}

/** Take a snapshot, the end of everything, in place of what is there. @param {import("../../messages.js").Snapshot} snapshot @returns {Transcript} */
export function applySnapshot(snapshot) {
  const state = { ...empty(), seq: snapshot.seq, names: snapshot.session?.speakers ?? {} };
  for (const part of snapshot.parts) put(state, whole(part));
  state.earlier = snapshot.earlier ?? null;
  state.begin = snapshot.begin ?? null;
  return state;
}

/** @param {import("../../messages.js").Part} part @returns {Part} */
const whole = ({ paragraphs = [], ...part }) => ({ ...EMPTY, ...part, text: paragraphs.join("\n") });

/** Take what was said before; what is there and is newer stays. @param {Transcript} state @param {import("../../messages.js").Stretch} stretch */
export function applyEarlier(state, stretch) {
  for (const part of stretch.parts ?? []) {
    if ((find(state, part)?.version ?? -1) < part.version) put(state, whole(part));
  }
  state.earlier = stretch.earlier ?? null;
}

/** What a viewer had who gets a snapshot anew: the turns before it stay, where the two meet. @param {Transcript} state @param {Transcript} before */
export function keepEarlier(state, before) {
  const first = lowest(state);
  const had = [...before.parts.values()].map((parts) => spoken(parts)[0]).filter((part) => part);
  if (!state.earlier || !had.some((part) => part.ordinal >= first)) return;
  const kept = had.filter((part) => part.ordinal < first);
  if (!kept.length) return;
  for (const { turn_id: id } of kept) for (const part of before.parts.get(id)?.values() ?? []) put(state, part);
  state.earlier = before.earlier;
}

/** Another one of the same, which may get more. @param {Transcript} state @returns {Transcript} */
export const copy = (state) => ({ ...state, order: null, made: new Map(), parts: new Map([...state.parts].map(([id, parts]) => [id, new Map(parts)])) });

/** @param {Transcript} state */
const lowest = (state) => Math.min(Infinity, ...inOrder(state).slice(0, 1).map((id) => spoken(/** @type {Map<number, Part>} */ (state.parts.get(id)))[0].ordinal));

/** Take a delta. Returns false if it was made from a version that is not here: ask for a snapshot.
 * A part that was never here is no hole: only the last turns were asked for. What is before them comes with them.
 * @param {Transcript} state @param {import("../../messages.js").Delta} delta */
export function applyDelta(state, delta) {
  for (const one of delta.parts) {
    const there = find(state, one);
    if (there ? there.version >= one.version : one.base !== 0 || isBefore(one, state.earlier)) continue;
    if (one.base !== 0 && there?.version !== one.base) return false;
    const old = one.base === 0 || !there ? { ...EMPTY, text: "" } : there;
    const changed = Object.fromEntries(FIELDS.filter((name) => name in one).map((name) => [name, one[name]]));
    const times = one.times ? [...old.times.slice(0, one.times_keep ?? 0), ...one.times] : old.times;
    put(state, { ...old, ...changed, times, turn_id: one.turn_id, number: one.number, version: one.version, text: head(old.text, one.keep) + one.text });
  }
  state.seq = Math.max(state.seq, delta.seq);
  return true;
}

/** A turn without what is before a place. @param {Transcript} state @param {string} id @param {string} place as `earlier` of a snapshot has it
 * @returns {Turn | undefined} */
export function rest(state, id, place) {
  const parts = new Map([...state.parts.get(id) ?? []].filter(([, part]) => !isBefore(part, place)));
  return turns({ ...empty(), names: state.names, parts: new Map([[id, parts]]) })[0];
}

/** @param {{ordinal?: number, number: number}} one @param {string | null} place as `earlier` of a snapshot has it */
export function isBefore(one, place) {
  const [ordinal, number] = (place ?? "-1.0").split(".").map(Number);
  return (one.ordinal ?? 0) < ordinal || (one.ordinal === ordinal && one.number < number);
}

/** Forget all but the last `count` turns: a screen that runs for days needs no more. @param {Transcript} state @param {number} count */
export function forget(state, count) {
  const ids = inOrder(state);
  if (ids.length <= 2 * count) return;
  state.order = ids.slice(-count);
  const kept = new Set(state.order);
  for (const id of state.parts.keys()) {
    if (kept.has(id)) continue;
    state.parts.delete(id);
    state.made.delete(id);
  }
}

/** The turns to read, in order: without the head, what was retracted, what is empty.
 * @param {Transcript} state @returns {Turn[]} */
export function turns(state) {
  const found = [];
  /** @type {number | null} */
  let before = null;
  for (const id of inOrder(state)) {
    let one = state.made.get(id);
    if (one?.before !== before) state.made.set(id, one = make(spoken(/** @type {Map<number, Part>} */ (state.parts.get(id))), before, state.names));
    before = one.after;
    if (one.turn.paragraphs.length || one.turn.speaker) found.push(one.turn);
  }
  return found;
}

/** @param {Map<number, Part>} parts @returns {Part[]} */
const spoken = (parts) => [...parts.values()].filter((part) => part.ordinal > 0 && !part.retracted).sort((a, b) => a.number - b.number);

/** The ids of the turns that are spoken, in order. @param {Transcript} state @returns {string[]} */
function inOrder(state) {
  state.order = state.order ?? [...state.parts].map(([id, parts]) => ({ id, ordinal: spoken(parts)[0]?.ordinal ?? 0 }))
    .filter((one) => one.ordinal > 0).sort((a, b) => a.ordinal - b.ordinal).map((one) => one.id);
  return state.order;
}

/** @param {Part[]} parts of one turn @param {number | null} before when words had last been said
 * @param {Record<string, string>} names @returns {Made} */
function make(parts, before, names) {
  const { turn_id: id, ordinal, speaker: label, given } = parts[0];
  const speaker = given && label !== null && Object.prototype.hasOwnProperty.call(names, label) ? names[label] : label;
  /** @type {Paragraph[]} */
  const found = [];
  let after = before;
  for (const part of parts) {
    const { gaps, until } = gapsOf(part, after);
    after = until;
    const here = gaps.length ? cutUp({ ...part, notes: [...gaps, ...part.notes] }) : paragraphs(part);
    const before = part.continues && here.length ? found.pop() : undefined;
    found.push(...(before ? [joined(before, here[0]), ...here.slice(1)] : here));
  }
  const turn = { id, ordinal, speaker, at: parts.map(said).find((at) => at !== null) ?? null, paragraphs: found };
  return { turn, before, after };
}

/** @param {Paragraph} paragraph @param {Paragraph} more which goes on with it in the next part @returns {Paragraph} */
function joined(paragraph, more) {
  const length = lengthOf(paragraph) + 1;
  return {
    runs: [...paragraph.runs, { text: " ", kind: "words" }, ...more.runs],
    places: [...paragraph.places, ...more.places.map((one) => ({ ...one, at: one.at + length }))],
  };
}

/** Characters of what stays: of words and notes. @param {Paragraph} paragraph */
export const lengthOf = ({ runs }) => runs.reduce((sum, { kind, text }) => sum + (kind === "interim" ? 0 : text.length), 0);

const SILENCE = 60_000; // as in captionflow/gaps.py

/** Notes for the stretches without words in a part, and when its words had last been said.
 * @param {Part} part @param {number | null} until */
function gapsOf(part, until) {
  /** @type {Note[]} */
  const gaps = [];
  for (const [offset, begin, end] of dated(part)) {
    if (until !== null && begin - until >= SILENCE) gaps.push({ text: `[No captions for ${clock(begin - until)}]`, at: offset });
    until = Math.max(until ?? 0, end);
  }
  return { gaps, until };
}

/** The stamps of a part that have a date: offset, begin and end, in milliseconds of the same clock. @param {Part} part */
function dated(part) {
  /** @type {[number, number, number][]} */
  const found = [];
  let [offset, at] = [0, 0];
  for (let n = 0; n + 2 < part.times.length; n += 3) {
    offset += part.times[n];
    at += part.times[n + 1];
    if (at >= DATED) found.push([offset, at + YEAR_1, at + YEAR_1 + Math.max(0, part.times[n + 2] - 1)]);
  }
  if (part.times.length) return found;
  for (const stamp of part.stamps) {
    const begin = typeof stamp.at === "string" ? Date.parse(stamp.at) : 0;
    if (begin >= DAY) found.push([stamp.offset, begin, begin]);
  }
  return found;
}

const DATED = 2 ** 40;
const YEAR_1 = -62135596800000;
const DAY = 86400000;

/** When the first words of a part were said: a date, or the seconds of a clock without one. @param {Part} part @returns {string | number | null} */
function said(part) {
  if (part.times.length) return part.times[1] < DATED ? part.times[1] / 1000 : new Date(part.times[1] + YEAR_1).toISOString().replace(".000Z", "Z");
  const at = part.stamps[0]?.at ?? null;
  const old = typeof at === "string" ? Date.parse(at) : -1;
  return old >= 0 && old < DAY ? old / 1000 : at; // the first of January 1970 is no date
}

/** A closed part never changes, so its paragraphs are made once. @type {WeakMap<Part, Paragraph[]>} */
const cut = new WeakMap();

/** @param {Part} part @returns {Paragraph[]} */
function paragraphs(part) {
  const known = cut.get(part) ?? cutUp(part);
  cut.set(part, known);
  return known;
}

/** @param {Part} part @returns {Paragraph[]} */
const cutUp = (part) => runs(part).map((one, at) => ({ runs: one, places: [{ part: part.number, paragraph: at, at: 0 }] }));

/** The runs of each paragraph: words, and the notes at their offsets. @param {Part} part @returns {Run[][]} */
function runs(part) {
  const notes = [...part.notes].sort((a, b) => a.at - b.at).map((note) => ({ text: note.text, at: units(part.text, note.at) }));
  const texts = part.text ? part.text.split("\n") : notes.length || part.interim ? [""] : [];
  let start = 0;
  return texts.map((text, place) => {
    const end = start + text.length;
    const last = place === texts.length - 1;
    /** @type {Run[]} */
    const found = [];
    let done = start;
    for (const note of notes) {
      if (note.at < start || (note.at > end && !last)) continue;
      if (note.at > done) found.push({ text: part.text.slice(done, Math.min(note.at, end)), kind: "words" });
      found.push({ text: note.text, kind: "note" });
      done = Math.min(note.at, end);
    }
    if (done < end) found.push({ text: part.text.slice(done, end), kind: "words" });
    if (last && part.interim) found.push({ text: ` ${part.interim}`, kind: "interim" });
    start = end + 1;
    return found;
  });
}
