// The transcript: what is read stays where it is at any size.
import "./permalink.js";
import "./started.js";
import { eyes } from "./eyes.js";

eyes(/** @type {HTMLElement} */ (document.querySelector(".transcript")), { atEnd: () => false, toEnd: () => {} });
