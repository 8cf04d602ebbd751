// The address of a screen for the technician: the look that is chosen here, in its parameters.
import { lookForm } from "./look_panel.js";
import { say } from "./text.js";

const OF_SCREENS = ["lines", "size"];

/** @param {HTMLElement} corner stays in sight while the form is open */
export function screenPanel(corner) {
  const form = /** @type {HTMLFormElement} */ (document.getElementById("look"));
  const box = /** @type {HTMLDetailsElement} */ (form.closest("details"));
  const link = /** @type {HTMLAnchorElement} */ (form.querySelector("[data-address]"));
  const code = /** @type {HTMLImageElement} */ (form.querySelector("[data-code]"));
  const copy = /** @type {HTMLElement} */ (form.querySelector("[data-copy]"));
  const says = captionflowLook.asked(new URLSearchParams(location.search));
  const chosen = new URL(location.href);
  const tell = () => {
    link.href = chosen.href;
    say(link, chosen.href);
    if (box.open) code.src = `${code.dataset.code}${chosen.search}`;
  };
  const choose = (/** @type {string} */ name, /** @type {string} */ value) => {
    for (const one of name === "colours" ? [name, "colour", "colors", "color"] : [name]) chosen.searchParams.delete(one);
    if (value) chosen.searchParams.set(name, value);
    tell();
  };

  lookForm(form, choose).fill(says);
  for (const name of OF_SCREENS) {
    const field = /** @type {HTMLInputElement} */ (form.elements.namedItem(name));
    field.value = says(name) ?? "";
    field.addEventListener("change", () => choose(name, field.value.trim()));
  }
  tell();
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    location.assign(chosen);
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    for (const name of [...OF_SCREENS, ...captionflowLook.NAMES]) choose(name, "");
    location.assign(chosen);
  });
  copy.addEventListener("click", async () => {
    let told = "This browser does not allow copying.";
    try {
      await navigator.clipboard.writeText(chosen.href);
      told = "Copied";
    } catch { /* told */ }
    say(copy, told);
    setTimeout(() => say(copy, "Copy"), 4000);
  });
  box.addEventListener("toggle", () => {
    corner.classList.toggle("open", box.open);
    tell();
  });
}
