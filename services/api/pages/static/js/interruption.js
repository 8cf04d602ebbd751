// That captions are interrupted, and for how long. Screen readers hear it once; the clock is for the eye.
import { clock } from "./clock.js";
import { element } from "./render.js";

/** @param {{told: HTMLElement, still: HTMLElement, time: HTMLElement}} parts @param {(change: () => void) => void} around what a change of the
 * bar's height needs @returns {(quiet: number | null) => void} for so many milliseconds now; null: they come again */
export function interruption({ told, still, time }, around) {
  let shown = false;
  let ticking = 0;
  let soon = 0;

  return (quiet) => {
    clearInterval(ticking);
    cancelAnimationFrame(soon);
    if (quiet === null) {
      if (shown) around(() => {
        told.classList.remove("interrupted");
        still.textContent = time.textContent = "";
      });
      shown = false;
      return;
    }
    const since = performance.now() - quiet;
    const tick = () => { time.textContent = clock(performance.now() - since); };
    const show = () => {
      around(() => {
        if (!shown) still.replaceChildren(element("span", { class: "rest" }, "Captions "), "interrupted");
        told.classList.add("interrupted");
        tick();
      });
      shown = true;
      ticking = setInterval(tick, 1000);
    };
    // On a phone the bar grows. In the frame in which the text grows, too, the page would scroll twice, and jump.
    soon = requestAnimationFrame(() => { soon = requestAnimationFrame(show); });
  };
}
