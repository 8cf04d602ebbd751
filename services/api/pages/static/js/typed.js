// What somebody has typed on the caption page, and which posts bring the line log to it. Pure: no DOM, no clock, no network.
//
// Rows are short stretches of text as they are on the page, with their line break or the space at their end; pieces are what
// the log has of them, each a line of the log with its seq.
// A post is given a number and kept before it is sent, and sent again unchanged until it is answered: the log knows it by
// (sender, number), so nothing is lost or said twice. What is typed meanwhile changes rows only, and makes the next posts.

/** @typedef {{seq: number, text: string}} Piece */
/** Some characters, and when they were typed by the page's clock; 0: the log has them.
 * @typedef {[number, number]} Run */
/** `runs`: of all characters of its text, in order; rows from before they were noted have none.
 * @typedef {{id: number, text: string, sent: Piece[], runs?: Run[]}} Row */
/** `typed`: when its first and its last character were typed.
 * @typedef {{number: number, row: number, text: string, revises: number | null, typed?: [number, number]}} Post */
/** The last row is the one being typed. `apart`: what comes next begins on a line of its own, since somebody else may have
 * left one open. `floor`: rows before this id are not corrected any more: others may have typed so much since then that no
 * revision reaches them.
 * @typedef {{v: 1, sender: string, next: number, apart: boolean, floor?: number, rows: Row[], flight: Post[]}} Typed */
/** @typedef {{number: number, seq: number, withheld?: boolean}} Receipt */

const REACH = 1_500; // characters back that a revision surely reaches (docs/segmenter.md)
const FULL = 240; // a row that is so long ends at its next space, so that corrections have something to reopen
const LONGEST = 1_900; // UTF-16 units in a post: a line of the log has at most 2,000 characters
const MOST = 100; // posts at once
const PAUSE = 5_000; // what was typed so long after something else is a piece of its own, which may be of another passage
const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** @param {string} sender @returns {Typed} */
export const fresh = (sender) => ({ v: 1, sender, next: 0, apart: true, rows: [{ id: 0, text: "", sent: [] }], flight: [] });

/** The row being typed. @param {Typed} typed */
export const current = (typed) => /** @type {Row} */ (typed.rows[typed.rows.length - 1]);

/** What the log has of a row. @param {Row} row */
export const sentOf = (row) => row.sent.map((one) => one.text).join("");

/** The row being typed has this text; each line break in it ends a row. @param {Typed} typed @param {string} text
 * @param {number} now by the page's clock, in ms */
export function type(typed, text, now = 0) {
  const well = text.replace(/\r\n?/g, "\n").replace(LONE, "");
  const whole = typed.apart && well ? `\n${well}` : well;
  const runs = retyped(current(typed), whole, now);
  let from = 0;
  if (well) typed.apart = false;
  for (const line of whole.split(/(?<=\n)/)) {
    current(typed).text = line;
    current(typed).runs = within(runs, from, from += line.length);
    if (line.endsWith("\n") || (line.length > FULL && line.endsWith(" "))) next(typed);
  }
}

/** What comes next begins anew: the row being typed ends here, and nothing before is corrected. @param {Typed} typed */
export function leave(typed) {
  if (current(typed).text) type(typed, `${current(typed).text}\n`);
  typed.apart = true;
  typed.floor = current(typed).id;
}

/** @param {Typed} typed */
function next(typed) {
  typed.rows.push({ id: current(typed).id + 1, text: "", sent: [] });
}

/** An earlier row has these words instead; without any it is deleted. @param {Row} row @param {string} words
 * @param {number} now by the page's clock, in ms */
export function correct(row, words, now = 0) {
  const one = words.replace(LONE, "").replace(/\s+/g, " ").trim().slice(0, LONGEST - 1);
  const text = one && one + (/\s$/.exec(row.text)?.[0] ?? "");
  row.runs = retyped(row, text, now);
  row.text = text;
}

/** The rows before the one being typed that a correction reaches, and that have words. @param {Typed} typed */
export function correctable(typed) {
  let room = REACH;
  const found = [];
  for (const row of [...typed.rows].reverse()) {
    room -= Math.max(row.text.length, sentOf(row).length);
    if (room < 0 || row.id < (typed.floor ?? 0)) break;
    if (row !== current(typed) && row.text.trim()) found.unshift(row);
  }
  return found;
}

