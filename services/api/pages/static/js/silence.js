// What is known of the sources of a session, and how long nobody has said a word. Pure.

/** @typedef {import("../../messages.js").SourceReport} SourceReport */
/** @typedef {{source: string, language: string, door: string, since: number, lastWord: number | null, words: number,
 *   pace: number, delay: number | null, warnings: SourceReport["warnings"]}} Source */

const GONE = 4 * 3600_000; // a source that was not heard for so long is not shown

/** One source of what each ingest process says of it: who types may have been moved to another one.
 * @param {SourceReport[]} reports of one session @param {number} now @returns {Source[]} the one that was heard last first */
export function sourcesOf(reports, now) {
  /** @type {Map<string, Source>} */
  const found = new Map();
  for (const one of [...reports].sort((a, b) => Date.parse(a.at) - Date.parse(b.at))) {
    const key = `${one.language} ${one.source}`;
    const before = found.get(key);
    const lastWord = one.last_word_at ? Date.parse(one.last_word_at) : null;
    found.set(key, {
      source: one.source,
      language: one.language,
      door: one.door,
      since: Math.min(Date.parse(one.since), before?.since ?? Infinity),
      lastWord: Math.max(lastWord ?? -Infinity, before?.lastWord ?? -Infinity),
      words: one.words + (before?.words ?? 0),
      pace: one.words_a_minute + (before?.pace ?? 0),
      delay: (lastWord ?? 0) >= (before?.lastWord ?? 0) ? one.delay_seconds : before?.delay ?? null,
      warnings: [...(before?.warnings ?? []), ...one.warnings],
    });
  }
  return [...found.values()]
    .map((one) => ({ ...one, lastWord: one.lastWord === -Infinity ? null : one.lastWord }))
    .filter((one) => now - (one.lastWord ?? one.since) < GONE)
    .sort((a, b) => (b.lastWord ?? b.since) - (a.lastWord ?? a.since));
}

/** How long nobody has said a word in one language, in milliseconds; null if nobody ever has.
 * @param {Source[]} sources @param {string} language @param {number} now */
export function silence(sources, language, now) {
  const heard = sources.filter((one) => one.language === language && one.lastWord !== null).map((one) => one.lastWord ?? 0);
  return heard.length ? Math.max(0, now - Math.max(...heard)) : null;
}
