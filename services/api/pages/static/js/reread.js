// The transcript: what is read stays where it is at any size.
import "./hold.js";
import "./offline.js";
import "./permalink.js";
import "./started.js";
import { figures } from "./figures.js";
import { finder } from "./find.js";
import { readersLook } from "./look_panel.js";
import { notesPanel } from "./notes_panel.js";
import { voices } from "./voices.js";
import { whoSpeaks } from "./who.js";

const transcript = /** @type {HTMLElement} */ (document.querySelector(".transcript"));
finder(transcript);
readersLook();
voices();
figures(transcript);
notesPanel(transcript, whoSpeaks(transcript, () => false).seen)(/** @type {string} */ (transcript.dataset.made));
