// Who else captions this session or stands by, and who hands over to whom: said to the server now and then, and asked of it.
import { sourceName } from "./sources.js";

const SAY = 20_000;
const ASK = 3_000;
const ASK_OFTEN = 1_000; // while somebody hands over
const PATIENCE = 8_000;
const HERE = 65_000; // who was not heard of for so long has gone
const OVER = 15_000; // a hand-over is history then

/** @typedef {import("../../messages.js").SourceReport} SourceReport */
/** @typedef {{source: string, name: string, silent: number | null, to: string | null, in: number}} Other
 * `silent`: milliseconds since the last word; `to`, `in`: to whom it hands over, and in how many milliseconds */

/** The others of these reports, who typed last first. Pure. @param {SourceReport[]} reports @param {number} now the server's
 * clock @param {string} language @param {string} me @returns {Other[]} */
export function othersOf(reports, now, language, me) {
  /** @type {Map<string, Other & {at: number}>} */
  const found = new Map();
  for (const one of reports) {
    const at = Date.parse(one.at);
    const word = one.last_word_at ? Date.parse(one.last_word_at) : null;
    if (one.language !== language || one.source === me || now - Math.max(at, word ?? 0) > HERE) continue;
    const before = found.get(one.source);
    const silent = word === null ? null : Math.max(0, now - word);
    const left = one.hands_over ? Date.parse(one.hands_over.at) - now : -Infinity;
    const newer = !before || at > before.at;
    found.set(one.source, {
      source: one.source,
      name: sourceName(one.source),
      at: Math.max(at, before?.at ?? 0),
      silent: before?.silent == null ? silent : silent === null ? before.silent : Math.min(silent, before.silent),
      to: newer ? (left > -OVER ? one.hands_over?.to ?? null : null) : before.to,
      in: newer ? left : before.in,
    });
  }
  return [...found.values()].sort((a, b) => (a.silent ?? Infinity) - (b.silent ?? Infinity)).map(({ at: _, ...other }) => other);
}

/** @param {{session: string, language: string, me: () => string, onOthers: (others: Other[]) => void}} options */
export function others({ session, language, me, onOthers }) {
  const url = `/v1/sessions/${encodeURIComponent(session)}`;
  const lang = new URLSearchParams({ lang: language });
  let stopped = false;
  let timer = 0;
  /** @type {{to: string, until: number} | null} to whom this page hands over, and when by its own clock */
  let handing = null;

  async function say() {
    clearTimeout(timer);
    if (stopped) return;
    timer = setTimeout(say, SAY);
    const left = handing ? Math.max(0, (handing.until - performance.now()) / 1000) : 0;
    await fetch(`${url}/lines/presence?${lang}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(PATIENCE),
      body: JSON.stringify({ sender: me(), hand_over: handing && { to: handing.to, seconds: left } }),
    }).catch(() => {}); // the next time tells
  }

  async function ask() {
    let soon = false;
    try {
      const answer = await fetch(`${url}/sources`, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
      if (answer.ok && !stopped) {
        const { now, sources } = /** @type {{now: string, sources: SourceReport[]}} */ (await answer.json());
        const found = othersOf(sources, Date.parse(now), language, me());
        soon = Boolean(handing) || found.some((one) => one.to === me());
        onOthers(found);
      }
    } catch { /* no network: what is typed waits, and who is there is as it was */ }
    if (!stopped) setTimeout(ask, soon ? ASK_OFTEN : ASK);
  }
  say();
  ask();

  return {
    /** Hand over to another one after so many milliseconds. @param {string} to @param {number} wait */
    hand(to, wait) {
      handing = { to, until: performance.now() + wait };
      say();
    },
    /** Not to hand over, or no more. */
    keep() {
      handing = null;
      say();
    },
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
