"""The details that make each page good: marks, clocks, codes, links, paper, paging, a first-time visitor."""

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Program, follow, someone, watch_lines
from tests.needs import missing

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def empty_program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    with Program(tmp_path_factory.mktemp("empty"), LOG_LEVEL="warning") as running:
        yield running


# --- follow -----------------------------------------------------------------------------------------------------------


def test_a_reader_who_comes_back_finds_where_they_left_off(page: Page, program: Program) -> None:
    program.begin("d-mark", *(f">> ANNA: Turn {n} is over." for n in range(30)), title="Mark")
    follow(page, "d-mark")
    expect(page.locator(".turn").last).to_be_in_viewport()
    page.goto("/")
    program.say("d-mark", 30, *(f">> BEN: Turn {n} is over." for n in range(30, 60)))
    page.goto("/s/d-mark/follow")
    expect(page.locator(".turn").last).to_be_in_viewport()
    page.get_by_role("button", name="What did I miss?").click()
    expect(page.locator("#left-off")).to_be_in_viewport()
    place = page.locator(".turn", has=page.locator("#left-off"))
    expect(place).to_contain_text(re.compile(r"Turn 29 is over\.\s*You left off here"))


def test_a_reader_who_left_in_the_middle_is_brought_back_to_the_middle(page: Page, program: Program) -> None:
    program.begin("d-middle", *(f">> ANNA: Turn {n} is over." for n in range(60)), title="Middle")
    follow(page, "d-middle")
    expect(page.locator(".turn").last).to_be_in_viewport()
    page.evaluate("document.querySelectorAll('.turn')[20].scrollIntoView({block: 'end'})")
    page.goto("/")
    page.goto("/s/d-middle/follow")
    page.get_by_role("button", name="What did I miss?").click()
    where = page.locator(".turn", has=page.locator("#left-off")).inner_text()
    (turn,) = re.findall(r"Turn (\d+) is over", where)
    assert 15 <= int(turn) <= 21


def test_size_and_theme_are_one_tap_away_while_following(page: Page, program: Program) -> None:
    program.begin("d-tap", *(f">> ANNA: Turn {n} is over." for n in range(60)), title="Tap")
    page.set_viewport_size({"width": 390, "height": 844})
    page.emulate_media(color_scheme="light")
    page.goto("/s/d-tap/follow")
    expect(page.locator(".turn").last).to_be_in_viewport()
    for button in ("Larger text", "Dark"):
        expect(page.get_by_role("button", name=button)).to_be_in_viewport()
    page.get_by_role("button", name="Larger text").click()
    expect(page.locator(".turn").last).to_be_in_viewport()
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-size", "1")
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")


def test_in_a_window_of_320_by_256_which_is_400_percent_zoom_nothing_covers_the_text(
    page: Page, program: Program
) -> None:
    program.begin("d-zoom", *(f">> ANNA: Turn {n} is over." for n in range(20)), title="Zoom")
    page.set_viewport_size({"width": 320, "height": 256})
    follow(page, "d-zoom")
    page.evaluate("scrollTo(0, 300)")
    expect(page.locator(".bar .row")).not_to_be_in_viewport()
    program.say("d-zoom", 20, ">> BEN: More is said.")
    expect(page.locator("#captions")).to_contain_text("More is said.")
    assert page.evaluate("scrollY") == 300
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


def test_all_that_was_said_can_be_copied_as_text(page: Page, program: Program) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    program.announce("d-copy", title="Copy")
    program.say(
        "d-copy", 0, ">> ANNA: First & last. [Applause]\n", "\nThen more.\n", "\n>> BEN: That's <all>.", ends=True
    )
    page.goto("/s/d-copy/follow")
    expect(page.locator("#status")).to_contain_text("This session has ended.")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == "ANNA: First & last. [Applause]\n\nThen more.\n\nBEN: That's <all>."
    expect(page.locator("#copy")).to_have_text("Copy the text")


