// The caption page: what is typed goes to readers word by word; the last lines can be opened again and corrected.
import "./hold.js";
import "./started.js";
import { duty } from "./duty.js";
import { growing } from "./growing.js";
import { kept, senderName } from "./kept.js";
import { lastLines } from "./last_lines.js";
import { follow } from "./live.js";
import { offRecord } from "./off_record.js";
import { outbox } from "./outbox.js";
import { element, renderer } from "./render.js";
import { soundsOf } from "./sounds.js";
import { STATES } from "./states.js";
import { steady } from "./steady.js";
import { say } from "./text.js";
import { turns as turnsOf } from "./transcript.js";
import { current, leave, type, waiting } from "./typed.js";

const SETTLES = 900; // a word without a space after it is sent then
const SEEN = 5; // turns
const NAMES = 24;
const [LOWEST, LOW] = [300, 560]; // pixels; below, the page scrolls, as it does with text at 400 %

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const input = (/** @type {string} */ id) => /** @type {HTMLInputElement} */ (find(id));
const page = find("caption");
const session = /** @type {string} */ (page.dataset.session);
const language = /** @type {string} */ (page.dataset.lang);
const field = /** @type {HTMLTextAreaElement} */ (find("typing"));
const seen = find("seen");

let settled = true;
let settling = 0;
let lost = false;
/** @type {string[]} */
let names = [];

const store = kept(session, language, myName(), lose);
const { typed } = store;
const box = outbox({ session, language, typed, settled: () => settled, keep: store.keep, newSender: () => senderName(myName()), tell, hushed: store.hushed });
const mine = lastLines({ list: find("mine"), language, typed, onChange: changed, onLeave: () => field.focus() });

// --- typing ---

/** The field is what is being typed. */
function take() {
  type(typed, field.value, steady());
  if (field.value !== current(typed).text) field.value = current(typed).text;
  changed();
}

/** The line that was open is again; what was typed before this script had come stands behind it. */
function resume() {
  const { text } = current(typed);
  const early = field.value;
  if (!early) field.value = text;
  else if (!early.startsWith(text)) field.value = `${text}${/\s$/.test(text) ? "" : " "}${early}`;
  if (early) take();
}

function changed() {
  settled = false;
  clearTimeout(settling);
  settling = setTimeout(() => { settled = true; box.send(); }, SETTLES);
  if (!store.keep()) return;
  mine.show();
  box.send();
}

/** A new line that begins with this; a label that nothing was said behind gives way. @param {string} label */
function begin(label) {
  const before = /^>> [^:]{0,60}(: )?$/.test(field.value) ? "" : field.value.trim();
  field.value = before ? `${before}\n${label}` : label;
  take();
  focusEnd();
}

/** @param {string} text */
function insert(text) {
  const { selectionStart: from, selectionEnd: to, value } = field;
  const space = from > 0 && !/\s/.test(value[from - 1]) ? " " : "";
  field.setRangeText(`${space}${text} `, from, to, "end");
  take();
  field.focus();
}

function paragraph() {
  field.value = field.value.trim() ? `${field.value.trimEnd()}\n\n` : "\n";
  take();
  focusEnd();
}

function focusEnd() {
  field.focus();
  field.setSelectionRange(field.value.length, field.value.length);
}

// --- the buttons ---

/** @param {string} text @param {string} key */
const keyed = (text, key) => [element("span", {}, element("bdi", {}, text)), ...(key ? [" ", element("kbd", {}, key)] : [])];

function showNames() {
  /** @param {number} place @returns {Record<string, string>} */
  const keys = (place) => (place < 9 ? { "aria-keyshortcuts": `Alt+${place + 1}` } : {});
  find("speakers").replaceChildren(...names.map((name, place) => (
    element("button", { type: "button", "data-begin": `>> ${name}: `, ...keys(place) }, ...keyed(name, place < 9 ? String(place + 1) : ""))
  )));
}

/** @param {string[]} heard */
function know(heard) {
  const more = heard.map((name) => name.trim()).filter((name) => name && name.length <= 60);
  const all = [...new Set([...names, ...more])].slice(0, NAMES);
  if (all.length === names.length) return;
  names = all;
  remember("names", JSON.stringify(names));
  showNames();
}

find("sounds").replaceChildren(...soundsOf(language).map((sound, place) => (
  element("button", { type: "button", "data-insert": sound, "aria-keyshortcuts": `Alt+Shift+${place + 1}` }, ...keyed(sound, `⇧${place + 1}`))
)));

