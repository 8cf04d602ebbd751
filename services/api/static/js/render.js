// Turns into elements, touching only what changed: what a reader has selected, focused or bookmarked stays.
import { clock, plain } from "./transcript.js";

/** @typedef {import("./transcript.js").Turn} Turn */
/** @typedef {{turn: string, paragraph: number, chars: number}} Mark */

/** @param {string} tag @param {Record<string, string>} attributes @param {...(Node | string)} children */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  made.append(...children);
  return made;
}

/** Make `container` show these turns.
 * @param {HTMLElement} container @param {Turn[]} turns
 * @param {{session: string, language: string, mark: Mark | null}} how */
export function render(container, turns, how) {
  const begin = turns.find((turn) => turn.at)?.at ?? null;
  const there = new Map([...container.children].map((child) => [/** @type {HTMLElement} */ (child).dataset.turn, /** @type {HTMLElement} */ (child)]));
  let next = /** @type {Element | null} */ (container.firstElementChild);
  turns.forEach((turn, place) => {
    const stamp = `${turn.stamp}${turn.speaker} ${place === 0} ${how.mark?.turn === turn.id ? `${how.mark.paragraph}:${how.mark.chars}` : ""}`;
    const old = there.get(turn.id);
    there.delete(turn.id);
    if (old && old.dataset.stamp === stamp) {
      if (old === next) next = next.nextElementSibling;
      else container.insertBefore(old, next);
      return;
    }
    const article = old ?? element("article", { "data-turn": turn.id });
    article.dataset.stamp = stamp;
    article.id = anchor(turn, how);
    article.className = turn.speaker ? "turn" : "turn unnamed";
    fill(article, turn, place === 0, begin, how);
    if (article === next) next = next.nextElementSibling;
    else container.insertBefore(article, next);
  });
  for (const gone of there.values()) gone.remove();
}

/** @param {Turn} turn @param {{session: string, language: string}} how */
export const anchor = (turn, { session, language }) => `t${turn.id.slice(`${session}.${language}.`.length)}`;

/** @param {HTMLElement} article @param {Turn} turn @param {boolean} first @param {string | null} begin
 * @param {{session: string, language: string, mark: Mark | null}} how */
function fill(article, turn, first, begin, how) {
  const elapsed = turn.at && begin ? clock(Date.parse(turn.at) - Date.parse(begin)) : null;
  const label = element("span", { class: "hidden" }, elapsed ? "Link to this turn, at " : "Link to turn ");
  const head = [element("a", { class: "place", href: `#${article.id}` }, label, elapsed ?? String(turn.ordinal))];
  if (turn.speaker) head.push(element("h2", { class: "speaker" }, element("bdi", {}, turn.speaker)));
  else if (!first) head.push(element("p", { class: "speaker" }, element("span", { class: "hidden" }, "Another speaker"), element("span", { "aria-hidden": "true" }, "–")));
  const mark = how.mark?.turn === turn.id ? how.mark : null;
  const body = turn.paragraphs.map((paragraph, place) => {
    const made = element("p", { class: "said", lang: how.language, dir: "auto" });
    let room = mark?.paragraph === place ? mark.chars : Infinity;
    const leave = () => made.append(element("span", { class: "leftoff", id: "left-off", tabindex: "-1" }, "You left off here"));
    for (const run of paragraph.runs) {
      const cut = run.text.length > room ? run.text.slice(0, room) : run.text;
      append(made, run.kind, cut);
      if (cut !== run.text) {
        leave();
        append(made, run.kind, run.text.slice(room));
        room = Infinity;
      } else room -= run.text.length;
    }
    if (room !== Infinity) leave();
    return made;
  });
  // Keep the paragraphs that did not change: a reader may have selected words in them.
  const old = [...article.querySelectorAll("p.said")];
  body.forEach((made, place) => { if (old[place]?.isEqualNode(made)) body[place] = /** @type {HTMLElement} */ (old[place]); });
  const wanted = [...head, ...body];
  const had = [...article.children];
  wanted.forEach((made, place) => { if (had[place]?.isEqualNode(made)) wanted[place] = /** @type {HTMLElement} */ (had[place]); });
  if (wanted.length === had.length && wanted.every((made, place) => made === had[place])) return;
  for (const gone of had) if (!wanted.includes(/** @type {HTMLElement} */ (gone))) gone.remove();
  wanted.forEach((made, place) => { if (article.children[place] !== made) article.insertBefore(made, article.children[place] ?? null); });
}

/** @param {HTMLElement} made @param {string} kind @param {string} text */
function append(made, kind, text) {
  if (!text) return;
  if (kind === "words") made.append(text);
  else made.append(kind === "note" ? " " : "", element("span", { class: kind }, text), kind === "note" ? " " : "");
}

/** Where the text ends now, or one paragraph of its last turn. @param {Turn[]} turns @param {number} at @returns {Mark | null} */
export function endOf(turns, at = -1) {
  const turn = turns.at(-1);
  const paragraph = turn?.paragraphs.at(at);
  if (!turn || !paragraph) return null;
  const spoken = paragraph.runs.filter((run) => run.kind !== "interim");
  return { turn: turn.id, paragraph: turn.paragraphs.indexOf(paragraph), chars: spoken.reduce((sum, run) => sum + run.text.length, 0) };
}

/** Whether nothing was said after the mark. @param {Turn[]} turns @param {Mark} mark */
export function isEnd(turns, mark) {
  const end = endOf(turns);
  return !end || (end.turn === mark.turn && end.paragraph === mark.paragraph && end.chars <= mark.chars);
}

/** All of a turn as one text, for announcing. @param {Turn} turn */
export const said = (turn) => turn.paragraphs.map(plain).join("\n");
