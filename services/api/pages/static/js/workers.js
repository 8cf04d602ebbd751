// Service workers, where this browser has them and allows them: a page in a sandbox may not even ask.

/** @returns {ServiceWorkerContainer | null} */
export function workers() {
  try {
    return isSecureContext ? navigator.serviceWorker ?? null : null;
  } catch { return null; }
}
