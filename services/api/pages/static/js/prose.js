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

/** Finished sentences of a text from a place on, and where the unfinished one begins. A full stop ends one when a space
 * follows (it may be in a number); those of Chinese and Japanese always do.
 * @param {string} text @param {number} from @returns {{sentences: string[], to: number}} */
export function finishedSentences(text, from) {
  const ends = /[.!?…]["'”’)\]]*(?=\s)|[。！？][」』”’）]*|\n/gu;
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
