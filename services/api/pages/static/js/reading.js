// Where the reader is in a text that grows at its end. A reader at the end stays there; others are told what came below.
import { eyes, firstBelow, paragraphs } from "./eyes.js";
import { endOf } from "./mark.js";
import { say } from "./text.js";

/** @typedef {import("./transcript.js").Turn} Turn */

const DOTS = 8; // pixels: a whole number of dots on screens that have an eighth more of them, or a multiple of that

/** @param {{captions: HTMLElement, newer: HTMLElement, bar: HTMLElement}} parts */
export function reading({ captions, newer, bar }) {
  const articles = captions.getElementsByTagName("article");
  let space = 0; // above the text
  let unread = 0; // how much of the text came below the reader's view and has not been before their eyes

  const lineHeight = () => parseFloat(getComputedStyle(captions).lineHeight) || 24;
  /** Where the reader's view of the text ends: at the bar, or at the window's edge where the bar does not stick. */
  const floor = () => Math.min(innerHeight, bar.getBoundingClientRect().top);
  const below = () => captions.getBoundingClientRect().bottom - floor();
  const endInView = () => below() < lineHeight() * 2;

  function note() {
    unread = endInView() ? 0 : Math.min(unread, below());
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
  const { looked, stayed, unmoved, atEnd } = eyes(captions, { first: paragraphs(captions), endInView, toEnd });
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
    /** Put text above what is there, which stays where it is before the reader's eyes: by whole dots of the screen, so that no line
     * of it is drawn anew a little higher or lower; what came below meanwhile is told. @param {() => void} change */
    above(change) {
      const still = unmoved();
      const article = firstBelow(articles);
      const seen = firstBelow(article?.querySelectorAll(".said") ?? []) ?? article;
      const top = seen?.getBoundingClientRect().top ?? 0;
      const rest = () => captions.getBoundingClientRect().bottom - (seen?.getBoundingClientRect().top ?? 0);
      const before = rest();
      change();
      if (seen?.isConnected) unread = Math.max(0, unread + rest() - before);
      const moved = () => (seen?.isConnected ? seen.getBoundingClientRect().top - top : 0);
      const by = moved();
      if (by >= 1) {
        space = (space + Math.ceil(by / DOTS) * DOTS - by) % DOTS;
        captions.style.paddingTop = `${space}px`;
      }
      if (Math.abs(by) >= 1) scrollBy({ top: moved(), behavior: "instant" });
      note();
      if (seen?.isConnected && still) stayed();
      else looked();
    },
    /** The end of the last paragraph before the reader's eyes. @param {Turn[]} turns */
    lastSeen(turns) {
      const edge = floor();
      const seen = [...captions.querySelectorAll(".said")].reverse().find((one) => one.getBoundingClientRect().top < edge);
      const article = seen?.closest("article");
      if (!seen || !article) return null;
      const turn = turns.filter((one) => one.id === article.dataset.turn);
      const all = [...article.querySelectorAll(".said")]; // it may lack the turn's first ones
      return endOf(turn, all.indexOf(seen) - all.length);
    },
  };
}
