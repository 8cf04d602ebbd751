// What the desk is told as it happens: `/v1/desk/events`, read again and again until the page is left.
import { parser } from "./sse.js";
import { moment, since, sleeper } from "./steady.js";

const SILENCE = 40_000; // the server's heartbeat comes every 15 s
const LISTEN = 1_000;
const AGAIN = 3_000;

/** @typedef {import("../../messages.js").SourceReport} SourceReport */

/** @param {{onSources: (reports: SourceReport[]) => void, onReaders: (readers: Record<string, number>) => void, onOther: () => void,
 *   onConnected: (answer: Response) => void, onHeard: () => void, onCut: () => void,
 *   onRefused: () => void}} options
 * `onOther`: sessions or services are different; `onCut`: nothing comes any more, for now; `onRefused`: the key does not hold */
export async function deskFeed({ onSources, onReaders, onOther, onConnected, onHeard, onCut, onRefused }) {
  for (;;) {
    const request = new AbortController();
    const cut = () => request.abort();
    let heard = moment();
    let woken = false;
    const slept = sleeper();
    addEventListener("offline", cut);
    const listen = setInterval(() => {
      const late = slept();
      if (since(heard) <= SILENCE) return;
      woken = late;
      request.abort();
    }, LISTEN);
    try {
      const answer = await fetch("/v1/desk/events", { headers: { Accept: "text/event-stream" }, cache: "no-store", signal: request.signal });
      if (answer.status === 401 || answer.status === 403) onRefused();
      if (!answer.ok || !answer.body) throw new Error(String(answer.status));
      onConnected(answer);
      const reader = answer.body.pipeThrough(new TextDecoderStream()).getReader();
      const parse = parser();
      for (let { value, done } = await reader.read(); !done; { value, done } = await reader.read()) {
        heard = moment();
        onHeard();
        for (const { event, data } of parse(value ?? "")) {
          if (event === "sources") onSources(/** @type {{sources: SourceReport[]}} */ (JSON.parse(data)).sources);
          else if (event === "readers") onReaders(/** @type {{readers: Record<string, number>}} */ (JSON.parse(data)).readers);
          else onOther();
        }
      }
    } catch { /* no network, or a server that stops: again */ }
    clearInterval(listen);
    removeEventListener("offline", cut);
    request.abort();
    if (woken) continue; // a machine that slept, or whose clock was set, says nothing of its network
    onCut();
    await new Promise((resolve) => { setTimeout(resolve, AGAIN); });
  }
}
