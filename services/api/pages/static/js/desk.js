// The desk: what the server says of the rooms, drawn anew where it changed; who sends to them; and the alarm when words stop.
import "./hold.js";
import "./started.js";
import { alarm } from "./alarm.js";
import { clock, lately } from "./clock.js";
import { airing } from "./desk_air.js";
import { correcting } from "./desk_correct.js";
import { announcing, sure } from "./desk_dialogs.js";
import { deskFeed } from "./desk_feed.js";
import { handing, naming } from "./desk_hand.js";
import { tellOffRecord, turn } from "./desk_off_record.js";
import { importing } from "./desk_programme.js";
import { isLost, tellSources } from "./desk_sources.js";
import { element } from "./render.js";
import { silence, sourcesOf } from "./silence.js";
import { sourceName } from "./sources.js";
import { moment, since, steady } from "./steady.js";
import { say } from "./text.js";
import "./desk_records.js";

const LOOK = 20_000; // what changed is told before
const SOON = 300; // several changes are one
const PATIENCE = 8_000;
const OLD = 18_000; // the server says something every 15 s

/** @typedef {import("../../messages.js").SourceReport} SourceReport */
/** @typedef {import("./silence.js").Source} Source */

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const after = /** @type {HTMLSelectElement} */ (find("alarm-after"));
const alarms = alarm({ told: find("told"), sound: /** @type {HTMLInputElement} */ (find("alarm-sound")) });

/** What the server said of each part of the page, before the sources were drawn into it. @type {Map<string, string>} */
const served = new Map();
/** @type {SourceReport[] | null} Not told yet. */
let reports = null;
/** @type {Record<string, number> | null} Not told yet. */
let readers = null;
let ahead = 0; // how far the server's clock is ahead of this page's
let heard = moment(); // when the server was last heard
let cut = false;
let refused = false; // the key of the page does not hold any more
let looking = 0;
/** Sessions of which a card says more than the server's page. @type {Set<string>} */
const telling = new Set();
let asked = 0; // how often the page was asked for,
let shown = 0; // and which of its answers is shown: an older one may come later

const now = () => steady() + ahead;
/** @param {Response} answer */
function tellTime(answer) {
  const date = Date.parse(answer.headers.get("Date") ?? "");
  if (date && Math.abs(date - now()) > 1_500) ahead = date - steady();
}

// --- what the server says ---

/** @param {string} url */
async function get(url) {
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (answer.status === 401 || answer.status === 403) refused = true;
  if (!answer.ok) throw new Error(String(answer.status));
  tellTime(answer);
  return answer;
}

/** The rooms as the page that the server draws has them, each touched only if it changed. */
async function look() {
  const mine = asked += 1;
  const fresh = new DOMParser().parseFromString(await (await get(location.href)).text(), "text/html");
  dropPlaces(fresh);
  if (mine < shown) return;
  shown = mine;
  const focus = document.activeElement?.id;
  swap(/** @type {HTMLElement} */ (fresh.getElementById("troubles")), find("troubles"));
  const rooms = find("rooms");
  const old = new Map(roomsIn(document).map((room) => [room.dataset.slug, room]));
  const wanted = roomsIn(fresh).map((room) => {
    const there = old.get(room.dataset.slug);
    return there && served.get(`room ${room.dataset.slug}`) === room.outerHTML ? there : keep(room);
  });
  if (wanted.some((room, place) => rooms.children[place] !== room) || wanted.length !== rooms.children.length) {
    rooms.replaceChildren(...wanted);
    document.title = fresh.title;
    document.getElementById("no-rooms")?.remove();
    dispatchEvent(new Event("captionflow:drawn"));
    if (focus && document.activeElement?.id !== focus) document.getElementById(focus)?.focus({ preventScroll: true });
  }
  tick();
}

