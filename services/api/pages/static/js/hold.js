// On a page of any kind what is before the eyes stays where it is: what has the focus, or else what stands first in the window.
import { eyes, firstBelow } from "./eyes.js";

const STEP = 6; // less than a line
const ACROSS = [0.5, 0.25, 0.75]; // columns stand side by side, and one may have ended
const BLOCKS = "p, h1, h2, h3, li, ul, ol, dl, dt, dd, div, form, section, article, nav, details, table, pre, textarea, dialog";

/** What is typed into, or would be pressed, if it is in the window. @param {HTMLElement} page */
function focused(page) {
  const at = document.activeElement;
  if (!at || at === page || at.tagName === "MAIN" || at.closest("dialog")) return null;
  const { top, bottom } = at.getBoundingClientRect();
  return bottom > 0 && top < innerHeight && bottom - top < innerHeight ? at : null;
}

/** The first thing in the window that has words, and nothing in it that would be one; or what comes next. @param {HTMLElement} page */
function firstOf(page) {
  const { left, width } = (page.querySelector("main") ?? page).getBoundingClientRect();
  for (const share of ACROSS) {
    for (let y = 1; y < innerHeight; y += STEP) {
      const found = document.elementFromPoint(left + share * width, y);
      if (found && found !== page && page.contains(found) && found.textContent?.trim() && !found.querySelector(BLOCKS)) return found;
    }
  }
  return firstBelow(page.querySelectorAll("main p, main li, main h2"));
}

const page = document.body;
const { looked } = eyes(page, { first: () => (scrollY ? focused(page) ?? firstOf(page) : null) }); // at the top there is nothing to hold
addEventListener("focusin", ({ target }) => { if (target instanceof Element && !target.closest("dialog")) looked(); });
