// A link to a turn that is not on this piece of the transcript leads to the piece that has it.
import { isAnchor } from "./anchor.js";

const turn = decodeURIComponent(location.hash.slice(1));
const here = new URL(location.href);

if (isAnchor(turn) && document.querySelector("[data-partial]") && !document.getElementById(turn) && here.searchParams.get("turn") !== turn) {
  for (const name of ["after", "before"]) here.searchParams.delete(name);
  here.searchParams.set("turn", turn);
  location.replace(here);
}
