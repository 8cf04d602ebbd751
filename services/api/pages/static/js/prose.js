// Turns as plain text: on one line, to paste, by sentences. Pure.

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {import("./transcript.js").Paragraph} Paragraph */

/** A paragraph as one line of text, notes set off by single spaces. @param {Paragraph} paragraph */
export function plain(paragraph) {
  return paragraph.runs.map((run) => (run.kind === "note" ? ` ${run.text} ` : run.text)).join("").replace(/\s+/g, " ").trim();
}

/** All of a turn, a paragraph a line. @param {Turn} turn */
export const said = (turn) => turn.paragraphs.map(plain).join("\n");

/** The transcript as text to paste. @param {Turn[]} all */
export function copyText(all) {
  return all.map((turn) => (turn.speaker ? `${turn.speaker}: ` : "") + turn.paragraphs.map(plain).join("\n\n")).join("\n\n");
}

const ENDS = /[.!?…؟۔।॥]["'”’)\]]*(?=\s)|[。！？][」』”’）]*|\n/gu;
const LONG = 200; // characters of a sentence after which it is cut at the next space: some languages, and some captioners, have no full stops

/** A text cut into its sentences, the last of which may go on; those before it stay as they are when it does.
 * @param {string} text */
export function sentences(text) {
  const found = [];
  let from = 0;
  for (const { index, 0: end } of text.matchAll(ENDS)) {
    found.push(...lengths(text.slice(from, index + end.length)));
    from = index + end.length;
  }
  if (from < text.length) found.push(...lengths(text.slice(from)));
  return found;
}

/** @param {string} sentence */
function lengths(sentence) {
  const found = [];
  let from = 0;
  for (;;) {
    const to = sentence.indexOf(" ", from + LONG);
    if (to < 0) return [...found, sentence.slice(from)];
    found.push(sentence.slice(from, to));
    from = to;
  }
}

/** Finished sentences of a text from a place on, and where the unfinished one begins. A full stop ends one when a space
 * follows (it may be in a number); those of Chinese and Japanese always do.
 * @param {string} text @param {number} from @returns {{sentences: string[], to: number}} */
export function finishedSentences(text, from) {
  const ends = new RegExp(ENDS);
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
