// The look that the address asks for, or that a reader chose and this browser keeps: font, spacing, colours, length of lines, delay.
// docs/pages.md has the names and values. A classic script in the head, so that no page is drawn in another look first.
const captionflowLook = (() => {
  /** @typedef {{ink: string, paper: string, wanted: string}} Colours `wanted`: the ink before it was moved */
  /** What has no value is as the page has it. @typedef {{font: string | null, spacing: number | null, letters: number | null,
   *   colours: Colours | null, measure: number | null, delay: number, voices: boolean}} Look `delay` in milliseconds; `voices`: speakers have colours */

  const NAMES = ["font", "spacing", "letters", "colours", "measure", "delay", "speaker_colours"];
  const ALSO = ["colour", "colors", "color"]; // for `colours`
  const KEEPS = ["follow", "transcript"]; // a screen is what its address says
  const PAGES = [...KEEPS, "screen", "embed"];
  const GENERIC = ["system-ui", "sans-serif", "serif", "monospace"];
  /** @type {Record<string, [string, string]>} */
  const PAIRS = {
    light: ["#000000", "#ffffff"], dark: ["#ffffff", "#000000"], yellow: ["#ffe95c", "#000000"],
    cream: ["#1a1814", "#f6ebd0"], blue: ["#ffffff", "#00285c"],
  };
  const ACCENTS = ["#98250f", "#ffab8e"];
  const READABLE = 4.5; // WCAG 2.2, 1.4.3
  const EASY = 7; // 1.4.6
  const TIGHT = 1.32; // letters spread with lines that are farther apart
  const root = document.documentElement;

  // --- what is kept ---

  /** @type {Map<string, string | null>} what a browser that keeps nothing holds until the page is left */
  const unkept = new Map();
  /** @param {string} name @returns {string | null} */
  const kept = (name) => {
    try { return unkept.get(name) ?? localStorage.getItem(`captionflow.${name}`); } catch { return unkept.get(name) ?? null; }
  };
  /** @param {string} name @param {string | null} value */
  const keep = (name, value) => {
    try {
      unkept.delete(name);
      if (value === null) localStorage.removeItem(`captionflow.${name}`);
      else localStorage.setItem(`captionflow.${name}`, value);
    } catch { unkept.set(name, value); }
  };

  // --- colours ---

  /** @param {string} colour */
  const channels = (colour) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  /** @param {string} colour */
  const luminance = (colour) => {
    const [red, green, blue] = channels(colour).map((one) => (one <= 10 ? one / 255 / 12.92 : ((one / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  /** From 1 to 21, as WCAG reckons it. @param {string} one @param {string} other */
  const contrast = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  /** @param {string} from @param {string} to @param {number} share of `to` */
  const mix = (from, to, share) => {
    const [start, end] = [channels(from), channels(to)];
    return `#${start.map((one, at) => Math.round(one + (end[at] - one) * share).toString(16).padStart(2, "0")).join("")}`;
  };
  /** The nearest colour to this one, towards black or white, that has so much contrast. @param {string} ink @param {string[]} papers @param {number} least */
  const readable = (ink, papers, least = READABLE) => {
    for (let step = 0; step <= 64; step += 1) {
      for (const end of ["#000000", "#ffffff"]) {
        const found = mix(ink, end, step / 64);
        if (papers.every((paper) => contrast(found, paper) >= least)) return found;
      }
    }
    return null;
  };
  /** What the stylesheet calls its colours. @param {Colours | null} colours @returns {Record<string, string | null>} */
  const tones = (colours) => {
    const { ink, paper } = colours ?? { ink: "", paper: "" };
    if (!colours) return Object.fromEntries(["--ink", "--paper", "--quiet", "--rule", "--tint", "--accent", "color-scheme"].map((name) => [name, null]));
    const tint = mix(paper, ink, 0.12);
    return {
      "--ink": ink, "--paper": paper, "--rule": mix(paper, ink, 0.25),
      "--quiet": [0.3, 0.2, 0.1].map((share) => mix(ink, paper, share)).find((one) => contrast(one, paper) >= EASY) ?? ink,
      "--tint": contrast(ink, tint) >= READABLE ? tint : paper,
      "--accent": ACCENTS.find((one) => contrast(one, paper) >= EASY) ?? ink,
      "color-scheme": luminance(paper) < 0.18 ? "dark" : "light",
    };
  };

  // --- what a text asks for ---

  /** @param {string | null} text @param {number} low @param {number} high */
  const number = (text, low, high) => {
    const value = Number.parseFloat(text ?? "");
    return Number.isFinite(value) ? Math.min(high, Math.max(low, value)) : null;
  };
  /** @param {string | null} text @returns {Colours | null} */
  const coloursOf = (text) => {
    const own = /^#?([0-9a-f]{6})-on-#?([0-9a-f]{6})$/i.exec(text ?? "");
    const name = (text ?? "").toLowerCase();
    const [wanted, paper] = own ? [`#${own[1]}`.toLowerCase(), `#${own[2]}`.toLowerCase()] : Object.prototype.hasOwnProperty.call(PAIRS, name) ? PAIRS[name] : ["", ""];
    return paper ? { wanted, paper, ink: readable(wanted, [paper]) ?? wanted } : null;
  };
  /** @param {string | null} text */
  const fontOf = (text) => {
    if (!text || !/^[\p{L}\p{N} _-]{1,60}$/u.test(text)) return null;
    return `${GENERIC.includes(text) ? text : `"${text}"`}, var(--text)`;
  };
  /** A value out of bounds is moved to the nearest bound; one that can't be read is as if it were not there.
   * @param {(name: string) => string | null} say @returns {Look} */
  const read = (say) => {
    const spacing = number(say("spacing"), 1, 2.5);
    return {
      font: fontOf(say("font")),
      spacing,
      letters: number(say("letters"), 0, 0.3) ?? (spacing === null ? null : Math.max(0, spacing - TIGHT) * 0.1),
      colours: coloursOf(say("colours")),
      measure: number(say("measure"), 20, 120),
      delay: (number(say("delay"), 0, 60) ?? 0) * 1000,
      voices: say("speaker_colours") === "on",
    };
  };

  // --- this page's ---

  const page = root.dataset.page ?? "";
  /** @param {URLSearchParams} query */
  const asked = (query) => (/** @type {string} */ name) => query.get(name) ?? (name === "colours" ? ALSO.map((one) => query.get(one)).find((one) => one !== null) ?? null : null);
  /** What is asked for of this page: by its address, or else by what is kept. @param {string} name */
  const text = (name) => asked(new URLSearchParams(location.search))(name) ?? (KEEPS.includes(page) ? kept(name) : null);
  let now = read(() => null);

  /** Takes effect at once, and the words before the eyes stay there. */
  const dress = () => {
    if (!PAGES.includes(page)) return;
    now = read(text);
    const styles = {
      "--font": now.font, "--spacing": now.spacing, "--letters": now.letters === null ? null : `${now.letters}em`, "--measured": now.measure,
      ...tones(now.colours),
    };
    for (const [name, value] of Object.entries(styles)) {
      if (value === null) root.style.removeProperty(name);
      else root.style.setProperty(name, String(value));
    }
    root.toggleAttribute("data-colours", now.colours !== null);
    root.toggleAttribute("data-measure", now.measure !== null);
    root.toggleAttribute("data-voices", now.voices);
    dispatchEvent(new Event("captionflow:look"));
    dispatchEvent(new Event("captionflow:resized"));
  };
  /** From now on the reader's choice holds, and not the address. @param {string[]} names @param {string | null} value */
  const set = (names, value) => {
    const here = new URL(location.href);
    for (const name of names) {
      keep(name, value);
      for (const one of name === "colours" ? [name, ...ALSO] : [name]) here.searchParams.delete(one);
    }
    if (here.href !== location.href) history.replaceState(history.state, "", here);
    dress();
  };

  dress();
  addEventListener("storage", dress);

  return {
    NAMES, asked, contrast, coloursOf, keep, kept, number, read, readable, text,
    now: () => now,
    /** @param {string} name one of `NAMES` @param {string} value nothing: as the page has it */
    choose: (name, value) => set([name], value || null),
    reset: () => set(NAMES, null),
  };
})();
