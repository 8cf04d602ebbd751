"""Two who caption one session: who types, who stands by, and the hand-over with a countdown."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Program, script, someone

pytestmark = pytest.mark.browser

OTHERS = """async ([url, reports, me]) => {
  const { othersOf } = await import(url);
  const { sourceName } = await import(new URL("sources.js", new URL(url, location.href)));
  const now = Date.parse("2026-11-24T09:00:00Z");
  const at = (seconds) => new Date(now + seconds * 1000).toISOString();
  const made = reports.map(([source, said, word, hands]) => ({
    session: "s", language: "en", source, door: "page", process: "p", at: at(said), since: at(-900),
    last_word_at: word === null ? null : at(word), words: 1, words_a_minute: 0, delay_seconds: 0, warnings: [],
    hands_over: hands && { to: hands[0], at: at(hands[1]) }, v: 1 }));
  return { found: othersOf(made, now, "en", me), named: reports.map(([source]) => sourceName(source)) };
}"""


@pytest.fixture
def other(browser: Browser, program: Program) -> Iterator[Page]:
    """The page of a second captioner, in a browser of their own."""
    with someone(browser, base_url=program.url, viewport={"width": 1024, "height": 768}) as captioner:
        yield captioner.new_page()


def name_oneself(page: Page, name: str) -> None:
    page.goto("/search")
    page.evaluate("name => localStorage.setItem('captionflow.captioner', name)", name)


def test_one_hands_over_to_another_with_a_countdown_and_no_word_is_between(
    page: Page, other: Page, program: Program
) -> None:
    program.announce("h-two", title="Two")
    name_oneself(page, "Ana Lupu")
    name_oneself(other, "Ben")
    page.goto("/caption/h-two")
    page.keyboard.type("Ana begins. ")
    expect(page.locator("#seen")).to_contain_text("Ana begins.")
    other.goto("/caption/h-two")
    expect(other.locator("#turn")).to_contain_text("Ana Lupu captions. You stand by.")
    expect(other.locator("#typing")).not_to_be_editable()
    page.get_by_role("button", name="Hand over to Ben").click()
    expect(page.locator("#turn")).to_contain_text(re.compile(r"You hand over to Ben in 0:\d\d"))
    expect(other.locator("#turn")).to_contain_text(re.compile(r"Ana Lupu hands over to you in 0:\d\d"))
    page.keyboard.type("Her last words ")
    expect(other.locator("#typing")).to_be_editable()
    expect(other.locator("#typing")).to_be_focused()
    expect(page.locator("#typing")).not_to_be_editable()
    other.keyboard.type("Ben goes on.\n")
    expect(page.locator("#seen")).to_contain_text("Ben goes on.")
    expect(page.locator("#turn")).to_contain_text("Ben captions. You stand by.")
    assert " ".join(program.paragraphs("h-two")) == "Ana begins. Her last words Ben goes on."


def test_a_hand_over_can_be_called_off_and_one_who_stands_by_can_take_over(
    page: Page, other: Page, program: Program
) -> None:
    program.announce("h-off", title="Off")
    page.goto("/caption/h-off")
    page.keyboard.type("Ana begins. ")
    expect(page.locator("#seen")).to_contain_text("Ana begins.")
    other.goto("/caption/h-off")
    expect(other.locator("#turn")).to_contain_text("You stand by.")
    page.get_by_role("button", name="Hand over").click()
    expect(other.locator("#turn")).to_contain_text("hands over to you")
    page.get_by_role("button", name="Not now").click()
    expect(page.locator("#turn")).to_be_hidden()
    expect(other.locator("#turn")).to_contain_text("You stand by.")
    expect(other.locator("#typing")).not_to_be_editable()
    other.get_by_role("button", name="Take over").click()
    other.keyboard.type("Ben goes on. ")
    expect(page.locator("#seen")).to_contain_text("Ben goes on.")


def test_who_is_there_is_what_their_reports_say(page: Page, program: Program) -> None:
    program.announce("h-pure", title="Pure")
    page.goto("/caption/h-pure")
    reports = [
        ["ana-lupu-abcdefgh", -2, -1, None],
        ["ben-23456789", -10, None, None],
        ["gone-abcdefgh", -90, -90, None],
        ["me-abcdefgh", -1, -1, None],
        ["steno.two", -400, -3, None],
        ["caption-page-abcdefgh", -5, -40, ["me-abcdefgh", 8]],
        ["long-ago-abcdefgh", -5, -50, ["me-abcdefgh", -60]],
    ]
    said = page.evaluate(OTHERS, [script(page, "others.js"), reports, "me-abcdefgh"])
    assert [(one["name"], one["silent"], one["to"]) for one in said["found"]] == [
        ("ana lupu", 1_000, None),
        ("steno.two", 3_000, None),
        ("Somebody", 40_000, "me-abcdefgh"),
        ("long ago", 50_000, None),
        ("ben", None, None),
    ]
    assert said["found"][2]["in"] == 8_000


def test_a_button_keeps_the_focus_while_others_type_and_come_and_hand_over(page: Page, program: Program) -> None:
    """By their posts: a tool of theirs may be none of our pages."""
    program.announce("h-keys", title="Keys")
    page.goto("/caption/h-keys")
    page.keyboard.type("Ana begins. ")
    expect(page.locator("#seen")).to_contain_text("Ana begins.")

    def come(sender: str, **hand_over: object) -> None:
        body = {"sender": sender, "hand_over": hand_over or None}
        program.client.post("/v1/sessions/h-keys/lines/presence", json=body).raise_for_status()

    come("mia-abcdefgh")
    give = page.get_by_role("button", name="Hand over to mia")
    give.focus()
    come("zoe-abcdefgh")
    come("ben-abcdefgh")
    expect(page.locator("#others > span")).to_have_count(3)
    expect(give).to_be_focused()
    program.send("h-keys", 0, "And mia types.", sender="mia-abcdefgh").raise_for_status()
    expect(page.locator("#others > span", has_text="mia")).to_contain_text("mia types")
    expect(give).to_be_focused()
    program.send("h-keys", 0, "And zoe types.", sender="zoe-abcdefgh").raise_for_status()
    expect(page.locator("#others > span", has_text="zoe")).to_contain_text("zoe types")
    expect(give).to_be_focused()
    expect(page.locator("#others bdi")).to_have_text(["ben", "mia", "zoe"])


def test_who_stands_by_takes_over_with_the_button_that_has_the_focus(page: Page, other: Page, program: Program) -> None:
    program.announce("h-focus", title="Focus")
    name_oneself(page, "Ana")
    page.goto("/caption/h-focus")
    page.keyboard.type("Ana begins. ")
    expect(page.locator("#seen")).to_contain_text("Ana begins.")
    other.goto("/caption/h-focus")
    take = other.locator("#turn button")
    expect(take).to_have_text("Take over")
    take.focus()
    page.get_by_role("button", name="Hand over").click()
    expect(take).to_have_text("Take over now")
    expect(take).to_be_focused()
    take.press("Enter")
    expect(other.locator("#typing")).to_be_editable()
    other.keyboard.type("Ben goes on. ")
    expect(page.locator("#seen")).to_contain_text("Ben goes on.")
