// The lines of a room screen: the browser itself says what fits in one, and only what changed is touched.
import { element } from "./render.js";
import { roll } from "./roll.js";
import { say } from "./text.js";
import { signEnd } from "./words.js";

/** @typedef {import("./roll.js").Flow} Flow */
/** A line on the screen: the first flow's turn and place that it was laid out for. @typedef {{key: string, made: HTMLElement}} Slot */

const NAME = 0.85; // of a line at most: a name that is longer is cut

/** @param {string | null} name */
const afterName = (name) => (name === null ? "" : " ");

/** Shows flows as the last lines of `holder`, as many as there is room for.
 * @param {HTMLElement} screen @param {HTMLElement} holder @param {() => number} room asked again when the window has changed */
export function linesOf(screen, holder, room) {
  let count = 0;
  /** @type {import("./roll.js").Line[]} */
  let laid = [];
  /** @type {Flow[]} */
  let flows = [];
  /** @type {Slot[]} */
  let slots = [];
  const make = () => {
    const wanted = room();
    if (wanted === count) return;
    count = wanted;
    slots = Array.from({ length: count }, () => ({ key: "", made: element("div", { class: "line" }, element("span")) }));
    holder.replaceChildren(...slots.map((one) => one.made));
  };
  make();

  // Rulers of the same look as a line. A browser that translates the page leaves them alone, or they are filled anew.
  const label = element("b");
  const named = element("div", { class: "line" });
  const text = document.createTextNode("");
  const unnamed = element("div", { class: "line" });
  const measure = element("div", { class: "lines ruler notranslate", translate: "no", "aria-hidden": "true" }, named, unnamed);
  screen.append(measure);
  const all = () => measure.getBoundingClientRect().width;
  const widthOf = (/** @type {string} */ name) => {
    label.textContent = name;
    named.replaceChildren(label, "\u00a0"); // a space at an end has no width
    return named.getBoundingClientRect().width;
  };
  /** @type {Map<string, {cut: string, wide: number}>} */
  let names = new Map();
  /** A name as there is room for it, and the room that it takes. @param {string} name */
  const nameOf = (name) => {
    const known = names.get(name);
    if (known) return known;
    let to = 0;
    if (widthOf(name) > all() * NAME) {
      for (let end = signEnd(name, 0); widthOf(`${name.slice(0, end)}…`) <= all() * NAME; end = signEnd(name, end)) {
        to = end;
        if (end >= name.length) break;
      }
    }
    const cut = to ? `${name.slice(0, to).trimEnd()}…` : name;
    const found = { cut, wide: widthOf(cut) };
    names.set(name, found);
    return found;
  };
  const range = document.createRange();
  /** Lays a text out once, for all that is asked of it: what is in it is as wide as it is alone. @type {import("./roll.js").Gauge} */
  const gauge = (words) => {
    text.data = words;
    unnamed.replaceChildren(text);
    const room = all();
    return (from, to, name) => {
      const left = name === null ? room : room - nameOf(name).wide;
      range.setStart(text, from);
      range.setEnd(text, to);
      const apart = Array.from(range.getClientRects()); // words of another direction
      return apart.reduce((wide, one) => wide + one.width, 0) <= left;
    };
  };

  /** @param {Flow[]} now */
  function show(now) {
    flows = now;
    laid = roll(laid, flows, gauge);
    text.data = ""; // what is wider than the screen would make it scroll
    const seen = laid.slice(-count);
    const keys = [...Array.from({ length: count - seen.length }, () => ""), ...seen.map((one) => `${one.turn} ${one.from}`)];
    const free = slots.filter((one) => !one.key || !keys.includes(one.key));
    const others = free.map((one) => one.made);
    slots = keys.map((key) => ({ key, made: (slots.find((one) => key && one.key === key) ?? /** @type {Slot} */ (free.shift())).made }));
    if (slots.some(({ made }, place) => holder.children[place] !== made)) {
      holder.append(...others); // a line that stays is not moved: what is selected in it would not be any more
      slots.forEach(({ made }, place) => { if (holder.children[place] !== made) holder.insertBefore(made, holder.children[place]); });
    }
    slots.forEach(({ made }, place) => {
      const line = seen[place - (count - seen.length)];
      const name = line?.label ? nameOf(line.label).cut : "";
      const had = made.querySelector("b");
      if (!name) had?.remove();
      else {
        const b = had ?? element("b", {}, element("bdi"));
        say(/** @type {Element} */ (b.firstElementChild), name);
        if (!had) made.prepend(b);
      }
      say(/** @type {Element} */ (made.lastElementChild), afterName(line?.label ?? null) + (line?.text ?? ""));
    });
  }
  /** The room for a line has changed. */
  function layAnew() {
    make();
    laid = [];
    names = new Map();
    show(flows);
  }
  addEventListener("resize", layAnew);
  document.fonts?.ready.then(layAnew);
  return { show, layAnew, empty: () => !flows.length };
}
