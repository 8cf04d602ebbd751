// Where words are in a text, as the archive's search compares them (captionflow/folding.py): case, accents, ligatures, widths and
// what nobody sees fold away; a hyphen or an apostrophe between letters joins words that count apart and together. Pure.

const JOINER = /^[-\u2010\u2011\u2013\u2212\ufe63\uff0d'\u2018\u2019\u02bb\u02bc\u00b4`\uff07]$/;
const INVISIBLE = /[\u00ad\u034f\u0640\u180e\u200c-\u200f\u2060\ufeff]/g;
const SPACELESS = /^[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1100-\u115f\u3130-\u318f\ua960-\ua97f\uac00-\ud7a3\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u{20000}-\u{323af}]/u;
/** Accents and points of Latin, Greek, Cyrillic, Hebrew and Arabic; no Indic vowel signs. */
const ACCENTS = /[\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe20-\ufe2f]/gu;
/** @type {Record<string, string>} letters that Unicode does not decompose */
const LETTERS = { "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i", "ħ": "h", "ß": "ss", "ς": "σ" };
const PLAIN = /^[a-z0-9]$/i;
const SIGN = /[^][\p{M}\u1160-\u11ff]*/gu;
const LONGEST = 200; // of what is looked for

/** @param {string} sign */
const fold = (sign) => sign.toLowerCase().normalize("NFKD").replace(ACCENTS, "").normalize("NFC").toLowerCase()
  .replace(/[øłđðþæœıħßς]/g, (letter) => LETTERS[letter]).replace(/[^\p{L}\p{N}\p{M}]/gu, "");

/** A folded text, a space or a hyphen before and behind each word, and where each of its characters began and ended.
 * @param {string} text */
function folded(text) {
  const out = [" "];
  const starts = [0];
  const ends = [0];
  let last = " ";
  let between = "";
  /** @param {string} piece @param {number} from @param {number} to */
  const put = (piece, from, to) => {
    for (let unit = 0; unit < piece.length; unit += 1) [starts.push(from), ends.push(to)];
    out.push(piece);
    last = piece;
  };
  for (const { 0: sign, index = 0 } of text.matchAll(SIGN)) {
    const plain = PLAIN.test(sign); // most signs there are
    const seen = plain ? sign : sign.replace(INVISIBLE, "");
    if (!seen) continue;
    const letters = plain ? sign.toLowerCase() : fold(seen);
    if (!letters) {
      between = JOINER.test(seen) && !between && last !== " " ? "-" : " "; // only one, between letters, joins
      continue;
    }
    const alone = !plain && SPACELESS.test(seen);
    const before = alone ? between || "-" : between;
    if (before && last !== " ") put(before, index, index);
    put(letters, index, index + sign.length);
    between = alone ? "-" : "";
  }
  return { text: `${out.join("")} `, starts, ends };
}

/** What finds these words, one after the other; null if there are none. `whole`: the last one has to end, too.
 * @param {string} words @param {boolean} whole @returns {RegExp | null} */
export function pattern(words, whole) {
  const wanted = folded(words.slice(0, LONGEST)).text.trim();
  if (!wanted) return null;
  let source = "";
  let before = " ";
  for (const sign of wanted) {
    if (sign === " ") source += "[ -]";
    else if (sign === "-") source += "[ -]?";
    else source += (before === " " || before === "-" ? "" : "-?") + sign;
    before = sign;
  }
  return new RegExp(`[ -]${source}${whole ? "(?=[ -])" : ""}`, "gu");
}

/** Where a text has what is looked for: from and to. @param {string} text @returns {(wanted: RegExp) => [number, number][]} */
export function searched(text) {
  const { text: plain, starts, ends } = folded(text);
  return (wanted) => [...plain.matchAll(wanted)].map(({ 0: found, index }) => {
    const from = /** @type {number} */ (index) + 1;
    return [starts[from], ends[from + found.length - 2]];
  });
}

/** @param {string} text @param {RegExp} wanted @returns {[number, number][]} */
export const hits = (text, wanted) => searched(text)(wanted);
