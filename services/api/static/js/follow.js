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
const keptMark = `captionflow.left.${session}.${language}`;

let state = empty();
/** @type {import("./transcript.js").Turn[]} */
let turns = [];
/** @type {import("./render.js").Mark | null} */
let mark = null;
let paused = false;
let pausedAt = 0;
let first = true;
let away = false;
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
  const end = endOf(turns);
  try { if (end) localStorage.setItem(keptMark, JSON.stringify(end)); } catch { /* private mode */ }
  return end;
}

const lineHeight = () => parseFloat(getComputedStyle(captions).lineHeight) || 24;
const below = () => captions.getBoundingClientRect().bottom - (find("status").closest(".bar")?.getBoundingClientRect().top ?? innerHeight);
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
  if (shown === "back") say("live");
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
  missed.hidden = !mark || isEnd(turns, mark);
  if (away && !mark) mark = null;
}

function begin() {
  mark = readMark();
  if (mark && (!turns.some((turn) => turn.id === mark?.turn) || isEnd(turns, mark))) mark = null;
  readTo = captions.getBoundingClientRect().height;
  if (captions.dataset.status === "live" && !location.hash && scrollY < 10) {
    render(captions, turns, { session, language, mark });
    toEnd();
  }
}

/** @param {import("./live.js").Standing | "back"} standing */
function say(standing) {
  if (standing === "live" && (shown === "offline" || shown === "back") && state.seq >= seqWhenCut) {
    const caught = state.seq - seqWhenCut;
    if (shown === "offline") { shown = "back"; status.textContent = "You are back."; }
    status.textContent = caught ? "You are back. Nothing was missed: what was said meanwhile is here." : "You are back. Nothing was missed.";
    return;
  }
  if (standing === "offline" && shown !== "offline") {
    seqWhenCut = state.seq;
    if (!mark && turns.length) mark = writeMark();
  }
  shown = standing;
  const says = {
    connecting: "", live: "Live", back: "", gone: "This session is not here any more.",
    offline: "You are offline. What is said is kept for you.",
    finished: "This session has ended. This is all of it.",
  };
  status.textContent = says[standing];
  status.className = standing === "live" ? "live" : "";
  if (standing === "finished") named("finished");
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
  away = document.hidden;
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
