// When a session begins, on the clock of whoever looks.
import { element } from "./render.js";

/** Behind a comma, with the day if that is another one; nothing if it is not known. @param {import("../../messages.js").Session} one */
export function starts(one) {
  if (!one.starts_at) return [];
  const at = new Date(one.starts_at);
  const day = at.toDateString() === new Date().toDateString() ? {} : /** @type {const} */ ({ weekday: "long", day: "numeric", month: "long" });
  return [", ", element("time", { datetime: one.starts_at }, at.toLocaleString([], { ...day, hour: "numeric", minute: "2-digit" }))];
}
