"""The real program on a free port, and a real browser."""

import os
import re
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Locator, Page, Route, expect, sync_playwright

from tests.real_program import Server
from tests.waiting import await_true

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
SECONDS = 30
"""For whatever a page or the program does: their processor is shared."""

expect.set_options(timeout=SECONDS * 1_000)


class Program(Server):
    """The server, and what a reader of its pages can see of it."""

    def say(self, session: str, first: int, *texts: str, ends: bool = False, language: str | None = None) -> None:
        """Send lines, and wait until they are in the transcript: a page that is opened then has them."""
        query = {"lang": language} if language else {}
        lines: list[dict[str, Any]] = [{"number": first + n, "text": text} for n, text in enumerate(texts)]
        if ends:
            lines[-1]["ends"] = True
        body = {"sender": "desk", "lines": lines}
        answer = self.client.post(f"/v1/sessions/{session}/lines", params=query, json=body).raise_for_status()
        seq = answer.json()["receipts"][-1]["seq"]

        def there() -> bool:
            found = self.client.get(f"/v1/sessions/{session}/transcript.json", params=query).json()
            return bool(found["last_seq"] >= seq and (found["session"]["status"] == "finished") >= ends)

        await_true(there, f"line {seq} of {session} is not in the transcript", SECONDS)

    def begin(self, session: str, *texts: str, **fields: Any) -> None:
        """Announce a session, and say the first of it."""
        self.announce(session, **fields)
        self.say(session, 0, *texts)

    def paragraphs(self, session: str) -> list[str]:
        """The paragraphs of the transcript as the API gives it."""
        turns = self.client.get(f"/v1/sessions/{session}/transcript.json").raise_for_status().json()["turns"]
        return [paragraph for turn in turns for paragraph in turn["paragraphs"]]


def but_for_the_mark(paragraph: str) -> re.Pattern[str]:
    """The paragraph's words, wherever among them the reader left off."""
    mark = r"\s*You left off here\s*"
    return re.compile(f"^{f'(?: |{mark})'.join(map(re.escape, paragraph.split()))}(?:{mark})?$")


def follow(page: Page, session: str) -> None:
    """Read along on a page that is live."""
    page.goto(f"/s/{session}/follow")
    expect(page.locator("#status")).to_have_text("Live")


def interrupt(page: Page, seconds: int) -> None:
    """Let the pages that are opened hear, by polling, that captions have been interrupted for so long."""

    def interrupted(route: Route) -> None:
        if "event-stream" in route.request.headers["accept"]:
            route.abort()
            return
        first = {"events": []} if "after=" in route.request.url else route.fetch().json()
        events = [*first["events"], {"event": "interrupted", "data": {"seconds": seconds}}]
        route.fulfill(json={**first, "events": events})

    page.route(re.compile(r"/events\?"), interrupted)


def unplugged(page: Page) -> None:
    """Wait until nothing gets through to a page that was told to be offline: it hears of it sooner."""
    asked = "() => fetch('/livez', {cache: 'no-store'}).then(() => false, () => true)"
    await_true(lambda: bool(page.evaluate(asked)), "the network was not cut", SECONDS)


def watch_lines(page: Page) -> None:
    """Keep in `window.seen` what the lines of a room screen are, each time that they change."""
    page.evaluate(
        "() => { window.seen = []; new MutationObserver(() => "
        "window.seen.push(document.getElementById('lines').innerText))"
        ".observe(document.getElementById('lines'), {childList: true, subtree: true, characterData: true}); }"
    )


def until_same(page: Page, program: Program, session: str) -> None:
    """The follow page shows what the API says, no more and no less."""
    expect(page.locator("#captions .said")).to_have_text([but_for_the_mark(one) for one in program.paragraphs(session)])


AT_END = "(box) => box.scrollHeight - box.scrollTop - box.clientHeight < 2"
"""Whether a box that scrolls by itself is at its end."""


def drawn(page: Page) -> None:
    """Wait until the page has been drawn as it is now, and what hears of that has done its part."""
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")


def top(one: Locator) -> float:
    """Where it begins in the window, in pixels."""
    return float(one.evaluate("(one) => one.getBoundingClientRect().top"))


def script(page: Page, name: str) -> str:
    """Where the page's scripts have this one."""
    source = page.locator("script[type=module]").get_attribute("src") or ""
    return re.sub(r"[^/]+$", name, source)


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(tmp_path_factory.mktemp("data"), LOG_LEVEL="warning") as running:
        yield running


WITH_WINDOWS = ("chromium", "chromium-browser", "google-chrome")


def chromium(names: Sequence[str] = ("chromium-headless-shell", *WITH_WINDOWS)) -> str | None:
    """Where the system has it; None: Playwright's own. Without windows it is the same engine, for less time."""
    return next(filter(None, map(shutil.which, names)), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium; without one: skip, and fail when CI=true."""
    with sync_playwright() as playwright:
        path = chromium()
        try:
            started = playwright.chromium.launch(executable_path=path, args=FLAGS)
        except Error as error:
            if path is None and os.environ.get("CI") != "true":
                pytest.skip("no Chromium: run `playwright install chromium-headless-shell`, or install the system's")
            pytest.fail(f"{path or 'Chromium'} does not start: {error}")
        yield started
        started.close()


@contextmanager
def someone(browser: Browser, *, refused: str | None = None, **options: Any) -> Iterator[BrowserContext]:
    """Somebody with a browser of their own. A script that fails, or what the policy forbids, fails the test.

    ``refused``: what it has to forbid, as Chromium begins to say it.
    """
    context = browser.new_context(**{"viewport": {"width": 1280, "height": 720}, **options})
    context.set_default_timeout(SECONDS * 1_000)
    failures: list[str] = []
    context.on("weberror", lambda told: failures.append(str(told.error)))
    context.on("console", lambda line: failures.append(line.text) if "Content Security Policy" in line.text else None)
    try:
        yield context
    finally:
        context.close()
    assert [one for one in failures if not (refused and one.startswith(refused))] == []


@pytest.fixture
def page(browser: Browser, program: Program) -> Iterator[Page]:
    """A fresh reader's page."""
    if not program.runs:  # a test that killed it failed
        program.start()
        program.wait_until_ready()
    with someone(browser, base_url=program.url) as reader:
        yield reader.new_page()
