"""Captions in a frame on a page of another site."""

import re
import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import SECONDS, Program, someone
from tests.waiting import await_true

pytestmark = pytest.mark.browser

BLOCKED = """() => {
  for (const one of ["localStorage", "sessionStorage", "indexedDB"]) {
    Object.defineProperty(window, one, { get() { throw new DOMException("blocked", "SecurityError"); } });
  }
  const refuse = () => Promise.reject(new DOMException("blocked", "SecurityError"));
  Object.defineProperty(navigator.locks, "request", { value: refuse });
}"""


@pytest.fixture(scope="module")
def framed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(
        tmp_path_factory.mktemp("framed"), FRAME_ANCESTORS="http://localhost:*", LOG_LEVEL="warning"
    ) as running:
        running.begin("talk", ">> ANA: Net neutrality.", title="A talk", languages=["en", "fr"])
        yield running


@pytest.fixture
def site(tmp_path: Path) -> Iterator[str]:
    """Another site, which serves what is in the folder."""
    quiet = type("Quiet", (SimpleHTTPRequestHandler,), {"log_message": lambda *_: None})
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(quiet, directory=str(tmp_path))) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://localhost:{server.server_port}"
        server.shutdown()


@pytest.fixture
def visitor(browser: Browser) -> Iterator[Page]:
    with someone(browser, refused="Framing ", viewport={"width": 800, "height": 600}) as reader:
        yield reader.new_page()


@pytest.mark.parametrize("sandbox", ["", 'sandbox="allow-scripts allow-popups"'])
def test_a_frame_follows_what_is_said_without_any_storage(
    visitor: Page, framed: Program, site: str, tmp_path: Path, sandbox: str
) -> None:
    visitor.add_init_script(f"({BLOCKED})()")
    name = "boxed" if sandbox else "plain"
    framed.begin(name, ">> ANA: Net neutrality.", title="A talk")
    frame = f'<iframe {sandbox} src="{framed.url}/embed/{name}?lang=en&theme=dark" width="400" height="300"></iframe>'
    (tmp_path / "article.html").write_text(f"<!doctype html><h1>An article</h1>{frame}")
    visitor.goto(f"{site}/article.html")
    inside = visitor.frame_locator("iframe")
    expect(inside.locator(".said")).to_have_text(["Net neutrality."])
    expect(inside.locator("#status")).to_have_text("Live")
    framed.say(name, 1, *(f">> BO: Answer {n}." for n in range(30)))
    expect(inside.locator(".said").last).to_have_text("Answer 29.")
    expect(inside.locator(".said").last).to_be_in_viewport()
    expect(inside.locator("html")).to_have_attribute("data-theme", "dark")
    with visitor.expect_popup() as opened:
        inside.locator("#full").click()
    assert opened.value.url == f"{framed.url}/s/{name}/follow?lang=en&theme=dark"
    assert opened.value.evaluate("window.opener") is None
    assert visitor.url == f"{site}/article.html"


@pytest.fixture
def boxed_in(visitor: Page, framed: Program, site: str, tmp_path: Path) -> Callable[[str], Page]:
    """Opens an address from a frame that may do nothing but run scripts and open pages, and neither may these."""

    def opened(path: str) -> Page:
        frame = f'sandbox="allow-scripts allow-popups" srcdoc="<a target=_blank href={framed.url}{path}>Open</a>"'
        (tmp_path / "article.html").write_text(f"<!doctype html><iframe {frame}></iframe>")
        visitor.goto(f"{site}/article.html")
        with visitor.expect_popup() as one:
            visitor.frame_locator("iframe").locator("a").click()
        assert one.value.evaluate("origin") == "null"
        return one.value

    return opened


@pytest.mark.parametrize("path", ["/s/boxed-in/follow", "/rooms/boxed-room/follow", "/s/boxed-in/screen"])
def test_words_come_to_a_page_that_is_opened_from_a_frame_without_rights(
    boxed_in: Callable[[str], Page], framed: Program, path: str
) -> None:
    framed.client.post("/v1/sessions", json={"id": "boxed-in", "title": "A talk", "room": "Boxed room"})
    page = boxed_in(path)
    said = framed.get("/v1/sessions/boxed-in/transcript.json")["last_seq"]
    framed.say("boxed-in", said, f">> BO: Heard at {path}.")
    expect(page.locator("main")).to_contain_text(f"Heard at {path}.", use_inner_text=True)


