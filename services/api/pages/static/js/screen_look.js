// How a room screen looks, by its URL: ?font= &colour= &spacing= &delay= (docs/pages.md). Pure.

/** @typedef {{leading: number, tracking: number, delay: number, colour: string | null,
 *   ink: string | null, paper: string | null, font: string | null}} Look */

/** @param {string | null} text @param {number} low @param {number} high @param {number} otherwise */
const number = (text, low, high, otherwise) => {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : otherwise;
};

/** @param {URLSearchParams} query @returns {Look} */
export function look(query) {
  const colour = query.get("colour") ?? query.get("color");
  const pair = /^([0-9a-f]{6})-on-([0-9a-f]{6})$/i.exec(colour ?? "");
  const font = query.get("font");
  return {
    leading: number(query.get("spacing"), 1, 2.5, 1.32),
    tracking: query.has("spacing") ? Math.max(0, number(query.get("spacing"), 1, 2.5, 1.32) - 1.32) * 0.1 : 0,
    delay: number(query.get("delay"), 0, 60, 0) * 1000,
    colour: ["dark", "light", "yellow"].includes(colour ?? "") ? colour : null,
    ink: pair ? `#${pair[1]}` : null,
    paper: pair ? `#${pair[2]}` : null,
    font: font && /^[\p{L}\p{N} _-]{1,60}$/u.test(font) ? font : null,
  };
}

/** @param {HTMLElement} screen @param {Look} wanted */
export function dress(screen, wanted) {
  const set = (/** @type {string} */ name, /** @type {string | number | null} */ value) => value !== null && screen.style.setProperty(name, String(value));
  set("--leading", wanted.leading);
  set("--tracking", `${wanted.tracking}em`);
  set("--ink", wanted.ink);
  set("--paper", wanted.paper);
  if (wanted.colour) screen.dataset.colour = wanted.colour;
  if (wanted.font) screen.style.fontFamily = `"${wanted.font}", var(--text)`;
}
