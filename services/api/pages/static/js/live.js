// A live transcript over /v1: connects, applies, reconnects where it left off, and reports the state of the connection.
import { applyDelta, applyEarlier, applySnapshot, copy, empty, forget, head, keepEarlier, rename } from "./transcript.js";
import { connection } from "./slots.js";
import { parser } from "./sse.js";
import { moment, since, sleeper } from "./steady.js";

const SILENCE = 40_000; // the server's heartbeat comes every 15 s
const FIRST_EVENT = 4_000; // a network that holds streams back gives nothing at all,
const FIRST_BEAT = 7_000; // or only what is long: the first beat comes 2 s after what a reader gets at once
const SOON = 1_000; // what comes so much later than the first event was not sent with it
const LISTEN = 500;
const LONGEST_WAIT = 15_000;
const AFTER_A_POLL = 500;
const CROWDED = 1_000; // between two questions of a page that has no connection of its own
const TRY_AGAIN = 60_000; // the stream, beside the polls that work; then ever more rarely
const RARELY = 900_000;
const GONE = [401, 403, 404, 410];
const FULL = [429, 503];
const GONE_AGAIN = 3_000;
const ASK_AGAIN = 15_000; // after the end; then ever more rarely
const RAREST = 120_000;
const OUT_OF_SIGHT = 10_000; // a browser opens six connections to one server: a tab that nobody sees gives its own back

/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {import("../../messages.js").LiveEvent} LiveEvent */
/** @typedef {import("../../messages.js").Session} Session */
/** `slow`: live, but this network holds streams back; `full`: the server takes nobody more just now; `woken`: the machine slept, and asks.
 * @typedef {"connecting" | "live" | "slow" | "woken" | "offline" | "full" | "finished" | "gone"} Standing */
/** How a stream or a poll ended; `lost`: nothing came any more, as if it were cut;
 * `silent`: nothing came from the first; `woken`: nothing came while the machine slept, which says nothing of its network;
 * `crowded`: this browser has no connection left.
 * @typedef {"finished" | "gone" | "full" | "cut" | "lost" | "silent" | "woken" | "crowded" | "more"} End */
/** @typedef {{onText: (state: Transcript) => void, onStanding?: (standing: Standing) => void,
 *   onSession?: (session: Session) => void, onInterruption?: (quiet: number | null) => void,
 *   onOffRecord?: (now: import("./off_record.js").OffRecord | null) => void, last?: number, first?: number, language?: string}} Options */

/** Follow one session until `stop()`, also beyond its end: lines that come later open it again.
 * `onInterruption` is told how many milliseconds no words have come when captions are interrupted, and null when they come again.
 * `onOffRecord` is told what is said off the record, and null on the record; what it was told is kept nowhere else.
 * `onText` gets the whole state; with `last`, at least that many turns of its end; with `first`, at the beginning no more than are in them.
 * @param {string} session @param {Options} options */
