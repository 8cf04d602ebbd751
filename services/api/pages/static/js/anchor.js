// The names of turns and parts of turns in addresses.

/** @param {string} text */
export const isAnchor = (text) => /^t[0-9.]+(-p[0-9]+)?$/.test(text);