/** Give numbers to the posts that are due now, unless some are on their way. `settled`: nothing was typed for a moment,
 * so the word at the end is sent too. @param {Typed} typed @param {boolean} settled @returns {Post[]} those on their way */
export function take(typed, settled) {
  if (typed.flight.length) return typed.flight;
  const begun = typed.rows.map((row) => row.sent.length > 0).lastIndexOf(true);
  /** @type {Post[]} */
  const posts = [];
  typed.rows.forEach((row, place) => {
    const wanted = row === current(typed) ? due(row, settled) : row.text;
    const found = changes(row.sent, wanted, place >= begun);
    let from = wanted.length - found.reduce((sum, [revises, text]) => sum + (revises === null ? text.length : 0), 0);
    for (const [revises, text] of found) { // what is new stands at the end
      const parts = revises === null ? byTime(text, row.runs, from) : [text];
      if (posts.length + parts.length > MOST) break;
      for (const part of parts) {
        const typedAt = revises === null ? spanned(within(row.runs ?? [], from, from += part.length)) : spanned(row.runs ?? []);
        posts.push({ number: typed.next + posts.length, row: row.id, text: part, revises, ...(typedAt ? { typed: typedAt } : {}) });
      }
    }
  });
  typed.next += posts.length;
  typed.flight = posts;
  return posts;
}

/** The posts on their way are in the log. Rows that are and that no correction reaches any more are forgotten; so are, if
 * `forgets`, those that the log withholds. @param {Typed} typed @param {Receipt[]} receipts @param {boolean} forgets */
export function arrived(typed, receipts, forgets = false) {
  const off = new Set(receipts.filter((one) => forgets && one.withheld).map((one) => one.number));
  for (const { number, row } of typed.flight) if (off.has(number)) typed.floor = Math.max(typed.floor ?? 0, row + 1);
  const seqs = new Map(receipts.map((one) => [one.number, one.seq]));
  for (const { number, row, text, revises } of typed.flight) {
    const sent = typed.rows.find((one) => one.id === row)?.sent ?? [];
    if (revises === null) sent.push({ seq: seqs.get(number) ?? 0, text });
    else for (const one of sent) if (one.seq === revises) one.text = text;
  }
  typed.flight = [];
  for (const row of typed.rows) {
    row.sent = row.sent.filter((one) => one.text !== "");
    const sent = sentOf(row);
    if (row.runs && row.text.startsWith(sent)) row.runs = [...(sent ? [/** @type {Run} */ ([sent.length, 0])] : []), ...within(row.runs, sent.length, row.text.length)];
  }
  const reached = correctable(typed)[0] ?? current(typed);
  const keep = typed.rows.findIndex((row) => row === reached || row.text !== sentOf(row));
  typed.rows.splice(0, keep);
}

/** The log has used a number for something else: go on under a new name. @param {Typed} typed @param {string} sender */
export function rename(typed, sender) {
  [typed.sender, typed.next, typed.flight] = [sender, 0, []];
}

/** How many characters are not in the log yet, as far as is known. @param {Typed} typed */
export function waiting(typed) {
  const late = typed.rows.filter((row) => row.text !== sentOf(row));
  return late.reduce((sum, row) => sum + Math.max(1, Math.abs(row.text.length - sentOf(row).length)), typed.flight.length ? 1 : 0);
}

/** As much of the row being typed as should be sent: whole words while it grows, all of it when nothing is typed for a moment
 * and after a correction that ends with a space. @param {Row} row @param {boolean} settled */
function due(row, settled) {
  const sent = sentOf(row);
  if (settled) return row.text;
  if (!row.text.startsWith(sent)) return /\s$/.test(row.text) ? row.text : sent;
  const words = /\s\S*$/.exec(row.text);
  return row.text.slice(0, Math.max(sent.length, words ? words.index + 1 : 0));
}

