// The follow page: the text grows at its end and stays where the reader is.
import { isAnchor } from "./anchor.js";
import { announcer } from "./announce.js";
import { clock } from "./clock.js";
import { follow } from "./live.js";
import { bookmark, endOf, isEnd } from "./mark.js";
import { offRecord } from "./off_record.js";
import { copyText } from "./prose.js";
import { reading } from "./reading.js";
import { renderer } from "./render.js";
import { empty, turns as turnsOf } from "./transcript.js";

const BACK_FOR = 10_000; // "you are back" is read by then
const SEEK = 5; // stretches that are asked for to find a turn
const SETTLED = 2_000; // a snapshot may be a little old: what follows it comes within a moment
const STATES = { live: "Live", finished: "Finished", scheduled: "Not yet begun" };

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const captions = find("captions");
const status = find("status");
const still = find("still");
const quietClock = find("quiet-clock");
const missed = find("missed");
const pauseButton = find("pause");
const session = /** @type {string} */ (captions.dataset.session);
const language = /** @type {string} */ (captions.dataset.lang);

const announce = announcer(find("announcer"));
const kept = bookmark(session, language);
const place = reading({ captions, newer: find("newer"), bar: /** @type {HTMLElement} */ (status.closest(".bar")) });
const aside = offRecord(find("off-record"), (change) => place.keep(change));
const show = renderer(captions, { session, language });

const before = find("before");
const earlierTold = find("earlier-told");

let state = empty();
let asking = false; // for what was said before
/** @type {import("./transcript.js").Turn[]} */
let turns = [];
/** @type {import("./mark.js").Mark | null} */
let mark = null;
let paused = false;
let pausedAt = 0;
let begun = false;
let standing = "connecting";
let seqWhenCut = 0;
let ticking = 0; // the clock of an interruption
let back = 0; // the timer of "you are back"
let moved = false; // the reader has scrolled: what is above may be wanted
let loading = false; // what comes is what was said before

// --- the text ---

/** @param {import("./transcript.js").Transcript} now */
function text(now) {
  state = now;
  if (back) welcome();
  if (paused) {
    const lines = state.seq - pausedAt;
    pauseButton.textContent = lines ? `Continue (${lines} waiting)` : "Continue";
    return;
  }
  turns = turnsOf(state);
  announce.heard(turns);
  if (!begun) begin();
  else if (loading) place.above(draw);
  else place.keep(draw);
  missed.hidden = !mark || isEnd(turns, mark) || !(document.getElementById("left-off") || mayComeEarlier(mark));
}

function draw() {
  show(turns, mark, state);
  before.hidden = !state.earlier;
  find("waiting").hidden = turns.length > 0;
}

/** The first text: at the end for a new reader, otherwise where the address or the browser has put the reader. */
function begin() {
  begun = true;
  mark = kept.read();
  setTimeout(() => { if (mark && isEnd(turns, mark)) mark = null; }, SETTLED);
  const toEnd = captions.dataset.status === "live" && !location.hash && scrollY < 10;
  place.keep(draw, !toEnd);
  seek();
  new IntersectionObserver(([one]) => { if (one.isIntersecting && moved) earlier(false); }, { rootMargin: "600px 0px 0px" }).observe(before);
}

/** Show what was said before the first turn that is here. @param {boolean} wanted the reader asked, and is told */
async function earlier(wanted) {
  if (asking || !begun || paused || !state.earlier) return false;
  asking = true;
  const had = turns.length;
  loading = true;
  const done = await live.earlier();
  loading = asking = false;
  if (wanted) earlierTold.textContent = done ? `${turns.length - had} earlier turns stand above.` : "They did not come: try again.";
  if (!state.earlier && before.contains(document.activeElement)) captions.focus({ preventScroll: true });
  return done;
}

/** Whether what was said at the mark is before what is here. @param {import("./mark.js").Mark} mark */
const mayComeEarlier = (mark) => state.earlier !== null && turns.length > 0 && lineOf(mark.turn) < lineOf(turns[0].id);
/** The line that opened a turn. @param {string} turn */
const lineOf = (turn) => Number(turn.split(".")[2]);

/** The turn that the address names may be among those that are not here yet; one that is far away is shown on the transcript's page. */
async function seek() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!isAnchor(anchor)) return;
  for (let tries = 0; tries < SEEK && state.earlier && !document.getElementById(anchor); tries += 1) if (!await earlier(false)) break;
  const there = document.getElementById(anchor);
  if (there) there.scrollIntoView({ block: "start", behavior: "instant" });
  else if (state.earlier) location.replace(`/s/${session}?${new URLSearchParams({ lang: language, turn: anchor })}#${anchor}`);
}

