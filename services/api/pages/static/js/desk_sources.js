// Who sends to a session of the desk, each second; and whether somebody's words were lost.
import { lately } from "./clock.js";
import { arrange, element } from "./render.js";
import { doorName, sourceName } from "./sources.js";
import { sayEach } from "./text.js";

const SHOWN = 8;
const LOST = 300_000; // so long after words were lost it is an alarm

/** @typedef {import("./silence.js").Source} Source */

/** @param {HTMLElement} card @param {Source[]} sources that which was heard last first: those at the end are left out, and those that are shown
 * keep their places, whoever speaks @param {number} now */
export function tellSources(card, sources, now) {
  const list = /** @type {HTMLElement} */ (card.querySelector(".sources"));
  const had = new Map([...list.children].map((one) => [/** @type {HTMLElement} */ (one).dataset.source, one]));
  const shown = sources.slice(0, SHOWN).sort((a, b) => a.since - b.since);
  const items = shown.map((one) => {
    const key = `${one.language} ${one.source}`;
    const item = had.get(key) ?? element("li", { "data-source": key }, element("strong", {}, element("bdi", {}, sourceName(one.source))), element("span", { class: "facts" }));
    tellSource(item, one, card.dataset, now);
    return item;
  });
  arrange(list, items);
}

/** @param {Element} item @param {Source} one @param {DOMStringMap} card @param {number} now */
function tellSource(item, one, { langs = "", status }, now) {
  const live = status === "live";
  const facts = [
    `by ${doorName(one.door)}`, ...(langs.includes(" ") ? [one.language] : []),
    `since ${new Date(one.since).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" })}`,
    ...(live ? [one.lastWord === null ? "no word yet" : `last word ${lately(now - one.lastWord)}`, `${one.pace} words a minute`] : [`${one.words} words`]),
    ...(live && one.delay !== null ? [`${one.delay.toFixed(1)} s late`] : []),
  ];
  sayEach(/** @type {Element} */ (item.querySelector(".facts")), "span", facts);
  const warned = sayEach(item, "p", one.warnings.map((warning) => `${warning.detail} (${timesOf(warning)})`));
  one.warnings.forEach((warning, place) => { warned[place].className = isLost(warning, now) ? "warned lost" : "warned"; });
}

/** How often it was said, and when last: a warning stays as long as its source. @param {Source["warnings"][number]} warning */
function timesOf({ count, last_at: last }) {
  const at = new Date(last).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  return count > 1 ? `${count} times, last at ${at}` : `at ${at}`;
}

/** Words were lost just now, which is an alarm as their silence is. @param {Source["warnings"][number]} warning @param {number} now */
export const isLost = ({ code, last_at: last }, now) => code === "refused" && now - Date.parse(last) < LOST;
