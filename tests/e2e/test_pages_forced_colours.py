"""Where the reader's system chooses the colours (Windows' contrast themes): what a ground says is said by an edge."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Program, follow
from tests.waiting import await_true

pytestmark = pytest.mark.browser

EDGE = """(one, of) => {
  const drawn = getComputedStyle(one, of);
  const ground = getComputedStyle(document.body).backgroundColor;
  return parseFloat(drawn.borderLeftWidth) > 0 && drawn.borderLeftStyle === "solid" && drawn.borderLeftColor !== ground
    && !/^rgba\\(.*, 0\\)$/.test(drawn.borderLeftColor);
}"""


@pytest.fixture(autouse=True)
def forced(page: Page) -> None:
    page.emulate_media(forced_colors="active")


def has_edge(one: Locator, of: str | None = None) -> bool:
    """Whether it, or such an element of its style, is drawn with an edge that is seen."""
    return bool(one.evaluate(EDGE, of))


def test_the_turn_that_an_address_cites_is_marked(page: Page, program: Program) -> None:
    program.begin("fc-cited", ">> ANA: Net neutrality.", ">> BO: No.")
    page.goto("/s/fc-cited")
    second = page.locator(".turn").nth(1)
    assert not has_edge(second, "::before")
    page.goto(f"/s/fc-cited#{second.get_attribute('id')}")
    expect(page.locator(":target")).to_contain_text("No.")
    assert has_edge(second, "::before")


def test_what_leads_to_new_words_stands_out_from_the_words_under_it(page: Page, program: Program) -> None:
    program.begin("fc-newer", *(f">> ANA: Turn {n} is over." for n in range(60)))
    follow(page, "fc-newer")
    page.mouse.move(300, 300)
    page.mouse.wheel(0, -2_000)
    page.wait_for_function("() => scrollY + innerHeight < document.documentElement.scrollHeight - 500")
    program.say("fc-newer", 60, ">> BO: And this is new.")
    newer = page.locator("#newer")
    expect(newer).to_be_visible()
    assert has_edge(newer)


def test_the_hit_that_is_looked_at_differs_from_the_others(page: Page, program: Program) -> None:
    program.begin("fc-find", ">> ANA: Net neutrality.", ">> BO: Which neutrality?", ">> ANA: No.")
    page.goto("/s/fc-find")
    page.locator("#find-words").fill("neutrality")
    page.keyboard.press("Enter")
    expect(page.locator("#find [role=status]")).to_have_text("1 of 2")
    drawn = page.locator("article.turn").evaluate_all("(all) => all.map((one) => getComputedStyle(one).outlineStyle)")
    assert drawn == ["solid", "dashed", "none"]


def test_an_alarm_of_the_desk_is_seen(page: Page, program: Program) -> None:
    program.begin("fc-alarm", ">> ANA: So far.", title="Alarm")
    page.goto("/desk")
    card = page.locator("[data-session='fc-alarm']")
    expect(card.locator(".stopped")).to_contain_text("Last word")
    assert not has_edge(card.locator(".stopped"))
    page.evaluate("document.querySelector('#alarm-after option').value = '1'")  # seconds
    page.locator("#alarm-after").select_option("1")
    expect(card).to_have_class("session alarm")
    # The card is made anew when the session changes, also between its being found and being looked at.
    await_true(lambda: has_edge(card.locator(".stopped")), "an alarm has no edge")
