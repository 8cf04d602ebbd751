"""What the pages weigh, when their words can be read on a slow network, what moves, and what Lighthouse says of them.

One program with a day of 300 sessions and a live one of four hours. Chromium as on slow 3G (400 kbit/s, 400 ms a
request) with an empty cache. *Readable* is the first frame in their own style in which the page's words are in the
window: on the follow page the last ones. ``--lighthouse`` runs Lighthouse by ``npx`` (some 100 MB from the registry at
the first time) on these pages and some more, as a phone and as a desktop, each a moment after something was said, and
the desk while words come: a clock that runs counts as a page that is not ready. ``CHROME_PATH`` says with which
Chromium.
"""

import argparse
import itertools
import json
import os
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.e2e.conftest import WITH_WINDOWS, chromium
from tests.real_program import Server

SESSIONS = 300
TURNS = 720
"""Of 50 words each: four hours at 150 words a minute."""
BATCH = 60
ROUNDS = 3
WORDS = (
    "and what we said in the working group this morning is that access alone does not make anybody free to speak, "
    "since whoever owns the cables and the exchange decides what is carried, at what price, and for how long, "
    "which is why this room has asked the regulators again and again to say so in writing"
)
LIGHTHOUSE = "lighthouse@12"
FLAGS = ["--no-sandbox", "--disable-gpu", "--headless=new"]
SLOW = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
WATCH = """() => {
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  const look = () => {
    const words = [...document.querySelectorAll(READ)].filter((one) => one.textContent.trim()).pop();
    const box = words?.getBoundingClientRect();
    const edge = LAST ? box && box.bottom : box && box.top;
    const styled = document.body && getComputedStyle(document.body).getPropertyValue("--measure");
    if (!styled || !box || edge <= 0 || edge > innerHeight) return requestAnimationFrame(look);
    requestAnimationFrame(() => { window.readable = performance.now(); });
  };
  requestAnimationFrame(look);
}"""
LIVE = """() => {
  const look = () => {
    if (document.getElementById("status")?.textContent.startsWith("Live")) window.live = performance.now();
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}"""
PAGES = {
    "home": ("/", "h1", False),
    "follow": ("/s/long/follow", "#captions .said", True),
    "transcript": ("/s/long", "h1", False),
    "screen": ("/s/long/screen", ".line", True),
    "search": ("/search?q=exchange", "h1", False),
}

UNHURRIED = {
    "room": "/rooms/main-hall/follow",
    "poster": "/rooms/main-hall/poster",
    "overlay": "/s/long/overlay",
    "embed": "/embed/long",
    "desk": "/desk",
}
"""Pages that Lighthouse sees besides."""
WHILE_WORDS_COME = {"desk"}
"""Pages that Lighthouse sees while somebody speaks, a line each so many seconds."""
PAUSE_SECONDS = 2.0


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--lighthouse", action="store_true")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as folder, Server(Path(folder, "data"), LOG_LEVEL="warning") as server:
        fill(server)
        measure(server.url)
        if given.lighthouse:
            lighthouse(server, Path(folder))


def fill(server: Server) -> None:
    """A day of sessions, and one that goes on."""
    now = datetime.now(UTC).isoformat()
    for number in range(SESSIONS):
        about = {"title": f"On access to networks, part {number}", "starts_at": now, "room": f"Room {number % 10}"}
        server.announce(f"talk-{number}", event="IGF 2015", status="finished", **about)
    server.announce("long", title="A day in the main hall", room="Main hall")
    texts = [f">> SPEAKER {n % 40}: Turn {n}: {WORDS}." for n in range(TURNS)]
    for start in range(0, TURNS, BATCH):
        server.send("long", start, *texts[start : start + BATCH]).raise_for_status()
    server.wait_for_seq("long", TURNS)


