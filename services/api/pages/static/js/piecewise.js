// A long text is shown from its end: what is above comes piece by piece, when the reader moves or after a while. However much there
// is, no task of the page is long, and who reads the last words does not wait for the first.

const PIECE = 2_500; // characters: a slow phone draws them in some 50 ms
const LATER = 10_000;

/** @param {(reach: number) => boolean} draw shows what is new, and so many characters above what was shown; whether there is more above
 * @param {(change: () => void) => void} above makes a change above the reader's eyes */
export function piecewise(draw, above) {
  let held = false;
  let going = false;
  let timer = 0;
  /** @type {(() => void)[]} */
  let waiting = [];

  /** @param {boolean} more */
  function drawn(more) {
    held = more;
    if (held) timer = timer || setTimeout(next, going ? 0 : LATER);
    else {
      clearTimeout(timer);
      [going, timer] = [false, 0];
      for (const done of waiting.splice(0)) done();
    }
  }
  function next() {
    [going, timer] = [true, 0];
    above(() => drawn(draw(PIECE)));
  }
  function go() {
    if (!held || going) return;
    clearTimeout(timer);
    going = true;
    timer = setTimeout(next);
  }

  return {
    /** Show what is new. */
    draw: () => drawn(draw(0)),
    /** The reader moves: show the rest now. */
    go,
    /** When all is shown, which begins now. @returns {Promise<void>} */
    whole: () => new Promise((done) => {
      if (!held) return done();
      waiting.push(done);
      go();
    }),
    /** Show all of it in one piece. */
    atOnce: () => above(() => drawn(draw(Infinity))),
    /** Whether there is more. */
    held: () => held,
  };
}
