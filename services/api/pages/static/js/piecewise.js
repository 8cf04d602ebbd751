// A long text is shown from its end: what is above waits until it is wanted, and comes piece by piece. However much there is, no task
// of the page is long, and who reads the last words does not wait for the first.

const PIECE = 2_500; // characters: a slow phone draws them in some 50 ms

/** @param {(reach: number) => boolean} draw shows what is new, and so many characters above what was shown; whether there is more above
 * @param {(change: () => void) => void} above makes a change above the reader's eyes */
export function piecewise(draw, above) {
  let held = false;
  let wanted = false;
  let timer = 0;
  /** @type {(() => void)[]} */
  let waiting = [];

  /** @param {boolean} more */
  function drawn(more) {
    held = more;
    if (held && wanted) timer = timer || setTimeout(next);
    if (!held) for (const done of waiting.splice(0)) done();
  }
  function next() {
    timer = 0;
    if (held) above(() => drawn(draw(PIECE)));
  }
  function go() {
    wanted = true;
    drawn(held);
  }

  return {
    /** Show what is new. */
    draw: () => drawn(draw(0)),
    /** From now on what is above is wanted. */
    go,
    /** Show all in one piece. */
    atOnce: () => above(() => drawn(draw(Infinity))),
    /** Whether there is more above. */
    held: () => held,
    /** When all is shown, which is wanted now. @returns {Promise<void>} */
    whole: () => new Promise((done) => { waiting.push(done); go(); }),
  };
}
