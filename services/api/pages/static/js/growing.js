// A box of text that grows at its end and scrolls by itself: who is at its end stays there, others keep the words before their eyes.
import { firstBelow, movedBy, placesOf } from "./eyes.js";

const NEAR = 40; // pixels from its end that are at its end

/** @param {HTMLElement} box with turns, or with plain text, which stays where it begins
 * @returns {{keep: (change: () => void) => void, toEnd: () => void}} */
export function growing(box) {
  /** @type {import("./eyes.js").Place[] | "end"} */
  let kept = "end";
  let edge = 0; // where the box began in the window when that was known
  let stood = ""; // how it was laid out, and scrolled, when that was known

  const top = () => box.getBoundingClientRect().top;
  const laidOut = () => `${box.clientWidth} ${box.clientHeight} ${box.scrollHeight}`;
  const stands = () => `${laidOut()} ${box.scrollTop}`;
  function look() {
    edge = top();
    const atEnd = box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;
    kept = atEnd ? "end" : placesOf(firstBelow(box.querySelectorAll(".speaker, .said"), edge), box, edge);
    stood = stands();
  }
  function restore() {
    if (kept === "end") box.scrollTop = box.scrollHeight;
    else if (kept.length) box.scrollTop += movedBy(kept) - (top() - edge);
    stood = stands();
  }
  function scrolled() {
    if (!stood.startsWith(`${laidOut()} `)) restore(); // by the browser: it is another box now, and hears of that later
    else if (stands() !== stood) look();
  }

  box.style.overflowAnchor = "none"; // once is enough
  box.addEventListener("scroll", scrolled, { passive: true });
  new ResizeObserver(restore).observe(box);
  return {
    keep(change) {
      change();
      restore();
    },
    toEnd() {
      kept = "end";
      restore();
    },
  };
}
