// Spans of time as people read them. Pure.

/** `2:03` below an hour, `1:02:03` from there on. @param {number} milliseconds */
export function clock(milliseconds) {
  const all = Math.max(0, Math.floor(milliseconds / 1000));
  const [hours, minutes, seconds] = [Math.floor(all / 3600), Math.floor(all / 60) % 60, all % 60];
  const two = (/** @type {number} */ n) => String(n).padStart(2, "0");
  return hours ? `${hours}:${two(minutes)}:${two(seconds)}` : `${minutes}:${two(seconds)}`;
}

const NOW = 10_000;

/** How long ago something was, for what happens all the time: figures that go from 0:01 to 0:03 and back tell nobody anything.
 * @param {number} milliseconds */
export const lately = (milliseconds) => (milliseconds < NOW ? "just now" : `${clock(milliseconds)} ago`);
