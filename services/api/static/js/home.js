// The home page: the last words of each live session run; what begins or ends appears by itself.
import { follow } from "./live.js";
import { plain } from "./prose.js";
import { applySnapshot, turns } from "./transcript.js";

const STREAMS = 3; // a browser opens six connections to one server, over all its tabs
const POLL = 4_000;
const LOOK = 8_000;
const LOOK_FOR_THE_FIRST = 2_000; // nothing is on: somebody waits for it
const PATIENCE = 10_000;
const CHARS = 120; // as in services/api/page_turns.py
const STEP = 60; // the words run on in place, and only now and then move up

/** @type {(() => void)[]} */
let stops = [];
let paused = false;

/** @param {HTMLElement} on @param {import("./transcript.js").Transcript} state */
function show(on, state) {
  const turn = turns(state).at(-1);
  if (!turn) return;
  const text = turn.paragraphs.map(plain).join(" ");
  const from = Math.max(0, Math.ceil((text.length - CHARS) / STEP) * STEP);
  const cut = from ? `… ${text.slice(from).replace(/^\S*\s/, "")}` : text;
  const who = on.querySelector(".who");
  const words = on.querySelector(".words");
  if (who && who.textContent !== (turn.speaker ?? "")) who.textContent = turn.speaker ?? "";
  if (words && words.textContent !== cut) words.textContent = cut;
}

/** Ask now and then, where there are more live sessions than streams. @param {HTMLElement} on */
function poll(on) {
  const url = `/v1/sessions/${encodeURIComponent(on.dataset.session ?? "")}/events?last=1&lang=${encodeURIComponent(on.dataset.lang ?? "")}`;
  return again(async () => {
    const answer = await fetch(url, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    const said = answer.ok ? await answer.json() : { events: [] };
    for (const one of said.events) if (one.event === "snapshot") show(on, applySnapshot(one.data));
  }, () => POLL);
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
  const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok || paused) return;
  const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
  if (outline(fresh) === outline(document)) return;
  const main = /** @type {HTMLElement} */ (document.querySelector("main"));
  const focus = main.contains(document.activeElement) ? document.activeElement : null;
  const same = focus?.id ? `#${CSS.escape(focus.id)}` : `a[href="${CSS.escape(focus?.getAttribute("href") ?? "")}"]`;
  main.replaceChildren(...(fresh.querySelector("main")?.childNodes ?? []));
  document.title = fresh.title;
  dispatchEvent(new Event("captionflow:drawn"));
  if (focus) /** @type {HTMLElement | null} */ (main.querySelector(same))?.focus({ preventScroll: true });
  start();
}

/** What there is to go to, and how many run. @param {Document} page */
const outline = (page) => [...page.querySelectorAll("main a")].map((one) => `${one.getAttribute("href")} ${one.textContent}`).join("\n") + page.querySelectorAll(".on").length;

/** Do it, wait, do it again, until the function that is returned is called. @param {() => Promise<void>} act @param {() => number} wait */
function again(act, wait) {
  let timer = 0;
  let over = false;
  const next = () => {
    timer = setTimeout(async () => {
      await act().catch(() => {}); // no network: the next time tells
      if (!over) next();
    }, wait());
  };
  next();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}

addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.id === "pause") {
    paused = !paused;
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
again(look, () => (document.querySelector(".on") ? LOOK : LOOK_FOR_THE_FIRST));
start();
