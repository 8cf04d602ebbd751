// A live transcript over /v1: connects, applies, reconnects where it left off, and reports the state of the connection.
import { applyDelta, applyEarlier, applySnapshot, copy, empty, forget, head, keepEarlier, rename } from "./transcript.js";
import { parser } from "./sse.js";

const SILENCE = 40_000; // the server's heartbeat comes every 15 s
const FIRST_WORD = 10_000; // a proxy that holds everything back gives nothing at all
const LISTEN = 1_000;
const LONGEST_WAIT = 15_000;
const TRIES_BEFORE_POLLING = 3;
const POLLS_BEFORE_STREAMING = 20;
const ASK_AGAIN = 15_000; // after the end; then ever more rarely
const RAREST = 120_000;
const OUT_OF_SIGHT = 30_000; // a browser opens six connections to one server: a tab that nobody sees gives its own back

/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {import("../../messages.js").LiveEvent} LiveEvent */
/** @typedef {import("../../messages.js").Session} Session */
/** @typedef {"connecting" | "live" | "offline" | "finished" | "gone"} Standing */
/** @typedef {"finished" | "gone" | "cut" | "more"} End how a stream or a poll ended */
/** @typedef {{onText: (state: Transcript) => void, onStanding?: (standing: Standing) => void,
 *   onSession?: (session: Session) => void, onInterruption?: (quiet: number | null) => void,
 *   onOffRecord?: (now: import("./off_record.js").OffRecord | null) => void, last?: number, language?: string}} Options */

/** Follow one session until `stop()`, also beyond its end: lines that come later open it again.
 * `onInterruption` is told how many milliseconds no words have come when captions are interrupted, and null when they come again.
 * `onOffRecord` is told what is said off the record, and null on the record; what it was told is kept nowhere else.
 * `onText` gets the whole state; with `last`, at least that many turns of its end.
 * @param {string} session @param {Options} options */
