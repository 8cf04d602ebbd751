// What is said off the record, as it comes: shown as plain text, kept nowhere, gone when the passage is over.
import { clock } from "./clock.js";
import { growing } from "./growing.js";
import { sentences } from "./prose.js";
import { sayEach } from "./text.js";

/** @typedef {{since: number, text: string}} OffRecord `since`: by `performance.now()`; a wall's clock may be set meanwhile */

/** @param {HTMLElement} box with a place for the clock and one for the words
 * @param {(change: () => void) => void} [around] what has to be done around a change of the page's height */
export function offRecord(box, around = (change) => change()) {
  const told = /** @type {HTMLElement} */ (box.querySelector("[data-clock]"));
  const words = /** @type {HTMLElement} */ (box.querySelector("[data-words]"));
  const said = growing(words);
  let ticking = 0;

  /** @param {OffRecord | null} now */
  function show(now) {
    clearInterval(ticking);
    if (!now && box.hidden) return;
    around(() => {
      box.hidden = !now;
      said.keep(() => { sayEach(words, "span", sentences(now?.text ?? "")); });
      if (!now) said.toEnd();
    });
    if (!now) return;
    const tick = () => { told.textContent = clock(performance.now() - now.since); };
    tick();
    ticking = setInterval(tick, 1000);
  }
  addEventListener("pagehide", () => show(null)); // a page that the browser keeps to come back to has none of it
  return show;
}
