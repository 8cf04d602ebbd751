// Bookmarks and notes on turns of one session: kept in this browser alone, and taken out as text.
// A turn is known by its id, which stays when its words are corrected; what it said when it was marked is kept beside that.

const MOST = 500;
const LONGEST = 2_000; // characters of a note
const QUOTED = 280; // of what was said

/** `at`: when it was marked. @typedef {{turn: string, speaker: string | null, said: string, note: string, at: string}} Note */

/** @param {unknown} one @returns {one is Note} */
function isNote(one) {
  const { turn, speaker, said, note, at } = /** @type {Record<string, unknown>} */ (one ?? {});
  return [turn, said, note, at].every((text) => typeof text === "string") && (speaker === null || typeof speaker === "string");
}

/** The notes on a session and language. When the session was made tells it from another one that has its id: each has its own.
 * @param {string} session @param {string} language @param {string} made */
export function notebook(session, language, made) {
  const name = `captionflow.notes.${session}.${language}.${Date.parse(made)}`;
  /** @type {Note[]} what a browser that keeps nothing holds until the page is left */
  let here = [];
  /** @returns {Note[]} in the order of the transcript */
  const all = () => {
    try {
      const kept = JSON.parse(localStorage.getItem(name) ?? "null");
      if (Array.isArray(kept)) here = kept.filter(isNote);
    } catch { /* what is here */ }
    return here;
  };
  /** @param {Note[]} notes */
  const keep = (notes) => {
    here = notes.sort((a, b) => lineOf(a.turn) - lineOf(b.turn) || a.at.localeCompare(b.at)).slice(0, MOST);
    try {
      if (here.length) localStorage.setItem(name, JSON.stringify(here));
      else localStorage.removeItem(name);
    } catch { /* full, or private */ }
    return here;
  };
  return {
    all,
    /** @param {Note} note */
    add: (note) => keep([...all(), { ...note, note: note.note.trim().slice(0, LONGEST), said: quoted(note.said) }]),
    /** @param {Note} note */
    remove: (note) => keep(all().filter((one) => one.turn !== note.turn || one.at !== note.at)),
    key: name,
  };
}

/** The line that opened a turn. @param {string} turn */
const lineOf = (turn) => Number.parseFloat(turn.split(".").slice(2).join(".")) || 0;

/** The beginning of what was said, cut before a word. @param {string} said @param {number} most characters */
export function quoted(said, most = QUOTED) {
  const text = said.replace(/\s+/g, " ").trim();
  if (text.length <= most) return text;
  const space = text.lastIndexOf(" ", most);
  return `${text.slice(0, space > 0 ? space : most)} …`;
}

/** Text of strangers is no markup. @param {string} text */
const plain = (text) => text.replace(/[\\`*_{}[\]<>()#+\-!|~&]/g, "\\$&");

/** The notes as Markdown, which reads as text, too; each with a link to its turn.
 * @param {string} title @param {Note[]} notes @param {(turn: string) => string} address */
export function markdown(title, notes, address) {
  const entries = notes.map((one) => [
    `> ${one.speaker ? `${plain(one.speaker)}: ` : ""}${plain(one.said)}`,
    ...(one.note ? [one.note.split("\n").map(plain).join("\n")] : []),
    `<${address(one.turn)}>`,
  ].join("\n\n"));
  return `${[`# ${plain(title.replace(/\s+/g, " "))}`, ...entries].join("\n\n")}\n`;
}
