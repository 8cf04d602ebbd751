// What a session amounts to so far, for who comes late: how long it took, how many words, who spoke. Asked for when it is opened.
import { element, turnLink } from "./render.js";
import { say } from "./text.js";

const PATIENCE = 10_000; // a session of any length is counted in less
const SIGNS = /^(zh|yue|ja|ko|th|lo|km|my)(-|$)/; // languages in which each character is counted

/** @param {number} count @param {string} one */
const some = (count, one) => `${count.toLocaleString("en")} ${one}${count === 1 ? "" : "s"}`;

/** @param {number} seconds */
export function lasted(seconds) {
  const minutes = Math.round(seconds / 60);
  if (!minutes) return "Less than a minute";
  const hours = Math.floor(minutes / 60);
  return hours ? `${some(hours, "hour")}${minutes % 60 ? ` ${some(minutes % 60, "minute")}` : ""}` : some(minutes, "minute");
}

/** @param {HTMLElement} text the transcript that is read */
export function figures(text) {
  const panel = /** @type {HTMLDetailsElement} */ (document.getElementById("figures"));
  const told = /** @type {HTMLElement} */ (panel.querySelector("[role=status]"));
  const list = /** @type {HTMLElement} */ (panel.querySelector("ol"));
  const session = /** @type {string} */ (text.dataset.session);
  const language = /** @type {string} */ (text.dataset.lang);
  const unit = SIGNS.test(language) ? "character" : "word";

  /** @param {import("../../messages.js").SpeakerFigures} one */
  function entry(one) {
    const link = turnLink({ session, language }, one.first_turn, element("bdi", {}, one.speaker));
    return element("li", {}, link, ` ${some(one.words, unit)}`);
  }

  async function load() {
    if (!panel.open) return;
    try {
      const answer = await fetch(`/v1/sessions/${encodeURIComponent(session)}/figures?${new URLSearchParams({ lang: language })}`,
        { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
      if (!answer.ok) throw new Error(String(answer.status));
      const found = /** @type {import("../../messages.js").Figures} */ (await answer.json());
      const people = `${found.more_speakers ? "more than " : ""}${some(found.speakers.length, "speaker")}`;
      say(told, found.turns ? `${lasted(found.seconds)}, ${some(found.words, unit)}, ${people}.` : "Nothing has been said yet.");
      list.replaceChildren(...found.speakers.map(entry));
    } catch {
      say(told, list.childElementCount ? "What is here was counted before: there is no connection." : "It could not be counted: close this and try again.");
    }
  }
  panel.addEventListener("toggle", load);
  load(); // a browser that comes back opens it by itself
}
