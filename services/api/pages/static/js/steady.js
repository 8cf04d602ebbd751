// When something was typed, and how long ago that is, whatever is done to the machine's clock meanwhile.

const began = Date.now() - performance.now();

/** This page's clock, in ms: it goes on evenly while the page is open, and is near the machine's when it opens. */
export const steady = () => began + performance.now();

/** How many seconds ago this was, at the most and at the least: a machine that slept, or whose clock was set, has two answers.
 * @param {[number, number]} typed first and last @returns {[number, number]} */
export function ago([first, last]) {
  const now = [steady(), Date.now()];
  const ages = now.flatMap((one) => [one - first, one - last]).map((one) => Math.min(Math.max(one, 0), LONGEST) / 1000);
  return [Math.max(...ages), Math.min(...ages)];
}

const LONGEST = 30 * 86_400_000; // the server takes no older ones
