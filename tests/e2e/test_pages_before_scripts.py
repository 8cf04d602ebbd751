"""What people do before a page's script has come, on a slow network, holds: no word is lost or sent elsewhere."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import Program

pytestmark = pytest.mark.browser

WHITE = "rgb(255, 255, 255)"
OPEN = "document.querySelectorAll('details').forEach((one) => { one.open = true; })"


@pytest.fixture(scope="module", autouse=True)
def sessions(program: Program) -> None:
    program.begin("h-early", ">> ANNA: We began in the hills with one mast.", title="Early", room="Early room")


def opened(page: Page, path: str) -> Callable[[], None]:
    """The page without its script, and what brings that."""
    held: list[Route] = []
    page.route(re.compile(r"/js/(caption|follow|reread|screen)\.js$"), lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    page.goto(path, wait_until="commit")
    page.locator("#main").wait_for(state="attached")
    page.evaluate(OPEN)
    return lambda: held.pop().continue_()


@pytest.mark.parametrize("path", ["/s/h-early/follow", "/s/h-early", "/s/h-early/screen"])
def test_a_look_that_was_chosen_holds(page: Page, path: str) -> None:
    bring = opened(page, path)
    colours = page.locator("#look").get_by_label("Colours", exact=True)
    colours.select_option("blue")
    bring()
    if "screen" in path:
        expect(page.locator("[data-address]")).to_contain_text("colours=blue")
    else:
        expect(page.locator(".said").first).to_have_css("color", WHITE)
    expect(colours).to_have_value("blue")


def test_announcing_that_was_chosen_announces(page: Page, program: Program) -> None:
    program.begin("h-announced", ">> ANNA: We begin.", title="Announced early")
    bring = opened(page, "/s/h-announced/follow")
    page.locator("#announce").check()
    bring()
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#announce")).to_be_checked()
    program.say("h-announced", 1, "And this is told.")
    expect(page.locator("[role=log]")).to_contain_text("And this is told.")


def test_who_has_gone_back_stays_there_and_is_told_what_came_below(page: Page, program: Program) -> None:
    program.begin("h-back", *(f">> ANNA: This is turn {n} of many." for n in range(40)), title="Back early")
    bring = opened(page, "/s/h-back/follow")
    page.evaluate("scrollTo(0, 200)")
    program.say("h-back", 40, *(f">> BEN: This is turn {n} of many." for n in range(40, 45)))
    bring()
    expect(page.locator("#newer")).to_have_text(re.compile(r"^\d+ new lines ↓$"))
    expect(page.locator("#captions")).to_contain_text("turn 44")
    assert page.evaluate("scrollY") == 200


def test_a_note_that_was_written_is_kept_here_and_sent_nowhere(page: Page) -> None:
    asked: list[str] = []

    def hear(request: Request) -> None:
        asked.append(f"{request.url} {request.post_data or ''}")

    page.on("request", hear)
    bring = opened(page, "/s/h-early")
    page.get_by_label("A note, if you like").fill("Ask about the mast")
    page.get_by_role("button", name="Mark what I am reading").click()
    bring()
    expect(page.locator("#notes-kept")).to_contain_text("Ask about the mast")
    assert not [one for one in asked if "mast" in one]
    expect(page).to_have_url(re.compile(r"/s/h-early$"))


def test_words_of_which_somebody_wanted_to_be_told_are_told(page: Page) -> None:
    bring = opened(page, "/s/h-early/follow")
    page.get_by_label("Words", exact=True).fill("net neutrality")
    page.locator("#alerts").get_by_role("button", name="Add").click()
    bring()
    expect(page.locator("#alerts ul")).to_contain_text("net neutrality")


def test_what_a_captioner_types_reaches_readers(page: Page, program: Program) -> None:
    program.announce("h-typed", title="Typed early")
    bring = opened(page, "/caption/h-typed")
    page.locator("#typing").press_sequentially("Good morning, ")
    bring()
    expect(page.locator("#seen")).to_contain_text("Good morning,", use_inner_text=True)
    page.keyboard.type("everyone. ")
    expect(page.locator("#seen .said").last).to_have_text("Good morning, everyone.")
    assert program.paragraphs("h-typed") == ["Good morning, everyone."]


def test_what_a_captioner_types_stands_behind_the_line_that_was_open(page: Page, program: Program) -> None:
    program.announce("h-goes-on", title="Goes on early")
    page.goto("/caption/h-goes-on")
    page.locator("#typing").press_sequentially("We began in the ")
    expect(page.locator("#seen")).to_contain_text("We began in the", use_inner_text=True)
    page.on("dialog", lambda dialog: dialog.accept())  # there is an open line
    bring = opened(page, "/caption/h-goes-on")
    page.locator("#typing").press_sequentially("hills and ")
    bring()
    expect(page.locator("#typing")).to_have_value("We began in the hills and ")
    expect(page.locator("#seen .said").last).to_have_text("We began in the hills and")
    assert program.paragraphs("h-goes-on") == ["We began in the hills and"]
