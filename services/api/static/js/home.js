// The home page: the last words of each live session run; what begins or ends appears by itself.
import { follow } from "./live.js";
import { applySnapshot, empty, plain, turns } from "./transcript.js";

const STREAMS = 3; // a browser opens six connections to one server, over all its tabs
const POLL = 4_000;
const LOOK = 8_000;
const LOOK_FOR_THE_FIRST = 2_000; // nothing is on: somebody waits for it
const CHARS = 160;

/** @type {(() => void)[]} */
let stops = [];
let paused = false;

/** @param {HTMLElement} on @param {import("./transcript.js").Transcript} state */
function show(on, state) {
  const turn = turns(state).at(-1);
  if (!turn) return;
  const text = turn.paragraphs.map(plain).join(" ");
  const cut = text.length > CHARS ? `… ${text.slice(-CHARS).replace(/^\S*\s/, "")}` : text;
  const who = on.querySelector(".who");
  const words = on.querySelector(".words");
  if (who && who.textContent !== (turn.speaker ?? "")) who.textContent = turn.speaker ?? "";
  if (words && words.textContent !== cut) words.textContent = cut;
}

/** @param {HTMLElement} on */
function poll(on) {
  const url = `/v1/sessions/${encodeURIComponent(on.dataset.session ?? "")}/events?last=1&lang=${encodeURIComponent(on.dataset.lang ?? "")}`;
  const timer = setInterval(async () => {
    try {
      const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store" });
      const said = answer.ok ? await answer.json() : { events: [] };
      for (const one of said.events) if (one.event === "snapshot") show(on, applySnapshot(empty(), one.data));
    } catch { /* no network: the next look tells */ }
  }, POLL);
  return () => clearInterval(timer);
}

function start() {
  stop();
  if (paused || document.hidden) return;
  stops = [...document.querySelectorAll(".on")].map((one, place) => {
    const on = /** @type {HTMLElement} */ (one);
    if (place >= STREAMS) return poll(on);
    return follow(/** @type {string} */ (on.dataset.session), { language: on.dataset.lang, last: 1, onText: (state) => show(on, state) }).stop;
  });
}
function stop() {
  for (const one of stops) one();
  stops = [];
}

/** Draw the page anew when the programme has changed, and leave the reader's focus where it was. */
async function look() {
  if (paused || document.hidden) return;
  try {
    const answer = await fetch("/", { cache: "no-store" });
    if (!answer.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
    const outline = (/** @type {Document} */ page) => [...page.querySelectorAll("main a")].map((a) => a.getAttribute("href")).join() + page.querySelectorAll(".on").length;
    if (outline(fresh) === outline(document)) return;
    const main = document.querySelector("main");
    const focus = document.activeElement;
    const where = main?.contains(focus) ? focus?.id ? `#${focus.id}` : `a[href="${CSS.escape(focus?.getAttribute("href") ?? "")}"]` : null;
    main?.replaceChildren(...(fresh.querySelector("main")?.childNodes ?? []));
    document.title = fresh.title;
    if (where) /** @type {HTMLElement | null} */ (document.querySelector(where))?.focus({ preventScroll: true });
    start();
  } catch { /* no network: the next look tells */ }
}

addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.id === "pause") {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    button.textContent = paused ? "Continue updates" : "Pause updates";
    start();
  } else if (button?.dataset.copy) {
    const copied = /** @type {HTMLElement} */ (document.getElementById("copied"));
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy)?.textContent ?? "");
      copied.textContent = "Copied.";
    } catch { copied.textContent = "This browser does not allow copying: select the text."; }
  }
});
document.addEventListener("visibilitychange", start);
const lookAgain = () => setTimeout(async () => { await look(); lookAgain(); }, document.querySelector(".on") ? LOOK : LOOK_FOR_THE_FIRST);
lookAgain();
start();
