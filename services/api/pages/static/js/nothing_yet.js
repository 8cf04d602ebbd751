// A session or a room that is not known yet: ask until it is, then show it.
import "./started.js";

const ask = document.getElementById("nothing-yet")?.dataset.ask;

async function look() {
  try {
    const answer = ask ? await fetch(ask, { method: "HEAD", cache: "no-store" }) : null;
    if (answer?.ok) return location.reload();
  } catch { /* no network: ask again */ }
  setTimeout(look, 3000);
}
setTimeout(look, 3000);
