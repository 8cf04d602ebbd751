// A live transcript over /v1: connects, applies, reconnects where it left off, and says plainly how it stands.
import { applyDelta, applySnapshot, empty } from "./transcript.js";
import { parser } from "./sse.js";

const SILENCE = 40_000; // the server's heartbeat comes every 15 s
const FIRST_WORD = 10_000; // a proxy that holds everything back gives nothing at all
const LONGEST_WAIT = 15_000;
const TRIES_BEFORE_POLLING = 3;
const POLLS_BEFORE_STREAMING = 20;

/** @typedef {import("./transcript.js").Transcript} Transcript */
/** @typedef {"connecting" | "live" | "offline" | "finished" | "gone"} Standing */
/** @typedef {{onText: (state: Transcript) => void, onStanding?: (standing: Standing) => void,
 *   onSession?: (session: any) => void, last?: number, language?: string}} Options */

/** Follow one session until `stop()`; every callback gets the whole state.
 * @param {string} session @param {Options} options */
export function follow(session, { onText, onStanding = () => {}, onSession = () => {}, last, language }) {
  let state = empty();
  let begun = false;
  let stopped = false;
  let failures = 0;
  let polls = 0;
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

  /** @param {{event: string, data: string}} message @returns {boolean} whether the stream is complete */
  const take = ({ event, data }) => {
    const said = JSON.parse(data);
    if (event === "snapshot") {
      state = applySnapshot(state, said);
      begun = true;
      if (said.session) onSession(said.session);
      onText(state);
    } else if (event === "delta") {
      const next = applyDelta(state, said);
      if (!next) {
        begun = false;
        throw new Error("a delta did not fit");
      }
      state = next;
      onText(state);
    } else if (event === "session") onSession(said);
    else if (event === "reset") begun = false;
    else if (event === "finished") return true;
    return false;
  };

  /** @returns {Promise<"finished" | "gone" | "cut">} */
  const stream = async () => {
    request = new AbortController();
    let timer = setTimeout(() => request?.abort(), FIRST_WORD);
    try {
      const response = await fetch(url(), { headers: { Accept: "text/event-stream" }, cache: "no-store", signal: request.signal });
      if (response.status === 404) return "gone";
      if (!response.ok || !response.body) return "cut";
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      const parse = parser();
      for (;;) {
        const { value, done } = await reader.read();
        if (done) return "cut";
        clearTimeout(timer);
        timer = setTimeout(() => request?.abort(), SILENCE);
        failures = 0;
        for (const message of parse(value)) if (take(message)) return "finished";
        if (begun) onStanding("live");
      }
    } catch {
      return "cut";
    } finally {
      clearTimeout(timer);
      request.abort();
    }
  };

  /** One long-poll, for networks that break streams. @returns {Promise<"finished" | "gone" | "cut" | "more">} */
  const poll = async () => {
    request = new AbortController();
    const timer = setTimeout(() => request?.abort(), SILENCE);
    try {
      const response = await fetch(url(), { headers: { Accept: "application/json" }, cache: "no-store", signal: request.signal });
      if (response.status === 404) return "gone";
      if (!response.ok) return "cut";
      const said = await response.json();
      for (const one of said.events ?? []) if (take({ event: one.event, data: JSON.stringify(one.data) })) return "finished";
      if (begun) onStanding("live");
      return "more";
    } catch {
      return "cut";
    } finally {
      clearTimeout(timer);
    }
  };

  const pause = (/** @type {number} */ milliseconds) => new Promise((/** @type {(value?: unknown) => void} */ resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    wake = () => { clearTimeout(timer); resolve(); };
  });

  const run = async () => {
    while (!stopped) {
      const polling = failures >= TRIES_BEFORE_POLLING && polls < POLLS_BEFORE_STREAMING;
      if (!polling) polls = 0;
      const end = polling ? await poll() : await stream();
      if (stopped) return;
      if (polling) polls += 1;
      if (end === "finished" || end === "gone") return onStanding(end);
      if (end === "more") { await pause(500); continue; }
      failures += 1;
      onStanding("offline");
      const wait = Math.min(LONGEST_WAIT, 500 * 2 ** Math.min(failures - 1, 5));
      await pause(wait * (0.75 + Math.random() / 2));
    }
  };

  const online = () => { failures = 0; wake?.(); };
  const offline = () => { onStanding("offline"); request?.abort(); };
  const seen = () => { if (!document.hidden) wake?.(); };
  addEventListener("online", online);
  addEventListener("offline", offline);
  document.addEventListener("visibilitychange", seen);
  onStanding("connecting");
  run();

  return {
    stop() {
      stopped = true;
      request?.abort();
      wake?.();
      removeEventListener("online", online);
      removeEventListener("offline", offline);
      document.removeEventListener("visibilitychange", seen);
    },
  };
}
