// What Chromium 80, Firefox 74 and Safari 13.1 lack of what the scripts use, and a word to browsers that are older. What the
// language had later, TypeScript does not let the scripts use (tsconfig.json). A classic script in words that every browser can read.
(function () {
  "use strict";

  /** @param {object} to @param {string} name @param {unknown} what */
  function lacks(to, name, what) {
    if (to && !(name in to)) Object.defineProperty(to, name, { value: what, configurable: true, writable: true });
  }
  [Element, Document, DocumentFragment].forEach(function (one) {
    lacks(one.prototype, "replaceChildren", /** @this {Element} */ function () {
      while (this.firstChild) this.removeChild(this.firstChild);
      this.append.apply(this, Array.prototype.slice.call(arguments));
    });
  });
  if (window.AbortController) {
    lacks(AbortSignal, "timeout", function (/** @type {number} */ milliseconds) {
      var mine = new AbortController();
      setTimeout(function () { mine.abort(); }, milliseconds);
      return mine.signal;
    });
  }

  // A page's script says that it runs (see started.js). One that could not be had says nothing of the browser.
  var lost = false;
  window.addEventListener("error", function (event) {
    if (event.target instanceof HTMLScriptElement) lost = true;
  }, true);
  window.addEventListener("load", function () {
    var told = document.getElementById("too-old");
    if (!told || lost || document.documentElement.hasAttribute("data-started")) return;
    told.hidden = false;
    document.documentElement.className = ""; // what needs a script is not shown
  });
}());
