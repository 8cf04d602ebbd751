// What is said for a screen reader, in a log of its own: never a growing caption, never the same twice. By sentences; where none
// ends, after some words or when the speaker pauses.
import { finishedSentences, said } from "./prose.js";
import { element } from "./render.js";
import { wordEnd } from "./words.js";

const KEPT = 20;
const MANY = 14; // words that do not wait for their full stop
const PAUSE = 2_500;

/** @typedef {import("./transcript.js").Turn} Turn */

/** @param {HTMLElement} log */
export function announcer(log) {
  let on = false;
  /** @type {string | null} */
  let turnId = null;
  let done = 0;
  let named = true; // the log has said who speaks
  let last = "";
  let timer = 0;

  /** @param {string} words @param {Turn} turn */
  function announce(words, turn) {
    if (!words.trim()) return;
    last = `${!named && turn.speaker ? `${turn.speaker}: ` : ""}${words.trim()}`;
    named = true;
    log.append(element("p", {}, last));
    while (log.children.length > KEPT) log.firstElementChild?.remove();
  }

  return {
    /** Begin with what is said from now on, or stop. @param {boolean} wanted @param {Turn[]} turns */
    set(wanted, turns) {
      on = wanted;
      clearTimeout(timer);
      log.replaceChildren();
      const end = turns[turns.length - 1];
      turnId = end?.id ?? null;
      named = true;
      last = end ? lastOf(said(end)) : "";
      done = end ? finishedSentences(`${said(end)} `, 0).to : 0;
    },
    /** @param {Turn[]} turns */
    heard(turns) {
      if (!on) return;
      clearTimeout(timer);
      const known = turns.findIndex((turn) => turn.id === turnId);
      for (const turn of turns.slice(Math.max(0, known))) {
        if (turn.id !== turnId) [turnId, done, named] = [turn.id, 0, false];
        const over = turn !== turns[turns.length - 1];
        const text = said(turn);
        const { sentences, to } = finishedSentences(over ? `${text}\n` : text, Math.min(done, text.length));
        done = Math.min(to, text.length);
        for (const sentence of sentences) announce(sentence, turn);
        for (let end = manyEnd(text, done); end; end = manyEnd(text, done)) {
          announce(text.slice(done, end), turn);
          done = end;
        }
        if (!over && text.slice(done).trim()) {
          timer = setTimeout(() => {
            const late = text.slice(done);
            done = text.length;
            announce(late, turn);
          }, PAUSE);
        }
      }
    },
    /** Say once more what was said last. @param {Turn[]} turns */
    again(turns) {
      const end = turns[turns.length - 1];
      const words = last || (end ? lastOf(said(end)) : "");
      if (words) log.append(element("p", {}, words));
    },
  };
}

/** Where so many words end that they are announced without their full stop, and another begins; 0 if there are not so many.
 * @param {string} text @param {number} from */
function manyEnd(text, from) {
  let [at, words] = [from, 0];
  while (at < text.length && words < MANY) [at, words] = [wordEnd(text, at), words + 1];
  return words === MANY && at < text.length ? at : 0;
}

/** The last sentence. @param {string} text */
const lastOf = (text) => finishedSentences(`${text}\n`, 0).sentences.pop() ?? "";
