"""A long session opens at its end; what was said before comes when it is wanted, and the reader keeps their place."""

import json
import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Program, drawn, interrupt

pytestmark = pytest.mark.browser

TURNS = 1_000
WINDOW = 400
AT_FIRST = 60
MOST_MOVED = 0.02
"""Of Cumulative Layout Shift; 0.1 is good. It is what the bar takes for an interruption on a narrow phone."""
MOVED = """() => {
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) if (!one.hadRecentInput) window.moved += one.value;
  }).observe({ type: "layout-shift", buffered: true });
  const painted = new Promise((done) => new PerformanceObserver(() => (
    requestAnimationFrame(() => requestAnimationFrame(done)))).observe({ type: "paint", buffered: true }));
  const get = window.fetch;
  window.fetch = async (...asked) => { await painted; return get(...asked); };
}"""
"""Adds up by how much the page moves, and lets what comes wait until the page was seen."""


@pytest.fixture(scope="module")
def long(program: Program) -> str:
    """A live session of many turns."""
    program.announce("s-long", title="Long")
    lines = [{"number": n, "text": f">> SPEAKER {n % 7}: This is turn {n + 1}."} for n in range(TURNS)]
    body = {"sender": "desk", "lines": lines}
    program.client.post("/v1/sessions/s-long/lines", json=body).raise_for_status()
    program.say("s-long", TURNS, ">> ANNA: The last of them.")
    return "s-long"


def said(page: Page) -> list[str]:
    return page.locator(
        "#captions .said"
    ).all_text_contents()  # the browser skips what is out of view, and so does innerText


def numbers(page: Page) -> list[int]:
    return [int(found[1]) for one in said(page) if (found := re.search(r"turn (\d+)\.", one))]


def test_it_opens_at_its_end_and_earlier_turns_come_above_what_is_read(page: Page, long: str) -> None:
    page.goto(f"/s/{long}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY < 100")
    page.evaluate("dispatchEvent(new Event('wheel'))")
    page.wait_for_function("n => document.querySelectorAll('#captions article').length === n", arg=AT_FIRST + WINDOW)
    first = page.locator("#captions article").first
    name = first.get_attribute("id")
    first.scroll_into_view_if_needed()
    before = first.bounding_box()
    page.locator("#earlier").evaluate("one => one.click()")
    expect(page.locator("#earlier-told")).to_contain_text("earlier turns stand above")
    after = page.locator(f"#{name}").bounding_box()
    assert before is not None
    assert after is not None
    assert abs(after["y"] - before["y"]) < 3
    assert len(said(page)) > AT_FIRST + WINDOW


@pytest.mark.parametrize("is_interrupted", [False, True])
def test_what_comes_first_moves_nothing_before_the_eyes(page: Page, program: Program, *, is_interrupted: bool) -> None:
    name = f"s-moves-{int(is_interrupted)}"
    said = "This is turn {n}, which says what was said before it, and says it in other words, until it is said."
    program.begin(name, *(f">> ANNA: {said.format(n=n)} {said.format(n=n)}" for n in range(60)), title="Moves")
    page.set_viewport_size({"width": 360, "height": 740})
    page.add_init_script(f"({MOVED})()")
    if is_interrupted:
        interrupt(page, 75)
    page.goto(f"/s/{name}/follow")
    expect(page.locator("#captions article")).to_have_count(60)
    if is_interrupted:
        expect(page.locator("#quiet-clock")).to_contain_text(":")
    drawn(page)
    assert page.evaluate("window.moved") < MOST_MOVED
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY") <= 1


