// Connections of this browser that stay open, over all its tabs: six to one server is the most that it opens by HTTP/1.1, and
// what asks for a seventh waits for ever. So pages take turns at four, and the others ask in short questions.

const MOST = 4; // streams; what is left is for pages, scripts and questions

/** HTTP/2 and 3 carry any number of streams in one connection. */
function unlimited() {
  const [opened] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  return /^h[23]/.test(opened?.nextHopProtocol ?? "");
}

/** Take a connection, if there is one; what it gives is to be called when it is not needed any more.
 * @returns {Promise<(() => void) | null>} */
export async function connection() {
  if (!navigator.locks || unlimited()) return () => {}; // an address without TLS has no locks: then hidden tabs that rest must do
  for (let place = 0; place < MOST; place += 1) {
    const leave = await taken(`captionflow.stream.${place}`);
    if (leave) return leave;
  }
  return null;
}

/** @param {string} name @returns {Promise<(() => void) | null>} */
const taken = (name) => new Promise((answer) => {
  navigator.locks.request(name, { ifAvailable: true }, (lock) => {
    if (lock) return new Promise((/** @type {(value?: unknown) => void} */ leave) => answer(() => leave()));
    return answer(null);
  }).catch(() => answer(() => {})); // where locks are forbidden, none are needed
});
