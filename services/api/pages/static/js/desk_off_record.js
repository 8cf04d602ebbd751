// The desk's button that takes a session off the record and back, and the clock of those that are.
import { clock } from "./clock.js";
import { say } from "./text.js";

const PATIENCE = 10_000; // with Kafka it takes a second
const [ACCEPTED, WAITS] = [202, "The line log is away. What is said off the record is kept nowhere by the ingest that takes the captions of this session; transcripts are told when the log is back."];

/** What the technician has to know if it is not so everywhere yet; empty if it is. @param {string} session @param {boolean} on */
export async function turn(session, on) {
  const answer = await fetch(`/v1/sessions/${encodeURIComponent(session)}/off-the-record`, {
    method: "PUT", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ on }), signal: AbortSignal.timeout(PATIENCE),
  });
  if (answer.ok) return answer.status === ACCEPTED ? WAITS : "";
  const detail = /** @type {{detail?: string}} */ (await answer.json().catch(() => ({}))).detail;
  throw new Error(detail ?? (on ? "It is still on the record." : "It is still off the record."));
}

/** How long each has been off the record. @param {number} now by the server's clock */
export function tellOffRecord(now) {
  for (const one of /** @type {NodeListOf<HTMLElement>} */ (document.querySelectorAll("[data-off-since]"))) {
    say(one, clock(now - Date.parse(one.dataset.offSince ?? "")));
  }
}