@pytest.mark.parametrize("path", ["/", "/s/talk", "/search?q=neutrality", "/s/talk/follow?spacing=2"])
def test_a_look_is_chosen_on_a_page_that_is_opened_from_a_frame_without_rights(
    boxed_in: Callable[[str], Page], path: str
) -> None:
    page = boxed_in(path)
    expect(page.locator("main")).to_contain_text("A talk")
    page.locator("button[data-theme]").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    if "spacing" in path:
        expect(page.locator("#status")).to_have_text("Live")
        page.get_by_text("More").click()
        page.get_by_text("Font and colours").click()
        page.locator("#look-spacing").select_option("1.2")
        expect(page.locator("html")).to_have_attribute("style", re.compile(r"--spacing: ?1\.2;"))


def test_no_other_page_can_be_framed_and_none_by_another_site(
    visitor: Page, framed: Program, site: str, tmp_path: Path
) -> None:
    frames = [f'<iframe src="{framed.url}{path}"></iframe>' for path in ("/s/talk/follow", "/", "/embed/talk")]
    (tmp_path / "article.html").write_text("<!doctype html>" + "".join(frames))
    visitor.goto(f"{site}/article.html")
    expect(visitor.frame_locator("iframe").nth(2).locator(".said")).to_have_count(1)
    for place in (0, 1):
        expect(visitor.frame_locator("iframe").nth(place).locator("#main")).to_have_count(0)
    visitor.goto(f"{site.replace('localhost', '127.0.0.1')}/article.html")
    expect(visitor.frame_locator("iframe").nth(2).locator(".said")).to_have_count(0)


def test_in_a_frame_a_session_begins_by_itself_and_errors_do_not_lead_away(visitor: Page, framed: Program) -> None:
    visitor.goto(f"{framed.url}/embed/later")
    expect(visitor.locator("h1")).to_have_text("Nothing has been said here yet")
    expect(visitor.locator("a:not(.skip)")).to_have_count(0)
    framed.begin("later", ">> ANA: Now.")
    expect(visitor.locator(".said")).to_have_text(["Now."])
    visitor.goto(f"{framed.url}/embed/talk?lang=de")
    expect(visitor.locator("a:not(.skip)")).to_have_count(0)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_frame_is_for_everybody(visitor: Page, framed: Program, theme: str) -> None:
    visitor.set_viewport_size({"width": 320, "height": 240})
    visitor.goto(f"{framed.url}/embed/talk?theme={theme}")
    expect(visitor.locator("#status")).to_have_text("Live")
    found = Axe().run(visitor, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    assert visitor.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert visitor.locator("a[hreflang=fr]").get_attribute("href") == f"/embed/talk?lang=fr&theme={theme}"


@pytest.mark.parametrize("ends", [False, True], ids=["live", "finished"])
def test_a_frame_opens_at_the_last_words_before_its_script_has_come(visitor: Page, framed: Program, ends: bool) -> None:
    session = f"long-{ends}".lower()
    framed.announce(session)
    framed.say(session, 0, *(f">> ANA: Turn {n} of what was said in the frame." for n in range(15)), ends=ends)
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    visitor.route(re.compile(r"/embed\.js"), hold)
    visitor.goto(f"{framed.url}/embed/{session}", wait_until="commit")
    expect(visitor.locator(".said").last).to_be_in_viewport()
    await_true(lambda: bool(held), "the script was not asked for", SECONDS)
    held[0].continue_()
    expect(visitor.locator("#status")).to_have_text("This session has ended." if ends else "Live")
    expect(visitor.locator(".said").last).to_be_in_viewport()


def test_a_frame_can_be_paused_and_goes_on_where_a_session_ends_and_opens_again(visitor: Page, framed: Program) -> None:
    framed.begin("short", ">> ANA: One.")
    visitor.goto(f"{framed.url}/embed/short")
    expect(visitor.locator("#status")).to_have_text("Live")
    visitor.locator("#pause").click()
    framed.say("short", 1, ">> BO: Two.", ends=True)
    expect(visitor.locator("#status")).to_have_text("This session has ended.")
    expect(visitor.locator("#state")).to_have_text("Finished")
    expect(visitor.locator(".said")).to_have_text(["One."])
    visitor.locator("#pause").click()
    expect(visitor.locator(".said")).to_have_text(["One.", "Two."])
    expect(visitor.locator("#pause")).to_be_hidden()
