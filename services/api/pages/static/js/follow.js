// The follow page: the text grows at its end and stays where the reader is.
import "./started.js";
import { addressOf, isAnchor } from "./anchor.js";
import { alerts } from "./alerts.js";
import { announcer } from "./announce.js";
import { awake } from "./awake.js";
import { figures } from "./figures.js";
import { finder } from "./find.js";
import { interruption } from "./interruption.js";
import { followLate } from "./late.js";
import { readersLook } from "./look_panel.js";
import { bookmark, endOf, isEarlier, isEnd } from "./mark.js";
import { nextHere } from "./next_here.js";
import { notesPanel } from "./notes_panel.js";
import { arrived, forget } from "./offline.js";
import { offRecord } from "./off_record.js";
import { piecewise } from "./piecewise.js";
import { copyText } from "./prose.js";
import { reading } from "./reading.js";
import { element, renderer } from "./render.js";
import { save } from "./save.js";
import { STATES } from "./states.js";
import { say } from "./text.js";
import { turns as turnsOf } from "./transcript.js";
import { unloaded } from "./unloaded.js";
import { voices } from "./voices.js";
import { whoSpeaks } from "./who.js";

const BACK_FOR = 10_000; // "you are back" is read by then
const AT_FIRST = 60; // turns: what the page came with, and more that was said since
const LATER = 10_000;
const SEEK = 5; // stretches that are asked for to find a turn
const SETTLED = 2_000; // a snapshot may be a little old: what follows it comes within a moment; who leaves sooner has not read it
const ENDING = 1_000; // the end itself comes with the last words, most often at once
const ANNOUNCE = "captionflow.announce";

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const captions = find("captions");
const status = find("status");
const missed = find("missed");
const announced = /** @type {HTMLInputElement} */ (find("announce"));
const pauseButton = find("pause");
const session = /** @type {string} */ (captions.dataset.session);
const language = /** @type {string} */ (captions.dataset.lang);

const announce = announcer(find("announcer"));
const kept = bookmark(session, language);
const place = reading({ captions, newer: find("newer"), bar: /** @type {HTMLElement} */ (status.closest(".bar")) });
const silent = interruption({ told: find("told"), still: find("still"), time: find("quiet-clock") }, (change) => place.keep(change));
const aside = offRecord(find("off-record"), (change) => place.keep(change));
const alert = alerts({ session, language, title: captions.dataset.title ?? session, seq: Number(captions.dataset.seq), made: captions.dataset.made ?? "" });
const who = whoSpeaks(captions, place.atEnd);
const notes = notesPanel(captions, who.seen);
const show = renderer(captions, { session, language });
const pieces = piecewise(drawn, place.above);
const keepAwake = awake();
const first = captions.dataset.status === "live" ? AT_FIRST : undefined;

const before = find("before");
const earlierTold = find("earlier-told");

/** @type {import("./late.js").View} */
let state = { seq: 0, turns: [], earlier: null, begin: null };
/** @type {Promise<boolean> | null} a question for what was said before */
let asking = null;
/** @type {import("./transcript.js").Turn[]} */
let turns = [];
/** @type {import("./mark.js").Mark | null} */
let mark = null;
/** @type {string | null} when the session was made that is shown: another one may have its id */
let made = null;
let paused = false;
let pausedAt = 0;
let begun = false;
let settled = false;
let standing = "connecting";
let connected = false; // once: what was said before is shown at once, what comes after the reader's delay
let seqWhenCut = 0;
let telling = ""; // what the status says
let back = 0; // the timer of "you are back"
let moved = false; // the reader has scrolled: what is above may be wanted
let filled = false; // there is more than the last words, or it comes
let loading = false; // what comes is what was said before

// --- the text ---

/** @param {import("./late.js").View} now */
function text(now) {
  state = now;
  alert(state, made); // also what a page that is paused does not show
  if (back) welcome();
  if (paused) {
    const lines = state.seq - pausedAt;
    say(pauseButton, lines ? `Continue (${lines} waiting)` : "Continue");
    if (!loading || !turns.length) return;
    turns = [...state.turns.filter((turn) => turn.ordinal < turns[0].ordinal), ...turns]; // what was said before moves nothing
  } else turns = state.turns;
  announce.heard(turns);
  if (!begun) begin();
  else if (loading && !place.atEnd()) place.above(pieces.draw);
  else place.keep(pieces.draw);
}

/** @param {number} reach */
function drawn(reach) {
  const held = show(turns, mark, state, reach);
  who.changed();
  before.classList.toggle("nothing", !state.earlier); // its place stays: the text below it moves nowhere
  if (state.earlier) before.hidden = false;
  find("waiting").hidden = turns.length > 0;
  missed.hidden = !mark || isEnd(turns, mark) || !(document.getElementById("left-off") || held || isEarlier(mark, turns, state.earlier));
  find("told").classList.toggle("missing", !missed.hidden);
  return held;
}