export function follow(session, { onText, onStanding = () => {}, onSession = () => {}, onInterruption = () => {}, onOffRecord = () => {}, last, first, language }) {
  let state = empty();
  let begun = false;
  let stopped = false;
  let resting = false;
  let failures = 0;
  let slow = false; // this network holds streams back, or breaks them: polls work
  let lived = false; // the last stream was one that works
  let sure = false; // that polls work
  let tryAt = 0; // when to try a stream beside the polls, by the steady clock
  let tries = 0;
  /** @type {Promise<End> | null} a stream that is tried beside the polls, and goes on if it works */
  let trial = null;
  /** @type {number | null} the position of the end, until more is said */
  let ended = null;
  let asked = 0; // how often since the end
  let sight = 0;
  let aside = ""; // what is said off the record
  /** @type {string | null} when the session was made that is shown: another one may have its id */
  let made = null;
  let skew = 0; // what the server's clock says more than `performance.now()`
  /** Questions on their way. @type {Set<AbortController>} */
  const requests = new Set();
  /** @type {(() => void) | null} */
  let wake = null;

  const hangUp = () => { for (const one of requests) one.abort(); };

  /** @param {number | null} [wait] */
  const url = (wait = null) => {
    const query = new URLSearchParams();
    if (wait !== null) query.set("wait", String(wait));
    if (language) query.set("lang", language);
    const turns = last ?? (made === null ? first : null);
    if (turns) query.set("last", String(turns));
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
      onOffRecord(data.since === null ? null : { since: Date.parse(data.since) - skew, text: aside });
    }
    if (event !== "session" && event !== "reset") onInterruption(event === "interrupted" ? data.seconds * 1000 : null);
    if ((event === "snapshot" && data.session) || event === "session") {
      const { created_at: now } = event === "session" ? data : /** @type {Session} */ (data.session);
      const another = made !== null && now !== made;
      made = now;
      if (another) {
        state = empty(); // nothing that is shown was said in it
        if (event === "session") {
          begun = false;
          throw new Error("another session has this id");
        }
      }
    }
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

  /** Ask for what is new and read the answer; a silence of more than `patience` ends it.
   * @param {string} type @param {number} patience @param {number | null} wait
   * @param {(response: Response, alive: (patience?: number) => void, mine: AbortController) => Promise<End>} read @returns {Promise<End>} */
  const ask = async (type, patience, wait, read) => {
    const mine = new AbortController();
    requests.add(mine);
    let heard = moment();
    /** @type {End} */
    let otherwise = "cut";
    const alive = (next = SILENCE) => { [heard, patience] = [moment(), next]; };
    const slept = sleeper();
    const listen = setInterval(() => {
      const woken = slept();
      if (since(heard) <= patience) return;
      otherwise = woken ? "woken" : patience === SILENCE ? "lost" : "silent";
      mine.abort();
    }, LISTEN);
    try {
      const response = await fetch(url(wait), { headers: { Accept: type }, cache: "no-store", signal: mine.signal });
      const told = Date.parse(response.headers.get("date") ?? "");
      if (told) skew = told - performance.now();
      if (GONE.includes(response.status)) return "gone";
      if (FULL.includes(response.status)) return "full";
      return response.ok ? await read(response, alive, mine) : "cut";
    } catch {
      return otherwise;
    } finally {
      clearInterval(listen);
      requests.delete(mine);
      mine.abort();
    }
  };

  /** Whoever connects again is told anew what is off the record, if it still is. */
  const onRecord = () => {
    aside = "";
    onOffRecord(null);
  };

  /** @param {boolean} beside polls go on meanwhile: what comes is held until it is seen that it comes at once @returns {Promise<End>} */
  const stream = async (beside) => {
    const leave = await connection();
    if (!leave) return "crowded";
    if (!beside) lived = false;
    const end = await ask("text/event-stream", FIRST_EVENT, null, async (response, alive, mine) => {
      if (!response.body) return "cut";
      const reader = response.body.getReader();
      const decoder = new TextDecoder();
      const parse = parser();
      let first = 0; // when the first event was there
      let works = false;
      /** @type {LiveEvent[] | null} */
      let held = beside ? [] : null;
      for (;;) {
        const { value, done } = await reader.read();
        if (done || mine.signal.aborted) return "cut";
        let events = parse(decoder.decode(value, { stream: true })).map(({ event, data }) => /** @type {LiveEvent} */ ({ event, data: JSON.parse(data) }));
        if (first && performance.now() - first > SOON) works = true;
        else if (events.length && !first) first = performance.now();
        alive(works ? SILENCE : first ? FIRST_BEAT : FIRST_EVENT);
        if (works) [lived, failures, tries, asked] = [true, 0, 0, 0];
        if (held) {
          events = [...held, ...events];
          held = works ? null : events;
          if (held) continue;
          slow = false;
          for (const other of requests) if (other !== mine) other.abort();
        }
        events.forEach(take);
        if (ended !== null) return "finished";
        if (begun) onStanding("live");
      }
    });
    leave();
    return end;
  };

  /** One long-poll, for networks that break streams, and for a session that has ended: then it is answered at once.
   * @param {number | null} wait seconds, if not as long as the server does @param {number} patience */
  const poll = (wait = null, patience = SILENCE) => ask("application/json", patience, wait, async (response, _, mine) => {
    const { events = [] } = /** @type {import("../../messages.js").Poll} */ (await response.json());
    if (mine.signal.aborted) return "cut";
    if (!events.some((one) => one.event === "off_record")) onRecord();
    events.forEach(take);
    if (begun && !events.some((one) => one.event === "finished")) ended = null;
    if (ended !== null) return "finished";
    failures = 0;
    sure = true;
    if (begun) onStanding(slow ? "slow" : "live");
    return "more";
  });

  /** Go on by polls, and try a stream beside them now and then. */
  const slowly = () => {
    slow = true;
    tryAt = performance.now() + Math.min(RARELY, TRY_AGAIN * 2 ** tries);
    tries += 1;
  };
  const tryBeside = () => {
    if (trial || performance.now() < tryAt) return;
    trial = stream(true).then((end) => {
      trial = null;
      if (slow) slowly();
      return end;
    });
  };

  const pause = (/** @type {number} */ milliseconds) => new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    const timer = milliseconds < Infinity ? setTimeout(resolve, milliseconds) : 0;
    wake = () => { clearTimeout(timer); resolve(); };
  });

  /** What comes next, by the way that works here. @returns {Promise<End>} */
  const next = async () => {
    if (ended !== null) return poll();
    if (slow) {
      tryBeside();
      return poll(sure ? null : 0);
    }
    const end = await (trial ?? stream(false));
    const woken = end === "woken";
    if (end !== "cut" && end !== "crowded" && !woken) return end;
    if (stopped || resting || ended !== null) return end;
    if (woken && begun) onStanding(end);
    const lives = lived;
    const answer = await poll(0, woken ? FIRST_EVENT : SILENCE); // whoever gets an answer is not offline
    if (answer === "more" && end === "cut" && !lives) {
      slowly();
      onStanding("slow");
    }
    return woken && answer === "silent" ? "lost" : answer;
  };

  const run = async () => {
    while (!stopped) {
      if (resting) {
        await pause(Infinity);
        continue;
      }
      let end = await next();
      if (stopped) return;
      if (trial && !slow) continue; // the stream has taken over
      if (slow && end === "cut" && !resting) end = await poll(0); // some networks allow no long questions
      if (end !== "more") onRecord();
      if (stopped) return;
      if (end === "gone") {
        [begun, ended, state] = [false, null, empty()];
        onStanding(end);
        asked += 1;
        await pause(roughly(Math.min(RAREST, GONE_AGAIN * 2 ** (asked - 1))));
      } else if (ended !== null) { // also if nobody answered: the next time tells
        onStanding("finished");
        asked += 1;
        await pause(roughly(Math.min(RAREST, ASK_AGAIN * 2 ** (asked - 1))));
      } else if (resting) continue;
      else if (end === "more") await pause(slow ? AFTER_A_POLL : CROWDED);
      else if (end === "silent") {
        sure = false;
        slowly();
      } else if (end === "woken") {
        sure = false;
        onStanding(end);
      } else {
        failures += 1;
        onStanding(end === "full" ? "full" : "offline");
        await pause(roughly(Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures - 1, 5))));
      }
    }
  };

  const online = () => { failures = asked = tryAt = 0; wake?.(); };
  const offline = () => { if (ended === null) onStanding("offline"); hangUp(); };
  const seen = () => {
    clearTimeout(sight);
    if (document.hidden) sight = setTimeout(() => { resting = true; hangUp(); }, OUT_OF_SIGHT);
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
    /** All that was said so far, which need not be shown, or as much of its end. @param {number} [most] stretches to ask for
     * @returns {Promise<Transcript>} rejected if it did not come */
    async whole(most = Infinity) {
      const all = copy(state);
      for (let asks = 0; all.earlier && asks < most; asks += 1) {
        const stretch = await before(all.earlier);
        if (!stretch) throw new Error("what was said before did not come");
        applyEarlier(all, stretch);
      }
      return all;
    },
    stop() {
      stopped = true;
      hangUp();
      wake?.();
      clearTimeout(sight);
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}

/** A wait of about so many milliseconds, so that a crowd does not come back all at once. @param {number} milliseconds */
export const roughly = (milliseconds) => milliseconds * (0.75 + Math.random() / 2);
