// The room screen: the last lines, word by word; before and after, a card that says what comes and where to read along.
import "./started.js";
import { awake } from "./awake.js";
import { tellNext, tellSession, tellState } from "./card.js";
import { clearing } from "./clearing.js";
import { clock } from "./clock.js";
import { direction } from "./direction.js";
import { followLate } from "./late.js";
import { linesOf } from "./lines.js";
import { pacer } from "./pacer.js";
import { place, placing } from "./placing.js";
import { plain } from "./prose.js";
import { screenPanel } from "./screen_panel.js";
import { stage } from "./stage.js";
import { STATES } from "./states.js";
import { say } from "./text.js";

const STILL_AFTER = 15_000;
const LINES_STAY = 20_000; // the last words of a session can be read before the card covers them
const ASK_ROOM = 5_000;
const PATIENCE = 10_000;

/** @typedef {import("../../messages.js").Session} Session */

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const screen = find("screen");
const captions = find("lines");
const card = find("card");
const still = find("still");
const pauseButton = find("pause");
const query = new URLSearchParams(location.search);
const placed = placing(query);
const { clearAfter } = placed;
/** Over a picture, which may be recorded: nothing but what is on the record. */
const overlay = "overlay" in document.documentElement.dataset;
const TURNS = 8; // a turn may be one line
const room = screen.dataset.room;
const wantedLanguage = screen.dataset.wantedLang;
const followsRoom = "followsRoom" in screen.dataset;
place(screen, placed);
/** @type {number | null} since when captions are interrupted, as the server says */
let silentSince = null;
const lines = linesOf(screen, captions, captionflowShape.take);
const old = clearing();
let clearTimer = 0;
let spoken = ""; // what the lines were made of when a word came last
const { delay } = captionflowLook.now(); // all that a screen shows is so late
const atOnce = matchMedia("(prefers-reduced-motion: reduce)").matches;

let session = /** @type {string} */ (screen.dataset.session);
/** @type {{stop: () => void} | null} */
let live = null;
let words = pacer(lines.show, { atOnce });
let standing = "connecting";
let title = "";
let paused = false;
/** @type {import("./roll.js").Flow[]} */
let said = [];
/** @type {import("./roll.js").Flow[]} */
let aside = [];
/** @type {number | null} since when it is off the record */
let offSince = null;
let lastSeq = -1;
let lastWord = performance.now(); // not the wall's clock: that one may be set while a screen runs for days
/** @type {number | null} when the session ended before our eyes; -Infinity if it had ended before */
let finishedAt = null;
/** Ended before this screen was opened, or the card has covered its lines: nobody is still reading them. */
let over = screen.dataset.status === "finished";

/** A turn as one run of text, made once. @type {WeakMap<import("./transcript.js").Turn, import("./roll.js").Flow>} */
const flows = new WeakMap();
/** @param {import("./transcript.js").Turn} turn */
function flowOf(turn) {
  const flow = flows.get(turn) ?? { id: turn.id, speaker: turn.speaker, text: turn.paragraphs.map(plain).join(" ").trim() };
  flows.set(turn, flow);
  return flow;
}

/** @param {import("./late.js").View} view */
function text({ seq, turns }) {
  if (seq !== lastSeq) [lastSeq, lastWord] = [seq, performance.now()];
  said = turns.slice(-TURNS).map(flowOf);
  cleared();
  draw();
}

/** The lines go when no word has come for as long as the address says, or for so long already. @param {number} quiet */
function cleared(quiet = 0) {
  const now = said.map((one) => one.text).join("\n");
  if (!clearAfter || (now === spoken && !quiet)) return;
  spoken = now;
  clearTimeout(clearTimer);
  clearTimer = setTimeout(() => {
    old.clear(said);
    draw();
  }, clearAfter - quiet);
}

/** What the server knew when the page was opened makes room for what comes now. */
const begin = () => document.getElementById("first")?.remove();

/** What is said off the record stands behind the rest, and goes with the passage. @param {import("./off_record.js").OffRecord | null} now */
function offRecord(now) {
  if (!now && offSince === null) return; // who can't be reached says so too, and has said nothing of the words that came with the page
  offSince = now && now.since;
  aside = now?.text.trim() ? [{ id: "off-record", speaker: "Off the record", text: now.text.replace(/\s+/g, " ").trim() }] : [];
  draw();
  tick();
}

/** Nothing has been cleared of what comes. */
function fresh() {
  clearTimeout(clearTimer);
  old.clear([]);
  spoken = "";
}

function draw() {
  begin();
  const now = [...said, ...aside];
  if (finishedAt === null && !over) card.hidden = now.length > 0; // also where only other languages have words
  if (!paused && !over) words.take([...old.rest(said), ...(overlay ? [] : aside)]);
}

