// The desk's dialog of the last words of a session: what readers see, to be corrected.
const PATIENCE = 8_000;

const open = /** @type {HTMLDialogElement} */ (document.getElementById("correct"));
const list = /** @type {HTMLElement} */ (document.getElementById("correct-list"));

/** @param {string} session @param {string} [language] the floor's, if it is left out */
export async function correcting(session, language) {
  const where = `/desk/correct/${encodeURIComponent(session)}${language ? `?${new URLSearchParams({ lang: language })}` : ""}`;
  const answer = await fetch(where, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error("The last words can't be had now.");
  list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  if (!open.open) open.showModal();
  const [last] = [...list.querySelectorAll("textarea")].slice(-1);
  last?.focus();
  last?.setSelectionRange(last.value.length, last.value.length);
}

/** @param {HTMLFormElement} form */
async function send(form) {
  const { session = "", lang = "" } = form.dataset;
  const url = `/v1/sessions/${encodeURIComponent(session)}/corrections?${new URLSearchParams({ lang })}`;
  const trouble = /** @type {HTMLElement} */ (document.getElementById("correct-trouble"));
  const button = /** @type {HTMLButtonElement} */ (form.querySelector("[type=submit]"));
  button.disabled = true;
  trouble.textContent = "";
  try {
    for (const field of form.querySelectorAll("textarea")) {
      if (field.value === field.defaultValue) continue;
      const body = { turn_id: field.dataset.turn, number: Number(field.dataset.number), was: field.defaultValue, now: field.value };
      const answer = await fetch(url, {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) {
        trouble.textContent = /** @type {{detail?: string}} */ (await answer.json().catch(() => ({}))).detail ?? "It was not corrected.";
        field.focus();
        return;
      }
      field.defaultValue = field.value;
    }
    open.close();
  } catch { trouble.textContent = "No answer: try again."; } finally { button.disabled = false; }
}

list.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  const form = list.querySelector("form");
  if ("close" in button.dataset) open.close();
  else if (button.dataset.correctLang) correcting(form?.dataset.session ?? "", button.dataset.correctLang).catch(() => {});
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target instanceof HTMLFormElement) send(event.target);
});
open.addEventListener("close", () => list.replaceChildren());
