// The screen of a phone stays on while somebody reads along: a wake lock, where the browser has them and gives one.

/** @returns {(wanted: boolean) => void} to be told whether the screen is to stay on while the page is seen */
export function awake() {
  let wanted = false;
  let asking = false;
  /** @type {WakeLockSentinel | null} */
  let held = null;

  const wants = () => wanted && !document.hidden;

  /** One request at a time: what was wished meanwhile is done after it. */
  async function settle() {
    if (asking || !("wakeLock" in navigator)) return;
    asking = true;
    try {
      while (wants() !== (held !== null)) {
        if (held) {
          const had = held;
          held = null;
          await had.release();
        } else {
          const lock = await navigator.wakeLock.request("screen");
          lock.addEventListener("release", () => { if (held === lock) held = null; });
          held = lock.released ? null : lock;
          if (lock.released) break;
        }
      }
    } catch { /* an empty battery, a policy: asked again when the page is seen again */ }
    asking = false;
  }
  document.addEventListener("visibilitychange", settle); // the browser takes it back when the page is hidden

  return (now) => {
    wanted = now;
    settle();
  };
}