/** The first text: at the end for a new reader, otherwise where the address or the browser has put the reader. */
function begin() {
  begun = true;
  mark = kept.read(made);
  setTimeout(() => {
    settled = true;
    if (mark && isEnd(turns, mark)) mark = null;
  }, SETTLED);
  if (keptChoice()) {
    announced.checked = true;
    announce.set(true, turns);
  }
  const opened = scrollY < 10 || (captions.dataset.toEnd === "" && place.atEnd());
  if (opened && captions.dataset.status === "live" && !location.hash) place.keep(pieces.draw, false);
  else place.above(pieces.draw);
  setTimeout(fill, LATER);
  seek();
  new IntersectionObserver(([one]) => { if (one.isIntersecting && moved && !pieces.held()) earlier(false); }, { rootMargin: "600px 0px 0px" }).observe(before);
}

/** Show what was said before the first turn that is here. @param {boolean} wanted the reader asked, and is told */
async function earlier(wanted) {
  if (!begun || !(asking || state.earlier)) return false;
  const had = turns.length;
  asking = asking ?? ask();
  const done = await asking;
  if (wanted) earlierTold.textContent = done ? `${turns.length - had} earlier turns stand above.` : "They did not come: try again.";
  if (!state.earlier && before.contains(document.activeElement)) captions.focus({ preventScroll: true });
  return done;
}

/** Who opens the page has the last words; the hour before them comes when the reader moves, or after a while. */
function fill() {
  if (!begun || filled) return;
  filled = true;
  pieces.go();
  if (first) earlier(false);
}

async function ask() {
  loading = true;
  const done = await live.earlier();
  loading = false;
  await pieces.whole();
  asking = null;
  return done;
}

/** The turn that the address names may be among those that are not here yet; one that is far away is shown on the transcript's page. */
async function seek() {
  const anchor = decodeURIComponent(location.hash.slice(1));
  if (!isAnchor(anchor)) return;
  if (!document.getElementById(anchor)) await pieces.whole();
  for (let tries = 0; tries < SEEK && state.earlier && !document.getElementById(anchor); tries += 1) if (!await earlier(false)) break;
  const there = document.getElementById(anchor);
  if (there) there.scrollIntoView({ block: "start", behavior: "instant" });
  else if (state.earlier) location.replace(addressOf({ session, language }, anchor));
}

/** Whether this browser's reader wants to have the captions announced. */
function keptChoice() {
  try { return localStorage.getItem(ANNOUNCE) === "true"; } catch { return false; }
}

/** Remember where the reader is; who has only looked in is where they were. */
function leave() {
  if (mark && !settled && !moved) return mark;
  const left = place.atEnd() ? endOf(turns) : place.lastSeen(turns);
  if (left) kept.write(left, made);
  return left;
}

// --- the state of the connection ---

