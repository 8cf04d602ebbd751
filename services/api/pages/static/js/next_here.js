// The page to read along in a room, whatever is on there: at the end of a session it offers what is next. Who reads is never taken
// elsewhere; who still waits for the first word, and finds another session on, is.
import { roughly } from "./live.js";
import { element } from "./render.js";
import { starts } from "./starts.js";

/** @typedef {import("../../messages.js").RoomNow} RoomNow */
/** @typedef {import("../../messages.js").Session} Session */

const WAITING = 20_000; // a hall of readers asks
const READING = 90_000; // something else may be on: a session that nobody has ended
const FIRST = 2_000;
const PATIENCE = 10_000;

/** @param {HTMLElement} captions whose session is shown @param {(change: () => void) => void} around what a change of the page's height needs
 * @param {() => boolean} paused */
export function nextHere(captions, around, paused) {
  const here = document.getElementById("here");
  if (here) offering(here, captions, around, paused); // else it is the page of one session
}

/** @param {HTMLElement} here where the offer stands @param {HTMLElement} captions @param {(change: () => void) => void} around @param {() => boolean} paused */
function offering(here, captions, around, paused) {
  const { room = "", slug = "", follow = "" } = here.dataset;
  const session = captions.dataset.session ?? "";
  let timer = 0;
  let told = "";
  let asking = false;

  const ended = () => captions.dataset.status === "finished";
  const hidden = (/** @type {string} */ id) => document.getElementById(id)?.hidden;
  const waits = () => !hidden("waiting") && hidden("off-record") && !ended();

  /** @param {Session | null} other @param {boolean} on */
  function offer(other, on) {
    const key = JSON.stringify([other?.id, other?.title, other?.starts_at, on, ended()]);
    if (key === told) return;
    told = key;
    const name = element("bdi", {}, room);
    around(() => {
      here.hidden = !other && !ended();
      here.replaceChildren(...(other
        ? [on ? "On now in " : "Next in ", name, ...(on ? [] : starts(other)), ": ", element("a", { href: follow }, element("bdi", {}, other.title || other.id))]
        : ["Nothing more is announced in ", name, ". This page tells what comes."]));
    });
  }

  async function ask() {
    clearTimeout(timer);
    if (document.hidden || asking) return; // asked when it is seen
    asking = true;
    try {
      const answer = await fetch(`/rooms/${encodeURIComponent(slug)}/now?${new URLSearchParams({ shown: session })}`, {
        cache: "no-cache",
        signal: AbortSignal.timeout(PATIENCE),
      });
      if (answer.ok) {
        const { on, next } = /** @type {RoomNow} */ (await answer.json());
        const other = on && on.id !== session ? on : null;
        if (other && waits() && !paused()) return location.replace(follow);
        offer(other ?? (ended() ? next : null), other !== null);
      }
    } catch { /* no network: the next time tells */ } finally {
      asking = false;
    }
    timer = setTimeout(ask, roughly(ended() || waits() ? WAITING : READING));
  }
  const soon = () => {
    clearTimeout(timer);
    timer = setTimeout(ask, roughly(FIRST)); // a hall of readers comes to the end at the same moment
  };

  new MutationObserver(soon).observe(captions, { attributes: true, attributeFilter: ["data-status"] });
  document.addEventListener("visibilitychange", soon);
  addEventListener("hashchange", () => { // the link to a turn is a link to this session
    if (location.hash) history.replaceState(null, "", `/s/${session}/follow?${new URLSearchParams({ lang: captions.dataset.lang ?? "" })}${location.hash}`);
  });
  soon();
}
