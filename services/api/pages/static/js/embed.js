// Captions in a frame on another site: the end of what was said, as it comes. Nothing of it needs the browser's storage.
import "./started.js";
import { follow } from "./live.js";
import { offRecord } from "./off_record.js";
import { reading } from "./reading.js";
import { renderer } from "./render.js";
import { STATES } from "./states.js";
import { say } from "./text.js";
import { empty, turns } from "./transcript.js";

const LAST = 20; // turns: a frame is small, the full page has all
const TOLD = {
  connecting: "", live: "Live", slow: "Slow network. Words come in groups.", offline: "No connection. What is said is kept for you.",
  full: "The server is full. What is said is kept for you.", finished: "This session has ended.", gone: "This session is not here. The page asks again by itself.",
};

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));
const captions = find("captions");
const status = find("status");
const pause = find("pause");
const session = /** @type {string} */ (captions.dataset.session);
const language = /** @type {string} */ (captions.dataset.lang);
const place = reading({ captions, newer: find("newer"), bar: /** @type {HTMLElement} */ (status.closest(".bar")) });
const show = renderer(captions, { session, language });
const aside = offRecord(find("off-record"), (change) => place.keep(change));

let state = empty();
let begun = false;
let paused = false;
let ended = false;

/** @param {import("./transcript.js").Transcript} now */
function text(now) {
  state = now;
  if (paused) return;
  const all = turns(state);
  const draw = () => {
    show(all, null, state);
    find("waiting").hidden = all.length > 0;
  };
  place.keep(draw, begun ? undefined : false);
  begun = true;
}

/** @param {keyof typeof STATES} now */
function name(now) {
  say(find("state"), STATES[now]);
  find("state").classList.toggle("live", now === "live");
}

/** @param {import("./live.js").Standing} now */
function stand(now) {
  if (now === "woken") return; // the next answer tells
  place.keep(() => say(status, TOLD[now]));
  status.classList.toggle("live", now === "live");
  if (now === "finished" || ended) name(now === "finished" ? now : "live");
  ended = now === "finished";
  pause.hidden = ended && !paused;
}

pause.addEventListener("click", () => {
  paused = !paused;
  say(pause, paused ? "Continue" : "Pause");
  pause.hidden = ended && !paused;
  text(state);
});

follow(session, { language, last: LAST, onText: text, onStanding: stand, onOffRecord: aside, onSession: (now) => name(ended ? "finished" : now.status) });