# --- room screen ------------------------------------------------------------------------------------------------------


def test_a_still_clock_says_for_how_long_nothing_came_though_the_clock_on_the_wall_is_set(
    page: Page, program: Program
) -> None:
    program.begin("d-still", ">> ANNA: Then silence.", title="Still")
    page.clock.install()
    page.goto("/s/d-still/screen")
    expect(page.locator("#lines")).to_contain_text("Then silence.")
    expect(page.locator("#still")).to_be_hidden()
    page.clock.run_for(42_000)
    expect(page.locator("#still")).to_have_text(re.compile(r"^No captions for 0:4\d$"))
    page.evaluate("() => { const now = Date.now; Date.now = () => now() + 24 * 3600_000; }")
    program.say("d-still", 1, "And words again.")
    page.clock.run_for(2_000)
    expect(page.locator("#lines")).to_contain_text("And words again.")
    expect(page.locator("#still")).to_be_hidden()
    page.clock.run_for(20_000)
    expect(page.locator("#still")).to_have_text(re.compile(r"^No captions for 0:[12]\d$"))


def test_before_and_after_the_card_tells_title_room_time_and_what_comes_next(page: Page, program: Program) -> None:
    program.announce("d-now", title="Now here", room="Card room", starts_at="2099-01-01T09:00:00Z")
    program.announce("d-next", title="Next <here>", room="Card room", starts_at="2099-01-01T10:00:00Z")
    program.announce("d-missed", title="Never captioned", room="Card room", starts_at="2001-01-01T10:00:00Z")
    for path in ("/rooms/card-room", "/s/d-now/screen"):
        page.goto(path)
        expect(page.locator("#card")).to_contain_text("Card room")
        expect(page.locator("#card h2")).to_have_text("Now here")
        expect(page.locator("#card-time time")).to_have_attribute("datetime", re.compile("^2099-01-01T09:00:00"))
        expect(page.locator("#card-next")).to_contain_text("Next <here>")
        expect(page.locator("#card")).not_to_contain_text("Never captioned")
    program.say("d-now", 0, ">> ANNA: All is said.", ends=True)
    page.goto("/s/d-now/screen")
    expect(page.locator("#card-state")).to_have_text("This session has ended.")
    expect(page.locator("#lines")).to_have_text("")
    expect(page.locator("#card-next")).to_contain_text("Next <here>")


def test_the_qr_code_is_drawn_from_the_address_of_the_follow_page(page: Page, program: Program) -> None:
    program.announce("d-code", title="Code")
    page.goto("/s/d-code/screen")
    expect(page.locator("#qr-url")).to_have_text(f"{program.url}/s/d-code/follow")
    assert page.locator("#qr").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    other = page.request.get("/s/d-now/qr.svg").text()
    mine = page.request.get("/s/d-code/qr.svg")
    assert mine.headers["content-type"].startswith("image/svg+xml")
    assert mine.text() != other
    assert page.request.get("/s/d-unknown/qr.svg").status == 404


@pytest.mark.parametrize(
    ("query", "looks"),
    [
        ("lines=2&colour=yellow", (2, "rgb(255, 233, 92)", "rgb(0, 0, 0)")),
        ("lines=99&colour=dark", (8, "rgb(255, 255, 255)", "rgb(0, 0, 0)")),
        ("lines=0&colour=light", (1, "rgb(0, 0, 0)", "rgb(255, 255, 255)")),
        ("lines=two&colour=FFEE00-on-003366&font=Georgia", (3, "rgb(255, 238, 0)", "rgb(0, 51, 102)")),
    ],
)
def test_the_screen_takes_each_parameter_to_its_bounds_and_ignores_nonsense(
    page: Page, program: Program, query: str, looks: tuple[int, str, str]
) -> None:
    lines, colour, paper = looks
    program.begin("d-query", ">> ANNA: Words.", title="Query")
    page.goto(f"/s/d-query/screen?{query}&size=nan&delay=-3&spacing=")
    expect(page.locator("#lines")).to_contain_text("Words.")
    expect(page.locator("#lines .line")).to_have_count(lines)
    expect(page.locator("#lines")).to_have_css("color", colour)
    expect(page.locator("#screen")).to_have_css("background-color", paper)


