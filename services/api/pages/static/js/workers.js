// Service workers, where this browser has them and allows them: a page in a sandbox may not even ask.

/** @type {ServiceWorkerContainer | null} */
export let workers = null;
try {
  if (isSecureContext) workers = navigator.serviceWorker ?? null;
} catch { /* in a sandbox there are none */ }
