// The room screen: the last lines, word by word; before and after, a card that says what comes and where to read along.
import { follow } from "./live.js";
import { pacer } from "./pacer.js";
import { element } from "./render.js";
import { roll } from "./roll.js";
import { dress, look } from "./screen_look.js";
import { clock, plain, turns } from "./transcript.js";

const STILL_AFTER = 15_000;
const LINES_STAY = 20_000; // the last words of a session can be read before the card covers them
const ASK_ROOM = 5_000;
const TURNS = 6;
const LATE = 4 * 3600_000; // as in services/api/page_sessions.py: what should have begun before that is not what comes next
const DAY = 24 * 3600_000;

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const screen = find("screen");
const lines = find("lines");
const card = find("card");
const still = find("still");
const wanted = look(new URLSearchParams(location.search));
const room = screen.dataset.room;
const followsRoom = "followsRoom" in screen.dataset;
const reduced = matchMedia("(prefers-reduced-motion: reduce)").matches;

/** @type {import("./roll.js").Line[]} */
let laid = [];
/** @type {import("./roll.js").Flow[]} */
let flows = [];
let session = /** @type {string} */ (screen.dataset.session);
/** @type {{stop: () => void} | null} */
let live = null;
let lastWord = Date.now();
let lastSeq = -1;
let standing = "connecting";
let paused = false;
let finishedAt = 0;
let overBefore = screen.dataset.status === "finished"; // ended before this screen was opened: nobody is still reading its lines
let words = pacer(show, { atOnce: reduced });
dress(screen, wanted);

// A ruler of the same look as a line: the browser itself says what fits.
const ruler = element("div", { class: "line", "aria-hidden": "true" });
const rulerLabel = element("b");
const rulerText = document.createTextNode("");
ruler.append(rulerLabel, rulerText);
const rulerHolder = element("div", { class: "lines ruler", "aria-hidden": "true" }, ruler);
screen.append(rulerHolder);

/** @param {string} text @param {string | null} label */
function fits(text, label) {
  rulerLabel.hidden = label === null;
  rulerLabel.textContent = label ?? "";
  rulerText.data = text;
  return ruler.getBoundingClientRect().width <= rulerHolder.getBoundingClientRect().width;
}

/** @param {import("./roll.js").Flow[]} now */
function show(now) {
  flows = now;
  laid = roll(laid, flows, fits);
  const seen = laid.slice(-wanted.lines);
  while (lines.children.length < wanted.lines) lines.append(element("div", { class: "line", dir: "auto" }));
  [...lines.children].forEach((slot, place) => {
    const line = seen[place - (wanted.lines - seen.length)];
    const label = line?.label ?? "";
    if (slot.textContent === label + (line?.text ?? "") && (slot.querySelector("b")?.textContent ?? "") === label) return;
    const made = label ? [element("b", {}, element("bdi", {}, label))] : [];
    slot.replaceChildren(...made, line?.text ?? "");
  });
}

function layAnew() {
  laid = [];
  show(flows);
}

/** @param {import("./transcript.js").Transcript} state */
function text(state) {
  if (state.seq !== lastSeq) [lastSeq, lastWord] = [state.seq, Date.now()];
  const now = turns(state).slice(-TURNS).map((turn) => ({ id: turn.id, speaker: turn.speaker, text: turn.paragraphs.map(plain).join(" ").trim() }));
  if (now.length && !finishedAt && !overBefore) card.hidden = true;
  if (paused || overBefore) return;
  if (wanted.delay) setTimeout((/** @type {typeof words} */ here) => { if (here === words) words.take(now); }, wanted.delay, words);
  else words.take(now);
}

/** When a session begins, on this room's clock, and a space after it; nothing if nobody said. @param {any} one */
function time(one) {
  if (!one.starts_at) return [];
  const local = new Date(one.starts_at).toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
  return [element("time", { datetime: one.starts_at }, local), " "];
}