def test_a_screen_with_a_delay_shows_the_words_that_much_later(page: Page, program: Program) -> None:
    program.begin("d-delay", ">> ANNA: At first.", title="Delay")
    page.clock.install()
    page.add_init_script("window.opened = Date.now()")
    page.goto("/s/d-delay/screen?delay=30")
    for _ in range(90):
        page.clock.run_for(1_000)
        if "At first." in page.locator("#lines").inner_text():
            break
    expect(page.locator("#lines")).to_contain_text("At first.")
    assert page.evaluate("Date.now() - window.opened") >= 30_000


def test_with_reduced_motion_a_line_comes_whole(page: Page, program: Program) -> None:
    page.emulate_media(reduced_motion="reduce")
    program.begin("d-motion", ">> ANNA: Here.", title="Motion")
    page.goto("/s/d-motion/screen")
    expect(page.locator("#lines")).to_contain_text("Here.")
    watch_lines(page)
    program.say("d-motion", 1, "One two three four.")
    expect(page.locator("#lines")).to_contain_text("One two three four.")
    assert not [seen for seen in page.evaluate("window.seen") if "One" in seen and "four." not in seen]


def test_another_voice_that_nobody_named_is_told_apart_on_the_screen(page: Page, program: Program) -> None:
    program.begin("d-voice", ">> ANNA: And who paid?", "\n>> We did.", "\n>> All of us.", title="Voice")
    page.goto("/s/d-voice/screen")
    expect(page.locator("#lines .line")).to_have_text(
        ["ANNA And who paid?", "– We did.", "– All of us."], use_inner_text=True
    )


# --- transcript -------------------------------------------------------------------------------------------------------


def test_each_turn_has_a_time_and_a_permalink_that_hover_and_focus_show(page: Page, program: Program) -> None:
    program.announce("d-link", title="Link")
    program.say("d-link", 0, *(f">> ANNA: Turn {n} is over." for n in range(60)), ends=True)
    page.goto("/s/d-link")
    turn = page.locator(".turn").nth(40)
    place = turn.locator(".place")
    expect(place).to_have_css("opacity", "0")
    turn.hover()
    expect(place).to_have_css("opacity", "1")
    expect(place).to_have_text(re.compile(r"\d:\d\d$"))
    page.mouse.move(0, 0)
    place.focus()
    expect(place).to_have_css("opacity", "1")
    page.keyboard.press("Enter")
    fragment = page.evaluate("location.hash")
    page.goto("/")
    page.goto(f"/s/d-link{fragment}")
    expect(page.locator(":target")).to_contain_text("Turn 40 is over.")
    expect(page.locator(":target")).to_be_in_viewport()


def test_on_paper_there_is_the_text_with_its_times_and_nothing_to_press(page: Page, program: Program) -> None:
    program.announce("d-paper", title="Paper", about="It is no authoritative record.")
    program.say("d-paper", 0, ">> ANNA: This is to be kept.", ends=True)
    page.emulate_media(color_scheme="dark")
    page.goto("/s/d-paper")
    page.emulate_media(media="print")
    for gone in (".site", ".downloads", ".skip"):
        expect(page.locator(gone)).to_be_hidden()
    for kept in ("h1", ".said", ".about"):
        expect(page.locator(kept)).to_be_visible()
    expect(page.locator(".place")).to_have_css("opacity", "1")
    expect(page.locator("body")).to_have_css("background-color", "rgb(255, 255, 255)")
    expect(page.locator("body")).to_have_css("color", "rgb(0, 0, 0)")


