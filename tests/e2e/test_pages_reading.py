"""Every page for every reader: contrast, small screens, large text, no mouse, no script, hostile text."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe
from fastapi import Request
from playwright.sync_api import Browser, Page, expect

from captionflow.search.query import MAX_TEXT_CHARS
from services.api.pages.rendering import error_page
from tests.e2e.conftest import Program, follow, someone

pytestmark = pytest.mark.browser

HOSTILE = "<b>bold</b> <script>document.title = 'taken'</script> & \"quoted\""
PAGES = {
    "home": "/",
    "room": "/rooms/reading-room",
    "screen card": "/s/r-next/screen",
    "follow": "/s/r-live/follow",
    "follow of a room": "/rooms/reading-room/follow",
    "transcript": "/s/r-done",
    "search": "/search?q=hills",
    "empty search": "/search",
    "nothing found": "/search?q=zzzz",
    "caption": "/caption/r-live",
    "desk": "/desk",
    "unknown session": "/s/r-unknown",
    "unknown page": "/nowhere",
}
SHOWN = PAGES | {"overlay": "/s/r-live/overlay?theme=dark", "poster": "/rooms/reading-room/poster"}
"""Those, and what nobody works with."""


# WCAG 1.4.12: what a reader may do to the spacing of text.
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(`
    * { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }
    p { margin-bottom: 2em !important; }`);
  document.adoptedStyleSheets = [sheet];
  dispatchEvent(new Event("resize"));
}"""
CUT_OFF = """() => [...document.querySelectorAll("main *, header *, aside *")]
  .filter((one) => !one.closest(".hidden, [hidden]") && getComputedStyle(one).overflow === "hidden")
  .filter((one) => getComputedStyle(one).clipPath === "none")
  .filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.outerHTML)"""