/** @param {any} now a session as the API gives it */
function about(now) {
  find("card-room").textContent = now.room ?? "";
  find("card-time").replaceChildren(...(now.status === "scheduled" && now.starts_at ? [", ", ...time(now)] : []));
  for (const id of ["title", "card-title"]) find(id).replaceChildren(element("bdi", {}, now.title || now.id));
  const state = { live: "Live", finished: "Finished", scheduled: "Not yet begun" }[/** @type {"live"} */ (now.status)] ?? "";
  document.title = `${(followsRoom && room) || now.title || now.id} · ${state} · captionflow`;
  lines.lang = screen.dataset.fixedLang || now.languages?.[0] || "";
  const ended = now.status === "finished";
  if (!ended) overBefore = false;
  find("card-state").textContent = ended ? "This session has ended." : "Nothing has been said here yet; captions begin by themselves.";
  const path = `/s/${encodeURIComponent(now.id)}`;
  const qr = /** @type {HTMLImageElement} */ (find("qr"));
  if (!qr.src.endsWith(`${path}/qr.svg`)) qr.src = `${path}/qr.svg`;
  const base = (find("qr-url").textContent ?? "").replace(/\/s\/[^/]*\/follow$/, "");
  find("qr-url").textContent = `${base}${path}/follow`;
  /** @type {HTMLAnchorElement} */ (find("to-follow")).href = `${path}/follow`;
}

/** @param {string} id */
function watch(id) {
  live?.stop();
  words.stop();
  words = pacer(show, { atOnce: reduced });
  [session, laid, flows, lastSeq, lastWord, finishedAt, standing] = [id, [], [], -1, Date.now(), 0, "connecting"];
  show([]);
  live = follow(id, {
    language: screen.dataset.fixedLang || undefined,
    last: TURNS,
    onText: text,
    onSession: about,
    onStanding: (now) => {
      if (now === "finished" && standing !== "finished") finishedAt = standing === "live" && flows.length ? Date.now() : 1;
      standing = now;
      tick();
    },
  });
}

function tick() {
  const quiet = Date.now() - lastWord;
  let says = "";
  if (paused) says = "Paused";
  else if (standing === "offline") says = "No connection. Captions go on by themselves.";
  else if (card.hidden && !finishedAt && quiet >= STILL_AFTER) says = `No captions for ${clock(quiet)}`;
  still.hidden = !says;
  still.textContent = says;
  if (finishedAt && Date.now() - finishedAt > LINES_STAY && card.hidden) {
    card.hidden = false;
    show([]);
    find("card-state").textContent = "This session has ended.";
  }
}

/** Which session of the room belongs on its screen: the live one that began last; what comes next is on the card. */
async function askRoom() {
  try {
    const answer = await fetch(`/v1/sessions?room=${encodeURIComponent(room ?? "")}`, { cache: "no-store" });
    const all = answer.ok ? await answer.json() : [];
    const begin = (/** @type {any} */ one) => Date.parse(one.starts_at ?? one.created_at);
    const missed = (/** @type {any} */ one) => (one.starts_at ? begin(one) + LATE < Date.now() : Boolean(one.date) && Date.parse(one.date) + DAY < Date.now());
    const on = all.filter((/** @type {any} */ one) => one.status === "live").sort((/** @type {any} */ a, /** @type {any} */ b) => begin(b) - begin(a));
    const coming = all.filter((/** @type {any} */ one) => one.status === "scheduled" && !missed(one)).sort((/** @type {any} */ a, /** @type {any} */ b) => begin(a) - begin(b));
    const next = on[0] ?? (finishedAt && card.hidden ? null : coming[0]);
    if (followsRoom && next && next.id !== session && (on[0] || finishedAt)) {
      card.hidden = next.status === "live";
      about(next);
      watch(next.id);
    }
    const after = coming.find((/** @type {any} */ one) => one.id !== session);
    find("card-next").replaceChildren(...(after ? ["Next: ", ...time(after), element("bdi", {}, after.title || after.id)] : []));
  } catch { /* no network: the next look tells */ }
}

find("pause").addEventListener("click", (event) => {
  paused = !paused;
  const button = /** @type {HTMLElement} */ (event.target);
  button.setAttribute("aria-pressed", String(paused));
  button.textContent = paused ? "Continue" : "Pause";
  if (!paused) watch(session);
  tick();
});
addEventListener("resize", layAnew);
document.fonts?.ready.then(layAnew);
setInterval(tick, 1000);
if (room) setInterval(askRoom, ASK_ROOM);
watch(session);