def test_captions_carry_their_language_and_their_direction_on_every_page(page: Page, program: Program) -> None:
    program.announce("d-arabic", title="حوكمة الإنترنت", languages=["ar"])
    program.say("d-arabic", 0, "مرحبا بالجميع في هذه الجلسة.", language="ar")
    for path, words in (("/s/d-arabic", ".said"), ("/s/d-arabic/follow", ".said"), ("/s/d-arabic/screen", ".line")):
        page.goto(path)
        said = page.locator(words, has_text="مرحبا").first
        expect(said).to_be_visible()
        expect(said).to_have_css("direction", "rtl")
        expect(page.locator(f"[lang=ar] {words}, {words}[lang=ar]", has_text="مرحبا").first).to_be_visible()


def test_a_turn_that_runs_from_right_to_left_has_its_name_and_its_margin_there(page: Page, program: Program) -> None:
    program.announce("d-rtl", title="حوكمة", languages=["ar"])
    program.say("d-rtl", 0, ">> ليلى حداد: مرحبا بالجميع في هذه الجلسة.", language="ar")
    for path in ("/s/d-rtl", "/s/d-rtl/follow"):
        page.goto(path)
        turn = page.locator(".turn").first
        expect(turn.locator(".speaker")).to_have_css("direction", "rtl")
        text, place = turn.locator(".said").bounding_box(), turn.locator(".place").bounding_box()
        assert text is not None
        assert place is not None
        assert place["x"] >= text["x"] + text["width"]


# --- search -----------------------------------------------------------------------------------------------------------


def test_results_come_by_pages_each_hit_once_and_the_filters_say_how_many(page: Page, program: Program) -> None:
    program.announce("d-many", title="Many")
    program.say("d-many", 0, *(f">> {'ANNA' if n % 5 else 'BEN'}: Quokka number {n}." for n in range(45)), ends=True)
    page.goto("/search?q=quokka")
    expect(page.get_by_role("status")).to_contain_text("45 turns found")
    facets = page.get_by_role("navigation", name="Narrow the search")
    expect(facets).to_contain_text(re.compile(r"ANNA\s*36"))
    expect(facets).to_contain_text(re.compile(r"BEN\s*9"))
    seen: list[str] = page.locator(".hit").all_inner_texts()
    while page.get_by_role("link", name="More results").count():
        page.get_by_role("link", name="More results").click()
        expect(page.get_by_role("link", name="First page")).to_be_visible()
        seen += page.locator(".hit").all_inner_texts()
    assert len(seen) == len(set(seen)) == 45


def test_a_search_can_be_done_with_the_keyboard_alone(page: Page, program: Program) -> None:
    program.announce("d-keys", title="Keys")
    program.say("d-keys", 0, ">> ANNA: The wombat is here.", ends=True)
    page.goto("/search")
    while page.evaluate("document.activeElement.id") != "q":
        page.keyboard.press("Tab")
    page.keyboard.type("wombat")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search?q=wombat")
    while "hit" not in page.evaluate("document.activeElement.className"):
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(":target")).to_contain_text("The wombat is here.")


# --- home and errors --------------------------------------------------------------------------------------------------


def test_an_empty_home_page_teaches_how_to_send_the_first_line(
    browser: Browser, empty_program: Program, tmp_path: Path
) -> None:
    with someone(browser, base_url=empty_program.url, permissions=["clipboard-read", "clipboard-write"]) as context:
        page = context.new_page()
        page.goto("/")
        expect(page.locator("h1")).to_have_text("Nothing is on now")
        page.get_by_role("button", name="Copy the commands").click()
        expect(page.locator("#copied")).to_have_text("Copied.")
        script = tmp_path / "first-line.sh"
        script.write_text(page.evaluate("navigator.clipboard.readText()"))
        sh, curl = shutil.which("sh"), shutil.which("curl")
        if sh is None or curl is None:
            missing("no sh or no curl to run the copied commands with")
        subprocess.run([sh, "-e", script], check=True, capture_output=True)
        expect(page.locator(".on")).to_contain_text("Hello, everyone.", timeout=20_000)
        expect(page.locator("h1")).to_have_text("On now")


