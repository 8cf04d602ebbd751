// The words before a reader's eyes stay where they are while the page is laid out anew: at another size of text or window, when
// the screen is turned, when a font comes. Browsers keep an element in its place; a paragraph may be longer than a window.

/** A character of an element, by its share of the text, and where its line stood in the window; `name`: a selector.
 * @typedef {{element: Element, share: number, top: number, name: string | null}} Place */

/** @param {HTMLElement} text what is read
 * @param {{first: () => Element | null | undefined, endInView?: () => boolean, toEnd?: () => void}} parts `first`: what of it is the first in the
 * window; null: nothing is held. Who is at the end, if it has one, stays there
 * @returns {{looked: () => void, stayed: () => void, unmoved: () => boolean, atEnd: () => boolean}} to be called when the text has been
 * changed without moving it; when the page has scrolled so that what is read is where it was: its reader has not, who was `unmoved` before;
 * whether the reader is at the end, also where the page was laid out anew and is not there yet */
export function eyes(text, { first, endInView = () => false, toEnd = () => {} }) {
  /** @type {Place[] | "end"} an element, and what it is in: it may be gone when they are asked for */
  let kept = [];
  let height = innerHeight; // of the window when that was known
  let stands = -1; // where the page was scrolled to when that was known

  const stay = () => { stands = scrollY; };
  const unmoved = () => scrollY === stands; // a page that has scrolled hears of it later
  function look() {
    kept = endInView() ? "end" : placesOf(first(), text);
    height = innerHeight;
    stay();
  }
  function restore() {
    if (kept === "end") toEnd();
    else {
      const moved = movedBy(kept, height);
      if (Math.abs(moved) >= 1) scrollBy({ top: moved, behavior: "instant" });
    }
    stay();
  }

  for (const one of [document.documentElement, document.body]) one.style.overflowAnchor = "none"; // once is enough
  addEventListener("scroll", () => { if (!unmoved()) look(); }, { passive: true });
  for (const one of ["resize", "captionflow:resized", "captionflow:drawn"]) addEventListener(one, restore);
  const observer = new ResizeObserver(restore);
  for (const one of [text, document.body]) observer.observe(one);
  look();
  return { looked: look, stayed: stay, unmoved, atEnd: () => endInView() || (kept === "end" && unmoved()) };
}

/** What is before the eyes, and what it is in. @param {Element | null | undefined} element @param {Element} text
 * @param {number} edge of the window, or of what scrolls in it @returns {Place[]} */
export function placesOf(element, text, edge = 0) {
  if (!element) return [];
  const length = element.textContent?.length ?? 0;
  const at = element.getBoundingClientRect().top >= edge ? 0 : firstThat(length, (to) => rectAt(element, to / length).top >= edge);
  const share = length ? Math.min(at, length - 1) / length : 0; // where only a part of its last line is in the window: that line
  const place = (/** @type {Element} */ one, of = 0) => ({ element: one, share: of, top: rectAt(one, of).top, name: nameOf(one) });
  const places = [place(element, share)];
  const link = element.querySelector("a[href]"); // an entry in a list has no other name
  if (link) places.push(place(link));
  for (let around = element.parentElement; around && around !== text && text.contains(around); around = around.parentElement) places.push(place(around));
  return places;
}

/** How far the first that is there is from where it was; in a window that is less high now, and would not have it, from that window's end.
 * @param {Place[]} places @param {number} height of the window then */
export function movedBy(places, height = innerHeight) {
  for (const { element, share, top, name } of places) {
    const now = element.isConnected || !name ? element : document.querySelector(name);
    if (!now?.getClientRects().length) continue; // gone, or hidden
    const rect = rectAt(now, share);
    return rect.top - (innerHeight < height ? Math.min(top, innerHeight - Math.min(rect.height, innerHeight / 2)) : top);
  }
  return 0;
}

/** What finds an element again when the page, or a part of it, has been drawn anew. @param {Element} element */
function nameOf(element) {
  if (element.id) return `#${CSS.escape(element.id)}`;
  for (const name of ["data-session", "href"]) {
    const value = element.getAttribute(name);
    if (value) return `${element.tagName}[${name}="${CSS.escape(value)}"]`;
  }
  return null;
}

/** The first paragraph in the window of turns that stand one below the other, or the next where the window has none, as while what is
 * not laid out yet still has another height. @param {HTMLElement} text */
export function paragraphs(text) {
  const articles = text.getElementsByTagName("article");
  return () => {
    const article = firstBelow(articles);
    if (!article || (article === articles[0] && article.getBoundingClientRect().top >= innerHeight)) return null; // above the text
    return firstBelow(article.querySelectorAll(".speaker, .said")) ?? article;
  };
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

/** Where the character stands that has this share of the text before it. @param {Element} element @param {number} share */
function rectAt(element, share) {
  let left = Math.round(share * (element.textContent?.length ?? 0));
  if (!left) return element.getBoundingClientRect();
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT);
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
  all.selectNodeContents(element);
  return [...all.getClientRects()].pop() ?? element.getBoundingClientRect(); // only spaces are behind it
}
