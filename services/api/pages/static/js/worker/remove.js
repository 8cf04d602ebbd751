// The service worker of an installation that wants none: it deletes what was kept, and itself.
(() => {
const here = /** @type {any} */ (globalThis);

here.addEventListener("install", () => here.skipWaiting());
here.addEventListener("activate", (/** @type {any} */ event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("captionflow-")) await caches.delete(name);
  await here.registration.unregister();
})()));
})();
