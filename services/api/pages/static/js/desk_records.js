// The desk's keys and its audit trail: read when they are opened, and once a minute as long as they are open and nobody
// has asked for more of them.
import { element } from "./render.js";

const PATIENCE = 8_000;
const AGAIN = 60_000;

/** @typedef {import("../../messages.js").KeyView} KeyView */
/** @typedef {import("../../messages.js").AuditEntry} AuditEntry */

/** @type {Record<string, string>} */
const DONE = {
  session_announced: "announced", session_started: "started", session_finished: "finished", session_reopened: "reopened",
  session_closed: "closed", session_opened: "opened", session_changed: "changed", programme_imported: "imported the programme of",
  speakers_named: "named speakers in", words_corrected: "corrected the last words of", source_put_on_air: "said who is on air in",
  off_record_begun: "took off the record", off_record_ended: "put back on the record",
  key_created: "made the key", key_rotated: "renewed the key", key_revoked: "revoked the key",
};

/** @param {string} url @param {RequestInit} [options] */
async function ask(url, options) {
  const answer = await fetch(url, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE), ...options });
  if (!answer.ok) throw new Error(/** @type {{detail?: string}} */ (await answer.json().catch(() => ({}))).detail ?? "It can't be had now.");
  return answer;
}

/** A page of a list as rows; the last one leads to the next page. @template T @param {HTMLElement} list @param {string} url @param {(one: T) => HTMLElement} row */
async function page(list, url, row) {
  const answer = await ask(url);
  const rows = /** @type {T[]} */ (await answer.json()).map(row);
  const next = /<([^>]+)>; rel="next"/.exec(answer.headers.get("link") ?? "");
  return next ? [...rows, moreRow(list, next[1], row)] : rows;
}

/** @template T @param {HTMLElement} list @param {string} url @param {(one: T) => HTMLElement} row */
function moreRow(list, url, row) {
  const button = /** @type {HTMLButtonElement} */ (element("button", { type: "button" }, "More"));
  const item = element("li", {}, button);
  button.addEventListener("click", async () => {
    button.disabled = true;
    list.dataset.longer = "";
    try {
      const rows = await page(list, url, row);
      item.replaceWith(...rows);
      rows[0]?.setAttribute("tabindex", "-1");
      rows[0]?.focus();
    } catch (error) {
      button.disabled = false;
      item.append(element("p", { class: "trouble", role: "alert" }, error instanceof Error ? error.message : ""));
    }
  });
  return item;
}

/** A moment as the reader's clock has it. @param {string} at */
function moment(at) {
  const when = new Date(at);
  const today = when.toDateString() === new Date().toDateString();
  const says = today ? when.toLocaleTimeString([], { hour: "numeric", minute: "2-digit" }) : when.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
  return element("time", { datetime: at }, says);
}

/** @param {string} text */
const name = (text) => element("bdi", {}, text);

/** @param {KeyView} key @param {HTMLElement} list */
function keyRow(key, list) {
  const bounds = [key.session, key.event, key.language].filter((one) => one !== null);
  const facts = element(
    "span", { class: "facts" }, element("span", {}, key.role), ...bounds.map((one) => element("span", {}, name(one))),
    ...(key.created_by ? [element("span", {}, "made by ", name(key.created_by))] : []),
    element("span", {}, ...(key.last_used_at ? ["used ", moment(key.last_used_at)] : ["never used"])),
    ...(key.revoked_at ? [element("span", {}, "revoked ", moment(key.revoked_at))] : []),
  );
  const row = element("li", {}, element("strong", {}, name(key.name)), facts);
  if (!key.revoked_at) {
    const revoke = element("button", { type: "button", "aria-label": `Revoke the key ${key.name}` }, "Revoke");
    revoke.addEventListener("click", async () => {
      if (revoke.dataset.sure === undefined) {
        revoke.dataset.sure = "";
        revoke.textContent = "Revoke now: who uses it is cut off";
        revoke.setAttribute("aria-label", `${revoke.textContent}, the key ${key.name}`);
        return;
      }
      try {
        await ask(`/v1/keys/${encodeURIComponent(key.id)}`, { method: "DELETE" });
        await keys(list);
        list.closest("details")?.querySelector("summary")?.focus({ preventScroll: true }); // the button is gone
      } catch (error) { row.append(element("p", { class: "trouble", role: "alert" }, error instanceof Error ? error.message : "")); }
    });
    row.append(revoke);
  }
  return row;
}

/** @param {AuditEntry} one */
function auditRow(one) {
  return element(
    "li", {}, moment(one.at), " ", one.by ? name(one.by) : "somebody at this machine", ` ${DONE[one.action] ?? one.action.replace(/_/g, " ")} `,
    element("strong", {}, name(one.subject)), ...(one.detail ? [" (", name(one.detail), ")"] : []),
  );
}

/** @param {HTMLElement} list */
async function keys(list) {
  const rows = await page(list, "/v1/keys", (/** @type {KeyView} */ one) => keyRow(one, list));
  list.replaceChildren(...(rows.length ? rows : [element("li", {}, "There are no keys: whoever is at this machine may do everything.")]));
}

/** @param {HTMLElement} list */
async function audit(list) {
  const rows = await page(list, "/v1/audit", auditRow);
  list.replaceChildren(...(rows.length ? rows : [element("li", {}, "Nothing was done yet.")]));
}

/** @param {string} id @param {(list: HTMLElement) => Promise<void>} read */
function records(id, read) {
  const details = /** @type {HTMLDetailsElement} */ (document.getElementById(id));
  const list = /** @type {HTMLElement} */ (details.querySelector("ul"));
  let timer = 0;
  const again = async () => {
    clearTimeout(timer);
    if (!details.open) {
      delete list.dataset.longer;
      return;
    }
    if (list.dataset.longer === undefined && !list.contains(document.activeElement)) {
      await read(list).catch((error) => list.replaceChildren(element("li", { class: "trouble" }, error instanceof Error ? error.message : "")));
    }
    timer = setTimeout(again, AGAIN);
  };
  details.addEventListener("toggle", again);
}

records("keys", keys);
records("audit", audit);
