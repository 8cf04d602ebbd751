// The follow page: the text grows at its end and stays where the reader is.
import { announcer } from "./announce.js";
import { follow } from "./live.js";
import { endOf, isEnd, render } from "./render.js";
import { copyText, empty, turns as turnsOf } from "./transcript.js";

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const captions = find("captions");
const status = find("status");
const newer = find("newer");
const missed = find("missed");
const pauseButton = find("pause");
const session = /** @type {string} */ (captions.dataset.session);
const language = /** @type {string} */ (captions.dataset.lang);
const BACK_FOR = 10_000; // "you are back" is read by then
const SETTLED = 2_000; // a snapshot may be a little old: what follows it comes within a moment
const keptMark = `captionflow.left.${session}.${language}`;

let state = empty();
/** @type {import("./transcript.js").Turn[]} */
let turns = [];
/** @type {import("./render.js").Mark | null} */
let mark = null;
let paused = false;
let pausedAt = 0;
let first = true;
/** Said after a cut, until there is nothing to say but "Live" again. */
let back = 0;
let shown = "connecting";
let seqWhenCut = 0;
const announce = announcer(find("announcer"));

/** @returns {import("./render.js").Mark | null} */
function readMark() {
  try {
    const kept = JSON.parse(localStorage.getItem(keptMark) ?? "null");
    return typeof kept?.turn === "string" && Number.isInteger(kept.paragraph) && Number.isInteger(kept.chars) ? kept : null;
  } catch { return null; }
}
function writeMark() {
  const left = atEnd() ? endOf(turns) : lastSeen();
  try { if (left) localStorage.setItem(keptMark, JSON.stringify(left)); } catch { /* private mode */ }
  return left;
}
/** The last paragraph before the reader's eyes. @returns {import("./render.js").Mark | null} */
function lastSeen() {
  const edge = floor();
  const seen = [...captions.querySelectorAll(".said")].filter((one) => one.getBoundingClientRect().top < edge).at(-1);
  const article = /** @type {HTMLElement | null | undefined} */ (seen?.closest("article"));
  if (!seen || !article) return null;
  const paragraph = [...article.querySelectorAll(".said")].indexOf(seen);
  return endOf(turns.filter((turn) => turn.id === article.dataset.turn), paragraph);
}

const lineHeight = () => parseFloat(getComputedStyle(captions).lineHeight) || 24;
/** Where the reader's view of the text ends: at the bar, or at the window's edge where the bar does not stick. */
const floor = () => Math.min(innerHeight, status.closest(".bar")?.getBoundingClientRect().top ?? innerHeight);
const below = () => captions.getBoundingClientRect().bottom - floor();
const atEnd = () => below() < lineHeight() * 2;
let readTo = 0; // height of the captions that the reader has had before their eyes

function toEnd() {
  scrollTo({ top: document.documentElement.scrollHeight, behavior: "instant" });
  note();
}
function note() {
  const height = captions.getBoundingClientRect().height;
  if (atEnd() || height < readTo) readTo = height;
  const lines = Math.round((height - readTo) / lineHeight());
  newer.hidden = lines < 1;
  if (lines >= 1) newer.textContent = `${lines} new ${lines === 1 ? "line" : "lines"} ↓`;
}

function draw() {
  const stay = !atEnd() || first;
  render(captions, turns, { session, language, mark });
  find("waiting").hidden = turns.length > 0;
  if (!stay) toEnd();
  else note();
}

/** @param {import("./transcript.js").Transcript} now */
function text(now) {
  state = now;
  const seen = turnsOf(state);
  if (back) welcome();
  if (paused) {
    const lines = state.seq - pausedAt;
    pauseButton.textContent = lines ? `Continue (${lines} waiting)` : "Continue";
    return;
  }
  turns = seen;
  announce.heard(turns);
  if (first) begin();
  draw();
  first = false;
  missed.hidden = !mark || isEnd(turns, mark) || !document.getElementById("left-off");
}

function begin() {
  mark = readMark();
  setTimeout(() => { if (mark && isEnd(turns, mark)) mark = null; }, SETTLED);
  readTo = captions.getBoundingClientRect().height;
  if (captions.dataset.status === "live" && !location.hash && scrollY < 10) {
    render(captions, turns, { session, language, mark });
    toEnd();
  }
}

/** @param {string} words @param {boolean} live */
function tell(words, live = false) {
  if (status.textContent === words) return;
  const end = atEnd() && !first;
  status.textContent = words;
  status.classList.toggle("live", live);
  if (end) toEnd(); // a longer message makes the bar taller
}

/** The server goes on from the last word that is here, or sends everything anew. */
function welcome() {
  tell(`You are back. Nothing was missed${state.seq > seqWhenCut ? ": what was said meanwhile is here" : ""}.`);
}

/** @param {import("./live.js").Standing} standing */
function say(standing) {
  if (standing === shown) return;
  const cut = shown === "offline";
  shown = standing;
  clearTimeout(back);
  back = 0;
  if (standing === "live" && cut) {
    welcome();
    back = setTimeout(() => { back = 0; tell("Live", true); }, BACK_FOR);
  } else if (standing === "live") tell("Live", true);
  else if (standing === "offline") {
    seqWhenCut = state.seq;
    if (!mark && turns.length) mark = writeMark();
    tell("You are offline. What is said is kept for you.");
  } else if (standing === "gone") tell("This session is not here any more.");
  else if (standing === "finished") {
    tell("This session has ended. This is all of it.");
    pauseButton.hidden = !paused;
    named("finished");
  }
}

/** @param {string} now */
function named(now) {
  const words = now === "live" ? "Live" : now === "finished" ? "Finished" : "Not yet begun";
  find("state").textContent = words;
  find("state").classList.toggle("live", now === "live");
  document.title = `${captions.dataset.title} · ${words} · captionflow`;
}

newer.addEventListener("click", () => { toEnd(); captions.focus({ preventScroll: true }); });
missed.addEventListener("click", () => {
  const there = document.getElementById("left-off");
  there?.scrollIntoView({ block: "start", behavior: "instant" });
  there?.focus({ preventScroll: true });
});
pauseButton.addEventListener("click", () => {
  paused = !paused;
  pausedAt = state.seq;
  pauseButton.setAttribute("aria-pressed", String(paused));
  pauseButton.textContent = paused ? "Continue" : "Pause";
  if (!paused) text(state);
});
find("announce").addEventListener("change", (event) => announce.set(/** @type {HTMLInputElement} */ (event.target).checked, turns));
find("copy").addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target);
  try {
    await navigator.clipboard.writeText(copyText(turnsOf(state)));
    button.textContent = "Copied";
  } catch { button.textContent = "This browser does not allow copying: use a download."; }
  setTimeout(() => { button.textContent = "Copy the text"; }, 4000);
});
document.addEventListener("visibilitychange", () => {
  if (document.hidden) {
    const end = writeMark();
    if (atEnd()) mark = end;
  } else draw();
});
addEventListener("pagehide", writeMark);
addEventListener("scroll", note, { passive: true });
addEventListener("resize", note);
addEventListener("captionflow:resized", () => { if (newer.hidden) toEnd(); });

follow(session, {
  language,
  onText: text,
  onStanding: say,
  onSession: (now) => { captions.dataset.status = now.status; named(now.status); },
});
