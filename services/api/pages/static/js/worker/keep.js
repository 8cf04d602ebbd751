// The service worker: pages that were read can be opened without a network, and say so. Whatever is live, every call of the API,
// every file of a page that comes from the server, and what was asked for with a key passes it by. The server says before it, in `given`, the version and the files of the pages.
(() => {
const here = /** @type {any} */ (globalThis);
const { version, files } = /** @type {{version: string, files: string[]}} */ (here.given);
const FILES = `captionflow-files-${version}`;
const PAGES = "captionflow-pages-1";
const MOST = 40;
const LONGEST = 7 * 24 * 3600 * 1000;
const OFFLINE = "/offline";
const READ = /^\/(?:search|offline|rooms\/[^/]+\/follow|s\/[^/]+(?:\/follow)?)?$/; // not frames, screens, overlays, nor the pages of those who work
const KEPT = "/static/kept/"; // where pages that were kept have their files: nothing that a page of the server's asks for

here.addEventListener("install", (/** @type {any} */ event) => event.waitUntil((async () => {
  const cache = await caches.open(FILES);
  await cache.addAll([...files, OFFLINE]);
  await here.skipWaiting();
})()));

here.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) {
    if (name.startsWith("captionflow-") && name !== FILES && name !== PAGES) await caches.delete(name);
  }
  await tidy(await caches.open(PAGES));
  await here.clients.claim();
})()));

here.addEventListener("fetch", (/** @type {any} */ event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (pathname.startsWith(KEPT)) event.respondWith(file(pathname.slice(KEPT.length)));
  else if (request.mode === "navigate" && request.destination === "document" && READ.test(pathname)) event.respondWith(navigate(event, request));
});

/** A reader comes to what they were told of. */
here.addEventListener("notificationclick", (/** @type {any} */ event) => {
  event.notification.close();
  event.waitUntil(here.clients.openWindow(event.notification.data));
});

/** A page that was opened asks to be kept, and says later what is on it now. Of what was forgotten meanwhile, nothing is kept again. */
here.addEventListener("message", (/** @type {any} */ event) => event.waitUntil((async () => {
  const { address, html } = /** @type {{address: string, html?: string}} */ (event.data);
  if (session(address) === null) return;
  const cache = await caches.open(PAGES);
  const found = await cache.match(address, { ignoreVary: true });
  if (html === undefined) {
    if (!found) await keep(cache, address, await fetch(address));
  } else if (found) {
    const headers = plain(found);
    headers.set("date", new Date().toUTCString());
    await cache.put(address, new Response(html, { headers }));
  }
})()));

/** A file of a page that was kept, in this version. Pages that come from the server have theirs from the server. @param {string} name */
async function file(name) {
  const address = `/static/${version}/${name}`;
  const found = (await (await caches.open(FILES)).match(address, { ignoreVary: true })) ?? await fetch(address);
  const headers = plain(found);
  headers.set("cache-control", "no-cache"); // another version has another file at this address
  return new Response(found.body, { status: found.status, headers });
}

/** The headers of an answer that is sent on unpacked. @param {Response} answer */
function plain(answer) {
  const headers = new Headers(answer.headers);
  for (const name of ["content-encoding", "content-length", "etag"]) headers.delete(name);
  return headers;
}

/** The page as the server has it; without a network, what is kept of it. @param {any} event @param {Request} request */
async function navigate(event, request) {
  const cache = await caches.open(PAGES);
  let answer;
  try {
    answer = await fetch(request);
  } catch {
    const instead = await (await caches.open(FILES)).match(OFFLINE, { ignoreVary: true });
    return (await kept(cache, request.url)) ?? (instead && new Response(withFiles(await instead.text()), { headers: plain(instead) })) ?? Response.error();
  }
  if (session(request.url) !== null && answer.type === "basic") event.waitUntil(keep(cache, request.url, answer.clone()));
  return answer;
}

/** The session whose transcript an address shows; null: it is another page. @param {string} address */
function session(address) {
  return /^\/s\/([^/]+)(?:\/follow)?$/.exec(new URL(address).pathname)?.[1] ?? null;
}

/** Keep what everybody may read, and nothing older of what may be read no more. @param {Cache} cache @param {string} address @param {Response} answer */
async function keep(cache, address, answer) {
  if ([401, 403, 404, 410].includes(answer.status)) {
    for (const one of await cache.keys()) if (session(one.url) === session(address)) await cache.delete(one);
  } else if (answer.ok) {
    const mayBeKept = !answer.redirected && !/no-store/.test(answer.headers.get("cache-control") ?? "no-store");
    const whole = mayBeKept ? new Response(await answer.blob(), { headers: plain(answer) }) : null; // what breaks off replaces nothing
    if (whole) await cache.put(address, whole); // in one step: it is never away meanwhile
    else await cache.delete(address, { ignoreVary: true });
    await tidy(cache);
  }
}

/** Forget what is old, and all but the newest. @param {Cache} cache */
async function tidy(cache) {
  const all = [];
  for (const one of await cache.keys()) all.push({ one, at: at(await cache.match(one, { ignoreVary: true })) });
  all.sort((a, b) => b.at - a.at);
  for (const { one } of all.filter((each, place) => place >= MOST || Date.now() - each.at > LONGEST)) await cache.delete(one);
}

/** When the server answered. @param {Response | undefined} answer */
const at = (answer) => Date.parse(answer?.headers.get("date") ?? "") || 0;

/** The page that is kept, which says that it is; or the other page of the session in this language. @param {Cache} cache @param {string} address */
async function kept(cache, address) {
  const language = (/** @type {string} */ of) => new URL(of).searchParams.get("lang") ?? "";
  let found = await cache.match(address, { ignoreVary: true });
  for (const one of found || session(address) === null ? [] : await cache.keys()) {
    if (session(one.url) === session(address) && language(one.url) === language(address)) found = await cache.match(one, { ignoreVary: true });
  }
  if (!found || Date.now() - at(found) > LONGEST) return null;
  const when = new Date(at(found)).toISOString();
  const html = withFiles(await found.text())
    .replace("<html ", "<html data-kept ")
    .replace(/ · Live · captionflow<\/title>/, " · Kept · captionflow</title>")
    .replace("<!-- kept -->", `<p id="kept" class="notice" role="status">There is no connection. This is what this browser kept on <time datetime="${when}" data-moment>${when.slice(0, 16).replace("T", " ")} UTC</time>; more may have been said since. <a href="">Try again</a></p>`);
  return new Response(html, { headers: plain(found) });
}

/** The page with its files from here, also those that it brought along; of a page's words, which have no tags, nothing is touched. @param {string} html */
function withFiles(html) {
  const own = html.replace(/<(script|style) data-file="([^"]+)">[^]*?<\/\1>/g, (_, kind, name) => (
    kind === "style" ? `<link rel="stylesheet" href="${KEPT}${name}">` : `<script src="${KEPT}${name}"></script>`
  ));
  return own.replace(/(<(?:script|link)\s[^>]*?(?:src|href)=")\/static\/[^/"]+\//g, `$1${KEPT}`);
}
})();