/** @param {string} words @param {boolean} live */
function tell(words, live = false) {
  if (words === telling) return;
  telling = words;
  const end = words.indexOf(". ") + 1 || words.length; // where there is little room, the first sentence is seen
  const change = () => {
    status.replaceChildren(words.slice(0, end), ...(end < words.length ? [element("span", { class: "rest" }, words.slice(end))] : []));
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
function liveIn(now) {
  const { delay } = captionflowLook.now();
  if (captions.dataset.status === "finished") return "This session has ended. Its last words are coming.";
  if (now === "slow") return "Slow network. Words come in groups.";
  return delay ? `Live, ${delay / 1000} s later` : "Live";
}

/** Tell anew what the words of a session that goes on, or has just ended, are. */
function retell() {
  if ((standing === "live" || standing === "slow") && !back) tell(liveIn(standing), captions.dataset.status !== "finished");
}

/** @param {import("./live.js").Standing} now */
function stand(now) {
  if (now === standing) return;
  const cut = ["offline", "full", "gone", "woken"].includes(standing);
  if ((now === "live" || now === "slow") && standing === "finished") { // more was said after the end
    pauseButton.hidden = false;
    name("live");
  }
  standing = now;
  connected = connected || now !== "connecting";
  if (now !== "live" && now !== "slow") silent(null);
  clearTimeout(back);
  back = 0;
  if (now === "live" || now === "slow" || now === "finished") arrived();
  if (now === "live" || now === "slow") {
    if (cut) {
      welcome();
      back = setTimeout(() => { back = 0; retell(); }, BACK_FOR);
    } else retell();
  } else if (now === "offline" || now === "full" || now === "woken") {
    if (!cut) seqWhenCut = state.seq;
    if (!mark && turns.length) mark = leave();
    const why = now === "full" ? "The server is full." : navigator.onLine ? "No connection." : "You are offline.";
    if (now !== "woken") tell(`${why} What is said is kept for you.`); // one that slept asks first
  } else if (now === "gone") {
    tell("This session is not here. The page asks again by itself.");
    forget();
  } else if (now === "finished") {
    tell(`This session has ended. ${state.earlier ? "This is the end of it" : "This is all of it"}.`);
    pauseButton.hidden = !paused;
    name("finished");
  }
  stayAwake();
}

/** @param {import("../../messages.js").Session} now */
function about(now) {
  if (made !== null && made !== now.created_at) { // nothing that the reader has read was said in it
    mark = null;
    pausedAt = seqWhenCut = 0;
  }
  made = now.created_at;
  notes(made);
  name(standing === "finished" ? standing : now.status);
  setTimeout(retell, ENDING);
}

/** The phone's screen stays on while there is something to read as it comes. */
function stayAwake() {
  keepAwake(!paused && (standing === "live" || standing === "slow") && captions.dataset.status === "live");
}

/** The state in the heading and in the title. @param {keyof typeof STATES} now */
function name(now) {
  captions.dataset.status = now;
  stayAwake();
  say(find("state"), STATES[now]);
  find("state").classList.toggle("live", now === "live");
  document.title = `${captions.dataset.title} · ${STATES[now]} · captionflow`;
}

// --- what the reader can do ---

missed.addEventListener("click", async () => {
  if (!document.getElementById("left-off")) await pieces.whole();
  while (mark && !document.getElementById("left-off") && isEarlier(mark, turns, state.earlier)) if (!await earlier(false)) break;
  const there = document.getElementById("left-off");
  there?.scrollIntoView({ block: "start", behavior: "instant" });
  there?.focus({ preventScroll: true });
});
pauseButton.addEventListener("click", () => {
  paused = !paused;
  pausedAt = state.seq;
  say(pauseButton, paused ? "Continue" : "Pause");
  stayAwake();
  if (!paused) text(state);
});
announced.addEventListener("change", () => {
  announce.set(announced.checked, turns);
  try { localStorage.setItem(ANNOUNCE, String(announced.checked)); } catch { /* private mode: it holds until the page is left */ }
});
find("again").addEventListener("click", () => announce.again(turns));
find("more").addEventListener("toggle", () => dispatchEvent(new Event("captionflow:resized"))); // who was at the end before is there
find("copy").addEventListener("click", async (event) => {
  const button = /** @type {HTMLElement} */ (event.target);
  let told = "This browser does not allow copying: use a download.";
  try {
    if (state.earlier) {
      const whole = live.whole().then((all) => new Blob([copyText(turnsOf(all))], { type: "text/plain" }));
      whole.catch(() => { told = "It did not come whole: try again."; });
      await navigator.clipboard.write([new ClipboardItem({ "text/plain": whole })]); // at once: later a browser forgets who asked
    } else await navigator.clipboard.writeText(copyText(state.turns));
    told = "Copied";
  } catch { /* told */ }
  say(button, told);
  setTimeout(() => say(button, "Copy the text"), 4000);
});
find("save").addEventListener("click", async () => {
  const all = state.earlier ? await live.whole().then(turnsOf, () => turns) : state.turns; // without a network: what is here
  save(`${captions.dataset.title}\n\n${copyText(all)}\n`, `${session}.${language}.so-far.txt`);
});
find("earlier").addEventListener("click", (event) => {
  event.preventDefault();
  earlier(true);
});
addEventListener("hashchange", seek);
for (const one of ["wheel", "touchmove", "keydown"]) addEventListener(one, () => { moved = true; fill(); }, { passive: true });
addEventListener("pointerdown", fill, { passive: true });
addEventListener("scroll", () => { if (!place.atEnd()) fill(); }, { passive: true });
addEventListener("beforeprint", pieces.atOnce);
document.addEventListener("visibilitychange", () => {
  if (!begun) return;
  if (!document.hidden) return place.keep(pieces.draw);
  const left = leave();
  if (place.atEnd()) mark = left;
});
addEventListener("pagehide", leave);

addEventListener("captionflow:look", () => {
  live.hurry();
  retell();
});
readersLook();
voices();
figures(captions);

const live = followLate(session, { language, first, onText: text, onStanding: stand, onInterruption: silent, onOffRecord: aside, onSession: about },
  () => (connected ? captionflowLook.now().delay : 0));
nextHere(captions, (change) => place.keep(change), () => paused);
const whatIsBefore = unloaded(live.whole, () => ({ earlier: state.earlier, made }));
finder(captions, { floor: place.floor, load: () => earlier(false), unloaded: () => pieces.whole().then(whatIsBefore) });
