// The lines that were typed last, each a button that opens it to be corrected.
import { direction } from "./direction.js";
import { arrange, element } from "./render.js";
import { steady } from "./steady.js";
import { correct, correctable, sentOf } from "./typed.js";

const SHOWN = 6;

/** @typedef {import("./typed.js").Row} Row */

/** @param {{list: HTMLElement, language: string, typed: import("./typed.js").Typed, onChange: () => void, onLeave: () => void}} options */
export function lastLines({ list, language, typed, onChange, onLeave }) {
  /** @type {Row | null} the one that is open */
  let open = null;

  const rows = () => correctable(typed).slice(-SHOWN);

  /** @param {Row} row */
  function closed(row) {
    const button = element("button", { type: "button", class: "line", lang: language, dir: direction(language), "aria-label": `Correct: ${row.text.trim()}` }, row.text.trim());
    button.addEventListener("click", () => reopen(row));
    return element("li", { "data-row": String(row.id), "data-says": row.text.trim() }, button);
  }

  /** @param {Row} row */
  function opened(row) {
    const field = /** @type {HTMLInputElement} */ (element("input", { type: "text", lang: language, dir: direction(language), maxlength: "1800", "aria-label": "Correct this line", autocomplete: "off" }));
    field.value = row.text.trim();
    const keep = () => { // the row may have gone out of reach meanwhile
      if (open !== row) return;
      open = null;
      if (rows().includes(row) && field.value.trim() !== row.text.trim()) {
        correct(row, field.value, steady());
        onChange();
      } else show();
    };
    const leave = (/** @type {() => void} */ how) => { how(); onLeave(); };
    field.addEventListener("keydown", (event) => {
      if (event.isComposing) return;
      if (event.key === "Enter") leave(keep);
      else if (event.key === "Escape") leave(() => { open = null; show(); });
      else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
        const all = rows();
        const other = all[all.indexOf(row) + (event.key === "ArrowUp" ? -1 : 1)];
        if (!other && event.key === "ArrowUp") return;
        keep();
        if (other) reopen(other);
        else onLeave();
      } else return;
      event.preventDefault();
    });
    const save = element("button", { type: "button" }, "Keep");
    save.addEventListener("click", () => leave(keep));
    field.addEventListener("blur", (event) => { if (event.relatedTarget !== save) keep(); });
    return element("li", { class: "open", "data-row": String(row.id) }, field, save);
  }

  /** @param {Row} row */
  function reopen(row) {
    open = row;
    show();
    const field = list.querySelector("input");
    field?.focus();
    field?.setSelectionRange(field.value.length, field.value.length);
  }

  function show() {
    const now = rows();
    if (open && !now.includes(open)) now.unshift(open);
    const had = new Map([...list.children].map((one) => [/** @type {HTMLElement} */ (one).dataset.row, /** @type {HTMLElement} */ (one)]));
    const items = now.map((row) => {
      const there = had.get(String(row.id));
      const isOpen = there?.classList.contains("open");
      const same = there && (row === open ? isOpen : !isOpen && there.dataset.says === row.text.trim());
      const item = same ? there : row === open ? opened(row) : closed(row);
      item.classList.toggle("unsent", row.text !== sentOf(row));
      return item;
    });
    arrange(list, items);
    list.parentElement?.classList.toggle("none", !items.length);
  }

  return {
    show,
    /** Open the last line; false if there is none. */
    openLast() {
      const [row] = rows().slice(-1);
      if (row) reopen(row);
      return Boolean(row);
    },
  };
}
