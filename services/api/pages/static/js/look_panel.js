// The form in which a look is chosen: its fields are named as the parameters of the address (look.js).
import { element } from "./render.js";
import { say } from "./text.js";

const OWN = "own"; // colours that the reader picks
const OTHER = "other"; // a font by its name

/** @param {HTMLFormElement} form what was chosen in it, and what its own colours come to
 * @param {(name: string, value: string) => void} onChoice with nothing: as the page has it */
export function lookForm(form, onChoice) {
  const field = (/** @type {string} */ name) => /** @type {HTMLInputElement | HTMLSelectElement} */ (form.elements.namedItem(name));
  const ink = field("ink");
  const paper = field("paper");
  const other = field("other-font");

  const values = {
    font: () => (field("font").value === OTHER ? other.value.trim() : field("font").value),
    colours: () => (field("colours").value === OWN ? `${ink.value.slice(1)}-on-${paper.value.slice(1)}` : field("colours").value),
  };
  /** @param {string} name */
  const value = (name) => (name === "font" || name === "colours" ? values[name]() : field(name).value.trim());

  function tell() {
    const own = field("colours").value === OWN;
    for (const one of form.querySelectorAll("[data-own]")) /** @type {HTMLElement} */ (one).hidden = !own;
    for (const one of form.querySelectorAll("[data-other]")) /** @type {HTMLElement} */ (one).hidden = field("font").value !== OTHER;
    const found = own ? captionflowLook.coloursOf(values.colours()) : null;
    say(/** @type {HTMLElement} */ (form.querySelector("[data-contrast]")), found ? contrastOf(found) : "");
  }

  /** Show what is chosen. @param {(name: string) => string | null} text */
  function fill(text) {
    for (const name of captionflowLook.NAMES) {
      const one = field(name);
      if (!one || form.contains(document.activeElement) && [one, ink, paper, other].includes(/** @type {HTMLInputElement} */ (document.activeElement)) && value(name) === (text(name) ?? "")) continue;
      const wanted = text(name) ?? "";
      const colours = name === "colours" ? captionflowLook.coloursOf(wanted) : null;
      if (one instanceof HTMLInputElement) one.value = wanted;
      else if ([...one.options].some((option) => option.value === wanted)) one.value = wanted;
      else if (colours) [one.value, ink.value, paper.value] = [OWN, colours.wanted, colours.paper];
      else if (name === "font" && wanted) [one.value, other.value] = [OTHER, wanted];
      else if (name !== "colours") {
        one.append(element("option", { value: wanted }, wanted));
        one.value = wanted;
      } else one.value = "";
    }
    tell();
  }

  form.addEventListener("change", (event) => {
    const { name } = /** @type {HTMLInputElement} */ (event.target);
    const of = name === "ink" || name === "paper" ? "colours" : name === "other-font" ? "font" : name;
    tell();
    if (captionflowLook.NAMES.includes(of)) onChoice(of, value(of));
  });
  return { fill, value };
}

/** @param {{ink: string, paper: string, wanted: string}} colours */
function contrastOf({ ink, paper, wanted }) {
  const ratio = (/** @type {string} */ one) => (Math.floor(captionflowLook.contrast(one, paper) * 10) / 10).toFixed(1);
  if (ink === wanted) return `Contrast ${ratio(ink)} to 1.`;
  return `Contrast ${ratio(wanted)} to 1 is too little to read: the letters are shown with ${ratio(ink)} to 1.`;
}

/** The reader's own, on the pages that keep it. */
export function readersLook() {
  const form = /** @type {HTMLFormElement | null} */ (document.getElementById("look"));
  if (!form) return;
  const { fill } = lookForm(form, captionflowLook.choose);
  const show = () => fill(captionflowLook.text);
  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    captionflowLook.reset();
  });
  addEventListener("captionflow:look", show);
  show();
}
