// The home page: the last words of each live session run; what begins or ends appears by itself.
import "./hold.js";
import "./offline.js";
import "./started.js";
import { follow } from "./live.js";
import { plain } from "./prose.js";
import { say } from "./text.js";
import { turns } from "./transcript.js";
import { fromWord } from "./words.js";

const STREAMS = 3; // a browser opens six connections to one server, over all its tabs
const LOOK = 8_000;
const LOOK_FOR_WORDS = 4_000; // more is on than is streamed
const LOOK_FOR_THE_FIRST = 2_000; // nothing is on: somebody waits for it
const PATIENCE = 10_000;
const CHARS = 120; // as in services/api/pages/turn_views.py
const STEP = 60; // the words run on in place, and only now and then move up

/** @type {(() => void)[]} */
let stops = [];
let paused = false;
let drawn = ""; // the outline of what is shown; what the page has now may be a translation of it

/** @param {HTMLElement} on @param {import("./transcript.js").Transcript} state */
function show(on, state) {
  const [turn] = turns(state).slice(-1);
  if (!turn) return;
  const text = turn.paragraphs.map(plain).join(" ");
  const from = Math.max(0, Math.ceil((text.length - CHARS) / STEP) * STEP);
  const cut = from ? `… ${fromWord(text, from)}` : text;
  const who = on.querySelector(".said-by");
  const words = on.querySelector(".words");
  if (who) say(who, turn.speaker ?? "");
  if (words) say(words, cut);
}

/** What is not streamed has the words that the server has put into the fresh page. @param {Document} fresh */
function showOthers(fresh) {
  const others = live(fresh);
  live(document).forEach((on, place) => {
    if (place < STREAMS) return;
    for (const part of [".said-by", ".words"]) {
      const [old, now] = [on.querySelector(part), others[place].querySelector(part)];
      if (old && now) say(old, now.textContent ?? "");
    }
  });
}

function start() {
  stop();
  if (paused || document.hidden) return;
  stops = live(document).slice(0, STREAMS).map((on) => (
    follow(/** @type {string} */ (on.dataset.session), { language: on.dataset.lang, last: 1, onText: (state) => show(on, state) }).stop
  ));
}
function stop() {
  for (const one of stops) one();
  stops = [];
}

/** Fetch the page, and draw it anew when the programme has changed; that leaves the reader's focus where it was. */
async function look() {
  if (paused || document.hidden) return;
  const answer = await fetch(location.href, { cache: "no-cache", signal: AbortSignal.timeout(PATIENCE) });
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (!answer.ok || paused) return;
  const now = outline(fresh);
  if (now === drawn) return showOthers(fresh);
  drawn = now;
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const focus = main.contains(document.activeElement) ? document.activeElement : null;
  const same = focus?.id ? `#${CSS.escape(focus.id)}` : `a[href="${CSS.escape(focus?.getAttribute("href") ?? "")}"]`;
  main.replaceChildren(...(fresh.querySelector("main")?.childNodes ?? []));
  document.title = fresh.title;
  dispatchEvent(new Event("captionflow:drawn"));
  if (focus) /** @type {HTMLElement | null} */ (main.querySelector(same))?.focus({ preventScroll: true });
  start();
}

/** The live sessions, in their order. @param {Document} page @returns {HTMLElement[]} */
const live = (page) => [...page.querySelectorAll(".on")].map((one) => /** @type {HTMLElement} */ (one));
/** What there is to go to, and how many run. @param {Document} page */
const outline = (page) => [...page.querySelectorAll("main a")].map((one) => `${one.getAttribute("href")} ${one.textContent}`).join("\n") + live(page).length;

function wait() {
  const { length } = live(document);
  if (!length) return LOOK_FOR_THE_FIRST;
  return length > STREAMS ? LOOK_FOR_WORDS : LOOK;
}
const lookAgain = () => setTimeout(async () => {
  await look().catch(() => {}); // no network: the next time tells
  lookAgain();
}, wait());

addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.id === "pause") {
    paused = !paused;
    say(button, paused ? "Continue updates" : "Pause updates");
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
drawn = outline(document);
lookAgain();
start();
