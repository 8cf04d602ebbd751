"""Between readers and captions: proxies that hold back, too many tabs, a server that is full or made anew."""

import contextlib
import re
import shutil
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Self

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Program, follow, someone

pytestmark = pytest.mark.browser

SLOW = "Slow network. Words come in groups."


class HoldingProxy:
    """A proxy that passes a stream on when ``hold`` bytes of it are together, and the rest at its end.

    Answers that are no streams pass as they come.
    """

    def __init__(self, port: int, hold: int) -> None:
        self.port, self.hold = port, hold
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.listener.getsockname()[1]}"
        self.holds = True

    def __enter__(self) -> Self:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                threading.Thread(target=self._pass, args=(client, server, 0), daemon=True).start()
                threading.Thread(target=self._pass, args=(server, client, self.hold), daemon=True).start()

    def _pass(self, source: socket.socket, target: socket.socket, hold: int) -> None:
        held, stream = b"", False
        with contextlib.suppress(OSError):
            while data := source.recv(65_536):
                if hold and data.startswith(b"HTTP/1.1"):
                    stream = b"text/event-stream" in data.split(b"\r\n\r\n")[0]
                held += data
                if not (hold and stream and self.holds) or len(held) >= hold:
                    target.sendall(held)
                    held = b""
            target.sendall(held)
        for one in (source, target):
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()


@pytest.mark.parametrize("hold", [10**9, 4_096], ids=["to the end", "4 kB"])
def test_behind_a_proxy_that_holds_streams_back_words_come_by_polling_and_nobody_is_offline(
    page: Page, program: Program, hold: int
) -> None:
    session = f"n-held-{hold}"
    text = [f">> ANNA: This is turn {n}, and it has some words." for n in range(1 if hold > 10_000 else 60)]
    program.begin(session, *text, title="Held")
    page.clock.install()
    with HoldingProxy(program.port, hold) as proxy:
        page.add_init_script(
            "window.said = []; addEventListener('DOMContentLoaded', () => {"
            "const told = document.getElementById('status');"
            "const look = new MutationObserver(() => window.said.push(told.textContent));"
            "if (told) look.observe(told, {childList: true}); })"
        )
        page.goto(f"{proxy.url}/s/{session}/follow")
        expect(page.locator("#status")).to_have_text(SLOW)
        for n in range(3):
            program.say(session, len(text) + n, f"Word {n}.")
            expect(page.locator("#captions")).to_contain_text(f"Word {n}.")
        with page.expect_request(lambda asked: asked.headers.get("accept") == "text/event-stream"):
            for n in range(
                3
            ):  # a minute, and no question waits for as long as nobody answers; a stream is tried, silently
                page.clock.fast_forward(21_000)
                program.say(session, len(text) + 3 + n, f"And on {n}.")
                expect(page.locator("#captions")).to_contain_text(f"And on {n}.")
        program.say(session, len(text) + 6, "And further.")
        expect(page.locator("#captions")).to_contain_text("And further.")
        expect(page.locator("#status")).to_have_text(SLOW)
        assert not [one for one in page.evaluate("window.said") if re.search("offline|No connection|full", one)]
        page.goto("about:blank")


def test_when_the_network_lets_streams_through_again_the_page_goes_back_to_them(page: Page, program: Program) -> None:
    program.begin("n-freed", ">> ANNA: At first.", title="Freed")
    page.clock.install()
    with HoldingProxy(program.port, 10**9) as proxy:
        page.goto(f"{proxy.url}/s/n-freed/follow")
        expect(page.locator("#status")).to_have_text(SLOW)
        proxy.holds = False
        page.clock.fast_forward(61_000)
        program.say("n-freed", 1, "It flows.")
        expect(page.locator("#status")).to_have_text("Live")
        program.say("n-freed", 2, "And flows.")
        expect(page.locator("#captions")).to_contain_text("And flows.")
        page.goto("about:blank")


def test_seven_pages_of_one_browser_are_live_at_once(page: Page, program: Program) -> None:
    sessions = [f"n-tab-{n}" for n in range(7)]
    for one in sessions:
        program.begin(one, ">> ANNA: Before.", title=one)
    tabs = [page, *(page.context.new_page() for _ in sessions[1:])]
    for tab, one in zip(tabs, sessions, strict=True):
        follow(tab, one)
    for one in sessions:
        program.say(one, 1, "After.")
    for tab in tabs:
        expect(tab.locator("#captions")).to_contain_text("After.")
        expect(tab.locator("#status")).to_have_text("Live")


def test_a_server_that_is_full_says_so_and_lets_readers_in_later(page: Page, program: Program) -> None:
    full = True

    def answer(route: Route) -> None:
        if full:
            route.fulfill(status=503, json={"code": "busy"}, headers={"Retry-After": "1"})
        else:
            route.continue_()

    program.begin("n-full", ">> ANNA: Before.", title="Full")
    page.route("**/events?*", answer)
    page.goto("/s/n-full/follow")
    expect(page.locator("#status")).to_have_text("The server is full. What is said is kept for you.")
    full = False
    program.say("n-full", 1, "After.")
    expect(page.locator("#captions")).to_contain_text("After.")
    expect(page.locator("#status")).to_contain_text("Nothing was missed")


