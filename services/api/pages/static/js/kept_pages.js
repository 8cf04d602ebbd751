// The page without a network: what this browser has kept of what was read.
import "./hold.js";
import "./started.js";
import { PAGES } from "./kept_cache.js";
import { element } from "./render.js";

async function show() {
  const list = /** @type {HTMLElement} */ (document.getElementById("kept-pages"));
  const cache = await caches.open(PAGES);
  /** @type {Set<string>} */
  const shown = new Set();
  for (const one of [...await cache.keys()].reverse()) {
    const url = new URL(one.url);
    const language = url.searchParams.get("lang") ?? "";
    const same = `${url.pathname.replace(/\/follow$/, "")} ${language}`;
    const answer = await cache.match(one, { ignoreVary: true });
    if (!answer || shown.has(same)) continue;
    shown.add(same);
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const when = new Date(answer.headers.get("date") ?? "");
    const name = element("bdi", {}, page.querySelector("h1")?.textContent ?? url.pathname);
    list.append(element("li", {}, element("a", { href: url.pathname + url.search }, name), " ", element("span", { class: "facts" }, element("span", {}, when.toLocaleString()))));
  }
  /** @type {HTMLElement} */ (document.getElementById("nothing-kept")).hidden = shown.size > 0;
}
show().catch(() => {});
addEventListener("online", () => { fetch("/livez").then(() => location.reload(), () => {}); }); // "online" says little
