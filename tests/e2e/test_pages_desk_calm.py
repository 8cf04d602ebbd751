"""The desk while words come and while they stop: what a hand is about to press, or has selected, stays where it is."""

import re
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import SECONDS, Program, drawn
from tests.waiting import await_true

pytestmark = pytest.mark.browser

SIZES = [(1280, 800), (390, 844)]
PLACES = """(card) => [...card.querySelectorAll(".acts a, .acts button:not([data-air], .awaited)"), card].map(
  (one) => Math.round(one.getBoundingClientRect().bottom - card.getBoundingClientRect().top)
)"""
"""Where each button of a card is in it, and how high the card is, in pixels."""


def reports(program: Program, session: str) -> list[dict[str, Any]]:
    """What the desk can tell of its sources."""
    found = program.client.get("/v1/sources", params={"session": session}).raise_for_status()
    return list(found.json()["sources"])


def heard(program: Program, session: str) -> list[str]:
    """The sources that have said a word, the one that spoke last at the end."""
    spoke = [one for one in reports(program, session) if one["last_word_at"]]
    return [one["source"] for one in sorted(spoke, key=lambda one: one["last_word_at"])]


def say(program: Program, session: str, sender: str, number: int, text: str = "And on we go.") -> None:
    lines = [{"number": number, "text": text}]
    program.client.post(f"/v1/sessions/{session}/lines", json={"sender": sender, "lines": lines}).raise_for_status()


def told(page: Page, card: Locator, sources: int) -> None:
    """Wait until the desk's feed has told who sends."""
    expect(page.locator("#standing")).to_have_text("Up to date")
    expect(card.locator(".sources li:not(.awaited)")).to_have_count(sources)
    drawn(page)


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_what_is_told_of_sources_moves_nothing(page: Page, program: Program, width: int, height: int) -> None:
    name = f"dc-moves-{width}"
    program.begin(name, ">> ANNA: We begin.", title="Moves", room="A calm room")
    for sender in ("booth", "spare"):
        say(program, name, sender, 0)
    await_true(lambda: {*heard(program, name)} == {"desk", "booth", "spare"}, "the sources were not reported", SECONDS)
    page.set_viewport_size({"width": width, "height": height})
    page.route(re.compile("/v1/desk/events"), lambda route: route.abort())
    page.goto("/desk")
    card = page.locator(f"[data-session={name}]")
    expect(card.locator(".awaited")).not_to_have_count(0)
    before = card.evaluate(PLACES)
    page.unroute(re.compile("/v1/desk/events"))
    told(page, card, 3)
    expect(card.locator("[data-air]")).to_have_count(1)
    assert card.evaluate(PLACES) == before


@pytest.mark.parametrize(("width", "height"), SIZES)
def test_an_alarm_moves_no_button_away_from_a_hand(page: Page, program: Program, width: int, height: int) -> None:
    name = f"dc-alarm-{width}"
    program.begin(name, ">> ANNA: We begin.", title="Alarm", room="A calm room")
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/desk")
    card = page.locator(f"[data-session={name}]")
    told(page, card, 1)
    sources = "(card) => card.querySelector('.sources').offsetTop - card.offsetTop"
    before = card.evaluate(sources)
    page.evaluate("() => { document.querySelector('#alarm-after option').value = '1'; }")  # seconds
    page.locator("#alarm-after").select_option("1")
    expect(card).to_have_class("session alarm")
    assert card.evaluate(sources) == before


def test_while_words_come_no_clock_runs(page: Page, program: Program) -> None:
    program.begin("dc-clock", ">> ANNA: We begin.", title="Clock", room="A calm room")
    page.goto("/desk")
    card = page.locator("[data-session=dc-clock]")
    say(program, "dc-clock", "desk", 1)
    expect(card.locator(".stopped")).to_have_text("Last word just now")
    expect(card.locator(".sources")).to_contain_text("last word just now")
    expect(card.locator(".stopped")).to_have_text(re.compile(r"Last word 0:1\d ago"))


def test_what_is_selected_in_what_changes_each_second_stays_selected(page: Page, program: Program) -> None:
    program.begin("dc-selected", ">> ANNA: We begin.", title="Selected", room="A calm room")
    page.goto("/desk")
    card = page.locator("[data-session=dc-selected]")
    told(page, card, 1)
    card.locator(".sources strong").evaluate("(one) => getSelection().selectAllChildren(one)")
    name = page.evaluate("() => String(getSelection())")
    assert name == "desk"
    card.locator(".sources").evaluate(
        "(list) => new MutationObserver(() => { window.changed = (window.changed ?? 0) + 1; })"
        ".observe(list, {childList: true, subtree: true, characterData: true})"
    )
    say(program, "dc-selected", "desk", 1, "And many more words than that were said.")
    page.wait_for_function("() => window.changed > 1")
    assert page.evaluate("() => String(getSelection())") == name


def test_sources_keep_their_places_whoever_speaks(page: Page, program: Program) -> None:
    program.begin("dc-places", ">> ANNA: We begin.", title="Places", room="A calm room")
    page.goto("/desk")
    card = page.locator("[data-session=dc-places]")
    told(page, card, 1)
    say(program, "dc-places", "booth", 0)
    names = card.locator(".sources strong")
    expect(names).to_have_text(["desk", "booth"])
    for number, sender in enumerate(("desk", "booth", "desk"), 1):
        say(program, "dc-places", sender, number, "And on.")
        await_true(
            lambda sender=sender: heard(program, "dc-places")[-1:] == [sender], f"{sender} was not heard last", SECONDS
        )
        drawn(page)
        expect(names).to_have_text(["desk", "booth"])


def test_a_card_is_not_drawn_anew_when_another_one_is(page: Page, program: Program) -> None:
    program.begin("dc-same", ">> ANNA: We begin.", title="Same", room="A calm room")
    await_true(lambda: heard(program, "dc-same") == ["desk"], "the source was not reported", SECONDS)
    page.goto("/desk")
    card = page.locator("[data-session=dc-same]")
    told(page, card, 1)
    same = card.element_handle()
    say(program, "dc-same", "desk", 1, "And many more words than that were said.")
    await_true(
        lambda: sum(one["words"] for one in reports(program, "dc-same")) > 10, "the words were not reported", SECONDS
    )
    program.announce("dc-other", title="Other", room="Elsewhere", status="live")
    expect(page.locator("[data-session=dc-other]")).to_be_visible()
    assert same.evaluate("(one) => one.isConnected")
