// Where a reader left off: after so many characters of a paragraph of a part of a turn, kept in this browser.
import { isBefore, lengthOf } from "./transcript.js";

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {import("./transcript.js").Paragraph} Paragraph */
/** @typedef {{turn: string, part: number, paragraph: number, chars: number}} Mark */

/** The end of what was said, or of one paragraph of the last turn. @param {Turn[]} turns @param {number} at @returns {Mark | null} */
export function endOf(turns, at = -1) {
  const turn = turns[turns.length - 1];
  const paragraph = turn?.paragraphs[at < 0 ? turn.paragraphs.length + at : at];
  if (!turn || !paragraph) return null;
  const last = paragraph.places[paragraph.places.length - 1];
  return { turn: turn.id, part: last.part, paragraph: last.paragraph, chars: lengthOf(paragraph) - last.at };
}

/** How much of a paragraph of its turn stands before a mark; null if the mark is in another. @param {Mark} mark @param {Paragraph} paragraph */
export function charsTo({ part, paragraph, chars }, { places }) {
  const place = places.find((one) => one.part === part && one.paragraph === paragraph);
  return place ? place.at + chars : null;
}

/** Whether a mark is before what is here. @param {Mark} mark @param {Turn[]} turns @param {string | null} earlier where what is before them is asked for */
export function isEarlier(mark, turns, earlier) {
  if (earlier === null || !turns.length) return false;
  const [{ id, ordinal }] = turns;
  return lineOf(mark.turn) < lineOf(id) || (mark.turn === id && isBefore({ ordinal, number: mark.part }, earlier));
}

/** The line that opened a turn. @param {string} turn */
const lineOf = (turn) => Number(turn.split(".")[2]);

/** Whether nothing was said after the mark. @param {Turn[]} turns @param {Mark} mark */
export function isEnd(turns, mark) {
  const end = endOf(turns);
  return !end || (end.turn === mark.turn && end.part === mark.part && end.paragraph === mark.paragraph && end.chars <= mark.chars);
}

/** The mark of one session and language, as this browser keeps it. When the session was made tells it from another one that has
 * its id: what is read of that is no mark. @param {string} session @param {string} language */
export function bookmark(session, language) {
  const name = `captionflow.left.${session}.${language}`;
  return {
    /** @param {string | null} made @returns {Mark | null} */
    read(made) {
      try {
        const kept = JSON.parse(localStorage.getItem(name) ?? "null");
        const isMark = typeof kept?.turn === "string" && [kept.part, kept.paragraph, kept.chars].every(Number.isInteger);
        return isMark && kept.made === made ? { turn: kept.turn, part: kept.part, paragraph: kept.paragraph, chars: kept.chars } : null;
      } catch { return null; }
    },
    /** @param {Mark} mark @param {string | null} made */
    write(mark, made) {
      try { localStorage.setItem(name, JSON.stringify({ ...mark, made })); } catch { /* private mode: it holds until the page is left */ }
    },
  };
}