def test_all_of_it_is_had_in_order_and_then_nothing_is_offered(page: Page, program: Program, long: str) -> None:
    page.goto(f"/s/{long}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    earlier = page.locator("#earlier")
    for _ in range(5):
        if not earlier.is_visible():
            break
        count = len(said(page))
        earlier.evaluate("one => one.click()")
        page.wait_for_function("n => document.querySelectorAll('#captions .said').length > n", arg=count)
    expect(earlier).to_be_hidden()
    assert numbers(page) == list(range(1, TURNS + 1))
    ids = page.locator("#captions article").evaluate_all("all => all.map((one) => one.id)")
    assert len(set(ids)) == len(ids)
    program.say(long, TURNS + 1, "And one more sentence.")
    expect(page.locator("#captions .said").last).to_contain_text("one more sentence")


def test_a_reader_who_scrolls_up_gets_what_was_before(page: Page, long: str) -> None:
    page.goto(f"/s/{long}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    count = len(said(page))
    page.mouse.move(200, 200)
    page.mouse.wheel(0, -10_000_000)
    page.wait_for_function("n => document.querySelectorAll('#captions .said').length > n", arg=count)


def test_what_comes_below_while_earlier_turns_are_on_their_way_is_told(page: Page, program: Program) -> None:
    program.begin("s-meanwhile", *(f">> SPEAKER {n % 7}: This is turn {n}." for n in range(600)), title="Meanwhile")
    held: list[Route] = []
    page.route("**/parts?*", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    page.goto("/s/s-meanwhile/follow")
    expect(page.locator("#status")).to_have_text("Live")
    with page.expect_request("**/parts?*"):
        page.mouse.move(200, 200)
        page.mouse.wheel(0, -10_000_000)
    program.say("s-meanwhile", 600, ">> ANNA: This came meanwhile.", ">> BEN: And this.")
    expect(page.locator("#captions")).to_contain_text("And this.")
    expect(page.locator("#newer")).to_have_text(re.compile(r"^\d+ new lines ↓$"))
    held.pop().continue_()
    expect(page.locator("#captions")).to_contain_text("This is turn 200.")
    expect(page.locator("#newer")).to_have_text(re.compile(r"^\d+ new lines ↓$"))


def test_a_link_to_a_turn_that_is_not_there_yet_is_followed(page: Page, long: str) -> None:
    page.goto(f"/s/{long}/follow#t150")
    there = page.locator("#t150")
    expect(there).to_contain_text("This is turn 150.")
    expect(there).to_be_in_viewport()


def test_without_a_script_earlier_leads_to_the_transcript(page: Page, long: str) -> None:
    page.goto(f"/s/{long}/follow")
    href = page.locator("#earlier").get_attribute("href") or ""
    page.goto(href)
    expect(page.locator("nav.pieces").first).to_contain_text("Turns")
    page.get_by_role("link", name="Later").first.click()
    expect(page.locator(".said").last).to_contain_text(re.compile("The last of them|one more"))


def test_an_old_link_to_a_turn_leads_to_the_piece_that_has_it(page: Page, long: str) -> None:
    page.goto(f"/s/{long}#t777")
    expect(page.locator("#t777")).to_contain_text("This is turn 777.")
    expect(page.locator("#t777")).to_be_in_viewport()
    assert page.url.endswith("turn=t777#t777")


def test_copying_takes_what_was_said_before_too_and_shows_none_of_it(page: Page, long: str) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.goto(f"/s/{long}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Copy the text").click()
    expect(page.locator("#copy")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert [int(one) for one in re.findall(r"turn (\d+)\.", copied)] == list(range(1, TURNS + 1))
    assert len(said(page)) <= AT_FIRST + WINDOW


@pytest.mark.parametrize("turn", [101, 701], ids=["not loaded", "not drawn"])
def test_where_somebody_left_off_is_found_however_long_ago_that_was(
    page: Page, program: Program, long: str, turn: int
) -> None:
    page.goto("/")
    made = program.get(f"/v1/sessions/{long}")["created_at"]
    mark = {"turn": f"s-long.en.{turn}", "part": 0, "paragraph": 0, "chars": 8, "made": made}
    kept = [f"captionflow.left.{long}.en", json.dumps(mark)]
    page.evaluate("([name, mark]) => localStorage.setItem(name, mark)", kept)
    page.goto(f"/s/{long}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#left-off")).to_have_count(0)
    page.get_by_role("button", name="What did I miss?").click()
    expect(page.locator("#left-off")).to_be_in_viewport()
    expect(page.locator(".turn", has=page.locator("#left-off"))).to_contain_text(f"turn {turn}.")
    page.evaluate("name => localStorage.removeItem(name)", f"captionflow.left.{long}.en")
