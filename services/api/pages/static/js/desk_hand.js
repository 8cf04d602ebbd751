// The desk's dialog of one session: it hands out the addresses and makes the key that is in them, or names speakers.
const PATIENCE = 8_000;

const open = /** @type {HTMLDialogElement} */ (document.getElementById("hand"));
const list = /** @type {HTMLElement} */ (document.getElementById("hand-list"));

/** @param {string} path */
async function show(path) {
  const answer = await fetch(path, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE) });
  if (!answer.ok) throw new Error("That can't be had now.");
  list.replaceChildren(...new DOMParser().parseFromString(await answer.text(), "text/html").body.childNodes);
  if (!open.open) open.showModal();
}

/** @param {string} session @param {string} [language] */
export async function handing(session, language) {
  await show(`/desk/hand/${encodeURIComponent(session)}${language ? `?${new URLSearchParams({ lang: language })}` : ""}`);
  list.dataset.session = session;
  for (const one of list.querySelectorAll("[data-keyed]")) /** @type {HTMLElement} */ (one).hidden = true;
  draw();
}

/** @param {string} session */
export const naming = (session) => show(`/desk/speakers/${encodeURIComponent(session)}`);

/** @param {HTMLFormElement} form */
async function name(form) {
  const inputs = /** @type {NodeListOf<HTMLInputElement>} */ (form.querySelectorAll("[data-label]"));
  const speakers = Object.fromEntries([...inputs].map((one) => [one.dataset.label, one.value.trim() || null]));
  const trouble = /** @type {HTMLElement} */ (document.getElementById("speakers-trouble"));
  try {
    const answer = await fetch(`/v1/sessions/${encodeURIComponent(form.dataset.session ?? "")}`, {
      method: "PATCH", headers: { "Content-Type": "application/merge-patch+json" }, body: JSON.stringify({ speakers }), signal: AbortSignal.timeout(PATIENCE),
    });
    if (answer.ok) open.close();
    else trouble.textContent = /** @type {{detail?: string}} */ (await answer.json()).detail ?? "They were not named.";
  } catch { trouble.textContent = "No answer: try again."; }
}

/** The QR codes of what is shown. */
function draw() {
  for (const place of list.querySelectorAll(".address:not([hidden]) [data-qr]")) {
    const url = place.parentElement?.querySelector("code")?.textContent ?? "";
    fetch("/desk/qr", { method: "POST", headers: { "Content-Type": "text/plain" }, body: url, signal: AbortSignal.timeout(PATIENCE) })
      .then(async (answer) => {
        if (!answer.ok) return;
        const drawn = new DOMParser().parseFromString(await answer.text(), "image/svg+xml").documentElement;
        drawn.setAttribute("aria-hidden", "true");
        place.replaceChildren(drawn);
      })
      .catch(() => {}); // the address stands beside it
  }
}

/** @param {HTMLElement} button */
async function make(button) {
  const { session, lang } = button.dataset;
  const name = /** @type {HTMLInputElement} */ (document.getElementById("key-name"));
  const trouble = /** @type {HTMLElement} */ (document.getElementById("key-trouble"));
  trouble.textContent = "";
  try {
    const answer = await fetch("/v1/keys", {
      method: "POST", headers: { "Content-Type": "application/json" }, signal: AbortSignal.timeout(PATIENCE),
      body: JSON.stringify({ name: name.value.trim(), role: "captioner", session, language: lang }),
    });
    const said = /** @type {{key?: string, detail?: string}} */ (await answer.json());
    if (!answer.ok || !said.key) {
      trouble.textContent = said.detail ?? "The key was not made.";
      return;
    }
    for (const one of /** @type {NodeListOf<HTMLElement>} */ (list.querySelectorAll("[data-keyed]"))) {
      const code = /** @type {HTMLElement} */ (one.querySelector("code"));
      code.textContent = (code.textContent ?? "").replace("{key}", said.key);
      one.hidden = false;
    }
    button.closest(".field")?.remove();
    draw();
    /** @type {HTMLElement | null} */ (list.querySelector("[data-keyed] button"))?.focus();
  } catch { trouble.textContent = "No answer: try again."; }
}

/** @param {HTMLElement} button */
async function copy(button) {
  const code = /** @type {HTMLElement} */ (button.parentElement?.querySelector("code"));
  const label = button.parentElement?.querySelector(".label")?.textContent ?? "";
  const tell = (/** @type {string} */ says) => {
    button.textContent = says;
    button.setAttribute("aria-label", `${says}: ${label}`);
  };
  try {
    await navigator.clipboard.writeText(code.textContent ?? "");
    tell("Copied");
  } catch {
    getSelection()?.selectAllChildren(code);
    tell("Selected: copy it with the keys of your system");
  }
  setTimeout(tell, 3000, "Copy");
}

list.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (!button) return;
  if ("copy" in button.dataset) copy(button);
  else if (button.dataset.handLang) handing(list.dataset.session ?? "", button.dataset.handLang).catch(() => {});
  else if (button.id === "make-key") make(button);
});
list.addEventListener("submit", (event) => {
  event.preventDefault();
  if (event.target instanceof HTMLFormElement) name(event.target);
});
open.addEventListener("close", () => list.replaceChildren()); // a key is shown once