export function follow(session, { onText, onStanding = () => {}, onSession = () => {}, onInterruption = () => {}, onOffRecord = () => {}, last, language }) {
  let state = empty();
  let begun = false;
  let stopped = false;
  let resting = false;
  let failures = 0;
  let polls = 0;
  /** @type {number | null} the position of the end, until more is said */
  let ended = null;
  let asked = 0; // how often since the end
  let sight = 0;
  let aside = ""; // what is said off the record
  /** @type {AbortController | null} */
  let request = null;
  /** @type {(() => void) | null} */
  let wake = null;

  const url = () => {
    const query = new URLSearchParams();
    if (language) query.set("lang", language);
    if (last) query.set("last", String(last));
    if (begun) query.set("after", String(state.seq));
    return `/v1/sessions/${encodeURIComponent(session)}/events?${query}`;
  };

  /** @param {LiveEvent} said */
  const take = ({ event, data }) => {
    if (ended !== null && (event === "snapshot" || event === "delta") && data.seq > ended) {
      ended = null;
      onStanding("live"); // before the words, which may end the session once more
    }
    if (event === "off_record") {
      aside = data.since === null ? "" : head(aside, data.keep) + data.text;
      onOffRecord(data.since === null ? null : { since: Date.parse(data.since), text: aside });
    }
    if (event !== "session" && event !== "reset") onInterruption(event === "interrupted" ? data.seconds * 1000 : null);
    if (event === "snapshot") {
      const before = state;
      state = applySnapshot(data);
      keepEarlier(state, before);
      begun = true;
      if (data.session) onSession(data.session);
      onText(state);
    } else if (event === "delta") {
      if (!applyDelta(state, data)) {
        begun = false;
        throw new Error("a delta did not fit");
      }
      if (last) forget(state, last);
      onText(state);
    } else if (event === "session") {
      onSession(data);
      if (rename(state, data.speakers) && begun) onText(state);
    } else if (event === "reset") begun = false;
    else if (event === "finished") {
      if (ended === null) asked = 0;
      ended = data.seq;
    }
  };

  /** Ask for what is new and read the answer; a silence of more than `patience` is a cut.
   * @param {string} type @param {number} patience
   * @param {(response: Response, alive: () => void) => Promise<End>} read @returns {Promise<End>} */
  const ask = async (type, patience, read) => {
    const mine = new AbortController();
    request = mine;
    let heard = moment();
    const alive = () => { [heard, patience] = [moment(), SILENCE]; };
    const listen = setInterval(() => { if (since(heard) > patience) mine.abort(); }, LISTEN);
    try {
      const response = await fetch(url(), { headers: { Accept: type }, cache: "no-store", signal: mine.signal });
      if (response.status === 404) return "gone";
      return response.ok ? await read(response, alive) : "cut";
    } catch {
      return "cut";
    } finally {
      clearInterval(listen);
      mine.abort();
    }
  };

  /** Whoever connects again is told anew what is off the record, if it still is. */
  const onRecord = () => {
    aside = "";
    onOffRecord(null);
  };

  const stream = () => ask("text/event-stream", FIRST_WORD, async (response, alive) => {
    if (!response.body) return "cut";
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    const parse = parser();
    for (;;) {
      const { value, done } = await reader.read();
      if (done) return "cut";
      alive();
      failures = 0;
      for (const { event, data } of parse(value)) take(/** @type {LiveEvent} */ ({ event, data: JSON.parse(data) }));
      if (ended !== null) return "finished";
      if (begun) onStanding("live");
    }
  });

  /** One long-poll, for networks that break streams, and for a session that has ended: then it is answered at once. */
  const poll = () => ask("application/json", SILENCE, async (response) => {
    const { events = [] } = /** @type {import("../../messages.js").Poll} */ (await response.json());
    if (!events.some((one) => one.event === "off_record")) onRecord();
    events.forEach(take);
    if (begun && !events.some((one) => one.event === "finished")) ended = null;
    if (ended !== null) return "finished";
    if (begun) onStanding("live");
    return "more";
  });

  const pause = (/** @type {number} */ milliseconds) => new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : 0;
    wake = () => { clearTimeout(timer); resolve(); };
  });

  const run = async () => {
    while (!stopped) {
      if (resting) {
        await pause(Infinity);
        continue;
      }
      const polling = ended !== null || (failures >= TRIES_BEFORE_POLLING && polls < POLLS_BEFORE_STREAMING);
      polls = polling ? polls + 1 : 0;
      const end = await (polling ? poll() : stream());
      if (end !== "more") onRecord();
      if (stopped) return;
      if (end === "gone") return onStanding(end);
      if (ended !== null) { // also if nobody answered: the next time tells
        onStanding("finished");
        asked += 1;
        await pause(roughly(Math.min(RAREST, ASK_AGAIN * 2 ** (asked - 1))));
      } else if (resting) continue;
      else if (end === "more") await pause(500);
      else {
        failures += 1;
        onStanding("offline");
        await pause(roughly(Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures - 1, 5))));
      }
    }
  };

  const online = () => { failures = asked = 0; wake?.(); };
  const offline = () => { if (ended === null) onStanding("offline"); request?.abort(); };
  const seen = () => {
    clearTimeout(sight);
    if (document.hidden) sight = setTimeout(() => { resting = true; request?.abort(); }, OUT_OF_SIGHT);
    else {
      resting = false;
      asked = 0;
      wake?.();
    }
  };
  addEventListener("online", online);
  addEventListener("offline", offline);
  document.addEventListener("visibilitychange", seen);
  onStanding("connecting");
  seen();
  run();

  /** What was said before a place; null if it did not come. @param {string} place @returns {Promise<import("../../messages.js").Stretch | null>} */
  const before = async (place) => {
    const query = new URLSearchParams({ before: place });
    if (language) query.set("lang", language);
    try {
      const answer = await fetch(`/v1/sessions/${encodeURIComponent(session)}/parts?${query}`, { cache: "no-store" });
      return answer.ok && !stopped ? await answer.json() : null;
    } catch { return null; }
  };

  return {
    /** Get what was said before the first turn that is here. @returns {Promise<boolean>} whether that could be done */
    async earlier() {
      const of = state;
      const stretch = of.earlier ? await before(of.earlier) : null;
      if (!stretch || state !== of) return false; // a snapshot came meanwhile
      applyEarlier(state, stretch);
      onText(state);
      return true;
    },
    /** All that was said so far, which need not be shown. @returns {Promise<Transcript>} rejected if it did not come */
    async whole() {
      const all = copy(state);
      while (all.earlier) {
        const stretch = await before(all.earlier);
        if (!stretch) throw new Error("what was said before did not come");
        applyEarlier(all, stretch);
      }
      return all;
    },
    stop() {
      stopped = true;
      request?.abort();
      wake?.();
      clearTimeout(sight);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

/** A wait of about so many milliseconds, so that a crowd does not come back all at once. @param {number} milliseconds */
const roughly = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);
/** A moment on both clocks: the wall's may be set, and the steady one may stand still while the machine sleeps. */
const moment = () => ({ wall: Date.now(), steady: performance.now() });
/** Milliseconds since then, by the clock on which more have gone by. @param {{wall: number, steady: number}} then */
const since = (then) => Math.max(Date.now() - then.wall, performance.now() - then.steady);
