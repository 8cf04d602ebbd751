// The desk's dialogs: to announce a session; to be sure before one is finished.
const PATIENCE = 8_000;

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const dialog = (/** @type {string} */ id) => /** @type {HTMLDialogElement} */ (find(id));
const value = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (find(id)).value.trim();

/** An id that says what the session is: its day and the Latin letters of its title. @param {string} title @param {Date} day */
export function idOf(title, day) {
  const local = new Date(day.valueOf() - day.getTimezoneOffset() * 60_000).toISOString().slice(0, 10);
  const words = title.normalize("NFKD").toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^-+|-+$/g, "").slice(0, 50);
  const apart = [...crypto.getRandomValues(new Uint8Array(2))].map((one) => one.toString(16).padStart(2, "0")).join("");
  return [local, words.replace(/-+$/, ""), apart].filter(Boolean).join("-");
}

/** @param {() => void} onAnnounced */
export function announcing(onAnnounced) {
  const open = dialog("announce");
  const trouble = find("a-trouble");
  find("open-announce").addEventListener("click", () => {
    trouble.textContent = "";
    open.showModal();
  });
  open.querySelector("[data-close]")?.addEventListener("click", () => open.close());
  open.querySelector("form")?.addEventListener("submit", async (event) => {
    event.preventDefault();
    const starts = value("a-starts") ? new Date(value("a-starts")) : null;
    const draft = {
      id: idOf(value("a-title"), starts ?? new Date()),
      title: value("a-title"),
      room: value("a-room"),
      event: value("a-event"),
      languages: value("a-languages").split(/[\s,]+/).filter(Boolean),
      ...(starts ? { starts_at: starts.toISOString() } : {}),
    };
    try {
      const answer = await fetch("/v1/sessions", {
        method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(draft), signal: AbortSignal.timeout(PATIENCE),
      });
      if (!answer.ok) {
        trouble.textContent = /** @type {{detail?: string}} */ (await answer.json()).detail ?? "It was not announced.";
        return;
      }
    } catch {
      trouble.textContent = "No answer: try again.";
      return;
    }
    open.close();
    /** @type {HTMLInputElement} */ (find("a-title")).value = "";
    onAnnounced();
  });
}

/** Ask; true if the answer is yes. @param {string} question @returns {Promise<boolean>} */
export function sure(question) {
  const open = dialog("sure");
  find("sure-head").textContent = question;
  open.returnValue = "";
  open.showModal();
  return new Promise((resolve) => { open.addEventListener("close", () => resolve(open.returnValue === "yes"), { once: true }); });
}

