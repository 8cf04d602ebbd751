// The desk's dialog of one language of a session: whose words count, whose wait, and taking over from one to another.
import { lately } from "./clock.js";
import { element } from "./render.js";
import { sourceName } from "./sources.js";

const PATIENCE = 8_000;

/** @typedef {import("./silence.js").Source} Source */
/** @typedef {import("../../messages.js").OnAir} OnAir */

const open = /** @type {HTMLDialogElement} */ (document.getElementById("air"));
const list = /** @type {HTMLElement} */ (document.getElementById("air-list"));

/** @param {string} session @param {string} title @param {string} language @param {() => Source[]} sources of the session, now
 * @param {() => number} now by the server's clock */
export async function airing(session, title, language, sources, now) {
  const url = `/v1/sessions/${encodeURIComponent(session)}/on-air?${new URLSearchParams({ lang: language })}`;
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error("Who is on air can't be had now.");
  draw(/** @type {OnAir} */ (await answer.json()));
  open.showModal();

  /** @param {string} source */
  async function put(source) {
    const others = heard().filter((one) => one !== source);
    const trouble = list.querySelector(".trouble");
    try {
      const said = await fetch(url, {
        method: "PUT", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(PATIENCE),
        body: JSON.stringify({ source, spares: source ? others.slice(0, 4) : [] }),
      });
      const told = /** @type {OnAir & {detail?: string}} */ (await said.json());
      if (said.ok) return draw(told);
      if (trouble) trouble.textContent = told.detail ?? "It was not changed.";
    } catch { if (trouble) trouble.textContent = "No answer: try again."; }
  }

  function heard() {
    return sources().filter((one) => one.language === language && one.lastWord !== null).map((one) => one.source);
  }

  /** @param {OnAir} air */
  function draw(air) {
    const known = new Map(sources().map((one) => [one.source, one]));
    const all = [...new Set([...heard(), ...(air.source ? [air.source, ...air.spares] : [])])];
    const rows = all.map((source) => {
      const word = known.get(source)?.lastWord;
      const state = !air.source ? "its words count" : source === air.source ? "on air" : air.spares.includes(source) ? "its words wait" : "its words count too";
      const facts = [state, ...(word ? [`last word ${lately(now() - word)}`] : [])];
      const row = element("p", {}, element("strong", {}, element("bdi", {}, sourceName(source))), " ", element("span", { class: "facts" }, ...facts.map((one) => element("span", {}, one))));
      if (source !== air.source) row.append(button(`Put ${sourceName(source)} on air`, () => put(source)));
      return row;
    });
    const free = air.source ? [element("p", {}, button("Let the words of all count", () => put("")))] : [];
    list.replaceChildren(
      element("h2", { id: "air-head", dir: "auto" }, `Who is on air in “${title}”`, language ? ` (${language})` : ""),
      element("p", {}, "The words of the one on air count; those of the others wait, and are used by themselves when it has been silent for 10 seconds while another one went on. Nothing is said twice."),
      ...rows, ...free, element("p", { class: "trouble", role: "alert" }),
    );
  }
}

/** @param {string} text @param {() => void} press */
function button(text, press) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", press);
  return made;
}
