// How many lines a screen shows, and how large, by its shape: a wide one three in its lower third, a totem eight larger ones in its
// lower half and more, an overlay two small ones. ?lines= and ?size= say otherwise (docs/pages.md). A classic script in the screen,
// so that its first words stand there as large as all others.
const captionflowShape = (() => {
/** `chars`: of a line, about; `share`: of the height, for all lines together. @typedef {{lines: number, chars: number, share: number, size: number}} Shape */

const MOST = 8;
const LEADING = 1.32;
const WIDE = 1.6; // width by height, from which on a screen is wide
const TALL = 9 / 16;

/** @param {string | null} text @param {number} low @param {number} high */
const within = (text, low, high) => {
  const value = Number.parseFloat(text ?? "");
  return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : null;
};

/** @param {URLSearchParams} query @param {{width: number, height: number}} room in any unit @param {boolean} overlay @returns {Shape} */
function shape(query, { width, height }, overlay) {
  const given = within(query.get("lines"), 1, MOST);
  const size = within(query.get("size"), 0.4, 2.5) ?? 1;
  const tall = Math.min(1, Math.max(0, (WIDE - width / Math.max(1, height)) / (WIDE - TALL)));
  const chars = (36 - 16 * tall) * (overlay ? 42 / 36 : 1) / size;
  const share = overlay ? 0.16 : 0.34 + 0.28 * tall;
  const high = 0.88 * width / (chars * 0.5); // what style.css gives a line that has its whole width
  const fits = Math.round((share * height / high - 0.6) / LEADING);
  const usual = overlay ? 2 : tall ? Math.min(MOST, Math.max(3, fits)) : 3;
  return { lines: given === null ? usual : Math.round(given), chars, share, size };
}

/** @param {HTMLElement} screen @param {Shape} now */
function dress(screen, { lines, chars, share, size }) {
  for (const [name, value] of Object.entries({ lines, chars, share, grow: size })) screen.style.setProperty(`--${name}`, String(value));
}

/** Give the screen the shape that the window and the address ask for now. @returns {number} how many lines it shows */
function take() {
  const overlay = "overlay" in document.documentElement.dataset;
  const now = shape(new URLSearchParams(location.search), { width: innerWidth, height: innerHeight }, overlay);
  dress(/** @type {HTMLElement} */ (document.getElementById("screen")), now);
  return now.lines;
}

take();
return { take };
})();
