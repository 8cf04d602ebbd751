// Server-sent events out of a byte stream. Pure; fetch is used in place of EventSource because a comment must count as a
// sign of life: a network that dies without a word is noticed by the silence.

/** @typedef {{event: string, id: string | null, data: string}} Message */

/** A parser that is fed text and gives the messages that it completes.
 * @returns {(text: string) => Message[]} */
export function parser() {
  let rest = "";
  let event = "";
  /** @type {string | null} */
  let id = null;
  /** @type {string[]} */
  let data = [];
  return (text) => {
    const found = [];
    const lines = (rest + text).split("\n");
    rest = /** @type {string} */ (lines.pop());
    for (const raw of lines) {
      const line = raw.endsWith("\r") ? raw.slice(0, -1) : raw;
      if (line === "") {
        if (data.length) found.push({ event: event || "message", id, data: data.join("\n") });
        [event, id, data] = ["", null, []];
        continue;
      }
      const colon = line.indexOf(":");
      if (colon === 0) continue;
      const field = colon < 0 ? line : line.slice(0, colon);
      const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
      if (field === "event") event = value;
      else if (field === "id") id = value;
      else if (field === "data") data.push(value);
    }
    return found;
  };
}
