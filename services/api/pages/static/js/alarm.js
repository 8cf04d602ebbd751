// The alarm: in the title, in words for a screen reader once for each silence, and as a sound where it is wanted.
import { bell } from "./bell.js";

const AGAIN = 10_000; // the sound comes back while words are missing

/** @param {{told: HTMLElement, sound: HTMLInputElement}} parts */
export function alarm({ told, sound }) {
  /** @type {Set<string>} */
  let known = new Set();
  let sounded = -Infinity;
  const ring = bell();

  function play() {
    ring();
    sounded = performance.now();
    sound.dataset.sounded = String(Number(sound.dataset.sounded ?? 0) + 1);
  }
  sound.addEventListener("change", () => { if (sound.checked) play(); }); // a page may sound only after it was touched

  return {
    /** What is silent or was lost now, each with its words. @param {{id: string, says: string}[]} stopped */
    tell(stopped) {
      const fresh = stopped.filter((one) => !known.has(one.id));
      known = new Set(stopped.map((one) => one.id));
      document.title = document.title.replace(/^(?:! \d+ alarms? · )?/, stopped.length ? `! ${stopped.length} ${stopped.length > 1 ? "alarms" : "alarm"} · ` : "");
      if (fresh.length) {
        told.textContent = fresh.map((one) => one.says).join(" ");
        told.classList.add("hidden"); // it stands in the room already
      }
      if (sound.checked && stopped.length && (fresh.length || performance.now() - sounded >= AGAIN)) play();
    },
  };
}
