// The names of turns and parts of turns in addresses.

/** @param {string} text */
export const isAnchor = (text) => /^t[0-9.]+(-p[0-9]+)?$/.test(text);

/** @typedef {{session: string, language: string}} Names */

/** The name of a turn. @param {Names} names @param {string} turn */
export const anchorOf = ({ session, language }, turn) => `t${turn.slice(`${session}.${language}.`.length)}`;

/** The page that shows it, however long the transcript is. @param {Names} names @param {string} anchor */
export const addressOf = ({ session, language }, anchor) =>
  `/s/${encodeURIComponent(session)}?${new URLSearchParams({ lang: language, turn: anchor })}#${anchor}`;
