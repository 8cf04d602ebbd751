// A screen on a wall: the whole of it, and no mouse pointer that rests on the words.

const RESTS = 3_000;

/** @param {HTMLElement} screen @param {HTMLElement} button */
export function stage(screen, button) {
  let timer = 0;
  const moved = () => {
    delete screen.dataset.rests;
    clearTimeout(timer);
    timer = setTimeout(() => { screen.dataset.rests = ""; }, RESTS);
  };
  addEventListener("pointermove", moved);
  moved();

  const told = () => { button.textContent = document.fullscreenElement ? "Leave full screen" : "Full screen"; };
  button.hidden = !document.fullscreenEnabled;
  button.addEventListener("click", async () => {
    try {
      await (document.fullscreenElement ? document.exitFullscreen() : document.documentElement.requestFullscreen());
    } catch { /* the browser does not want to: it stays as it is */ }
  });
  document.addEventListener("fullscreenchange", told);
  told();
}
