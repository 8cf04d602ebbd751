// Whose turn it is to type: this page's, or another one's while this one stands by; and the hand-over between the two.
import { clock } from "./clock.js";
import { others } from "./others.js";
import { arrange, element } from "./render.js";
import { say } from "./text.js";

const COUNTDOWN = 10_000;
const TYPES = 30_000; // who said a word since then captions now
const SILENT = 15_000;
const FIRST = 5_000; // who was typing before this page came is known by then
const HEARD = 5_000; // until then the other page has heard of the hand-over

/** Moments by this page's clock. @typedef {{source: string, name: string, word: number, hands: number | null}} Person */
/** @typedef {{words: string, changes: string, button: string, press: () => void}} Notice `changes`: what counts on in the words */

/** @param {{session: string, language: string, me: () => string, field: HTMLTextAreaElement, notice: HTMLElement, list: HTMLElement,
 *   announce: (words: string) => void, onLeave: () => void}} options `onLeave`: the line that is open ends here */
export function duty({ session, language, me, field, notice, list, announce, onLeave }) {
  let on = true;
  let decided = false; // whether this page types or stands by at first
  setTimeout(() => { decided = true; }, FIRST);
  /** @type {Person[]} */
  let here = [];
  /** @type {{to: Person, until: number} | null} */
  let handing = null;
  let announced = "";
  const words = element("span");
  const button = pressed(() => told()?.press());
  notice.replaceChildren(words, " ", button);
  /** Of the others, by their sources: a button that has the focus stays, and so do its neighbours. @type {Map<string, HTMLElement>} */
  let rows = new Map();
  const link = others({ session, language, me, onOthers: meet });
  const ticking = setInterval(tick, 250);
  const types = (/** @type {Person} */ one) => performance.now() - one.word < TYPES;
  const giver = () => here.find((one) => one.hands !== null);

  /** @param {import("./others.js").Other[]} found */
  function meet(found) {
    const now = performance.now();
    here = found.map((one) => ({
      source: one.source, name: one.name, word: one.silent === null ? -Infinity : now - one.silent, hands: one.to === me() ? now + one.in : null,
    }));
    if (!decided && here.some(types) && !field.value) {
      decided = true;
      set(false);
    }
    tick();
  }

  /** @param {boolean} wanted */
  function set(wanted) {
    const left = on && !wanted;
    on = wanted;
    field.readOnly = !on;
    if (left) onLeave();
    if (on) {
      announce("You caption now.");
      field.focus();
    }
    show();
  }

  function tick() {
    const now = performance.now();
    if (handing && now >= handing.until) {
      announce(`${handing.to.name} captions now.`);
      handing = null;
      setTimeout(link.keep, HEARD);
      set(false);
    }
    const hands = giver()?.hands;
    if (!on && hands && now >= hands && now < hands + HEARD) set(true);
    show();
  }

  /** @returns {Notice | null} what the captioner has to know, and can do about it */
  function told() {
    const now = performance.now();
    if (handing) {
      const left = clock(handing.until - now + 999);
      return { words: `You hand over to ${handing.to.name} in ${left}. Type until then.`, changes: left, button: "Not now", press: stay };
    }
    if (on) return null;
    const from = giver();
    const take = () => set(true);
    if (from?.hands && now < from.hands) {
      const left = clock(from.hands - now + 999);
      return { words: `${from.name} hands over to you in ${left}. Get ready.`, changes: left, button: "Take over now", press: take };
    }
    const [first] = here.filter((one) => one.word > now - 10 * TYPES);
    const quiet = first && now - first.word > SILENT ? clock(now - first.word) : "";
    const who = first ? `${first.name} captions. You stand by.` : "You stand by.";
    return { words: quiet ? `${who} No words for ${quiet}.` : who, changes: quiet, button: "Take over", press: take };
  }

  function stay() {
    handing = null;
    link.keep();
    show();
  }
  /** @param {Person} to */
  function hand(to) {
    handing = { to, until: performance.now() + COUNTDOWN };
    link.hand(to.source, COUNTDOWN);
    show();
    field.focus();
  }

  function show() {
    const now = told();
    const still = now ? now.words.replace(now.changes, "") + now.button : "";
    if (now && still !== announced) announce(now.words);
    announced = still;
    notice.hidden = !now;
    if (now) {
      say(words, now.words);
      say(button, now.button);
    }
    list.hidden = !here.length;
    const byName = [...here].sort((a, b) => a.name.localeCompare(b.name) || (a.source < b.source ? -1 : 1));
    rows = new Map(byName.map((one) => [one.source, row(one)]));
    arrange(list, [...rows.values()]);
  }

  /** @param {Person} one */
  function row(one) {
    const made = rows.get(one.source) ?? element("span", {}, element("bdi"), element("span"), pressed(() => {
      const to = here.find(({ source }) => source === one.source);
      if (to) hand(to);
    }));
    const [name, does, give] = made.children;
    say(name, one.name);
    say(does, types(one) ? " types " : " stands by ");
    say(give, `Hand over to ${one.name}`);
    /** @type {HTMLElement} */ (give).hidden = !on || Boolean(handing);
    return made;
  }

  return {
    stop() {
      clearInterval(ticking);
      link.stop();
    },
  };
}

/** @param {() => void} press */
function pressed(press) {
  const made = element("button", { type: "button" });
  made.addEventListener("click", press);
  return made;
}
