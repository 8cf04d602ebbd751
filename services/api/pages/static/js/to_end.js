// A page that is followed opens at its last words, before its other scripts have come. A classic script behind the captions.
(() => {
  const captions = document.getElementById("captions");
  const [opened] = /** @type {PerformanceNavigationTiming[]} */ (performance.getEntriesByType("navigation"));
  const anew = !opened || opened.type === "navigate"; // otherwise the browser knows where the reader was
  if (captions?.dataset.opensAt !== "end" || location.hash || !anew || scrollY >= 10) return;
  captions.dataset.toEnd = "";
  scrollTo(0, document.documentElement.scrollHeight);
})();
