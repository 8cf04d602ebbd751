// Whose words are before the reader's eyes: a quiet line with the title and who speaks. What a screen reader needs are the headings.
import { firstBelow } from "./eyes.js";
import { say } from "./text.js";

/** @param {HTMLElement} text what is read @param {() => boolean} atEnd a reader at the end reads the last words
 * @returns {{changed: () => void, seen: () => HTMLElement | null}} to be called when the text has changed; the turn before the eyes */
export function whoSpeaks(text, atEnd) {
  const line = /** @type {HTMLElement} */ (document.getElementById("who"));
  const name = /** @type {HTMLElement} */ (line.querySelector("[data-name]"));
  const heading = /** @type {HTMLElement} */ (document.querySelector("h1"));
  const articles = text.getElementsByTagName("article");
  let frame = 0;

  /** @returns {HTMLElement | null} */
  function seen() {
    const top = line.offsetHeight;
    return (atEnd() ? articles[articles.length - 1] : firstBelow(articles, top + 1)) ?? null;
  }
  function look() {
    frame = 0;
    const speaker = seen()?.querySelector("h2.speaker")?.textContent ?? "";
    say(name, speaker);
    line.classList.toggle("unnamed", !speaker);
    line.classList.toggle("above", heading.getBoundingClientRect().bottom > 0); // the title is in sight, and nothing may cover it
  }
  const soon = () => { frame = frame || requestAnimationFrame(look); };
  for (const one of ["scroll", "resize", "captionflow:resized"]) addEventListener(one, soon, { passive: true });
  look();
  return { changed: soon, seen };
}
