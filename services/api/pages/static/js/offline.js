// Pages that were read can be opened without a network: asks for the service worker, and keeps what the reader has before them.
// Where the browser has none, or the page came without https, there is nothing of this.
import { PAGES } from "./kept_cache.js";
import { workers } from "./workers.js";

const SETTLED = 4_000; // the words come first
const OFTEN = 60_000;

const captions = document.getElementById("captions"); // of the follow page, where more has come than the server sent with it
const isKept = () => document.documentElement.hasAttribute("data-kept");
const here = () => location.href.replace(/#.*/, "");
let mayBeKept = /^\/s\/[^/]+(\/follow)?$/.test(location.pathname) && document.querySelector(".transcript") !== null;
let asked = false;

/** Have the worker keep the page, and later the words that are on it now; what was corrected or taken back is not among them, nor is what
 * is said off the record. One that removes what was kept does not listen. */
async function keep() {
  const worker = workers?.controller;
  if (!mayBeKept || isKept() || !worker) return;
  const found = await caches.match(here(), { cacheName: PAGES, ignoreVary: true });
  if (!found && !asked) {
    asked = true;
    worker.postMessage({ address: here() });
  }
  if (!found || !captions?.querySelector(".turn")) return;
  const page = new DOMParser().parseFromString(await found.text(), "text/html");
  for (const id of ["captions", "before", "waiting"]) {
    const [old, now] = [page.getElementById(id), document.getElementById(id)];
    if (old && now) old.replaceWith(page.importNode(now, true));
  }
  for (const one of page.querySelectorAll(".leftoff")) one.remove();
  if (mayBeKept) worker.postMessage({ address: here(), html: `<!doctype html>${page.documentElement.outerHTML}` });
}

/** Nothing of this session is to be had any more: nothing is kept of it. */
export async function forget() {
  mayBeKept = false;
  try {
    if (!("caches" in window) || !await caches.has(PAGES)) return;
    const cache = await caches.open(PAGES);
    const path = location.pathname.replace(/\/follow$/, "");
    for (const one of await cache.keys()) if ([path, `${path}/follow`].includes(new URL(one.url).pathname)) await cache.delete(one);
  } catch { /* this browser keeps nothing */ }
}

/** The words come from the server again: what was said of what is kept holds no more. */
export function arrived() {
  if (!isKept()) return;
  delete document.documentElement.dataset.kept;
  document.getElementById("kept")?.remove();
}

for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-moment]"))) {
  time.textContent = new Date(time.dateTime).toLocaleString();
}
if (workers) {
  const all = workers;
  const keepIfPossible = () => keep().catch(() => {}); // no network, or no room: what is kept is what was
  setTimeout(async () => {
    try {
      await all.register("/sw.js");
      await all.ready;
    } catch { return; /* it is not allowed here, or there is no network */ }
    keepIfPossible();
    if (captions) setInterval(() => { if (!document.hidden) keepIfPossible(); }, OFTEN);
  }, SETTLED);
  all.addEventListener("controllerchange", keepIfPossible);
  document.addEventListener("visibilitychange", () => { if (document.hidden) keepIfPossible(); });
}
