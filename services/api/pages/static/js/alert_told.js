// How a reader is told that words were said: a notification and a sound where they are wanted, and always a mark: at the turn, in a list,
// in the bar, and in the title of a tab that nobody sees.
import { anchorOf } from "./anchor.js";
import { bell } from "./bell.js";
import { element } from "./render.js";
import { workers } from "./workers.js";

const SHOWN = 20; // in the list
const SEEN_FOR = 30_000; // what stands in the bar
const CLAIMED = "captionflow.alerted";
const CLAIMS = 100;

/** @typedef {import("./alert_rounds.js").Heard} Heard */
/** @typedef {import("./spotting.js").Spotted} Spotted */

/** @param {{log: HTMLElement, now: HTMLAnchorElement, session: string, language: string}} page
 * @param {() => {notify: boolean, sound: boolean}} choice */
export function teller({ log, now, session, language }, choice) {
  const ring = bell();
  let timer = 0;
  let marked = false;

  const title = (/** @type {boolean} */ dot) => {
    marked = dot;
    document.title = `${dot ? "● " : ""}${document.title.replace(/^● /, "")}`;
  };
  /** @param {boolean} there */
  const show = (there) => {
    now.hidden = !there;
    now.closest(".told")?.classList.toggle("alerted", there); // where there is little room, it stands in place of "Live"
  };
  const hide = () => show(false);
  now.addEventListener("click", () => setTimeout(hide)); // after it was followed
  document.addEventListener("visibilitychange", () => {
    clearTimeout(timer);
    if (document.hidden) return;
    timer = setTimeout(hide, SEEN_FOR);
    if (marked) title(false);
  });

  /** @param {Heard} of @param {Spotted} spotted */
  function tell(of, { words, turn, n }) {
    const anchor = anchorOf(of, turn);
    const here = of.session === session && of.language === language;
    /** @type {Record<string, string>} */
    const where = here ? { href: `#${anchor}` }
      : { href: `/s/${encodeURIComponent(of.session)}/follow?${new URLSearchParams({ lang: of.language })}#${anchor}`, target: "_blank", rel: "noopener" };
    const source = () => (here ? [] : [" · ", element("bdi", {}, of.title)]);
    const time = new Date().toLocaleTimeString([], { hour: "numeric", minute: "2-digit" });
    log.prepend(element("li", {}, element("a", where, "“", element("bdi", {}, words), "”"), ` ${time}`, ...source()));
    while (log.children.length > SHOWN) log.lastElementChild?.remove();
    if (here) document.querySelector(`article[data-turn="${CSS.escape(turn)}"]`)?.classList.add("alerted");
    for (const name of ["target", "rel"]) now.removeAttribute(name);
    for (const [name, value] of Object.entries(where)) now.setAttribute(name, value);
    now.replaceChildren("“", element("bdi", {}, words), "” was said", ...source());
    show(true);
    clearTimeout(timer);
    if (document.hidden) title(true);
    else timer = setTimeout(hide, SEEN_FOR);
    if (!claimed(`${of.made} ${turn} ${n} ${words}`)) return;
    if (choice().sound) try { ring(); } catch { /* this browser has no sound */ }
    if (choice().notify) notify(`“${words}” was said`, { body: of.title, tag: `${turn} ${n} ${words}`, data: new URL(where.href, location.href).href });
  }
  return { tell, ring };
}

/** Whether this is the tab that sounds. @param {string} id */
function claimed(id) {
  try {
    const before = JSON.parse(localStorage.getItem(CLAIMED) ?? "[]");
    if (Array.isArray(before) && before.includes(id)) return false;
    localStorage.setItem(CLAIMED, JSON.stringify([...Array.isArray(before) ? before.slice(1 - CLAIMS) : [], id]));
  } catch { /* private mode: each tab tells */ }
  return true;
}

/** Whether the reader allows notifications; asks if they were not asked before. @returns {Promise<boolean>} */
export async function mayNotify() {
  if (!("Notification" in window)) return false;
  try {
    return Notification.permission === "granted" || (Notification.permission === "default" && await Notification.requestPermission() === "granted");
  } catch { return false; /* not on this address */ }
}

/** @param {string} title @param {{body: string, tag: string, data: string}} options `data`: where it leads */
async function notify(title, options) {
  if (!("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification(title, options);
    shown.onclick = () => {
      window.focus();
      if (options.data.replace(/#.*/, "") === location.href.replace(/#.*/, "")) location.hash = new URL(options.data).hash;
      else open(options.data, "_blank", "noopener");
      shown.close();
    };
  } catch { // phones leave it to the service worker
    (await workers?.getRegistration().catch(() => undefined))?.showNotification(title, options).catch(() => {});
  }
}
