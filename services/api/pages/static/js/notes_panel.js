// The panel of bookmarks and notes: what is before the reader's eyes is marked, marks lead back to it, and all can be taken out.
import { addressOf, anchorOf } from "./anchor.js";
import { markdown, notebook, quoted } from "./notes.js";
import { element, turnLink } from "./render.js";
import { say } from "./text.js";

const LABEL = 80; // characters of what was said, in the list

/** @typedef {import("./notes.js").Note} Note */

/** @param {HTMLElement} text the transcript that is read @param {() => HTMLElement | null} seen the turn before the reader's eyes
 * @returns {(made: string) => void} to be told when the session was made that is read */
export function notesPanel(text, seen) {
  const find = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  const form = /** @type {HTMLFormElement} */ (find("notes"));
  const list = find("notes-kept");
  const out = find("notes-out");
  const told = find("notes-told");
  const field = /** @type {HTMLTextAreaElement} */ (form.elements.namedItem("note"));
  const session = /** @type {string} */ (text.dataset.session);
  const language = /** @type {string} */ (text.dataset.lang);
  /** @type {ReturnType<typeof notebook> | null} */
  let book = null;

  const names = { session, language };
  const address = (/** @type {string} */ turn) => location.origin + addressOf(names, anchorOf(names, turn));

  /** @param {Note} one */
  function entry(one) {
    const link = turnLink(names, one.turn, element("bdi", {}, `${one.speaker ? `${one.speaker}: ` : ""}${quoted(one.said, LABEL)}`));
    const remove = element("button", { type: "button" }, "Remove");
    remove.addEventListener("click", () => {
      book?.remove(one);
      show();
      say(told, "Removed.");
      field.focus({ preventScroll: true });
    });
    return element("li", {}, link, ...(one.note ? [element("p", { dir: "auto" }, one.note)] : []), remove);
  }

  function show() {
    const all = book?.all() ?? [];
    list.replaceChildren(...all.map(entry));
    out.hidden = !all.length;
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const turn = seen();
    if (!book || !turn?.dataset.turn) {
      say(told, "There is nothing to mark yet.");
      return;
    }
    const speaker = turn.querySelector("h2.speaker")?.textContent?.trim() || null;
    const copy = /** @type {HTMLElement} */ (turn.cloneNode(true));
    for (const mark of copy.querySelectorAll(".leftoff")) mark.remove();
    const said = [...copy.querySelectorAll(".said")].map((one) => one.textContent).join(" ");
    book.add({ turn: turn.dataset.turn, speaker, said, note: field.value, at: new Date().toISOString() });
    field.value = "";
    show();
    say(told, "Kept in this browser.");
  });
  out.addEventListener("click", () => {
    const content = markdown(text.dataset.title ?? session, book?.all() ?? [], address);
    const file = URL.createObjectURL(new Blob([content], { type: "text/markdown" }));
    const link = element("a", { href: file, download: `${session}.${language}.notes.md` });
    document.body.append(link);
    link.click();
    link.remove();
    setTimeout(() => URL.revokeObjectURL(file), 60_000);
  });
  addEventListener("storage", (event) => { if (event.key === book?.key) show(); });

  return (made) => {
    book = notebook(session, language, made);
    show();
  };
}
