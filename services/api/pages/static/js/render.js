// Turns into elements, touching only what changed: what a reader has selected, focused or bookmarked, and what their browser has
// translated, stays; and one word more costs as little after four hours as after one minute.
import { addressOf, anchorOf } from "./anchor.js";
import { clock } from "./clock.js";
import { charsTo } from "./mark.js";
import { sentences } from "./prose.js";
import { say } from "./text.js";
import { lengthOf } from "./transcript.js";
import { voice } from "./voices.js";
import { signEnd } from "./words.js";

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {import("./transcript.js").Paragraph} Paragraph */
/** @typedef {import("./mark.js").Mark} Mark */

const LEAF = 50; // turns on a leaf, as in follow.html
const GROW = 2; // so many turns at the end may change with the next word
const AT_FIRST = 8_000; // characters at the end that are always shown: more than a portrait screen has room for

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** A link to a turn: to where it stands on this page, or to its own. @param {import("./anchor.js").Names} names @param {string} turn @param {...(Node | string)} content */
export function turnLink(names, turn, ...content) {
  const anchor = anchorOf(names, turn);
  const link = element("a", { href: addressOf(names, anchor) }, ...content);
  link.addEventListener("click", (event) => {
    const there = document.getElementById(anchor);
    if (!there) return; // its own page has it
    event.preventDefault();
    there.scrollIntoView({ block: "start", behavior: "instant" });
  });
  return link;
}

/** What an article shows, without the first `from` paragraphs of its turn.
 * @typedef {{article: HTMLElement, turn: Turn | null, from: number, key: string, head: string, heading: Element[], body: HTMLElement[]}} Shown */
/** A sentence, a note or the mark: an element of its own. @typedef {{kind: "words" | "note" | "interim" | "mark", text: string}} Piece */

/** What a paragraph was made of here. @type {WeakMap<HTMLElement, {piece: Piece, made: HTMLElement}[]>} */
const made = new WeakMap();

/** Returns a function that makes `container` show turns, with a mark in them if there is one. It takes over the articles
 * that the server put there. A turn or paragraph that is the same object as before is not looked at again, and the turns
 * stand on leaves, so that the browser skips those that are out of view. Above the first of them that is there already, only
 * so many characters are shown as `reach` says; the function returns whether something is left for another time.
 * @param {HTMLElement} container @param {{session: string, language: string}} names
 * @returns {(turns: Turn[], mark: Mark | null, before?: {earlier: string | null, begin: string | null}, reach?: number) => boolean} */
export function renderer(container, { session, language }) {
  const anchor = (/** @type {Turn} */ turn) => anchorOf({ session, language }, turn.id);
  const towards = container.dataset.dir ?? "auto";
  /** @type {Map<string | undefined, Shown>} */
  const shown = new Map([...container.querySelectorAll("article")].map((article) => [article.dataset.turn, ofServer(article)]));
  /** @type {Turn[]} */
  let before = [];
  /** @type {Mark | null} */
  let marked = null;
  let top = { turn: 0, paragraph: 0 };
  let frame = 0;

  /** The browser may skip a leaf above the last two while it is not in view, once it has drawn it and knows how tall it is. */
  const settle = () => {
    const leaves = [...container.children].slice(0, -2);
    setTimeout(() => { for (const leaf of leaves) leaf.classList.add("past"); });
  };

  /** @param {Turn} turn @param {number} from @param {boolean} first @param {string | null} begin @param {Mark | null} mark @param {boolean} grows */
  const show = (turn, from, first, begin, mark, grows) => {
    const now = shown.get(turn.id) ?? fresh(element("article", { "data-turn": turn.id }));
    const key = JSON.stringify([first, begin, mark, grows]);
    if (now.turn === turn && now.key === key && now.from === from) return now.article;
    const known = now.key === key ? now.turn?.paragraphs : null;
    const had = firstOf(now, turn);
    const body = turn.paragraphs.slice(from).map((one, at) => {
      const place = from + at;
      const there = now.body[place - had];
      return there && known?.[place] === one ? there : said(one, { there, language, towards, chars: mark && charsTo(mark, one), grows });
    });
    if (now.article.id !== anchor(turn)) now.article.id = anchor(turn);
    if (towards !== "auto" && now.article.dir !== towards) now.article.dir = towards;
    now.article.classList.add("turn");
    now.article.classList.toggle("unnamed", !turn.speaker);
    const elapsed = typeof turn.at === "number" ? clock(turn.at * 1000) : turn.at && begin ? clock(Date.parse(turn.at) - Date.parse(begin)) : null;
    const head = JSON.stringify([turn.speaker, first, elapsed]);
    const heads = now.head === head ? now.heading : headed(now, heading(turn, now.article.id, first, elapsed, towards));
    arrange(now.article, [...heads, ...body]);
    shown.set(turn.id, { article: now.article, turn, from, key, head, heading: heads, body });
    return now.article;
  };

  return (turns, mark, before_ = { earlier: null, begin: null }, reach = Infinity) => {
    const begin = before_.begin ?? turns.map((turn) => turn.at).find((at) => typeof at === "string") ?? null;
    const start = topOf(turns, shown, reach);
    const held = start.turn > 0 || start.paragraph > 0;
    let place = start.turn;
    if (mark === marked && start.turn === top.turn && start.paragraph === top.paragraph) while (place < turns.length - GROW && turns[place] === before[place]) place += 1;
    let above = place > start.turn ? shown.get(turns[place - 1].id)?.article ?? null : null;
    for (; place < turns.length; place += 1) {
      const turn = turns[place];
      const from = place === start.turn ? start.paragraph : 0;
      const article = show(turn, from, place === 0 && !held && !before_.earlier, begin, mark?.turn === turn.id ? mark : null, place >= turns.length - GROW);
      put(container, article, above);
      above = article;
    }
    if (shown.size > turns.length - start.turn) {
      const wanted = new Set(turns.slice(start.turn).map((turn) => turn.id));
      for (const [id, { article }] of shown) if (!wanted.has(id ?? "")) [article.remove(), shown.delete(id)];
    }
    [before, marked, top] = [turns, mark, start];
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(settle);
    return held;
  };
}