/** What makes the pieces have this text: [seq, text] for a piece that changes (empty: deleted), [null, text] for a new one.
 * Only the last row with pieces, and those after it, can get new ones; elsewhere a piece beside them grows.
 * @param {Piece[]} sent @param {string} text @param {boolean} atEnd @returns {[number | null, string][]} */
function changes(sent, text, atEnd) {
  let [first, from] = [0, 0];
  while (first < sent.length && text.startsWith(sent[first].text, from)) from += sent[first++].text.length;
  if (first === sent.length) {
    if (from === text.length) return [];
    if (atEnd) return pieces(text.slice(from)).map((one) => [null, one]);
    const last = sent[sent.length - 1];
    return last ? [[last.seq, last.text + text.slice(from)]] : [];
  }
  let [last, to] = [sent.length, text.length];
  while (last > first && text.slice(from, to).endsWith(sent[last - 1].text)) to -= sent[--last].text.length;
  if (last === first) return from === to ? [] : [[sent[first].seq, text.slice(from, to) + sent[first].text]];
  let cut = pieces(text.slice(from, to));
  if (cut.length > last - first) [last, cut] = [sent.length, pieces(text.slice(from))];
  return [
    ...sent.slice(first, last).map((piece, place) => /** @type {[number, string]} */ ([piece.seq, cut[place] ?? ""])),
    ...cut.slice(last - first).map((rest) => /** @type {[null, string]} */ ([null, rest])),
  ];
}

/** When the characters of a row were typed if it has this text now: what is the same before and behind stays as it was.
 * @param {Row} row @param {string} text @param {number} now @returns {Run[]} */
function retyped({ text: was, runs = was ? [[was.length, 0]] : [] }, text, now) {
  const most = Math.min(was.length, text.length);
  let [first, last] = [0, 0];
  while (first < most && was[first] === text[first]) first += 1;
  if (/[\ud800-\udbff]/.test(text[first - 1] ?? "")) first -= 1;
  while (last < most - first && was[was.length - 1 - last] === text[text.length - 1 - last]) last += 1;
  if (/[\udc00-\udfff]/.test(text[text.length - last] ?? "")) last -= 1;
  const typed = text.length - first - last;
  return [...within(runs, 0, first), ...(typed ? [/** @type {Run} */ ([typed, now])] : []), ...within(runs, was.length - last, was.length)]
    .reduce((joined, [count, at]) => {
      const before = joined[joined.length - 1];
      if (before?.[1] === at) before[0] += count;
      else joined.push([count, at]);
      return joined;
    }, /** @type {Run[]} */ ([]));
}

/** The runs of some of the characters. @param {Run[]} runs @param {number} from @param {number} to @returns {Run[]} */
function within(runs, from, to) {
  /** @type {Run[]} */
  const found = [];
  let begin = 0;
  for (const [count, at] of runs) {
    const some = Math.min(to, begin + count) - Math.max(from, begin);
    if (some > 0) found.push([some, at]);
    begin += count;
  }
  return found;
}

/** When the first and the last of them were typed that the log does not have. @param {Run[]} runs @returns {[number, number] | null} */
function spanned(runs) {
  const times = runs.map(([, at]) => at).filter(Boolean);
  return times.length ? [Math.min(...times), Math.max(...times)] : null;
}

/** A new text in pieces of which each was typed without a pause. @param {string} text @param {Run[]} runs @param {number} from */
function byTime(text, runs = [], from = 0) {
  const found = [""];
  let [place, first] = [0, 0];
  for (const [count, at] of within(runs, from, from + text.length)) {
    if (found[found.length - 1] && Math.abs(at - first) > PAUSE) found.push("");
    if (!found[found.length - 1]) first = at;
    found[found.length - 1] += text.slice(place, place += count);
  }
  found[found.length - 1] += text.slice(place);
  return found;
}

/** A long text cut into what a post holds, never inside a character. @param {string} text */
function pieces(text) {
  const found = [];
  for (let from = 0, to; from < text.length; from = to) {
    to = Math.min(text.length, from + LONGEST);
    if (to < text.length && /[\ud800-\udbff]/.test(text[to - 1])) to -= 1;
    found.push(text.slice(from, to));
  }
  return found;
}