def measure(url: str) -> None:
    """Print a row for each page."""
    print("page        width   kB sent  readable s  moved")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(WITH_WINDOWS), args=FLAGS)
        for width, height in ((1280, 720), (360, 740)):
            for name, (path, read, last) in PAGES.items():
                sent, readable, moved = opened(browser, url + path, read, (width, height), last=last)
                print(f"{name:<11}{width:>6}{sent / 1000:>10.1f}{readable:>12.2f}{moved:>7.3f}", flush=True)
        lives = sorted(live_after(browser, url) for _ in range(ROUNDS))
        print(f"follow is live after {lives[ROUNDS // 2]:.2f} s (median of {ROUNDS})", flush=True)
        browser.close()


def live_after(browser: Browser, url: str) -> float:
    """Seconds until a follow page that opens on a phone shows words as they come."""
    context = browser.new_context(viewport={"width": 360, "height": 740})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    page.add_init_script(f"({LIVE})()")
    page.goto(url + PAGES["follow"][0], wait_until="commit")
    page.wait_for_function("() => window.live", timeout=60_000)
    live = page.evaluate("window.live / 1000")
    context.close()
    return float(live)


def opened(browser: Browser, url: str, read: str, size: tuple[int, int], *, last: bool) -> tuple[int, float, float]:
    """Bytes that came, seconds until it could be read, and what moved."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    network = context.new_cdp_session(page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", SLOW)
    bytes_of: dict[str, int] = {}
    network.on("Network.dataReceived", lambda one: _add(bytes_of, one["requestId"], one["encodedDataLength"]))
    page.add_init_script(f"({WATCH.replace('READ', json.dumps(read)).replace('LAST', json.dumps(last))})()")
    page.goto(url, wait_until="commit")
    for _ in range(300):
        page.wait_for_timeout(200)
        if page.evaluate("window.readable"):
            break
    page.wait_for_timeout(6_000)
    readable, moved = page.evaluate("[(window.readable ?? Infinity) / 1000, window.moved]")
    context.close()
    return sum(bytes_of.values()), readable, moved


def _add(to: dict[str, int], name: str, size: int) -> None:
    to[name] = to.get(name, 0) + size


def lighthouse(server: Server, folder: Path) -> None:
    """Print the four scores of each page, and what it would have mended."""
    numbers = itertools.count(TURNS)
    environ = {"CHROME_PATH": chromium(WITH_WINDOWS) or "", **os.environ}
    for preset in ("mobile", "desktop"):
        for name, path in ({name: path for name, (path, _, _) in PAGES.items()} | UNHURRIED).items():
            told = folder / "report.json"
            how = ["--preset=desktop"] if preset == "desktop" else []
            command = [
                "npx",
                "--yes",
                LIGHTHOUSE,
                server.url + path,
                "--quiet",
                "--output=json",
                f"--output-path={told}",
                *how,
            ]
            say(server, next(numbers))
            with speaking(server, numbers) if name in WHILE_WORDS_COME else nullcontext():
                subprocess.run([*command, f"--chrome-flags={' '.join(FLAGS)}"], env=environ, check=True)
            report: dict[str, Any] = json.loads(told.read_text())
            scores = " / ".join(f"{round(100 * (one['score'] or 0))}" for one in report["categories"].values())
            failed = [
                f"{one['id']} ({one.get('displayValue', '')})"
                for one in report["audits"].values()
                if one.get("score") is not None and one["score"] < 1 and one.get("scoreDisplayMode") != "informative"
            ]
            print(f"{preset:<8}{name:<11}{scores:<24}{'; '.join(failed)}", flush=True)


def say(server: Server, number: int) -> None:
    """One line more."""
    server.send("long", number, "And this was said just now.").raise_for_status()


@contextmanager
def speaking(server: Server, numbers: Iterator[int]) -> Iterator[None]:
    """Somebody goes on speaking meanwhile."""
    ended = threading.Event()

    def speak() -> None:
        while not ended.wait(PAUSE_SECONDS):
            say(server, next(numbers))

    speaker = threading.Thread(target=speak)
    speaker.start()
    try:
        yield
    finally:
        ended.set()
        speaker.join()


if __name__ == "__main__":
    main()
