// What is typed, kept in this browser so that it survives a reload. One page owns it at a time: the one that was opened last.
import { fresh, leave, waiting } from "./typed.js";

const STALE = 600_000; // somebody else has typed since then, perhaps

/** @typedef {import("./typed.js").Typed} Typed */

/** @param {string} most */
const random = (most) => [...crypto.getRandomValues(new Uint8Array(8))].map((one) => most[one % most.length]).join("");

/** A name for the lines of this browser, with the captioner's own in it. @param {string} name */
export function senderName(name) {
  const own = name.trim().replace(/\s+/g, "-").replace(/[^\p{L}\p{N}_.-]/gu, "").slice(0, 40);
  return `${own || "caption-page"}-${random("abcdefghijkmnpqrstuvwxyz23456789")}`;
}

/** @param {string} session @param {string} language @param {string} name the captioner's
 * @param {() => void} onLost another page has it now */
export function kept(session, language, name, onLost) {
  const key = `captionflow.typed.${session}.${language}`;
  const owner = random("abcdefghijkmnpqrstuvwxyz23456789");
  let works = true;

  const read = () => {
    try { return JSON.parse(localStorage.getItem(key) ?? "null"); } catch { return null; }
  };
  const ours = (/** @type {{owner?: string} | null} */ found) => found === null || found.owner === owner;
  /** @param {Typed} typed */
  const write = (typed) => {
    try { localStorage.setItem(key, JSON.stringify({ owner, typed, at: Date.now() })); } catch { works = false; } // private mode, or full
  };
  const found = read();
  const typed = isTyped(found?.typed) ? found.typed : fresh(senderName(name));
  if (!waiting(typed) && !(Date.now() - found?.at < STALE)) {
    leave(typed);
    typed.rows = typed.rows.slice(-1);
  }
  write(typed);
  addEventListener("storage", (event) => { if (event.key === key && !ours(read())) onLost(); });

  return {
    typed,
    /** Whether this browser keeps anything. */
    works: () => works,
    /** Keep what is typed now. Returns false if another page has taken it over. */
    keep() {
      if (works && !ours(read())) {
        onLost();
        return false;
      }
      write(typed);
      return true;
    },
  };
}

/** What this browser has kept may have been written by an older page. @param {unknown} found @returns {found is Typed} */
function isTyped(found) {
  const one = /** @type {Partial<Typed> | null} */ (found);
  return one?.v === 1 && typeof one.sender === "string" && Number.isInteger(one.next) && Array.isArray(one.rows) && one.rows.length > 0 && Array.isArray(one.flight);
}
