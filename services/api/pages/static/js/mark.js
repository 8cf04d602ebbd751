// Where a reader left off: after so many characters of a paragraph of a turn, kept in this browser.

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {{turn: string, paragraph: number, chars: number}} Mark */

/** The end of what was said, or of one paragraph of the last turn. @param {Turn[]} turns @param {number} at @returns {Mark | null} */
export function endOf(turns, at = -1) {
  const turn = turns[turns.length - 1];
  const paragraph = turn?.paragraphs[at < 0 ? turn.paragraphs.length + at : at];
  if (!turn || !paragraph) return null;
  const spoken = paragraph.runs.filter((run) => run.kind !== "interim");
  return { turn: turn.id, paragraph: turn.paragraphs.indexOf(paragraph), chars: spoken.reduce((sum, run) => sum + run.text.length, 0) };
}

/** Whether nothing was said after the mark. @param {Turn[]} turns @param {Mark} mark */
export function isEnd(turns, mark) {
  const end = endOf(turns);
  return !end || (end.turn === mark.turn && end.paragraph === mark.paragraph && end.chars <= mark.chars);
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
        const isMark = typeof kept?.turn === "string" && Number.isInteger(kept.paragraph) && Number.isInteger(kept.chars);
        return isMark && kept.made === made ? { turn: kept.turn, paragraph: kept.paragraph, chars: kept.chars } : null;
      } catch { return null; }
    },
    /** @param {Mark} mark @param {string | null} made */
    write(mark, made) {
      try { localStorage.setItem(name, JSON.stringify({ ...mark, made })); } catch { /* private mode: it holds until the page is left */ }
    },
  };
}
