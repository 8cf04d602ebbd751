// Brings what is typed to the line log: one request at a time, the same again until it is answered.
import { ago } from "./steady.js";
import { arrived, rename, take, waiting } from "./typed.js";

const PATIENCE = 10_000;
const LONGEST_WAIT = 5_000;
const AGAIN = [408, 425, 429];
const LATE = 3; // seconds; what comes sooner, and at the first try, is said now

/** @typedef {import("./typed.js").Typed} Typed */
/** @typedef {{state: "sent" | "sending" | "waiting" | "forbidden" | "gone" | "refused", detail?: string}} Delivery
 * waiting: no answer, or one that asks for patience; forbidden: the key is missing; gone: no such session; refused: the
 * server can't take the text, and says why. The first four go on by themselves. */

/** @param {{session: string, language: string, typed: Typed, settled: () => boolean, keep: () => boolean,
 *   newSender: () => string, tell: (delivery: Delivery) => void, hushed: () => boolean}} options `settled`: nothing was typed
 *   for a moment; `keep`: whether what is typed is still this page's; `hushed`: it is off the record, as far as the page knows */
export function outbox({ session, language, typed, settled, keep, newSender, tell, hushed }) {
  const url = `/v1/sessions/${encodeURIComponent(session)}/lines?${new URLSearchParams({ lang: language })}`;
  let busy = false;
  let again = 0;
  let failures = 0;
  let troubled = false; // since all was sent
  let stopped = false;
  /** @type {AbortController | null} */
  let request = null;

  /** Send what is due, as soon as what is on its way has arrived. */
  async function send() {
    if (busy || stopped || again) return;
    const posts = take(typed, settled());
    if (!keep()) return;
    if (!posts.length) return tell({ state: waiting(typed) ? "sending" : "sent" });
    busy = true;
    if (!failures) tell({ state: "sending" });
    const wait = await post(posts);
    busy = false;
    if (stopped) return;
    if (wait) again = setTimeout(() => { again = 0; send(); }, wait);
    else if (wait === 0) send();
  }

  /** @param {import("./typed.js").Post[]} posts @returns {Promise<number | null>} how long to wait before the next; null: not by itself */
  async function post(posts) {
    const lines = posts.map((post) => ({ number: post.number, text: post.text, eol: false, ...(post.revises === null ? {} : { revises: post.revises }), ...late(post) }));
    request = new AbortController();
    const { signal } = request;
    const patience = setTimeout(() => request?.abort(), PATIENCE);
    try {
      const answer = await fetch(url, {
        method: "POST", signal, headers: { "Content-Type": "application/json" }, body: JSON.stringify({ sender: typed.sender, lines }),
      });
      if (answer.status === 202) {
        const { receipts } = /** @type {{receipts: import("./typed.js").Receipt[]}} */ (await answer.json());
        if (stopped) return null;
        failures = 0;
        arrived(typed, receipts, !hushed());
        troubled &&= waiting(typed) > 0;
        return keep() ? 0 : null;
      }
      if (answer.status >= 500 || AGAIN.includes(answer.status)) return later(Number(answer.headers.get("Retry-After")) * 1000);
      return refused(answer.status, await answer.json().catch(() => ({})));
    } catch {
      return later(0);
    } finally {
      clearTimeout(patience);
    }
  }

  /** How long ago it was typed, where that matters: it may have been off the record then. @param {import("./typed.js").Post} post */
  function late(post) {
    const ages = post.typed && ago(post.typed);
    return ages && (troubled || hushed() || ages[0] >= LATE || post.row < (typed.floor ?? 0)) ? { typed_ago: ages } : {};
  }

  /** @param {number} asked */
  function later(asked) {
    failures += 1;
    troubled = true;
    tell({ state: "waiting" });
    return Math.max(asked || 0, Math.min(LONGEST_WAIT, 250 * 2 ** Math.min(failures, 5)) * (0.75 + Math.random() / 2));
  }

  /** @param {number} status @param {{detail?: string}} problem */
  function refused(status, { detail }) {
    if (status === 409) { // somebody uses this name
      rename(typed, newSender());
      return keep() ? 0 : null;
    }
    const state = status === 401 || status === 403 ? "forbidden" : status === 404 ? "gone" : "refused";
    tell({ state, detail });
    if (state !== "refused") return LONGEST_WAIT;
    typed.flight = []; // nothing of it was stored: what is typed next is sent in its place
    keep();
    return null;
  }

  /** The network may be back. */
  function hurry() {
    clearTimeout(again);
    again = failures = 0;
    send();
  }
  addEventListener("online", hurry);
  return {
    send,
    stop() {
      stopped = true;
      clearTimeout(again);
      request?.abort();
      removeEventListener("online", hurry);
    },
  };
}
