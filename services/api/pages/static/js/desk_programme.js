// The desk's dialog that imports a programme: first it says what would be done, then it does it.
import { element } from "./render.js";

const PATIENCE = 60_000; // a large programme takes a while
const SHOWN = 200;

/** @typedef {{title: string, outcome: "announced" | "changed" | "unchanged" | "refused", session: string, changes: string[], why: string}} Imported */
/** @typedef {{sessions: Imported[], skipped: {where: string, why: string}[]}} Report */

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (find(id));

/** @param {() => void} onImported */
export function importing(onImported) {
  const open = /** @type {HTMLDialogElement} */ (find("programme"));
  const [trouble, report, send] = [find("p-trouble"), find("p-report"), find("p-send")];
  let looked = false; // what would be done is shown

  find("open-programme").addEventListener("click", () => {
    if (!input("p-zone").value) input("p-zone").value = Intl.DateTimeFormat().resolvedOptions().timeZone ?? "";
    again();
    open.showModal();
  });
  open.querySelector("[data-close]")?.addEventListener("click", () => open.close());
  open.addEventListener("change", again);
  open.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const file = input("p-file").files?.[0];
    if (!file || send.hasAttribute("aria-busy")) return;
    send.setAttribute("aria-busy", "true");
    trouble.textContent = "";
    try {
      const asked = { event: input("p-event").value.trim(), timezone: input("p-zone").value.trim(), dry_run: String(!looked) };
      const answer = await fetch(`/v1/programme?${new URLSearchParams(Object.entries(asked).filter(([, value]) => value))}`, {
        method: "POST", headers: { "Content-Type": "application/octet-stream" }, body: file, signal: AbortSignal.timeout(PATIENCE),
      });
      const said = /** @type {Report & {detail?: string}} */ (await answer.json());
      if (answer.ok) tell(said, looked);
      else trouble.textContent = answer.status === 413 ? "The file is too large to be sent at once: captionflow programme import sends it in pieces." : said.detail ?? "It was not imported.";
    } catch { trouble.textContent = "No answer: try again. What was imported already is not announced twice."; } finally { send.removeAttribute("aria-busy"); }
  });

  /** Another file or another choice: what was said of the one before does not hold. */
  function again() {
    looked = false;
    send.textContent = "Look first";
    trouble.textContent = "";
    report.replaceChildren();
  }

  /** @param {Report} said @param {boolean} done */
  function tell(said, done) {
    const count = (/** @type {string} */ outcome) => said.sessions.filter((one) => one.outcome === outcome).length;
    const [fresh, changed, refused] = ["announced", "changed", "refused"].map(count);
    const counts = [
      done ? `${fresh} announced, ${changed} changed` : `${fresh} would be announced, ${changed} changed`,
      `${count("unchanged")} are as they were`, `${refused} refused`, `${said.skipped.length} left out`,
    ];
    const rows = [
      ...said.sessions.filter((one) => one.outcome !== "unchanged").map((one) => row(one.title, one.outcome === "refused" ? `refused: ${one.why}` : [one.outcome, ...one.changes].join(" "))),
      ...said.skipped.map((one) => row(one.where, `left out: ${one.why}`)),
    ];
    const more = rows.length - SHOWN;
    report.replaceChildren(
      element("p", { role: "status" }, `${counts.join(", ")}.`),
      element("ul", {}, ...rows.slice(0, SHOWN), ...(more > 0 ? [element("li", {}, `and ${more} more`)] : [])),
    );
    looked = !done && fresh + changed > 0;
    send.textContent = looked ? "Import it" : "Look first";
    if (done) onImported();
  }
}

/** @param {string} title @param {string} says */
const row = (title, says) => element("li", {}, element("bdi", {}, title), " ", element("span", { class: "facts-inline" }, says));
