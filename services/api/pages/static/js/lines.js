// The lines of a room screen: the browser itself says what fits in one, and only what changed is touched.
import { element } from "./render.js";
import { roll } from "./roll.js";

/** @typedef {import("./roll.js").Flow} Flow */

/** @param {string | null} name */
const afterName = (name) => (name === null ? "" : " ");

/** Shows flows as the last `count` lines of `holder`.
 * @param {HTMLElement} screen @param {HTMLElement} holder @param {number} count */
export function linesOf(screen, holder, count) {
  /** @type {import("./roll.js").Line[]} */
  let laid = [];
  /** @type {Flow[]} */
  let flows = [];
  holder.replaceChildren(...Array.from({ length: count }, () => element("div", { class: "line", dir: "auto" })));

  // A ruler of the same look as a line.
  const label = element("b");
  const text = document.createTextNode("");
  const ruler = element("div", { class: "line" }, label, text);
  const room = element("div", { class: "lines ruler", "aria-hidden": "true" }, ruler);
  screen.append(room);
  const fits = (/** @type {string} */ words, /** @type {string | null} */ name) => {
    label.hidden = name === null;
    label.textContent = name ?? "";
    text.data = afterName(name) + words;
    return ruler.getBoundingClientRect().width <= room.getBoundingClientRect().width;
  };

  /** @param {Flow[]} now */
  function show(now) {
    flows = now;
    laid = roll(laid, flows, fits);
    const seen = laid.slice(-count);
    [...holder.children].forEach((slot, place) => {
      const line = seen[place - (count - seen.length)];
      const name = line?.label ?? "";
      const words = afterName(line?.label ?? null) + (line?.text ?? "");
      if (slot.textContent === name + words && (slot.querySelector("b")?.textContent ?? "") === name) return;
      slot.replaceChildren(...(name ? [element("b", {}, element("bdi", {}, name))] : []), words);
    });
  }
  /** The room for a line has changed. */
  function layAnew() {
    laid = [];
    show(flows);
  }
  addEventListener("resize", layAnew);
  document.fonts?.ready.then(layAnew);
  return { show, empty: () => !flows.length };
}
