// The room screen: the last lines, word by word; before and after, a card that says what comes and where to read along.
import { tellNext, tellSession, tellState } from "./card.js";
import { clock } from "./clock.js";
import { linesOf } from "./lines.js";
import { follow } from "./live.js";
import { pacer } from "./pacer.js";
import { plain } from "./prose.js";
import { dress, look } from "./screen_look.js";
import { turns } from "./transcript.js";

const STILL_AFTER = 15_000;
const LINES_STAY = 20_000; // the last words of a session can be read before the card covers them
const ASK_ROOM = 5_000;
const PATIENCE = 10_000;
const TURNS = 6;
const LATE = 4 * 3600_000; // these three as in services/api/pages/programme.py: what should have begun before does not come next
const DAY = 24 * 3600_000;
const FORGOTTEN = 30 * DAY;
const STATES = { live: "Live", finished: "Finished", scheduled: "Not yet begun" };

/** @typedef {import("../../messages.js").Session} Session */

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const screen = find("screen");
const captions = find("lines");
const card = find("card");
const still = find("still");
const pauseButton = find("pause");
const wanted = look(new URLSearchParams(location.search));
const room = screen.dataset.room;
const wantedLanguage = screen.dataset.wantedLang;
const followsRoom = "followsRoom" in screen.dataset;
dress(screen, wanted);
/** @type {number | null} since when captions are interrupted, as the server says */
let silentSince = null;
const lines = linesOf(screen, captions, wanted.lines);
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

/** @param {import("./transcript.js").Transcript} state */
function text(state) {
  if (state.seq !== lastSeq) [lastSeq, lastWord] = [state.seq, performance.now()];
  said = turns(state).slice(-TURNS).map(flowOf);
  draw();
}

/** What is said off the record stands behind the rest, and goes with the passage. @param {import("./off_record.js").OffRecord | null} now */
function offRecord(now) {
  offSince = now && now.since;
  aside = now?.text.trim() ? [{ id: "off-record", speaker: "Off the record", text: now.text.replace(/\s+/g, " ").trim() }] : [];
  draw();
  tick();
}

function draw() {
  const now = [...said, ...aside];
  if (finishedAt === null && !over) card.hidden = now.length > 0; // also where only other languages have words
  if (paused || over) return;
  const here = words;
  if (wanted.delay) setTimeout(() => { if (here === words) here.take(now); }, wanted.delay);
  else here.take(now);
}

/** @param {Session} now */
function about(now) {
  tellSession(now);
  captions.lang = screen.dataset.fixedLang || now.languages?.[0] || "";
  title = (followsRoom && room) || now.title || now.id;
  name(standing === "finished" ? standing : now.status);
  if (now.status !== "finished") over = false;
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
  lines.show([]);
  live = follow(id, { language: screen.dataset.fixedLang || undefined, last: TURNS, onText: text, onSession: about, onStanding: stand, onInterruption: silent, onOffRecord: offRecord });
}

/** @param {number | null} quiet */
function silent(quiet) {
  silentSince = quiet === null ? null : performance.now() - quiet;
  tick();
}

/** @param {import("./live.js").Standing} now */
function stand(now) {
  if (now === "finished" && finishedAt === null) {
    finishedAt = standing === "live" && !lines.empty() ? performance.now() : -Infinity;
    name("finished");
  } else if (now === "live" && finishedAt !== null) { // more was said after the end
    [finishedAt, over] = [null, false];
    name("live");
  }
  standing = now;
  tick();
}

/** What a second changes: the still clock, and the card after the last words. */
function tick() {
  const quiet = performance.now() - lastWord;
  let says = "";
  if (paused) says = "Paused";
  else if (standing === "offline") says = "No connection. Captions go on by themselves.";
  else if (finishedAt === null && offSince !== null) says = `Off the record for ${clock(Date.now() - offSince)}: not kept`;
  else if (card.hidden && finishedAt === null && silentSince !== null) says = `Captions interrupted for ${clock(performance.now() - silentSince)}`;
  else if (card.hidden && finishedAt === null && quiet >= STILL_AFTER) says = `No captions for ${clock(quiet)}`;
  still.hidden = !says;
  if (still.textContent !== says) still.textContent = says;
  if (finishedAt !== null && performance.now() - finishedAt > LINES_STAY && card.hidden) {
    card.hidden = false;
    over = true;
    lines.show([]);
  }
}

/** Until when a session that was announced may still begin. @param {Session} one */
function lastMoment(one) {
  if (one.starts_at) return Date.parse(one.starts_at) + LATE;
  const day = Date.parse(one.date ?? "");
  return Number.isNaN(day) ? Date.parse(one.updated_at) + FORGOTTEN : day + DAY;
}

/** Which session of the room belongs on its screen: the live one that began last; what comes next is on the card. */
async function askRoom() {
  const asked = (/** @type {string} */ status) =>
    fetch(`/v1/sessions?${new URLSearchParams({ room: room ?? "", status, limit: "1000" })}`, {
      cache: "no-store",
      signal: AbortSignal.timeout(PATIENCE),
    });
  const answers = await Promise.all([asked("live"), asked("scheduled")]); // an archive may have thousands that are over
  if (!answers.every((answer) => answer.ok)) return;
  const all = /** @type {Session[]} */ ((await Promise.all(answers.map((answer) => answer.json()))).flat());
  const begin = (/** @type {Session} */ one) => Date.parse(one.starts_at ?? one.created_at);
  const missed = (/** @type {Session} */ one) => Date.now() > lastMoment(one);
  const [on] = all.filter((one) => one.status === "live").sort((a, b) => begin(b) - begin(a));
  const coming = all.filter((one) => one.status === "scheduled" && !missed(one)).sort((a, b) => begin(a) - begin(b));
  const readingStill = finishedAt !== null && card.hidden;
  const next = on ?? (finishedAt !== null && !readingStill ? coming[0] : null);
  const shown = all.find((one) => one.id === session);
  const wider = shown !== undefined && String(shown.languages.length) !== screen.dataset.langs;
  if (wantedLanguage && ((next && next.id !== session) || (wider && !screen.dataset.fixedLang))) {
    location.reload(); // the server knows which of the languages is meant
    return;
  }
  if (followsRoom && next && next.id !== session) {
    card.hidden = next.status === "live";
    watch(next.id);
    about(next);
  }
  tellNext(coming.find((one) => one.id !== session));
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
if (room) askAgain();
watch(session);
