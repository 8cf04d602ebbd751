// Where the reader is in a text that grows at its end. A reader at the end stays there; others are told what came below.
import { eyes } from "./eyes.js";
import { endOf } from "./mark.js";
import { say } from "./text.js";

/** @typedef {import("./transcript.js").Turn} Turn */

/** @param {{captions: HTMLElement, newer: HTMLElement, bar: HTMLElement}} parts */
export function reading({ captions, newer, bar }) {
  let unread = 0; // how much of the text came below the reader's view and has not been before their eyes

  const lineHeight = () => parseFloat(getComputedStyle(captions).lineHeight) || 24;
  /** Where the reader's view of the text ends: at the bar, or at the window's edge where the bar does not stick. */
  const floor = () => Math.min(innerHeight, bar.getBoundingClientRect().top);
  const below = () => captions.getBoundingClientRect().bottom - floor();
  const atEnd = () => below() < lineHeight() * 2;

  function note() {
    unread = atEnd() ? 0 : Math.min(unread, below());
    const lines = Math.round(unread / lineHeight());
    newer.hidden = lines < 1;
    if (lines >= 1) say(newer, `${lines} new ${lines === 1 ? "line" : "lines"} ↓`);
  }
  function toEnd() {
    scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
    note();
  }

  addEventListener("scroll", note, { passive: true });
  addEventListener("resize", note);
  const looked = eyes(captions, { atEnd, toEnd });
  newer.addEventListener("click", () => { toEnd(); captions.focus({ preventScroll: true }); });

  return {
    atEnd,
    floor,
    toEnd,
    /** Change the text without moving it under the reader's eyes; who was at the end is at the new one.
     * @param {() => void} change @param {boolean} stay */
    keep(change, stay = !atEnd()) {
      const before = captions.getBoundingClientRect().height;
      change();
      unread = Math.max(0, unread + captions.getBoundingClientRect().height - before);
      if (stay) note();
      else toEnd();
      looked();
    },
    /** Put text above what is there, which stays where it is before the reader's eyes. @param {() => void} change */
    above(change) {
      const seen = [...captions.querySelectorAll("article")].find((one) => one.getBoundingClientRect().bottom > 0);
      const top = seen?.getBoundingClientRect().top ?? 0;
      change();
      const now = seen?.isConnected ? seen : document.getElementById(seen?.id ?? ""); // what the server sent is drawn anew
      const moved = now ? now.getBoundingClientRect().top - top : 0;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
      looked();
    },
    /** The end of the last paragraph before the reader's eyes. @param {Turn[]} turns */
    lastSeen(turns) {
      const edge = floor();
      const seen = [...captions.querySelectorAll(".said")].reverse().find((one) => one.getBoundingClientRect().top < edge);
      const article = seen?.closest("article");
      if (!seen || !article) return null;
      const turn = turns.filter((one) => one.id === article.dataset.turn);
      return endOf(turn, [...article.querySelectorAll(".said")].indexOf(seen));
    },
  };
}
