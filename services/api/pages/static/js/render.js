// Turns into elements, touching only what changed: what a reader has selected, focused or bookmarked stays, and one word more
// costs as little after four hours as after one minute.
import { clock } from "./clock.js";

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {import("./transcript.js").Paragraph} Paragraph */
/** @typedef {import("./mark.js").Mark} Mark */

const LEAF = 50; // turns on a leaf, as in follow.html

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** What an article shows. @typedef {{article: HTMLElement, turn: Turn | null, key: string, body: HTMLElement[]}} Shown */

/** Returns a function that makes `container` show turns, with a mark in them if there is one. It takes over the articles
 * that the server put there. A turn or paragraph that is the same object as before is not looked at again, and the turns
 * stand on leaves, so that the browser skips those that are out of view.
 * @param {HTMLElement} container @param {{session: string, language: string}} names
 * @returns {(turns: Turn[], mark: Mark | null, before?: {earlier: string | null, begin: string | null}) => void} */
export function renderer(container, { session, language }) {
  const anchor = (/** @type {Turn} */ turn) => `t${turn.id.slice(`${session}.${language}.`.length)}`;
  /** @type {Map<string | undefined, Shown>} */
  const shown = new Map([...container.querySelectorAll("article")].map((article) => [article.dataset.turn, { article, turn: null, key: "", body: [] }]));
  /** @type {Turn[]} */
  let before = [];
  /** @type {Mark | null} */
  let marked = null;
  let frame = 0;

  /** The browser may skip a leaf above the last two while it is not in view. It has drawn it, so it knows how tall it is. */
  const settle = () => {
    const leaves = [...container.children].slice(0, -2);
    for (const leaf of leaves) leaf.classList.add("past");
  };

  /** @param {Turn} turn @param {boolean} first @param {string | null} begin @param {Mark | null} mark */
  const show = (turn, first, begin, mark) => {
    const now = shown.get(turn.id) ?? { article: element("article", { "data-turn": turn.id }), turn: null, key: "", body: [] };
    const key = JSON.stringify([first, begin, mark]);
    if (now.turn === turn && now.key === key) return now.article;
    const known = now.key === key ? now.turn?.paragraphs : null;
    const body = turn.paragraphs.map((one, place) => (known?.[place] === one ? now.body[place] : said(one, language, mark?.paragraph === place ? mark.chars : null)));
    now.article.id = anchor(turn);
    now.article.classList.add("turn");
    now.article.classList.toggle("unnamed", !turn.speaker);
    const all = fill(now.article, [...heading(turn, now.article.id, first, begin), ...body]);
    shown.set(turn.id, { article: now.article, turn, key, body: all.slice(all.length - body.length) });
    return now.article;
  };

  return (turns, mark, before_ = { earlier: null, begin: null }) => {
    const begin = before_.begin ?? turns.map((turn) => turn.at).find((at) => typeof at === "string") ?? null;
    let place = 0;
    if (mark === marked) while (place < turns.length && turns[place] === before[place]) place += 1;
    let above = place ? shown.get(turns[place - 1].id)?.article ?? null : null;
    for (; place < turns.length; place += 1) {
      const article = show(turns[place], place === 0 && !before_.earlier, begin, mark?.turn === turns[place].id ? mark : null);
      put(container, article, above);
      above = article;
    }
    if (shown.size > turns.length) {
      const wanted = new Set(turns.map((turn) => turn.id));
      for (const [id, { article }] of shown) if (!wanted.has(id ?? "")) [article.remove(), shown.delete(id)];
    }
    [before, marked] = [turns, mark];
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => setTimeout(settle));
  };
}

/** Put an article below another, or first; where it stands there already, it is not touched.
 * @param {HTMLElement} container @param {HTMLElement} article @param {HTMLElement | null} above */
