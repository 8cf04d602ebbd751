// Search in what a page shows and in what it has not loaded, from hit to hit. No text is touched, so a translation stays: hits are
// marked by the browser's highlights and, where it has none or makes them all alike, at their turns. What is looked for stays in the browser.
import { hits, pattern } from "./fold.js";
import { say } from "./text.js";

const AFTER = 250; // milliseconds after the last key
const FORCED = matchMedia("(forced-colors: active)"); // all highlights look the same then

/** A hit: the n-th of a turn. @typedef {{turn: string, n: number}} Hit */
/** `floor`: where the reader's view of the text ends; `unloaded`: what is not on the page; `load`: get some of it.
 * @typedef {{floor?: () => number, unloaded?: () => Promise<import("./unloaded.js").Above | null>, load?: () => Promise<boolean>}} Ways */

/** @type {() => Promise<import("./unloaded.js").Above | null>} */
const nothing = async () => ({ turns: [], complete: true });

/** @param {HTMLElement} text @param {Ways} [ways] */
export function finder(text, { floor = () => innerHeight, unloaded = nothing, load = async () => false } = {}) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("find"));
  const field = /** @type {HTMLInputElement} */ (form.querySelector("input"));
  const told = /** @type {HTMLElement} */ (form.querySelector("[role=status]"));
  const everywhere = /** @type {HTMLAnchorElement} */ (form.querySelector("a"));
  /** @type {RegExp | null} */
  let wanted = null;
  /** Hits on the page. @type {Map<HTMLElement, Range[]>} */
  const here = new Map();
  /** How many hits turns have before what the page has of them. @type {Map<string, number>} */
  let elsewhere = new Map();
  /** Hits of texts that are not on the page. @type {Map<string, number>} */
  const counts = new Map();
  let complete = true; // nothing is left that was not looked through
  let looking = false;
  /** @type {Hit | null} */
  let now = null;
  let asked = 0;
  let looked = Promise.resolve(); // through what is not on the page
  let going = false; // to a hit that is not on the page
  let timer = 0;

  /** @param {string} turn @returns {HTMLElement | null} */
  const articleOf = (turn) => text.querySelector(`article[data-turn="${CSS.escape(turn)}"]`);
  const inOrder = () => [...here.keys()].sort((a, b) => (a.compareDocumentPosition(b) & Node.DOCUMENT_POSITION_FOLLOWING ? -1 : 1));
  /** @returns {Hit[]} */
  const all = () => {
    const count = new Map(elsewhere);
    for (const article of inOrder()) {
      const turn = article.dataset.turn ?? "";
      count.set(turn, (count.get(turn) ?? 0) + (here.get(article) ?? []).length);
    }
    return [...count].flatMap(([turn, times]) => Array.from({ length: times }, (_, n) => ({ turn, n })));
  };
  /** Where a hit is on the page. @param {Hit | null} hit */
  const rangeOf = (hit) => {
    const article = hit && articleOf(hit.turn);
    return hit && article ? here.get(article)?.[hit.n - (elsewhere.get(hit.turn) ?? 0)] : undefined;
  };

  /** @param {HTMLElement} article */
  function look(article) {
    const found = wanted && article.isConnected ? rangesOf(article, wanted) : [];
    if (found.length) here.set(article, found);
    else here.delete(article);
  }

  function draw() {
    const of = now && articleOf(now.turn);
    const current = rangeOf(now);
    if ("highlights" in CSS) {
      CSS.highlights.set("found", new Highlight(...[...here.values()].flat().filter((one) => one !== current)));
      CSS.highlights.set("found-now", new Highlight(...(current ? [current] : [])));
    }
    if (!("highlights" in CSS) || FORCED.matches) {
      for (const article of text.querySelectorAll(".found")) if (!here.has(/** @type {HTMLElement} */ (article))) article.classList.remove("found", "found-now");
      for (const article of here.keys()) {
        article.classList.add("found");
        article.classList.toggle("found-now", article === of);
      }
    }
    const hitsNow = all();
    const place = hitsNow.findIndex((one) => one.turn === now?.turn && one.n === now.n);
    const count = hitsNow.length;
    const found = !count ? "Nothing found" : place >= 0 ? `${place + 1} of ${count}` : `${count} ${count === 1 ? "hit" : "hits"}`;
    say(told, !wanted ? "" : looking ? (count ? `${found}…` : "Looking…") : complete ? found : `${found}. What is older was not searched`);
    for (const button of form.querySelectorAll("button")) button.disabled = !count;
  }

  function begin() {
    wanted = pattern(field.value, false);
    now = null;
    asked += 1;
    here.clear();
    elsewhere.clear();
    counts.clear();
    for (const article of text.querySelectorAll("article")) look(article);
    everywhere.href = `/search?${new URLSearchParams({ q: field.value, session: form.dataset.session ?? "" })}`;
    [complete, looking] = [true, wanted !== null];
    draw();
    looked = lookElsewhere();
  }

  async function lookElsewhere() {
    const mine = asked;
    const above = wanted && await unloaded();
    if (!wanted || mine !== asked) return;
    looking = false;
    complete = above?.complete ?? false;
    if (above) elsewhere = new Map(above.turns.map((turn) => /** @type {[string, number]} */ ([turn.id, timesOf(turn.text) - timesOf(turn.shown)])).filter(([, times]) => times > 0));
    draw();
  }

  /** @param {string} words */
  function timesOf(words) {
    const times = counts.get(words) ?? (wanted && words ? hits(words, wanted).length : 0);
    counts.set(words, times);
    return times;
  }

  /** @param {1 | -1} by */
  async function step(by) {
    if (timer) {
      clearTimeout(timer);
      timer = 0;
      begin();
    }
    const mine = asked;
    if (!all().length) await looked;
    const hitsNow = all();
    if (!hitsNow.length || going || mine !== asked) return;
    const at = hitsNow.findIndex((one) => one.turn === now?.turn && one.n === now.n);
    const next = hitsNow[at >= 0 ? (at + by + hitsNow.length) % hitsNow.length : first(hitsNow, by)];
    going = true;
    const came = await bring(next, mine);
    going = false;
    if (!came) return;
    now = next;
    draw();
    show();
  }

  /** Get a hit on the page. @param {Hit} hit @param {number} mine */
  async function bring(hit, mine) {
    while (hit.n < (elsewhere.get(hit.turn) ?? 0)) {
      say(told, "Loading…");
      const came = await load();
      seen(observer.takeRecords());
      await lookElsewhere();
      if (mine !== asked) return false; // something else is looked for
      if (!came) {
        say(told, "It did not come: try again.");
        return false;
      }
    }
    return true;
  }

  /** Of hits none of which was gone to, the one to begin with. @param {Hit[]} hitsNow @param {1 | -1} by */
  function first(hitsNow, by) {
    const below = hitsNow.findIndex((hit) => (articleOf(hit.turn)?.getBoundingClientRect().bottom ?? -1) > 0 && (rangeOf(hit)?.getBoundingClientRect().bottom ?? -1) > 0);
    if (below < 0) return by > 0 ? 0 : hitsNow.length - 1;
    return by > 0 ? below : (below - 1 + hitsNow.length) % hitsNow.length;
  }

  function show() {
    const article = now && articleOf(now.turn);
    const range = rangeOf(now);
    if (!article || !range) return;
    article.scrollIntoView({ block: "start", behavior: "instant" });
    scrollBy({ top: range.getBoundingClientRect().top - floor() / 3, behavior: "instant" });
  }

  /** @param {MutationRecord[]} changes @returns {boolean} whether turns came or went */
  function seen(changes) {
    if (!wanted) return false;
    /** @type {Set<HTMLElement>} */
    const changed = new Set();
    let turns = false;
    for (const { target, addedNodes, removedNodes } of changes) {
      const of = (target instanceof Element ? target : target.parentElement)?.closest("article");
      if (of) changed.add(of);
      else for (const node of [...addedNodes, ...removedNodes]) {
        if (!(node instanceof HTMLElement)) continue;
        if (node.tagName === "ARTICLE") changed.add(node);
        for (const one of node.querySelectorAll("article")) changed.add(one);
        turns = true;
      }
    }
    changed.forEach(look);
    if (changed.size) draw();
    return turns;
  }
  const observer = new MutationObserver((changes) => { if (seen(changes) && !looking) lookElsewhere(); });
  observer.observe(text, { childList: true, subtree: true, characterData: true });

  form.addEventListener("submit", (event) => { event.preventDefault(); step(1); });
  /** @type {HTMLElement} */ (form.querySelector("[data-back]")).addEventListener("click", () => step(-1));
  field.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(() => { timer = 0; begin(); }, AFTER);
  });
  field.addEventListener("keydown", (event) => {
    if (event.isComposing || !["Escape", "Enter"].includes(event.key)) return;
    event.preventDefault(); // a form whose button is disabled, as before the first hit, would not hear of Enter
    if (event.key === "Enter") return void step(event.shiftKey ? -1 : 1);
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