@pytest.mark.parametrize("answer", ["full", "none"])
def test_who_opens_a_page_while_nothing_can_be_had_has_the_words_that_came_with_it(
    page: Page, program: Program, answer: str
) -> None:
    program.begin(f"n-opened-{answer}", ">> ANNA: These came with the page.", title="Opened", room=f"Opened {answer}")
    page.route("**/events?*", lambda route: route.fulfill(status=503) if answer == "full" else route.abort())
    page.goto(f"/rooms/opened-{answer}")
    why = "The server is full" if answer == "full" else "No connection"
    expect(page.locator("#still")).to_have_text(f"{why}. Captions go on by themselves.")
    expect(page.locator("#first")).to_contain_text("These came with the page.")
    expect(page.locator("#card")).to_be_hidden()
    page.goto(f"/s/n-opened-{answer}/follow")
    expect(page.locator("#status")).to_contain_text(why)
    expect(page.locator("#captions")).to_contain_text("These came with the page.")
    page.goto(f"/caption/n-opened-{answer}")
    expect(page.locator("html[data-started]")).to_be_attached()
    expect(page.get_by_text("Nothing has been said")).to_be_hidden()
    page.unroute("**/events?*")
    expect(page.locator("#seen")).to_contain_text("These came with the page.")


@pytest.fixture
def wiped(tmp_path: Path) -> Iterator[Program]:
    with Program(tmp_path / "data", LOG_LEVEL="warning") as running:
        yield running


def test_where_the_data_were_wiped_a_wall_clears_and_shows_what_is_said_anew(page: Page, wiped: Program) -> None:
    first: dict[str, Any] = {"title": "The first", "room": "Wiped room"}
    wiped.begin("wiped", *(f">> ANNA: Old turn {n}." for n in range(8)), **first)
    reader = page.context.new_page()
    reader.goto(f"{wiped.url}/s/wiped/follow")
    page.goto(f"{wiped.url}/s/wiped/screen")
    for one, words in ((page, "#lines"), (reader, "#captions")):
        expect(one.locator(words)).to_contain_text("Old turn 7.")
    wiped.kill()
    shutil.rmtree(wiped.folder)
    wiped.start()
    wiped.wait_until_ready()
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#lines")).to_have_text("")
    expect(reader.locator("#status")).to_have_text("This session is not here. The page asks again by itself.")
    wiped.begin("wiped", ">> BEN: A new beginning.", **first | {"title": "The second"})
    expect(page.locator("#lines")).to_contain_text("A new beginning.")
    expect(page.locator("#card")).to_be_hidden()
    expect(reader.locator("#captions .said")).to_have_text(["A new beginning."])
    for one in (page, reader):
        one.goto("about:blank")


def test_another_session_under_the_same_id_is_never_mixed_with_the_one_before(page: Page, wiped: Program) -> None:
    wiped.begin("same", *(f">> ANNA: Old turn {n}." for n in range(3)), title="The first")
    page.clock.install()
    page.goto(f"{wiped.url}/s/same/follow")
    expect(page.locator("#captions")).to_contain_text("Old turn 2.")
    page.clock.fast_forward(3_000)  # who has read so long leaves off where they are
    page.context.set_offline(True)
    wiped.kill()
    shutil.rmtree(wiped.folder)
    wiped.start()
    wiped.wait_until_ready()
    wiped.begin("same", *(f">> BEN: New turn {n}." for n in range(6)), title="The second")
    page.context.set_offline(False)
    expect(page.locator("#captions .said")).to_have_text([f"New turn {n}." for n in range(6)])
    page.goto("about:blank")


def test_where_somebody_left_off_says_nothing_of_another_session_under_the_same_id(page: Page, wiped: Program) -> None:
    wiped.begin("left", *(f">> ANNA: Old turn {n}." for n in range(3)), title="The first")
    page.goto(f"{wiped.url}/s/left/follow")
    expect(page.locator("#status")).to_have_text("Live")
    page.goto("about:blank")
    wiped.kill()
    shutil.rmtree(wiped.folder)
    wiped.start()
    wiped.wait_until_ready()
    wiped.begin("left", *(f">> BEN: New turn {n}." for n in range(6)), title="The second")
    page.goto(f"{wiped.url}/s/left/follow")
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#captions .said")).to_have_text([f"New turn {n}." for n in range(6)])
    page.goto("about:blank")


def test_a_machine_whose_clock_is_wrong_still_says_what_comes_next(browser: Browser, program: Program) -> None:
    program.begin("n-now", ">> ANNA: Words.", title="Now", room="Clock room")
    program.announce("n-next", title="What comes", room="Clock room", date="2099-01-01")
    with someone(browser, base_url=program.url) as context:
        page = context.new_page()
        page.clock.install(time="2120-01-01T00:00:00Z")
        page.goto("/rooms/clock-room")
        with page.expect_response(re.compile("/rooms/clock-room/now")) as answered:
            page.clock.fast_forward(6_000)
        assert len(answered.value.body()) < 2_000
        expect(page.locator("#card-next")).to_contain_text("What comes")
        etag = answered.value.headers["etag"]
        again = page.request.get(answered.value.url, headers={"If-None-Match": etag})
        assert again.status == 304
