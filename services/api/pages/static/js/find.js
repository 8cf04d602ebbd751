// Search in what a page shows, from hit to hit. No text is touched, so a translation stays: hits are
// marked by the browser's highlights or, where it has none, at their turns. What is looked for stays in the browser.
import { hits, pattern } from "./fold.js";
import { say } from "./text.js";

const AFTER = 250; // milliseconds after the last key

/** A hit: the n-th of a turn. @typedef {{turn: string, n: number}} Hit */

/** @param {HTMLElement} text */
export function finder(text) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("find"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const told = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  const everywhere = /** @type {HTMLAnchorElement} */ (form.querySelector("a"));
  /** @type {RegExp | null} */
  let wanted = null;
  /** Hits on the page. @type {Map<HTMLElement, Range[]>} */
  const here = new Map();
  /** @type {Hit | null} */
  let now = null;
  let timer = 0;

  /** @param {string} turn @returns {HTMLElement | null} */
  const articleOf = (turn) => text.querySelector(`article[data-turn="${CSS.escape(turn)}"]`);
  const inOrder = () => [...here.keys()].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  /** @returns {Hit[]} */
  const all = () => inOrder().flatMap((article) => (here.get(article) ?? []).map((_, n) => ({ turn: article.dataset.turn ?? "", n })));

  /** @param {HTMLElement} article */
  function look(article) {
    const found = wanted && article.isConnected ? rangesOf(article, wanted) : [];
    if (found.length) here.set(article, found);
    else here.delete(article);
  }

  function draw() {
    const of = now && articleOf(now.turn);
    const current = of && here.get(of)?.[/** @type {Hit} */ (now).n];
    if ("highlights" in CSS) {
      CSS.highlights.set("found", new Highlight(...[...here.values()].flat().filter((one) => one !== current)));
      CSS.highlights.set("found-now", new Highlight(...(current ? [current] : [])));
    } else {
      for (const article of text.querySelectorAll(".found")) if (!here.has(/** @type {HTMLElement} */ (article))) article.classList.remove("found", "found-now");
      for (const article of here.keys()) {
        article.classList.add("found");
        article.classList.toggle("found-now", article === of);
      }
    }
    const hitsNow = all();
    const place = hitsNow.findIndex((one) => one.turn === now?.turn && one.n === now.n);
    const count = hitsNow.length;
    say(told, !wanted ? "" : !count ? "Nothing found" : place >= 0 ? `${place + 1} of ${count}` : `${count} ${count === 1 ? "hit" : "hits"}`);
    for (const button of form.querySelectorAll("button")) button.disabled = !count;
  }

  function begin() {
    wanted = pattern(field.value, false);
    now = null;
    here.clear();
    for (const article of text.querySelectorAll("article")) look(article);
    everywhere.href = `/search?${new URLSearchParams({ q: field.value, session: form.dataset.session ?? "" })}`;
    draw();
  }

  /** @param {1 | -1} by */
  function step(by) {
    if (timer) {
      clearTimeout(timer);
      timer = 0;
      begin();
    }
    const hitsNow = all();
    if (!hitsNow.length) return;
    const at = hitsNow.findIndex((one) => one.turn === now?.turn && one.n === now.n);
    now = hitsNow[at >= 0 ? (at + by + hitsNow.length) % hitsNow.length : first(hitsNow, by)];
    draw();
    show();
  }

  /** Of hits none of which was gone to, the one to begin with. @param {Hit[]} hitsNow @param {1 | -1} by */
  function first(hitsNow, by) {
    const below = hitsNow.findIndex(({ turn }) => (articleOf(turn)?.getBoundingClientRect().bottom ?? -1) > 0);
    if (below < 0) return by > 0 ? 0 : hitsNow.length - 1;
    return by > 0 ? below : (below - 1 + hitsNow.length) % hitsNow.length;
  }

  function show() {
    const article = now && articleOf(now.turn);
    const range = article && here.get(article)?.[/** @type {Hit} */ (now).n];
    if (!article || !range) return;
    article.scrollIntoView({ block: "start", behavior: "instant" });
    scrollBy({ top: range.getBoundingClientRect().top - innerHeight / 3, behavior: "instant" });
  }

  new MutationObserver((changes) => {
    if (!wanted) return;
    /** @type {Set<HTMLElement>} */
    const changed = new Set();
    for (const { target, addedNodes, removedNodes } of changes) {
      const of = (target instanceof Element ? target : target.parentElement)?.closest("article");
      if (of) changed.add(of);
      else for (const node of [...addedNodes, ...removedNodes]) {
        if (!(node instanceof HTMLElement)) continue;
        if (node.tagName === "ARTICLE") changed.add(node);
        for (const one of node.querySelectorAll("article")) changed.add(one);
      }
    }
    changed.forEach(look);
    if (changed.size) draw();
  }).observe(text, { childList: true, subtree: true, characterData: true });

  form.addEventListener("submit", (event) => { event.preventDefault(); step(1); });
  /** @type {HTMLElement} */ (form.querySelector("[data-back]")).addEventListener("click", () => step(-1));
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; begin(); }, AFTER);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || (event.key !== "Escape" && !(event.key === "Enter" && event.shiftKey))) return;
    event.preventDefault();
    if (event.key === "Enter") return void step(-1);
    clearTimeout(timer);
    timer = 0;
    field.value = "";
    begin();
  });
  draw();
}

/** Where an article says what is looked for, across its sentences and paragraphs. @param {HTMLElement} article @param {RegExp} wanted */
function rangesOf(article, wanted) {
  let words = "";
  /** @type {{node: Text, from: number}[]} */
  const nodes = [];
  for (const paragraph of article.querySelectorAll(".said")) {
    const walker = document.createTreeWalker(paragraph, NodeFilter.SHOW_TEXT);
    for (let node = /** @type {Text | null} */ (walker.nextNode()); node; node = /** @type {Text | null} */ (walker.nextNode())) {
      if (node.parentElement?.closest(".leftoff")) continue;
      nodes.push({ node, from: words.length });
      words += node.data;
    }
    words += "\n";
  }
  /** @param {Range} range @param {"setStart" | "setEnd"} set @param {number} at */
  const put = (range, set, at) => {
    const one = [...nodes].reverse().find(({ from }) => (set === "setEnd" ? from < at : from <= at));
    if (one) range[set](one.node, Math.min(at - one.from, one.node.length));
  };
  return hits(words, wanted).map(([from, to]) => {
    const range = document.createRange();
    put(range, "setStart", from);
    put(range, "setEnd", to);
    return range;
  });
}