/** @param {HTMLElement} fresh @param {HTMLElement} old */
function swap(fresh, old) {
  if (old.innerHTML !== fresh.innerHTML) old.innerHTML = fresh.innerHTML; // the server's own, escaped by it
}
/** @param {Document} page @returns {HTMLElement[]} */
const roomsIn = (page) => [...page.querySelectorAll(".room")].map((one) => /** @type {HTMLElement} */ (one));
/** @param {HTMLElement} room */
function keep(room) {
  served.set(`room ${room.dataset.slug}`, room.outerHTML);
  return room;
}

/** Take out what keeps a place for who sends: it is another one each time, and who sends is told at once. @param {ParentNode} page */
function dropPlaces(page) {
  for (const one of page.querySelectorAll(".awaited")) one.remove();
}

/** Look now, and again after a while, also when it fails. */
async function lookAgain() {
  clearTimeout(looking);
  await look().catch(() => {}); // how long ago the server was heard is told
  looking = setTimeout(lookAgain, LOOK);
}

/** @param {string} session */
const sourcesIn = (session) => sourcesOf((reports ?? []).filter((one) => one.session === session), now());

// --- what a second changes ---

function tick() {
  const quiet = since(heard);
  let standing = "Up to date";
  if (refused) standing = "The key of this page does not hold any more: open it with one that does";
  else if (cut || performance.now() - heard.steady > OLD) standing = `Not connected for ${clock(quiet)}: what you see is old`;
  say(find("standing"), standing);
  find("standing").classList.toggle("trouble", standing !== "Up to date");
  /** @type {{id: string, says: string}[]} */
  const stopped = [];
  const heardOf = new Set((reports ?? []).map((one) => one.session));
  for (const card of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll(".session"))) {
    const { session = "", status } = card.dataset;
    const live = status === "live";
    const count = readers?.[session] ?? 0;
    const told = live || count > 0 || heardOf.has(session);
    if (!told && !telling.delete(session)) continue; // most sessions of a day are not on
    if (told) telling.add(session);
    const sources = sourcesIn(session);
    if (reports) {
      tellSources(card, sources, now());
      offerAir(card, live ? sources : []);
    }
    if (readers) tellReaders(card, count, live);
    stopped.push(...(live ? tellSilence(card, sources) : []), ...tellLost(card, sources));
  }
  alarms.tell(stopped);
  tellOffRecord(now());
}

/** @param {HTMLElement} card @param {Source[]} sources */
function tellSilence(card, sources) {
  const said = /** @type {HTMLElement} */ (card.querySelector(".stopped"));
  const spans = (card.dataset.langs ?? "").split(" ").map((language) => ({ language, span: silence(sources, language, now()) }));
  const off = (card.dataset.offRecord ?? "").split(" "); // there nobody has to say a word
  const still = spans.filter(({ language, span }) => !off.includes(language) && span !== null && span >= Number(after.value) * 1000);
  const floor = spans[0].span;
  const several = spans.length > 1;
  const says = still.length
    ? still.map(({ language, span }) => `No words${several ? ` in ${language}` : ""} for ${clock(span ?? 0)}`).join(". ")
    : floor === null ? (reports ? "No words yet" : "…") : `Last word ${lately(floor)}`;
  said.hidden = false;
  say(said, says);
  card.classList.toggle("alarm", still.length > 0);
  const where = [card.dataset.room, card.dataset.title].filter(Boolean).join(", ");
  return still.map(({ language }) => ({ id: `${card.dataset.session} ${language}`, says: `${where}: no words${several ? ` in ${language}` : ""}.` }));
}

/** @param {HTMLElement} card @param {Source[]} sources */
function tellLost(card, sources) {
  return sources.filter((one) => one.warnings.some((warning) => isLost(warning, now()))).map((one) => (
    { id: `${card.dataset.session} lost ${one.source}`, says: `${card.dataset.title}: posts of ${sourceName(one.source)} were lost.` }
  ));
}

