// Running sessions are asked one after the other what was said since the last time: one short question at a time, however many
// there are. The answers hold what a page that was away has missed, so a tab that nobody sees and whose timers are late loses nothing.
import { spotting } from "./spotting.js";
import { applyDelta, applySnapshot, forget, turns } from "./transcript.js";

const ROUND = 4_000;
const FULL = [429, 503];
const FULL_ROUND = 30_000;
const APART = 250; // between two questions
const MOST = 40; // sessions
const REMEMBERED = 200;
const LAST = 50; // turns of each
const LIST_AGAIN = 10_000;
const PATIENCE = 15_000;

/** @typedef {import("../../messages.js").Session} Session */
/** A session that is listened to in one language, made at a time. `fresh`: all of it is news; `seq`, `since`, `earlier`: up to where it was looked
 * through, when that was said, and where it began then; `state`: what was asked of it,
 * null before that.
 * @typedef {{session: string, language: string, title: string, made: number, fresh: boolean, look: ReturnType<typeof spotting>, seq: number,
 *   since: number, earlier: string | null, state: import("./transcript.js").Transcript | null}} Heard */

/** @param {{session: string, language: string, title: string, made: string}} of @returns {Heard} */
export const listening = ({ session, language, title, made }) => ({
  session, language, title, made: Date.parse(made), fresh: false, look: spotting(), seq: -1, since: 0, earlier: null, state: null,
});

/** Another session may have the same id: nothing is known of it, and what is said in it while somebody listens is news.
 * @param {Heard} of @param {string} made */
export function madeAt(of, made) {
  if (Date.parse(made) === of.made) return;
  Object.assign(of, { made: Date.parse(made), fresh: of.seq >= 0, look: spotting(), seq: -1, earlier: null });
}

/** @param {(of: Heard, view: {turns: import("./transcript.js").Turn[], seq: number, earlier: string | null}) => void} heard called after each answer
 * @param {Heard} own the page's @param {() => {hidden: boolean, everywhere: boolean}} wanted what to ask for now: the page's, which nobody sees, and others */
export function rounds(heard, own, wanted) {
  /** @type {Map<string, Heard>} */
  const known = new Map();
  /** @type {Set<string>} */
  let live = new Set();
  let listed = 0; // when the list was asked for
  /** @type {number | null} when the first list was there, by the server's clock: what begins later is news from its first word */
  let began = null;
  let full = false;

  /** @param {string} path */
  async function get(path) {
    const answer = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
    full = full || FULL.includes(answer.status);
    return answer.ok ? answer : null;
  }

  async function list() {
    if (listed && performance.now() - listed < LIST_AGAIN) return;
    listed = performance.now();
    const answer = await get(`/v1/sessions?status=live&limit=${MOST}`);
    if (!answer) return;
    const sessions = /** @type {Session[]} */ (await answer.json());
    live = new Set(sessions.map((one) => one.id));
    for (const one of sessions) {
      const there = known.get(one.id);
      if (there) madeAt(there, one.created_at);
      else known.set(one.id, { ...listening({ session: one.id, language: one.languages.includes(own.language) ? own.language : one.languages[0], title: one.title || one.id, made: one.created_at }), fresh: began !== null });
    }
    began = began ?? (Date.parse(answer.headers.get("Date") ?? "") || Date.now()); // in whole seconds: never later than it was
    for (const id of known.keys()) if (known.size > REMEMBERED && !live.has(id)) known.delete(id);
  }

  /** @param {Heard} of */
  async function ask(of) {
    const query = new URLSearchParams({ wait: "0", last: String(LAST), lang: of.language });
    if (of.state) query.set("after", String(of.state.seq));
    const answer = await get(`/v1/sessions/${encodeURIComponent(of.session)}/events?${query}`);
    if (!answer) return;
    const { events = [] } = /** @type {import("../../messages.js").Poll} */ (await answer.json());
    for (const { event, data } of events) {
      if (event === "snapshot") {
        of.state = applySnapshot(data);
        if (data.session) madeAt(of, data.session.created_at);
      } else if (event === "reset" || (event === "delta" && !(of.state && applyDelta(of.state, data)))) of.state = null; // the next time, all of it
    }
    if (!of.state) return;
    forget(of.state, LAST);
    const { seq, earlier } = of.state;
    const all = turns(of.state);
    if (of.seq < 0 && of.fresh) of.fresh = earlier === null && all.every(({ at }) => typeof at === "string" && Date.parse(at) >= (began ?? 0)); // it goes on, and began long ago
    heard(of, { turns: all, seq, earlier });
  }

  async function round() {
    const { hidden, everywhere } = wanted();
    full = false;
    if (!everywhere) { // what is said until it is wanted again is no news then
      known.clear();
      [listed, began] = [0, null];
    }
    try {
      if (everywhere) await list();
    } catch { /* no network: the next round tells */ }
    const others = everywhere ? [...known.values()].filter((one) => live.has(one.session) && one.session !== own.session) : [];
    for (const one of hidden ? [own, ...others] : others) {
      if (full) break;
      try { await ask(one); } catch { /* no network: the next round tells */ }
      await new Promise((next) => setTimeout(next, APART));
    }
    setTimeout(round, full ? FULL_ROUND : ROUND);
  }
  round();
}