function put(container, article, above) {
  const leaf = above?.parentElement;
  if (above && !above.nextElementSibling && leaf?.nextElementSibling?.firstElementChild === article) return;
  if (above && leaf && (above.nextElementSibling || leaf.children.length < LEAF)) {
    if (above.nextElementSibling !== article) above.after(article);
    return;
  }
  const next = leaf ? leaf.nextElementSibling : container.firstElementChild;
  if (!next) container.append(element("div", { class: "leaf" }, article));
  else if (next.firstElementChild !== article && next.children.length >= LEAF) next.before(element("div", { class: "leaf" }, article));
  else if (next.firstElementChild !== article) next.prepend(article);
}

/** Its time and permalink, and who speaks. @param {Turn} turn @param {string} id @param {boolean} first @param {string | null} begin */
function heading(turn, id, first, begin) {
  const elapsed = typeof turn.at === "number" ? clock(turn.at * 1000) : turn.at && begin ? clock(Date.parse(turn.at) - Date.parse(begin)) : null;
  const label = element("span", { class: "hidden" }, elapsed ? "Link to this turn, at " : "Link to turn ");
  const place = element("a", { class: "place", href: `#${id}` }, label, elapsed ?? String(turn.ordinal));
  if (turn.speaker) return [place, element("h2", { class: "speaker", dir: "auto" }, turn.speaker)];
  if (first) return [place];
  const dash = element("span", { "aria-hidden": "true" }, "–");
  return [place, element("p", { class: "speaker" }, element("span", { class: "hidden" }, "Another speaker"), dash)];
}

/** A paragraph, with the mark after `chars` of its characters. @param {Paragraph} paragraph @param {string} language @param {number | null} chars */
function said(paragraph, language, chars) {
  const made = element("p", { class: "said", lang: language, dir: "auto" });
  const leave = () => made.append(element("span", { class: "leftoff", id: "left-off", tabindex: "-1" }, "You left off here"));
  let room = chars ?? Infinity;
  for (const { kind, text } of paragraph.runs) {
    append(made, kind, text.slice(0, room));
    if (text.length > room) {
      leave();
      append(made, kind, text.slice(room));
      room = Infinity;
    } else room -= text.length;
  }
  if (room !== Infinity) leave();
  made.normalize();
  return made;
}

/** @param {HTMLElement} made @param {string} kind @param {string} text */
function append(made, kind, text) {
  if (!text) return;
  if (kind === "words") made.append(text);
  else made.append(kind === "note" ? " " : "", element("span", { class: kind }, text), kind === "note" ? " " : "");
}

/** Make the article have these children, keeping each that it has already, and return those that it has then.
 * @param {HTMLElement} article @param {HTMLElement[]} wanted @returns {HTMLElement[]} */
function fill(article, wanted) {
  const had = /** @type {HTMLElement[]} */ ([...article.children]);
  const has = wanted.map((made, place) => (had[place] && (made === had[place] || made.isEqualNode(had[place]) || grew(had[place], made)) ? had[place] : made));
  const kept = new Set(has);
  for (const gone of had) if (!kept.has(gone)) gone.remove();
  has.forEach((one, place) => { if (article.children[place] !== one) article.insertBefore(one, article.children[place] ?? null); });
  return has;
}

/** Make the old element equal to the new one where only its last words differ: what a reader has selected before them stays.
 * @param {HTMLElement} old @param {HTMLElement} made @returns {boolean} whether that could be done */
function grew(old, made) {
  const [was, now] = [old.lastChild, made.lastChild];
  if (!(was instanceof Text && now instanceof Text) || old.childNodes.length !== made.childNodes.length) return false;
  if (!old.cloneNode(false).isEqualNode(made.cloneNode(false))) return false;
  for (let node = old.firstChild, other = made.firstChild; node && other && node !== was; node = node.nextSibling, other = other.nextSibling) {
    if (!node.isEqualNode(other)) return false;
  }
  let kept = 0;
  while (kept < was.length && was.data[kept] === now.data[kept]) kept += 1;
  was.replaceData(kept, was.length - kept, now.data.slice(kept));
  return true;
}
