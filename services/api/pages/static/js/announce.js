// Finished sentences for a screen reader, in a log of their own: never a growing caption, never the same one twice.
import { finishedSentences, said } from "./prose.js";
import { element } from "./render.js";

const KEPT = 20;

/** @typedef {import("./transcript.js").Turn} Turn */

/** @param {HTMLElement} log */
export function announcer(log) {
  let on = false;
  /** @type {string | null} */
  let turnId = null;
  let done = 0;

  return {
    /** Begin with what is said from now on, or stop. @param {boolean} wanted @param {Turn[]} turns */
    set(wanted, turns) {
      on = wanted;
      log.replaceChildren();
      const last = turns.at(-1);
      turnId = last?.id ?? null;
      done = last ? finishedSentences(`${said(last)} `, 0).to : 0;
    },
    /** @param {Turn[]} turns */
    heard(turns) {
      if (!on) return;
      const known = turns.findIndex((turn) => turn.id === turnId);
      for (const turn of turns.slice(Math.max(0, known))) {
        const another = turn.id !== turnId;
        if (another) [turnId, done] = [turn.id, 0];
        const over = turn !== turns.at(-1);
        const text = said(turn);
        const { sentences, to } = finishedSentences(over ? `${text}\n` : text, done);
        done = Math.min(to, text.length);
        if (another && turn.speaker && sentences.length) sentences[0] = `${turn.speaker}: ${sentences[0]}`;
        for (const sentence of sentences) log.append(element("p", {}, sentence));
      }
      while (log.children.length > KEPT) log.firstElementChild?.remove();
    },
  };
}
