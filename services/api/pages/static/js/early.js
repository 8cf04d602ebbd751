// What is chosen, and what a form is given, before the page's script has come, which takes seconds on a slow network: the script gets
// it when it is here, and nothing of it goes anywhere else. A classic script in the head.
(() => {
  const came = () => document.documentElement.hasAttribute("data-started"); // see started.js
  /** @type {Map<HTMLInputElement | HTMLSelectElement, string | boolean>} */
  const chosen = new Map();
  /** @type {Set<HTMLFormElement>} */
  const given = new Set();

  addEventListener("change", ({ target }) => {
    if (came()) return;
    if (target instanceof HTMLInputElement) chosen.set(target, target.type === "checkbox" ? target.checked : target.value);
    else if (target instanceof HTMLSelectElement) chosen.set(target, target.value);
  });
  addEventListener("submit", (event) => {
    const form = /** @type {HTMLFormElement} */ (event.target);
    if (came() || form.hasAttribute("action")) return;
    event.preventDefault();
    given.add(form);
  });
  addEventListener("DOMContentLoaded", () => {
    if (!came()) return;
    for (const [field, what] of chosen) {
      if (typeof what === "boolean") /** @type {HTMLInputElement} */ (field).checked = what;
      else field.value = what;
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    for (const form of given) form.requestSubmit?.(); // Safari before 16 can't: what was typed stands there
  });
})();