/** Remember where the reader is. */
function leave() {
  const left = place.atEnd() ? endOf(turns) : place.lastSeen(turns);
  if (left) kept.write(left);
  return left;
}

// --- the state of the connection ---

/** @param {string} words @param {boolean} live */
function tell(words, live = false) {
  if (status.textContent === words) return;
  const change = () => {
    status.textContent = words;
    status.classList.toggle("live", live);
  };
  if (begun) place.keep(change); // a longer message makes the bar taller
  else change();
}

/** The server goes on from the last word that is here, or sends everything anew. */
function welcome() {
  tell(`You are back. Nothing was missed${state.seq > seqWhenCut ? ": what was said meanwhile is here" : ""}.`);
}

/** @param {import("./live.js").Standing} now */
function stand(now) {
  if (now === standing) return;
  const cut = standing === "offline";
  if (now === "live" && standing === "finished") { // more was said after the end
    pauseButton.hidden = false;
    name("live");
  }
  standing = now;
  if (now !== "live") silent(null);
  clearTimeout(back);
  back = 0;
  if (now === "live" && cut) {
    welcome();
    back = setTimeout(() => { back = 0; tell("Live", true); }, BACK_FOR);
  } else if (now === "live") tell("Live", true);
  else if (now === "offline") {
    seqWhenCut = state.seq;
    if (!mark && turns.length) mark = leave();
    tell("You are offline. What is said is kept for you.");
  } else if (now === "gone") tell("This session is not here any more.");
  else if (now === "finished") {
    tell(`This session has ended. ${state.earlier ? "This is the end of it" : "This is all of it"}.`);
    pauseButton.hidden = !paused;
    name("finished");
  }
}

/** Captions are interrupted, or come again. Screen readers hear it once; the clock is for the eye. @param {number | null} quiet */
function silent(quiet) {
  clearInterval(ticking);
  if (quiet === null) {
    if (still.textContent) place.keep(() => { still.textContent = quietClock.textContent = ""; });
    return;
  }
  const since = performance.now() - quiet;
  const tick = () => { quietClock.textContent = clock(performance.now() - since); };
  place.keep(() => { still.textContent = "Captions interrupted"; tick(); });
  ticking = setInterval(tick, 1000);
}

/** The state in the heading and in the title. @param {keyof typeof STATES} now */
function name(now) {
  captions.dataset.status = now;
  find("state").textContent = STATES[now];
  find("state").classList.toggle("live", now === "live");
  document.title = `${captions.dataset.title} · ${STATES[now]} · captionflow`;
}

// --- what the reader can do ---

missed.addEventListener("click", async () => {
  while (mark && !document.getElementById("left-off") && mayComeEarlier(mark)) if (!await earlier(false)) break;
  const there = document.getElementById("left-off");
  there?.scrollIntoView({ block: "start", behavior: "instant" });
  there?.focus({ preventScroll: true });
});
pauseButton.addEventListener("click", () => {
  paused = !paused;
  pausedAt = state.seq;
  pauseButton.textContent = paused ? "Continue" : "Pause";
  if (!paused) text(state);
});
find("announce").addEventListener("change", (event) => announce.set(/** @type {HTMLInputElement} */ (event.target).checked, turns));
find("copy").addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target);
  let told = "This browser does not allow copying: use a download.";
  try {
    if (state.earlier) {
      const whole = live.whole().then((all) => new Blob([copyText(turnsOf(all))], { type: "text/plain" }));
      whole.catch(() => { told = "It did not come whole: try again."; });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": whole })]); // at once: later a browser forgets who asked
    } else await navigator.clipboard.writeText(copyText(turnsOf(state)));
    told = "Copied";
  } catch { /* told */ }
  button.textContent = told;
  setTimeout(() => { button.textContent = "Copy the text"; }, 4000);
});
find("earlier").addEventListener("click", (event) => {
  event.preventDefault();
  earlier(true);
});
addEventListener("hashchange", seek);
for (const one of ["wheel", "touchmove", "keydown"]) addEventListener(one, () => { moved = true; }, { passive: true });
document.addEventListener("visibilitychange", () => {
  if (!begun) return;
  if (!document.hidden) return place.keep(draw);
  const left = leave();
  if (place.atEnd()) mark = left;
});
addEventListener("pagehide", leave);

const live = follow(session, { language, onText: text, onStanding: stand, onInterruption: silent, onOffRecord: aside, onSession: (now) => name(standing === "finished" ? standing : now.status) });
