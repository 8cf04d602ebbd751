// The words before a reader's eyes stay where they are while the page is laid out anew: at another size of text or window, when
// the screen is turned, when a font comes. Browsers keep an element in its place; a paragraph may be longer than a window.

/** A character of a paragraph, by its share of the text, and where its line stood in the window.
 * @typedef {{paragraph: Element, share: number, top: number}} Place */

/** @param {HTMLElement} text what is read @param {{endInView: () => boolean, toEnd: () => void}} end who is there stays there
 * @returns {{looked: () => void, stayed: () => void, unmoved: () => boolean, atEnd: () => boolean}} to be called when the text has been
 * changed without moving it; when the page has scrolled so that what is read is where it was: its reader has not, who was `unmoved` before;
 * whether the reader is at the end, also where the page was laid out anew and is not there yet */
export function eyes(text, { endInView, toEnd }) {
  /** @type {Place | "end" | null} */
  let kept = null;
  let stands = -1; // where the page was scrolled to when that was known
  const articles = text.getElementsByTagName("article");

  const stay = () => { stands = scrollY; };
  const unmoved = () => scrollY === stands; // a page that has scrolled hears of it later
  function look() {
    if (endInView()) kept = "end";
    else kept = placeOf(articles);
    stay();
  }
  function restore() {
    if (kept === "end") toEnd();
    else if (kept?.paragraph.isConnected) {
      const moved = rectAt(kept.paragraph, kept.share).top - kept.top;
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    }
    stay();
  }

  for (const one of [document.documentElement, document.body]) one.style.overflowAnchor = "none"; // once is enough
  addEventListener("scroll", () => { if (!unmoved()) look(); }, { passive: true });
  for (const one of ["resize", "captionflow:resized"]) addEventListener(one, restore);
  const observer = new ResizeObserver(restore);
  for (const one of [text, document.body]) observer.observe(one);
  look();
  return { looked: look, stayed: stay, unmoved, atEnd: () => endInView() || (kept === "end" && unmoved()) };
}

/** The first characters in the window. @param {HTMLCollectionOf<HTMLElement>} articles @returns {Place | null} */
function placeOf(articles) {
  const article = firstBelow(articles);
  if (!article || article.getBoundingClientRect().top >= innerHeight) return null;
  const all = article.querySelectorAll(".speaker, .said");
  const paragraph = firstBelow(all);
  if (!paragraph) return null;
  const length = paragraph.textContent?.length ?? 0;
  const at = paragraph.getBoundingClientRect().top >= 0 ? 0 : firstThat(length, (to) => rectAt(paragraph, to / length).top >= 0);
  const share = length ? Math.min(at, length - 1) / length : 0; // where only a part of its last line is in the window: that line
  return { paragraph, share, top: rectAt(paragraph, share).top };
}

/** The first of elements, in their order, that does not end above an edge of the window. @template {Element} T @param {ArrayLike<T>} all
 * @param {number} edge @returns {T | undefined} */
export const firstBelow = (all, edge = 0) => all[firstThat(all.length, (at) => all[at].getBoundingClientRect().bottom > edge)];

/** The least number below `end` that a test holds for, if it holds for all after it. @param {number} end @param {(at: number) => boolean} holds */
function firstThat(end, holds) {
  let [low, high] = [0, end];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Where the character stands that has this share of the text before it. @param {Element} paragraph @param {number} share */
function rectAt(paragraph, share) {
  let left = Math.round(share * (paragraph.textContent?.length ?? 0));
  if (!left) return paragraph.getBoundingClientRect();
  const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
  for (let node = /** @type {Text | null} */ (walker.nextNode()); node; node = /** @type {Text | null} */ (walker.nextNode())) {
    for (; left < node.length; left += 1) {
      const range = document.createRange();
      range.setStart(node, left);
      range.setEnd(node, left + 1);
      const rect = range.getBoundingClientRect();
      if (rect.height) return rect; // a space that is not drawn has none
    }
    left -= node.length;
  }
  const all = document.createRange();
  all.selectNodeContents(paragraph);
  return [...all.getClientRects()].pop() ?? paragraph.getBoundingClientRect(); // only spaces are behind it
}
