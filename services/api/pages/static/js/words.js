// Where words and signs of a text end, in any script: what a reader takes for one letter (an emoji of a family, a letter with
// its accents) is never cut. Pure.

const NO_SPACES = /[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef]|[\u{1f000}-\u{1faff}\u{20000}-\u{3ffff}]/u;
const CLOSES = /^[\p{Pe}\p{Pf}\p{Po}]/u; // never begins a line
const MOST = 400; // characters looked at: no word of a script without spaces is longer
const SIGN = /\r\n|(?:\p{RI}\p{RI}|\p{Extended_Pictographic}|[^])(?:[\p{M}\u200c\ufe0f\u{1f3fb}-\u{1f3ff}\u{e0020}-\u{e007f}]|\u200d\p{Extended_Pictographic}?)*/gu;
const words = segmenter("word");
const signs = segmenter("grapheme");

/** Cuts a text. Browsers before 2021 (Firefox: 2024) know signs by their properties alone, and take each for a word.
 * @param {"word" | "grapheme"} granularity @returns {(text: string) => Iterable<{segment: string, index: number}>} */
function segmenter(granularity) {
  if ("Segmenter" in Intl) {
    const known = new Intl.Segmenter(undefined, { granularity });
    return (text) => known.segment(text);
  }
  return (text) => Array.from(text.matchAll(SIGN), ({ 0: segment, index }) => ({ segment, index: index ?? 0 }));
}

/** Where the word ends that begins at `from`, spaces before it counted in; in scripts without spaces, a word with what
 * closes behind it. @param {string} text @param {number} from */
export function wordEnd(text, from) {
  const space = text.indexOf(" ", from + 1);
  const end = space < 0 ? text.length : space;
  const run = text.slice(from, Math.min(end, from + MOST));
  if (!NO_SPACES.test(run)) return end;
  let to = 0;
  for (const { segment, index } of words(run)) {
    if (to > 0 && run.slice(0, to).trim() && !CLOSES.test(segment)) return from + to;
    to = index + segment.length;
  }
  return from + to === from + MOST ? signEnd(text, from + MOST - 1) : end;
}

/** Where the sign ends that has the character at `from`. @param {string} text @param {number} from */
export function signEnd(text, from) {
  const begin = Math.max(0, from - MOST);
  for (const { segment, index } of signs(text.slice(begin, from + MOST))) {
    const end = begin + index + segment.length;
    if (end > from) return end;
  }
  return text.length;
}

/** How many words a text has, at most `most`. @param {string} text @param {number} most */
export function count(text, most) {
  let found = 0;
  for (let at = 0; at < text.length && found < most; at = wordEnd(text, at)) found += 1;
  return found;
}

/** The end of a text, from the beginning of a word on. @param {string} text @param {number} from */
export function fromWord(text, from) {
  if (from <= 0) return text;
  const rest = text.slice(from);
  const space = rest.search(/\s/);
  if (space >= 0 && !NO_SPACES.test(rest.slice(0, space))) return rest.slice(space + 1);
  const begin = Math.max(0, from - MOST);
  for (const { segment, index } of words(text.slice(begin, from + MOST))) {
    const end = begin + index + segment.length;
    if (end > from && text.slice(end).trim()) return text.slice(end).trimStart();
  }
  return text.slice(signEnd(text, from - 1));
}