/** @param {Element | null} button */
function press(button) {
  if (!(button instanceof HTMLElement) || lost || field.readOnly) return;
  if (button.dataset.begin) begin(button.dataset.begin);
  else if (button.dataset.insert) insert(button.dataset.insert);
  else if (button.id === "paragraph") paragraph();
}
for (const group of document.querySelectorAll(".keys")) {
  group.addEventListener("mousedown", (event) => { if (document.activeElement === field) event.preventDefault(); }); // the tablet's keyboard stays
  group.addEventListener("click", (event) => press(event.target instanceof Element ? event.target.closest("button") : null));
}
addEventListener("keydown", (event) => { // who comes to the page can type at once
  const types = event.key.length === 1 || event.key === "ArrowUp";
  if (types && !event.ctrlKey && !event.altKey && !event.metaKey && document.activeElement === document.body) field.focus();
}, { capture: true });
addEventListener("keydown", (event) => {
  if (!event.altKey || event.ctrlKey || event.metaKey || event.getModifierState("AltGraph") || lost) return;
  const digit = /^(?:Digit|Numpad)(\d)$/.exec(event.code)?.[1];
  const wanted = event.code === "KeyP" && !event.shiftKey ? "Alt+P" : digit && `Alt+${event.shiftKey ? "Shift+" : ""}${digit}`;
  const button = document.querySelector(`[aria-keyshortcuts="${wanted}"]`);
  if (!button) return;
  event.preventDefault();
  press(button);
});
find("add-speaker").addEventListener("click", () => openNew(Boolean(find("new-speaker").hidden)));
find("new-speaker").addEventListener("submit", (event) => {
  event.preventDefault();
  const name = input("speaker-name").value.replace(/\s+/g, " ").replace(/[:>]/g, "").trim();
  input("speaker-name").value = "";
  openNew(false);
  if (!name) return field.focus();
  know([name]);
  begin(`>> ${name}: `);
});
/** @param {boolean} open */
function openNew(open) {
  find("new-speaker").hidden = !open;
  find("add-speaker").setAttribute("aria-expanded", String(open));
  if (open) input("speaker-name").focus();
}

// --- what is told ---

/** @param {import("./outbox.js").Delivery} delivery */
function tell({ state, detail }) {
  const says = {
    sent: "All sent",
    sending: "Sending",
    waiting: "No connection. What you type waits here, and goes by itself",
    forbidden: "Not sent: this page has no key to write. Open it with the address that you were given",
    gone: "Not sent: this session is not known any more",
    refused: `Not sent: ${detail || "the server refuses it"} Change the text to try again.`,
  }[state];
  const told = find("delivery");
  say(told, says);
  told.classList.toggle("trouble", !["sent", "sending"].includes(state));
  if (!["sent", "sending"].includes(state)) announce(says);
  else if (state === "sent" && find("told").textContent) announce("All sent");
  mine.show();
}

/** For a screen reader, once. @param {string} words */
const announce = (words) => say(find("told"), words);

/** Another page of this browser goes on with what was typed here. */
function lose() {
  if (lost) return;
  lost = true;
  box.stop();
  turn.stop();
  clearTimeout(settling);
  field.disabled = true;
  const notice = find("trouble");
  const again = element("button", { type: "button" }, "Go on here");
  again.addEventListener("click", () => location.reload());
  notice.replaceChildren("This session is captioned in another tab of this browser now. ", again);
  notice.hidden = false;
}

// --- what readers see ---

const show = renderer(seen, { session, language });
const shown = growing(seen);
/** @param {import("./transcript.js").Transcript} state */
function text(state) {
  const all = turnsOf(state);
  const nothing = document.getElementById("nothing");
  if (all.length) nothing?.remove();
  else if (nothing) nothing.hidden = false;
  shown.keep(() => show(all.slice(-SEEN), null));
  know(all.flatMap((turn) => turn.speaker ?? []));
}
/** @param {keyof typeof STATES} now */
function stand(now) {
  find("state").textContent = STATES[now];
  find("state").classList.toggle("live", now === "live");
}
const aside = offRecord(find("off-record"));
follow(session, {
  language, last: SEEN, onText: text,
  onOffRecord: (now) => {
    if (store.hush(now !== null)) {
      field.value = "";
      changed();
    }
    aside(now);
  },
  onStanding: (now) => { if (now === "live" || now === "finished") stand(now); },
  onSession: (now) => stand(now.status),
});

// --- what is kept ---

/** @param {string} what @param {string} value */
function remember(what, value) {
  try { localStorage.setItem(`captionflow.${what}.${session}`, value); } catch { /* it holds until the page is left */ }
}
function myName() {
  try { return localStorage.getItem("captionflow.captioner") ?? ""; } catch { return ""; }
}
try { know(JSON.parse(localStorage.getItem(`captionflow.names.${session}`) ?? "[]")); } catch { /* none are known */ }
input("my-name").value = myName();
find("who").addEventListener("submit", (event) => {
  event.preventDefault();
  try { localStorage.setItem("captionflow.captioner", input("my-name").value.trim()); } catch { /* it is asked again */ }
  announce("Your name is kept for the next session.");
  field.focus();
});
if (!store.works()) find("kept").textContent = "This browser keeps nothing: do not reload while words are unsent";

field.addEventListener("input", (event) => { if (!(event instanceof InputEvent && event.isComposing)) take(); });
field.addEventListener("compositionend", take);
field.addEventListener("keydown", (event) => {
  if (event.key === "ArrowUp" && !field.value && !event.altKey && mine.openLast()) event.preventDefault();
});
addEventListener("beforeunload", (event) => { if (!lost && (waiting(typed) || field.value)) event.preventDefault(); });

/** The page is as tall as what a tablet's keyboard leaves of it; where that is little, words and field have it for themselves. */
function fit() {
  const height = visualViewport?.height ?? innerHeight;
  document.documentElement.style.setProperty("--seen-height", `${height}px`);
  document.documentElement.classList.toggle("low", height > LOWEST && height < LOW);
}
visualViewport?.addEventListener("resize", fit);
fit();
showNames();
mine.show();
const turn = duty({
  session, language, me: () => typed.sender, field, notice: find("turn"), list: find("others"), announce,
  onLeave() {
    leave(typed);
    field.value = "";
    changed();
  },
});
resume();
box.send();
