// What was said in a session before what its page has, to be looked through: asked for when that is wanted, and once.
import { said } from "./prose.js";
import { isBefore, rest, turns } from "./transcript.js";

const MOST = 25; // stretches that are asked for: some 10,000 parts

/** A turn. `shown`: its end, where the page has that. @typedef {{id: string, text: string, shown: string}} Unloaded */
/** `complete`: there is nothing before these. @typedef {{turns: Unloaded[], complete: boolean}} Above */
/** @typedef {import("./transcript.js").Transcript} Transcript */

/** @param {(most: number) => Promise<Transcript>} whole the session, or as many stretches of its end as are asked for
 * @param {() => {earlier: string | null, made: string | null}} page what it lacks, and when the session was made that it shows
 * @returns {() => Promise<Above | null>} what is not on the page; null if it did not come */
export function unloaded(whole, page) {
  /** @type {{made: string | null, from: string, all: Transcript, turns: {id: string, ordinal: number, text: string}[]} | null} */
  let known = null;
  /** @type {Promise<void> | null} */
  let coming = null;

  /** @param {string} from @param {string | null} made */
  async function get(from, made) {
    try {
      const all = await whole(MOST);
      known = { made, from, all, turns: turns(all).map((turn) => ({ id: turn.id, ordinal: turn.ordinal, text: said(turn) })) };
    } catch { /* what did not come is not known */ }
    coming = null;
  }

  /** Whether what is known has what is before a place. @param {string} place @param {string | null} made */
  const holds = (place, made) => known !== null && known.made === made && !before(known.from, place) && before(known.all.earlier, place);

  return async () => {
    let { earlier, made } = page();
    if (earlier !== null && !holds(earlier, made)) {
      coming = coming ?? get(earlier, made);
      await coming;
      ({ earlier, made } = page());
    }
    if (earlier === null) return { turns: [], complete: true };
    if (!known || !holds(earlier, made)) return null;
    const { all } = known;
    const place = earlier;
    const [first] = numbers(place);
    const found = known.turns.filter(({ ordinal }) => isBefore({ ordinal, number: 0 }, place)).map(({ id, ordinal, text }) => {
      const shown = ordinal === first ? rest(all, id, place) : undefined;
      return { id, text, shown: shown ? said(shown) : "" };
    });
    return { turns: found, complete: all.earlier === null };
  };
}

/** @param {string} place */
const numbers = (place) => place.split(".").map(Number);

/** Whether a place is before another; null is the beginning. @param {string | null} one @param {string} other */
function before(one, other) {
  if (one === null) return true;
  const [ordinal, number] = numbers(one);
  return isBefore({ ordinal, number }, other);
}
