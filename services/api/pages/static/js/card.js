// What a room screen shows before and after the captions: title, room, what comes next, and where to read along.
import { element } from "./render.js";
import { starts } from "./starts.js";

/** @typedef {import("../../messages.js").Session} Session */

/** @param {string} id */
const find = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

/** @param {Session} now */
export function tellSession(now) {
  find("card-room").textContent = now.room ?? "";
  find("card-time").replaceChildren(...(now.status === "scheduled" ? starts(now) : []));
  for (const id of ["title", "card-title"]) find(id).textContent = now.title || now.id;
  if ("followsRoom" in find("screen").dataset) return; // its code and its address are the room's
  const path = `/s/${encodeURIComponent(now.id)}`;
  const qr = /** @type {HTMLImageElement} */ (find("qr"));
  if (!qr.src.endsWith(`${path}/qr.svg`)) qr.src = `${path}/qr.svg`;
  const url = find("qr-url");
  url.textContent = (url.textContent ?? "").replace(/\/s\/[^/]*\/follow$/, `${path}/follow`);
  /** @type {HTMLAnchorElement} */ (find("to-follow")).href = `${path}/follow`;
}

/** @param {boolean} ended */
export function tellState(ended) {
  find("card-state").textContent = ended ? "This session has ended." : "Nothing has been said here yet; captions begin by themselves.";
}

/** @param {Session | null} after the session that comes next, if any */
export function tellNext(after) {
  find("card-next").replaceChildren(...(after ? ["Next", ...starts(after), ": ", element("bdi", {}, after.title || after.id)] : []));
}