STOP = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const { top, bottom } = at.getBoundingClientRect();
  const bar = document.querySelector(".bar");
  const floor = bar && !bar.contains(at) ? bar.getBoundingClientRect().top : innerHeight;
  const ring = getComputedStyle(at).outlineStyle;
  return { ring, covered: bottom < 0 || top > floor, what: at.outerHTML.slice(0, 80) };
}"""
MOVING = """() => [...document.querySelectorAll("*")].filter((one) => {
  const style = getComputedStyle(one);
  return style.transitionDuration !== "0s" || style.animationName !== "none" || style.scrollBehavior !== "auto";
}).map((one) => one.outerHTML)"""


@pytest.fixture(scope="module", autouse=True)
def programme(program: Program) -> None:
    text = (">> MARIA ODHIAMBO: We began in the hills with one mast.", "[Applause]", f">> <I>EVE</I>: {HOSTILE}")
    program.begin("r-live", *text, title="Live <i>now</i>", room="Reading room", event="Forum")
    program.announce("r-done", title="Done", event="Forum", about="Although it is largely accurate, it is no record.")
    program.say("r-done", 0, *text, ">> CHAIR: The hills again.", ends=True)
    program.announce("r-next", title="Next", room="Another room", event="Forum", date="2030-01-01")


@pytest.fixture
def reader(browser: Browser, program: Program) -> Iterator[Page]:
    small = {"width": 320, "height": 640}
    with someone(browser, base_url=program.url, viewport=small, reduced_motion="reduce") as by_phone:
        by_phone.set_default_timeout(10_000)
        yield by_phone.new_page()


def sideways(page: Page) -> int:
    width: int = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return width


def settle(page: Page) -> None:
    if page.locator("#status").count():
        expect(page.locator("#status")).not_to_be_empty()
    page.evaluate("document.fonts.ready")


def test_sessions_of_one_title_are_told_apart_by_axe_too(page: Page, program: Program) -> None:
    for session in ("r-twin-1", "r-twin-2"):
        program.begin(session, ">> ANA: Twelve lighthouses.", title="Opening", room="Reading room", event="Forum")
    page.goto("/search?q=lighthouses")
    expect(page.get_by_role("heading", name="Opening")).to_have_count(2)
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", SHOWN)
def test_axe_finds_nothing_on(page: Page, name: str, theme: str) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    page.goto(SHOWN[name])
    settle(page)
    options = {"rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
    found = Axe().run(page, options=options)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", SHOWN)
def test_nothing_scrolls_sideways_at_320_px_even_with_text_at_200_percent_or_spaced_out(
    reader: Page, name: str
) -> None:
    reader.goto(SHOWN[name])
    settle(reader)
    assert sideways(reader) <= 0
    reader.evaluate(SPACED)
    assert sideways(reader) <= 0
    assert reader.evaluate(CUT_OFF) == []
    reader.evaluate("localStorage.setItem('captionflow.size', '3')")
    reader.reload()
    settle(reader)
    assert sideways(reader) <= 0


@pytest.mark.parametrize("name", PAGES)
def test_each_stop_of_the_tab_key_is_seen_and_not_covered(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    settle(page)
    for stops in range(1000):
        page.keyboard.press("Tab")
        stop = page.evaluate(STOP)
        if stop is None:
            assert stops >= 3
            return
        assert stop["ring"] != "none", stop
        assert not stop["covered"], stop
    pytest.fail("the Tab key never left the page")


def test_nothing_moves_but_the_arrival_of_text(page: Page) -> None:
    for path in PAGES.values():
        page.goto(path)
        settle(page)
        assert page.evaluate(MOVING) == []


@pytest.mark.parametrize("name", PAGES)
def test_each_page_has_one_heading_a_title_and_a_way_past_the_header(page: Page, name: str) -> None:
    page.goto(PAGES[name])
    assert page.locator("h1").count() == 1
    assert page.title().endswith(" · captionflow")
    page.keyboard.press("Tab")
    assert page.locator(":focus").get_attribute("href") == "#main"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_markup_in_text_labels_and_titles_is_shown_as_text(page: Page) -> None:
    for path in ("/s/r-live/follow", "/s/r-done", "/", "/s/r-live/screen"):
        page.goto(path)
        settle(page)
        expect(page.locator("main")).to_contain_text("<b>bold</b>")
        assert page.locator("main script:not([data-file]), main i, .said b").count() == 0
        assert page.title() != "taken"


def test_the_transcript_tells_who_when_and_where_and_can_be_had_as_a_file(page: Page) -> None:
    page.goto("/s/r-done")
    expect(page.locator("h1")).to_have_text("Done")
    assert page.title() == "Done · Finished · captionflow"
    expect(page.locator(".people")).to_contain_text("MARIA ODHIAMBO")
    expect(page.locator(".about")).to_contain_text("largely accurate")
    expect(page.locator(".said").first).to_contain_text("[Applause]")
    for kind in ("txt", "vtt", "srt", "json"):
        answer = page.request.get(page.locator(f"a[download$='.{kind}']").get_attribute("href") or "")
        assert answer.ok
        assert "hills" in answer.text()


def test_search_works_without_javascript_and_opens_the_very_turn(browser: Browser, program: Program) -> None:
    with someone(browser, base_url=program.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/search")
        page.get_by_role("searchbox").fill("hills again")
        page.get_by_role("button", name="Search").click()
        assert "q=hills+again" in page.url
        hit = page.locator(".hit", has_text="CHAIR").first
        expect(hit.locator("mark").first).to_have_text("hills")
        hit.click()
        expect(page.locator(":target")).to_contain_text("The hills again.")
        expect(page.locator(":target")).to_be_in_viewport()


def test_filters_narrow_the_search_and_can_be_taken_off(page: Page) -> None:
    page.goto("/search?q=hills")
    page.locator(".facets a", has_text="CHAIR").first.click()
    expect(page.locator(".hit").first).to_contain_text("CHAIR")
    assert "speaker=CHAIR" in page.url
    page.get_by_role("link", name="Remove the filter Speaker: CHAIR").click()
    expect(page.locator(".hit", has_text="MARIA").first).to_be_visible()


def test_nothing_found_says_what_to_try(page: Page) -> None:
    page.goto("/search?q=%22zzzz%20NEAR(%22")
    expect(page.get_by_role("heading", name="Nothing was found")).to_be_visible()


def test_a_search_that_is_too_long_is_told_so_and_never_cut(page: Page) -> None:
    page.goto(f"/search?q={'hills+' * (MAX_TEXT_CHARS // 6)}")
    expect(page.locator(".hit").first).to_be_visible()
    for characters in (MAX_TEXT_CHARS + 1, 10_000):
        text = "hills" + "s" * (characters - 5)
        answer = page.goto(f"/search?q={text}")
        assert answer is not None
        assert answer.ok
        expect(page.get_by_role("alert")).to_contain_text(f"at most {MAX_TEXT_CHARS} characters")
        expect(page.get_by_role("alert")).to_contain_text(f"this one has {characters}")
        expect(page.get_by_role("searchbox")).to_have_value(text)
        assert sideways(page) <= 0


def test_a_language_is_chosen_in_any_case_and_one_that_is_not_there_is_not_found(page: Page, program: Program) -> None:
    program.begin("r-spoken", ">> ANA: Good morning.", title="Spoken", languages=["en", "pt-BR"])
    program.say("r-spoken", 0, ">> ANA: Bom dia.", language="pt-BR")
    for path in ("/s/r-spoken", "/s/r-spoken/follow", "/s/r-spoken/screen"):
        for query, words in (("", "Good morning."), ("?lang=", "Good morning."), ("?lang=PT-br", "Bom dia.")):
            page.goto(path + query)
            expect(page.locator("main")).to_contain_text(words)
        answer = page.goto(f"{path}?lang=fr")
        assert answer is not None
        assert answer.status == 404
        expect(page.locator("main")).to_contain_text("lang is one of en, pt-BR.")
        expect(page.get_by_role("link", name="What is on now")).to_be_visible()


def test_a_page_that_cannot_be_had_now_says_so_and_offers_to_try_again(page: Page) -> None:
    request = Request({"type": "http", "method": "GET", "path": "/search", "headers": [], "query_string": b""})
    answer = error_page(request, 503, "Not available now", "The store does not answer. Try again in a moment.")
    assert answer.status_code == 503
    page.set_content(bytes(answer.body).decode())
    expect(page.locator("h1")).to_have_text("Not available now")
    expect(page.get_by_role("link", name="Try again")).to_have_attribute("href", "/search")
    expect(page.get_by_role("link", name="What is on now")).to_be_visible()


def test_theme_and_text_size_are_kept(page: Page) -> None:
    page.emulate_media(color_scheme="light")
    page.goto("/")
    page.get_by_role("button", name="Dark").click()
    page.get_by_role("button", name="Larger text").click()
    page.goto("/s/r-done")
    root = page.locator("html")
    expect(root).to_have_attribute("data-theme", "dark")
    expect(root).to_have_attribute("data-size", "1")
    page.get_by_role("button", name="Light").click()
    assert page.evaluate("localStorage.getItem('captionflow.theme')") is None


def test_the_follow_page_can_be_used_from_the_keyboard_alone(page: Page) -> None:
    follow(page, "r-live")
    reached = set()
    for _ in range(40):
        page.keyboard.press("Tab")
        reached.add(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
        outline = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert outline != "none" or page.evaluate("document.activeElement === document.body")
    assert {"pause", "captions", "More", "A+"} <= reached


def test_files_of_the_pages_are_cached_for_good_under_their_content(page: Page) -> None:
    page.goto("/")
    href = page.locator("link[rel=icon]").get_attribute("href") or ""
    assert "immutable" in page.request.get(href).headers["cache-control"]
    assert page.request.get("/static/old/style.css").headers["cache-control"] == "public, max-age=60"
    assert page.request.get("/static/x/../pages.py").status == 404
