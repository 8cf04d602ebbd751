// Where captions stand and what makes them readable over a picture: ?position= &contrast= &clear_after= (docs/overlay.md). Pure but for `place`.

const LONGEST = 600; // seconds

/** `clearAfter`: milliseconds without a new word until the lines go; 0: they stay.
 * @typedef {{position: "top" | "bottom", contrast: "outline" | "box" | "none", clearAfter: number}} Placing */

/** @param {URLSearchParams} query @returns {Placing} */
export function placing(query) {
  const seconds = Number.parseFloat(query.get("clear_after") ?? "");
  const contrast = query.get("contrast");
  return {
    position: query.get("position") === "top" ? "top" : "bottom",
    contrast: contrast === "box" || contrast === "none" ? contrast : "outline",
    clearAfter: seconds > 0 ? Math.min(LONGEST, Math.max(1, seconds)) * 1000 : 0,
  };
}

/** @param {HTMLElement} screen @param {Placing} wanted */
export function place(screen, { position, contrast }) {
  [screen.dataset.position, screen.dataset.contrast] = [position, contrast];
}