/** @param {Session} now */
function about(now) {
  tellSession(now);
  speak(screen.dataset.fixedLang || now.languages?.[0] || "");
  title = (followsRoom && room) || now.title || now.id;
  name(standing === "finished" ? standing : now.status);
  if (now.status !== "finished") over = false;
}

/** The captions are in this language. @param {string} language */
function speak(language) {
  captions.lang = language;
  captions.dir = direction(language);
}

/** The state on the card and in the title. @param {keyof typeof STATES} now */
function name(now) {
  tellState(now === "finished");
  document.title = `${title} · ${STATES[now]} · captionflow`;
}

/** @param {string} id */
function watch(id) {
  live?.stop();
  words.stop();
  words = pacer(lines.show, { atOnce });
  [session, lastSeq, lastWord, finishedAt, standing] = [id, -1, performance.now(), null, "connecting"];
  silentSince = offSince = null;
  said = aside = [];
  fresh();
  lines.show([]);
  live = null;
  live = followLate(id, {
    language: screen.dataset.fixedLang || undefined,
    last: TURNS,
    onText: text,
    onSession: about,
    onStanding: stand,
    onInterruption: silent,
    onOffRecord: offRecord,
  }, () => delay);
}

/** @param {number | null} quiet */
function silent(quiet) {
  silentSince = quiet === null ? null : performance.now() - quiet;
  if (quiet !== null) cleared(quiet);
  tick();
}

/** @param {import("./live.js").Standing} now */
function stand(now) {
  if (now === "finished" && finishedAt === null) {
    finishedAt = ["live", "slow"].includes(standing) && !lines.empty() ? performance.now() : -Infinity;
    name("finished");
  } else if (now === "gone") clear();
  else if ((now === "live" || now === "slow") && finishedAt !== null) { // more was said after the end
    [finishedAt, over] = [null, false];
    name("live");
  }
  standing = now;
  tick();
}

/** This session is not there any more; another may come in its place. */
function clear() {
  begin();
  said = aside = [];
  [lastSeq, silentSince, offSince, finishedAt, over] = [-1, null, null, null, false];
  fresh();
  words.stop();
  words = pacer(lines.show, { atOnce });
  lines.show([]);
  name("scheduled");
  card.hidden = false;
}

/** What a second changes: the still clock, and the card after the last words. */
function tick() {
  const quiet = performance.now() - lastWord;
  let says = "";
  if (paused) says = "Paused";
  else if (standing === "offline") says = "No connection. Captions go on by themselves.";
  else if (standing === "full") says = "The server is full. Captions go on by themselves.";
  else if (finishedAt === null && offSince !== null) says = `Off the record for ${clock(performance.now() - offSince)}: not kept`;
  else if (card.hidden && finishedAt === null && silentSince !== null) says = `Captions interrupted for ${clock(performance.now() - silentSince)}`;
  else if (card.hidden && finishedAt === null && quiet >= STILL_AFTER) says = `No captions for ${clock(quiet)}`;
  still.hidden = !says;
  say(still, says);
  if (finishedAt !== null && performance.now() - finishedAt > LINES_STAY && card.hidden) {
    card.hidden = false;
    over = true;
    lines.show([]);
  }
}

/** What belongs on the room's screen now, and what comes next, as the server says: its clock is right. */
async function askRoom() {
  const answer = await fetch(`/rooms/${encodeURIComponent(screen.dataset.slug ?? "")}/now?${new URLSearchParams({ shown: session })}`, {
    cache: "no-cache", // the browser asks whether it has changed
    signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) return;
  const { on, next, shown } = /** @type {import("../../messages.js").RoomNow} */ (await answer.json());
  const readingStill = finishedAt !== null && card.hidden;
  const wider = shown !== null && String(shown.languages.length) !== screen.dataset.langs;
  const other = on ?? (finishedAt !== null && !readingStill ? next : null);
  if (wantedLanguage && ((other && other.id !== session) || (wider && !screen.dataset.fixedLang))) {
    location.reload(); // the server knows which of the languages is meant
    return;
  }
  if (followsRoom && other && other.id !== session) {
    card.hidden = other.status === "live";
    begin();
    watch(other.id);
    about(other);
  }
  tellNext(next && next.id !== session ? next : null);
}
const askAgain = () => setTimeout(async () => {
  await askRoom().catch(() => {}); // no network: the next time tells
  askAgain();
}, ASK_ROOM);

pauseButton.addEventListener("click", () => {
  paused = !paused;
  pauseButton.textContent = paused ? "Continue" : "Pause";
  if (!paused) watch(session);
  tick();
});
addEventListener("pagehide", () => offRecord(null)); // a page that the browser keeps to come back to has none of it
setInterval(tick, 1000);
screenPanel(/** @type {HTMLElement} */ (pauseButton.parentElement));
if (room) askAgain();
awake()(true);
stage(screen, find("full"));
watch(session);
