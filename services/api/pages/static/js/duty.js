// Whose turn it is to type: this page's, or another one's while this one stands by; and the hand-over between the two.
import { clock } from "./clock.js";
import { others } from "./others.js";
import { element } from "./render.js";

const COUNTDOWN = 10_000;
const TYPES = 30_000; // who said a word since then captions now
const SILENT = 15_000;
const FIRST = 5_000; // who was typing before this page came is known by then
const HEARD = 5_000; // until then the other page has heard of the hand-over

/** Moments by this page's clock. @typedef {{source: string, name: string, word: number, hands: number | null}} Person */
/** @typedef {{words: string, changes: string, button: string, press: () => void}} Notice `changes`: what counts on in the words */

/** @param {{session: string, language: string, me: () => string, field: HTMLTextAreaElement, notice: HTMLElement, list: HTMLElement,
 *   say: (words: string) => void, onLeave: () => void}} options `onLeave`: the line that is open ends here */
export function duty({ session, language, me, field, notice, list, say, onLeave }) {
  let on = true;
  let decided = false; // whether this page types or stands by at first
  setTimeout(() => { decided = true; }, FIRST);
  /** @type {Person[]} */
  let here = [];
  /** @type {{to: Person, until: number} | null} */
  let handing = null;
  let shown = { words: "", list: "" };
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
      say("You caption now.");
      field.focus();
    }
    show();
  }

  function tick() {
    const now = performance.now();
    if (handing && now >= handing.until) {
      say(`${handing.to.name} captions now.`);
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
    if (still !== shown.words) {
      shown.words = still;
      notice.hidden = !now;
      notice.replaceChildren(element("span"), " ", ...(now ? [pressed(now.button, now.press)] : []));
      if (now) say(now.words);
    }
    if (now && notice.firstElementChild) notice.firstElementChild.textContent = now.words;
    const people = JSON.stringify([on, Boolean(handing), ...here.map((one) => [one.source, types(one)])]);
    if (people === shown.list) return;
    shown.list = people;
    list.hidden = !here.length;
    list.replaceChildren(...here.map((one) => element(
      "span", {}, element("bdi", {}, one.name), types(one) ? " types " : " stands by ", ...(on && !handing ? [pressed(`Hand over to ${one.name}`, () => hand(one))] : []),
    )));
  }

  return {
    stop() {
      clearInterval(ticking);
      link.stop();
    },
  };
}

/** @param {string} text @param {() => void} press */
function pressed(text, press) {
  const made = element("button", { type: "button" }, text);
  made.addEventListener("click", press);
  return made;
}