/** A language with several sources can have one of them on air. @param {HTMLElement} card @param {Source[]} sources */
function offerAir(card, sources) {
  const spoken = sources.filter((one) => one.lastWord !== null).map((one) => one.language);
  const several = [...new Set(spoken)].filter((one) => spoken.indexOf(one) !== spoken.lastIndexOf(one));
  const place = /** @type {HTMLElement} */ (card.querySelector(".air"));
  if (place.dataset.langs === several.join(" ")) return;
  place.dataset.langs = several.join(" ");
  const many = (card.dataset.langs ?? "").includes(" ");
  place.replaceChildren(...several.map((language) => (
    element("button", { type: "button", "data-air": language, id: `air-${card.dataset.session}-${language}` }, many ? `Take over, ${language}` : "Take over")
  )));
}

/** @param {HTMLElement} card @param {number} count @param {boolean} live */
function tellReaders(card, count, live) {
  const told = /** @type {HTMLElement} */ (card.querySelector(".readers"));
  const says = count === 1 ? "1 reader" : `${count} readers`;
  told.hidden = !count && !live;
  say(told, says);
}

// --- what the technician does ---

/** @param {string} session @param {{status: string} | {closed: boolean}} patch */
async function change(session, patch) {
  const answer = await fetch(`/v1/sessions/${encodeURIComponent(session)}`, {
    method: "PATCH", headers: { "Content-Type": "application/merge-patch+json" }, body: JSON.stringify(patch), signal: AbortSignal.timeout(PATIENCE),
  });
  if (!answer.ok) throw new Error(/** @type {{detail?: string}} */ (await answer.json().catch(() => ({}))).detail ?? "It was not changed.");
}

find("rooms").addEventListener("click", async (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  const card = /** @type {HTMLElement | null | undefined} */ (button?.closest(".session"));
  if (!button || !card) return;
  const { session = "", title = "" } = card.dataset;
  const { act } = button.dataset;
  let notice = "";
  try {
    if (button.dataset.air) return await airing(session, title, button.dataset.air, () => sourcesIn(session), now);
    if ("hand" in button.dataset) return await handing(session);
    if ("name" in button.dataset) return await naming(session);
    if ("correct" in button.dataset) return await correcting(session);
    if (button.dataset.off) notice = await turn(session, button.dataset.off === "true");
    else {
      if (act === "finished" && !(await sure(`Finish “${title}”?`))) return;
      await change(session, act ? { status: act } : { closed: button.dataset.closed === "true" });
    }
  } catch (error) {
    find("told").textContent = `“${title}”: ${error instanceof Error ? error.message : ""}`;
    find("told").classList.remove("hidden");
    return;
  }
  if (notice) find("told").textContent = `“${title}”: ${notice}`;
  find("told").classList.toggle("hidden", !notice);
  await look().catch(() => {});
  // What was pressed may be gone, and whoever has gone on to something else stays there.
  if (document.activeElement === document.body) document.getElementById(`title-${session}`)?.focus({ preventScroll: true });
});
announcing(() => { look().catch(() => {}); });
importing(() => { look().catch(() => {}); });

try { after.value = localStorage.getItem("captionflow.alarm-after") ?? "30"; } catch { after.value = "30"; }
if (!after.value) after.value = "30";
after.addEventListener("change", () => {
  try { localStorage.setItem("captionflow.alarm-after", after.value); } catch { /* it holds until the page is left */ }
  tick();
});

for (const room of roomsIn(document)) {
  const copy = /** @type {HTMLElement} */ (room.cloneNode(true));
  dropPlaces(copy);
  keep(copy);
}
deskFeed({
  onSources: (all) => {
    reports = all;
    tick();
  },
  onReaders: (all) => {
    readers = all;
    tick();
  },
  onOther: () => {
    clearTimeout(looking);
    looking = setTimeout(lookAgain, SOON);
  },
  onConnected: tellTime,
  onHeard: () => { [heard, cut, refused] = [moment(), false, false]; },
  onCut: () => {
    cut = true;
    tick();
  },
  onRefused: () => { refused = true; },
});
looking = setTimeout(lookAgain, LOOK); // the page is as it just was, and the feed begins with what is on now
setInterval(tick, 1000);
