"""How long a word takes from its sender until Chromium paints it, on a room screen, a computer and a phone.

    python -m bench.painted [--seconds 60] [--rate 2] [--before 0]

One word is sent at a time, in a request of its own, ``rate`` a second. Three pages are open. Each notes for every word
when the frame after the one that has it begins: then it is painted. Both clocks are this machine's. ``--before`` has
so many lines of seven words said first: 5,000 are some four hours of talk.
"""

import argparse
import os
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.conftest import FLAGS, WITH_WINDOWS, chromium
from tests.real_program import Server

SESSION = "painted"
PAGES = {"screen": ("screen", 1920, 1080), "computer": ("follow", 1280, 720), "phone": ("follow", 360, 640)}
BATCH = 250
SPOKEN = "and this is what people say here"
NOTE = """([selector]) => {
  const painted = window.painted = {};
  const looks = () => {
    const now = document.querySelector(selector).innerText.slice(-400).match(/\\bword\\d+x/g) ?? [];
    for (const word of now) if (!(word in painted)) {
      painted[word] = 0;
      requestAnimationFrame(() => requestAnimationFrame(() => {
        painted[word] = performance.timeOrigin + performance.now();
      }));
    }
  };
  const all = {childList: true, subtree: true, characterData: true};
  new MutationObserver(looks).observe(document.querySelector(selector), all);
}"""


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--seconds", type=float, default=60.0)
    options.add_argument("--rate", type=float, default=2.0, help="words a second")
    options.add_argument("--before", type=int, default=0, help="lines that were said before")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder, "data"), LOG_LEVEL="warning") as server:
        server.announce(SESSION, title="Painted")
        number = talk(server, given.before)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=chromium(WITH_WINDOWS), args=FLAGS)
            pages = {}
            for name, (path, width, height) in PAGES.items():
                page = browser.new_context(viewport={"width": width, "height": height}).new_page()
                page.goto(f"{server.url}/s/{SESSION}/{path}")
                pages[name] = page
            measure(server, pages, number, given.seconds, given.rate)
            browser.close()


def talk(server: Server, lines: int) -> int:
    """Say so many lines, and the first one that the pages must show; returns the number of the next."""
    texts = [f">> SPEAKER {n // 30 % 5}: {SPOKEN}" if n % 30 == 0 else SPOKEN for n in range(lines)]
    for first in range(0, lines, BATCH):
        server.send(SESSION, first, *texts[first : first + BATCH]).raise_for_status()
    server.send(SESSION, lines, "\n>> ANNA: word0x").raise_for_status()
    server.wait_for_seq(SESSION, lines + 1)
    return lines + 1


def measure(server: Server, pages: dict[str, Page], number: int, seconds: float, rate: float) -> None:
    for name, page in pages.items():
        selector = "#lines" if name == "screen" else "#captions"
        shown = "([selector]) => document.querySelector(selector).innerText.includes('word0x')"
        page.wait_for_function(shown, arg=[selector])
        page.evaluate(NOTE, [selector])
    sent: dict[str, float] = {}
    due = time.monotonic()
    for n in range(1, int(seconds * rate) + 1):
        time.sleep(max(0.0, due + n / rate - time.monotonic()))
        sent[f"word{n}x"] = time.time()
        server.send(SESSION, number + n, f"word{n}x").raise_for_status()
    print(f"{len(sent)} words in {seconds:.0f} s after {number} lines, load {os.getloadavg()[0]:.1f}")
    for name, page in pages.items():
        page.wait_for_function("([words]) => Object.values(painted).filter(Boolean).length >= words", arg=[len(sent)])
        painted = page.evaluate("painted")
        times = sorted(painted[word] - at * 1e3 for word, at in sent.items())
        p50, p99 = times[len(times) // 2], times[len(times) * 99 // 100]
        print(f"{name:10} p50 {p50:6.1f} ms   p99 {p99:6.1f} ms   max {times[-1]:6.1f} ms")


if __name__ == "__main__":
    main()