/** Where to begin, so many characters above what is shown; where nothing is, there is something to see.
 * @param {Turn[]} turns @param {Map<string | undefined, Shown>} shown @param {number} reach */
function topOf(turns, shown, reach) {
  if (reach === Infinity) return { turn: 0, paragraph: 0 };
  let turn = turns.findIndex((one) => shown.has(one.id));
  let room = turn < 0 ? Math.max(reach, AT_FIRST) : reach;
  turn = turn < 0 ? turns.length : turn;
  const there = turn < turns.length ? shown.get(turns[turn].id) : undefined;
  let paragraph = there ? firstOf(there, turns[turn]) : 0;
  while (room > 0 && (turn > 0 || paragraph > 0)) {
    if (paragraph === 0) paragraph = turns[--turn].paragraphs.length;
    else room -= lengthOf(turns[turn].paragraphs[--paragraph]);
  }
  return { turn, paragraph };
}

/** Which paragraph of its turn an article begins with: a turn gets more above what was known of it. One of the server may have
 * the end of a turn. @param {Shown} shown @param {Turn} turn */
function firstOf({ turn: known, from, body }, { paragraphs }) {
  if (known) {
    for (let at = from; at < known.paragraphs.length; at += 1) {
      const there = paragraphs.indexOf(known.paragraphs[at]);
      if (there >= 0) return Math.max(0, there - (at - from));
    }
    return Math.min(from, paragraphs.length);
  }
  const words = squeezed(body[0]?.textContent ?? "");
  const same = (/** @type {string} */ one) => one && (one.endsWith(words) || one.startsWith(words) || words.startsWith(one));
  let at = Math.max(0, paragraphs.length - body.length); // or above that: more may have been said since
  while (words && at > 0 && !same(textOf(pieces(paragraphs[at], null)))) at -= 1;
  return words ? at : 0;
}

/** @param {HTMLElement} article @returns {Shown} */
const fresh = (article) => ({ article, turn: null, from: 0, key: "", head: "", heading: [], body: [] });

/** @param {HTMLElement} article @returns {Shown} */
function ofServer(article) {
  const all = /** @type {HTMLElement[]} */ ([...article.children]);
  const body = all.filter((one) => one.classList.contains("said"));
  return { ...fresh(article), heading: all.filter((one) => !body.includes(one)), body };
}

/** Put an article below another, or first, where it does not stand there already. What comes above a leaf is on a leaf of its own: none
 * of those that are drawn grows at its top.
 * @param {HTMLElement} container @param {HTMLElement} article @param {HTMLElement | null} above */