def test_the_home_page_shows_ten_rooms_in_their_order_with_the_words_of_each(page: Page, program: Program) -> None:
    for n in (10, 2, 7, 1, 9, 3, 8, 4, 6, 5):
        program.announce(f"d-ten-{n}", title=f"In room {n}", room=f"Ten {n}", event="Ten")
        program.say(f"d-ten-{n}", 0, f">> ANNA: Words of room {n}.")
    page.goto("/")
    ten = page.locator(".on[data-session^='d-ten-']")
    expect(ten.locator("h2")).to_have_text([f"In room {n}" for n in range(1, 11)])
    for n in (1, 10):
        program.say(f"d-ten-{n}", 1, "And more.")
    for n in (1, 10):
        expect(page.locator(f".on[data-session='d-ten-{n}']")).to_contain_text("And more.", timeout=10_000)


def test_the_home_page_that_shows_another_day_goes_on_showing_it(page: Page, program: Program) -> None:
    for day in (1, 2):
        program.announce(f"d-day-{day}", title=f"All of day {day}", date=f"2001-01-0{day}")
        program.say(f"d-day-{day}", 0, ">> ANNA: Long ago.", ends=True)
    with page.expect_request(lambda asked: asked.url.endswith("?day=2001-01-01") and not asked.is_navigation_request()):
        page.clock.install()
        page.goto("/?day=2001-01-02")
        page.get_by_role("navigation", name="Other days").get_by_role("link", name="1 January 2001").click()
        page.clock.run_for(9_000)
    expect(page.get_by_role("heading", name="1 January 2001")).to_be_visible()
    expect(page.get_by_role("link", name="All of day 1")).to_be_visible()
    expect(page.get_by_role("link", name="All of day 2")).to_have_count(0)


def test_the_home_page_holds_still_while_it_is_paused_and_then_shows_what_was_said(
    page: Page, program: Program
) -> None:
    program.announce("d-hold", title="Hold", starts_at="2001-01-01T10:00:00Z")  # the first one: it is streamed
    program.announce("d-held", title="Held", room="zzz")  # the last one
    for session in ("d-hold", "d-held"):
        program.say(session, 0, ">> ANNA: Before.")
    page.clock.install()
    page.goto("/")
    both = page.locator(".on[data-session='d-hold'] .words, .on[data-session='d-held'] .words")
    expect(both).to_have_text(["Before.", "Before."])
    expect(page.locator(".on").first).to_have_attribute("data-session", "d-hold")
    page.get_by_role("button", name="Pause updates").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    for session in ("d-hold", "d-held"):
        program.say(session, 1, "After.")
    page.clock.run_for(20_000)
    page.wait_for_timeout(500)  # a stream would have brought it long since
    expect(both).to_have_text(["Before.", "Before."])
    assert asked == []
    page.get_by_role("button", name="Continue updates").click()
    page.clock.run_for(9_000)
    expect(both).to_have_text(["Before. After.", "Before. After."])


@pytest.mark.parametrize(
    "path", ["/nowhere", "/s/..%2f..%2fetc%2fpasswd", "/s/%00", "/rooms/%3Cscript%3E", "/s/d-none"]
)
def test_what_is_not_there_is_a_page_with_a_way_on(page: Page, path: str) -> None:
    answer = page.goto(path)
    assert answer is not None
    assert 400 <= answer.status < 500
    expect(page.locator("h1")).to_be_visible()
    expect(page.get_by_role("link", name="What is on now")).to_be_visible()


def test_a_program_that_asks_for_json_gets_a_problem_and_a_person_gets_a_page(program: Program) -> None:
    person = httpx.get(f"{program.url}/nowhere", headers={"Accept": "text/html,*/*;q=0.8"})
    machine = httpx.get(f"{program.url}/nowhere", headers={"Accept": "application/json"})
    assert person.headers["content-type"].startswith("text/html")
    assert machine.headers["content-type"] == "application/problem+json"
