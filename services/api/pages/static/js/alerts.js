// “Tell me when this is said”: in this session or any that runs. The words stay in the browser, which looks for them itself.
import { listening, madeAt, rounds } from "./alert_rounds.js";
import { mayNotify, teller } from "./alert_told.js";
import { pattern } from "./fold.js";
import { element } from "./render.js";
import { say } from "./text.js";

const KEPT = "captionflow.alerts";
const REACHED = "captionflow.alerts.reached"; // of this tab: a page that is loaded again tells nothing again
const MOST = 20; // words to wait for
const LONGEST = 100;
const TOGETHER = 500; // milliseconds: words that come so close are looked through once
const GROWN = 2_000; // a word that has not grown for so long has ended

/** @typedef {import("./alert_rounds.js").Heard} Heard */
/** What a reader has chosen. @typedef {{words: string[], everywhere: boolean, notify: boolean, sound: boolean}} Choice */
/** @typedef {{turns: import("./transcript.js").Turn[], seq: number, earlier: string | null}} View */

/** `seq`: up to where the session was said when the page was opened; that is no news, and a stream may begin before it.
 * @param {{session: string, language: string, title: string, seq: number, made: string}} page what it shows
 * @returns {(view: View, made: string | null) => void} to be told what it says, and when the session was made */
export function alerts(page) {
  const box = /** @type {HTMLElement} */ (document.getElementById("alerts"));
  /** @param {string} selector */
  const find = (selector) => /** @type {HTMLElement} */ (box.querySelector(selector));
  const form = /** @type {HTMLFormElement} */ (find("form"));
  const field = /** @type {HTMLInputElement} */ (find("form input"));
  const told = find("[role=status]");
  const [everywhere, notify, sound] = ["everywhere", "notify", "sound"].map((name) => /** @type {HTMLInputElement} */ (find(`[name=${name}]`)));
  let choice = read();
  const { tell, ring } = teller({ ...page, log: find("ol"), now: /** @type {HTMLAnchorElement} */ (document.getElementById("alerted-now")) }, () => choice);
  const own = listening(page);
  let from = Math.max(page.seq, reached(page, own.made));
  let started = false;
  let timer = 0;
  let waiting = 0;
  /** @type {View | null} */
  let view = null;

  /** @param {Heard} of @param {View} now */
  function heard(of, { turns, seq, earlier }) {
    if (!choice.words.length || seq < of.seq) return; // what was said until then is known already
    const moment = performance.now();
    if (seq > of.seq) of.since = moment;
    const above = of.seq >= 0 && earlier !== of.earlier;
    const found = of.look(choice.words, turns, { fresh: of.fresh, settled: moment - of.since >= GROWN, above, now: moment });
    [of.seq, of.earlier] = [seq, earlier];
    if (of === own) reach(page, own);
    for (const one of found) tell(of, one);
  }

  /** Look through what the page has, and again when its last word has ended. */
  function look() {
    clearTimeout(waiting);
    clearTimeout(timer);
    waiting = 0;
    const now = view;
    if (!now || !choice.words.length) return;
    heard(own, now);
    timer = setTimeout(() => heard(own, now), GROWN);
  }

  function draw() {
    find("ul").replaceChildren(...choice.words.map((words) => {
      const gone = element("button", { type: "button" }, "Remove", element("span", { class: "hidden" }, ` “${words}”`));
      gone.addEventListener("click", () => {
        change({ words: choice.words.filter((one) => one !== words) });
        say(told, `You are not told any more when “${words}” is said.`);
        field.focus({ preventScroll: true });
      });
      return element("li", {}, element("bdi", {}, words), " ", gone);
    }));
    [everywhere.checked, notify.checked, sound.checked] = [choice.everywhere, choice.notify, choice.sound];
    if (!choice.words.length || started) return;
    started = true;
    rounds(heard, own, () => ({
      hidden: choice.words.length > 0 && document.hidden && own.seq >= 0, // what is seen is told by the page itself
      everywhere: choice.words.length > 0 && choice.everywhere,
    }));
  }

  /** @param {Partial<Choice>} what */
  function change(what) {
    choice = { ...choice, ...what };
    try { localStorage.setItem(KEPT, JSON.stringify(choice)); } catch { /* private mode: it holds until the page is left */ }
    draw();
  }

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value.trim().replace(/\s+/g, " ").slice(0, LONGEST);
    if (!words) return;
    if (!pattern(words, true)) return void say(told, "There is no word in it.");
    if (choice.words.length >= MOST) return void say(told, `There are ${MOST}: remove one first.`);
    say(told, `You are told when “${words}” is said.`);
    field.value = "";
    if (!choice.words.includes(words)) change({ words: [...choice.words, words] });
    look();
  });
  everywhere.addEventListener("change", () => change({ everywhere: everywhere.checked }));
  sound.addEventListener("change", () => {
    change({ sound: sound.checked });
    if (sound.checked) ring(); // that is how it will sound, and a page may sound only after it was touched
  });
  notify.addEventListener("change", async () => {
    const can = notify.checked && await mayNotify();
    say(told, notify.checked && !can ? "This browser does not allow notifications here. What is said is marked on this page." : "");
    change({ notify: can });
  });
  addEventListener("storage", (event) => {
    if (event.key !== KEPT) return;
    choice = read();
    draw();
  });
  draw();
  return (now, made) => {
    if (made !== null && Date.parse(made) !== own.made) {
      madeAt(own, made);
      from = 0;
    }
    if (own.seq < 0 && !own.fresh && now.seq < from) return; // said before the page was opened, as what follows
    view = now;
    if (own.seq < 0) look();
    else waiting = waiting || setTimeout(look, TOGETHER);
  };
}

/** @returns {Choice} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    const words = Array.isArray(kept.words) ? kept.words.filter((/** @type {unknown} */ one) => typeof one === "string" && pattern(one, true)).slice(0, MOST) : [];
    return { words, everywhere: kept.everywhere === true, notify: kept.notify === true, sound: kept.sound === true };
  } catch {
    return { words: [], everywhere: false, notify: false, sound: false };
  }
}

/** Up to where this tab has looked through the session before. @param {{session: string, language: string}} page @param {number} made */
function reached({ session, language }, made) {
  try {
    const kept = JSON.parse(sessionStorage.getItem(REACHED) ?? "{}");
    return kept.session === session && kept.language === language && kept.made === made && typeof kept.seq === "number" ? kept.seq : 0;
  } catch { return 0; }
}

/** @param {{session: string, language: string}} page @param {Heard} own */
function reach({ session, language }, { made, seq }) {
  try { sessionStorage.setItem(REACHED, JSON.stringify({ session, language, made, seq })); } catch { /* private mode: the page's own position must do */ }
}
