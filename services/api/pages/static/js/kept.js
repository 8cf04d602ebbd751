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
  let hushed = false;
  let from = 0; // the first row that may be kept
  /** Off the record nothing is kept, and what was typed then is not kept afterwards. */
  const keepable = () => ({ ...typed, rows: typed.rows.filter((row) => row.id >= from), flight: typed.flight.filter((post) => post.row >= from) });
  const found = read();
  /** @type {Typed} */
  const typed = isTyped(found?.typed) ? found.typed : fresh(senderName(name));
  if (!waiting(typed) && !(Math.abs(Date.now() - found?.at) < STALE)) {
    leave(typed);
    typed.rows = typed.rows.slice(-1);
  }
  write(typed);
  addEventListener("storage", (event) => { if (event.key === key && !ours(read())) onLost(); });

  return {
    typed,
    /** Whether it is off the record, as far as this page knows. */
    hushed: () => hushed,
    /** Whether this browser keeps anything. */
    works: () => works,
    /** Off the record, or no longer: then what is typed next begins anew. A page that is opened meanwhile does so, too.
     * @param {boolean} off @returns {boolean} whether it was off the record until now */
    hush(off) {
      if (off === hushed || !ours(read())) return false;
      hushed = off;
      if (off) {
        try { localStorage.removeItem(key); } catch { works = false; }
        return false;
      }
      leave(typed);
      from = typed.floor ?? 0;
      write(keepable());
      return true;
    },
    /** Keep what is typed now. Returns false if another page has taken it over. */
    keep() {
      if (works && !ours(read())) {
        onLost();
        return false;
      }
      if (!hushed) write(keepable());
      return true;
    },
  };
}

/** What this browser has kept may have been written by an older page. @param {unknown} found @returns {found is Typed} */
function isTyped(found) {
  const one = /** @type {Partial<Typed> | null} */ (found);
  return one?.v === 1 && typeof one.sender === "string" && Number.isInteger(one.next) && Array.isArray(one.rows) && one.rows.length > 0 && Array.isArray(one.flight);
}
