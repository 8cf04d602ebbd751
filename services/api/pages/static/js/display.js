// Text size and theme, kept in this browser. A classic script in the head, so that a page is never drawn in the wrong ones.
(() => {
  const root = document.documentElement;
  const dark = matchMedia("(prefers-color-scheme: dark)");
  const SMALLEST = -2;
  const LARGEST = 4;
  const { kept, keep } = captionflowLook;

  /** What the address says holds until the reader chooses. */
  let asked = new URLSearchParams(location.search).get("theme");
  const system = () => (dark.matches ? "dark" : "light");
  const theme = () => root.dataset.theme ?? system();
  const size = () => Number(root.dataset.size ?? 0);

  const show = () => {
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-theme]"))) {
      const says = theme() === "dark" ? "Light" : "Dark";
      if (button.dataset.says !== says) button.textContent = button.dataset.says = says;
    }
    for (const button of /** @type {NodeListOf<HTMLButtonElement>} */ (document.querySelectorAll("button[data-size]"))) {
      const wanted = size() + Number(button.dataset.size);
      button.disabled = wanted < SMALLEST || wanted > LARGEST;
    }
  };

  const clock = new Intl.DateTimeFormat([], { hour: "numeric", minute: "2-digit" }); // one for all: a day has hundreds of times
  /** Times of day as the reader's own clock has them. */
  const tellTimes = () => {
    for (const time of /** @type {NodeListOf<HTMLTimeElement>} */ (document.querySelectorAll("time[data-clock]"))) {
      const at = new Date(time.dateTime);
      if (!Number.isNaN(at.valueOf())) time.textContent = clock.format(at);
    }
  };

  const read = () => {
    const wanted = asked === "dark" || asked === "light" ? asked : kept("theme");
    if (wanted === "dark" || wanted === "light") root.dataset.theme = wanted;
    else delete root.dataset.theme;
    const step = Number(kept("size"));
    if (Number.isInteger(step) && step >= SMALLEST && step <= LARGEST) root.dataset.size = String(step);
  };

  root.classList.add("js");
  read();
  dark.addEventListener("change", show);
  addEventListener("storage", () => { read(); show(); dispatchEvent(new Event("captionflow:resized")); });
  addEventListener("DOMContentLoaded", () => { show(); tellTimes(); });
  addEventListener("captionflow:drawn", tellTimes);
  addEventListener("click", (event) => {
    const target = event.target instanceof Element ? event.target : null;
    const button = /** @type {HTMLButtonElement | null | undefined} */ (target?.closest("button[data-theme], button[data-size]"));
    if (!button) return;
    if (button.hasAttribute("data-theme")) {
      asked = null;
      const wanted = theme() === "dark" ? "light" : "dark";
      // Choosing what the system has means following the system again.
      if (wanted === system()) delete root.dataset.theme;
      else root.dataset.theme = wanted;
      keep("theme", root.dataset.theme ?? null);
    } else {
      root.dataset.size = String(Math.min(LARGEST, Math.max(SMALLEST, size() + Number(button.dataset.size))));
      keep("size", root.dataset.size);
      dispatchEvent(new Event("captionflow:resized"));
    }
    show();
  });
})();