function put(container, article, above) {
  const leaf = above?.parentElement;
  const there = above?.nextElementSibling ?? (leaf ? leaf.nextElementSibling : container.firstElementChild)?.firstElementChild;
  if (there === article) return;
  if (above && leaf && (above.nextElementSibling || leaf.children.length < LEAF)) return above.after(article);
  const made = element("div", { class: "leaf" }, article);
  if (leaf) leaf.after(made);
  else container.prepend(made);
}

/** Its time and permalink, and who speaks.
 * @param {Turn} turn @param {string} id @param {boolean} first @param {string | null} elapsed @param {string} towards */
function heading(turn, id, first, elapsed, towards) {
  const label = element("span", { class: "hidden" }, elapsed ? "Link to this turn, at " : "Link to turn ");
  const place = element("a", { class: "place", href: `#${id}` }, label, elapsed ?? String(turn.ordinal));
  if (turn.speaker) return [place, element("h2", { class: "speaker", dir: towards, "data-voice": voice(turn.speaker) }, element("bdi", {}, turn.speaker))];
  if (first) return [place];
  const dash = element("span", { "aria-hidden": "true" }, "–");
  return [place, element("p", { class: "speaker" }, element("span", { class: "hidden" }, "Another speaker"), dash)];
}

/** Those that are there already stay. @param {Shown} now @param {Element[]} wanted */
const headed = ({ heading: had }, wanted) => wanted.map((one, place) => (had[place]?.isEqualNode(one) ? had[place] : one));

/** Make a paragraph say this, with the mark after `chars` of its characters. What the server has put there is left as it is
 * where its words are the same, unless it grows.
 * @param {Paragraph} paragraph
 * @param {{there: HTMLElement | undefined, language: string, towards: string, chars: number | null, grows: boolean}} how */
function said(paragraph, { there, language, towards, chars, grows }) {
  const wanted = pieces(paragraph, chars);
  if (there && !made.has(there) && !grows && chars === null && squeezed(there.textContent ?? "") === textOf(wanted)) return there;
  const shows = there ?? element("p", { class: "said", lang: language, dir: towards });
  let had = made.get(shows);
  if (!had || had.length !== shows.children.length || had.some((one, place) => one.made !== shows.children[place])) {
    shows.replaceChildren();
    had = [];
  }
  const now = wanted.map((piece, place) => {
    const old = had[place];
    if (old?.piece.kind === piece.kind) {
      say(old.made, piece.text);
      return { piece, made: old.made };
    }
    const one = pieceMade(piece);
    if (old) old.made.replaceWith(one);
    else shows.append(one);
    return { piece, made: one };
  });
  for (const { made: gone } of had.slice(now.length)) gone.remove();
  made.set(shows, now);
  return shows;
}

/** @param {string} text */
const squeezed = (text) => text.replace(/\s+/g, " ").trim();

/** @param {Piece[]} all */
const textOf = (all) => squeezed(all.map((one) => one.text).join(""));

/** @param {Piece} piece */
function pieceMade({ kind, text }) {
  const one = kind === "mark" ? element("span", { class: "leftoff", id: "left-off", lang: "en", tabindex: "-1" })
    : element(kind === "note" ? "bdi" : "span", kind === "words" ? {} : { class: kind });
  say(one, text);
  return one;
}

/** What a paragraph is made of. @param {Paragraph} paragraph @param {number | null} chars @returns {Piece[]} */
function pieces({ runs }, chars) {
  /** @type {Piece[]} */
  const found = [];
  const mark = /** @type {Piece} */ ({ kind: "mark", text: "You left off here" });
  let room = chars ?? Infinity;
  for (const { kind, text } of runs) {
    const cut = room < text.length ? (room ? signEnd(text, room - 1) : 0) : text.length;
    for (const half of [text.slice(0, cut), text.slice(cut)]) {
      if (half) found.push(...(kind === "words" ? sentences(half).map((one) => ({ kind, text: one })) : [{ kind, text: kind === "note" ? ` ${half} ` : half }]));
      if (room < text.length) found.push(mark);
      room = room < text.length ? Infinity : room;
    }
    if (room !== Infinity) room -= text.length;
  }
  if (room !== Infinity) found.push(mark);
  return found;
}

/** Make an element have these children, in this order: those that need not move keep what is selected, or has the focus.
 * @param {HTMLElement} parent @param {Element[]} wanted */
export function arrange(parent, wanted) {
  const kept = new Set(wanted);
  for (const gone of [...parent.children]) if (!kept.has(gone)) gone.remove();
  wanted.forEach((one, place) => { if (parent.children[place] !== one) parent.insertBefore(one, parent.children[place] ?? null); });
}
