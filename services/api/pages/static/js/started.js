// A page's script imports this: if it runs, the browser can read all of them.
document.documentElement.dataset.started = "";
