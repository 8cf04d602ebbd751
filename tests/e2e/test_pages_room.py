"""One address for a room: it waits, shows what is on, and offers what is next to those who read."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program
from tests.e2e.test_pages_lasting import HIDE

pytestmark = pytest.mark.browser


def look_again(page: Page) -> None:
    """As if its reader came back to the tab: then it asks at once what is on."""
    with page.expect_response(re.compile("/now")):
        page.evaluate(HIDE, arg=False)


def test_a_room_waits_before_its_first_session_and_begins_by_itself(page: Page, program: Program) -> None:
    page.goto("/rooms/wait-room/follow?lang=fr")
    expect(page.locator("h1")).to_have_text("Nothing has been said here yet")
    program.announce("q-first", title="First", room="Wait room", languages=["en", "fr"])
    expect(page.locator("h1")).to_have_text("First")
    expect(page.locator("#waiting")).to_be_visible()
    program.say("q-first", 0, ">> ANNA: Bonjour.", language="fr")
    expect(page.locator("#captions")).to_contain_text("Bonjour.")


def test_who_waits_for_one_session_is_led_to_the_one_that_is_on(page: Page, program: Program) -> None:
    program.announce("q-slow", title="Slow", room="Swap room", starts_at="2099-01-01T09:00:00Z")
    page.goto("/rooms/swap-room/follow?lang=es")
    expect(page.locator("#status")).to_have_text("Live")
    program.begin("q-fast", ">> BEN: We are before them.", title="Fast", room="Swap room")
    page.evaluate(HIDE, arg=False)
    expect(page.locator("h1")).to_have_text("Fast")
    expect(page.locator("#captions")).to_contain_text("We are before them.")
    assert page.url.endswith("/rooms/swap-room/follow?lang=es")


def test_at_the_end_the_next_session_is_offered_and_the_text_stays(page: Page, program: Program) -> None:
    program.begin("q-now", *(f">> ANNA: Turn {n} is over." for n in range(60)), title="Now", room="Offer room")
    program.announce(
        "q-next", title="Next <i>one</i>", room="Offer room", starts_at="2099-01-01T09:00:00Z", languages=["en", "fr"]
    )
    page.goto("/rooms/offer-room/follow?lang=fr")
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#here")).to_be_hidden()
    page.evaluate("scrollTo(0, 300)")
    was = page.evaluate("document.querySelectorAll('article')[5].getBoundingClientRect().top")
    program.say("q-now", 60, "That is all.", ends=True)
    here = page.locator("#here")
    expect(here).to_have_text(re.compile(r"^Next in Offer room, .+: Next <i>one</i>$"))
    assert page.evaluate("document.querySelectorAll('article')[5].getBoundingClientRect().top") == was
    program.say("q-next", 0, ">> BEN: Bonjour.", language="fr")
    look_again(page)
    expect(here).to_have_text("On now in Offer room: Next <i>one</i>")
    expect(page.locator("h1")).to_have_text("Now")
    expect(page.locator("#captions")).to_contain_text("That is all.")
    here.locator("a").click()
    expect(page.locator("h1")).to_have_text("Next <i>one</i>")
    expect(page.locator("#captions")).to_contain_text("Bonjour.")
    expect(here).to_be_hidden()


def test_a_session_that_nobody_ended_is_read_on_and_the_other_one_offered(page: Page, program: Program) -> None:
    program.begin("q-open", ">> ANNA: Words that are read.", title="Open", room="Open room")
    page.goto("/rooms/open-room/follow")
    expect(page.locator("#captions")).to_contain_text("Words that are read.")
    program.begin("q-other", ">> BEN: Others.", title="Other", room="Open room")
    look_again(page)
    expect(page.locator("#here")).to_have_text("On now in Open room: Other")
    program.say("q-open", 1, "And more of them.")
    expect(page.locator("#captions")).to_contain_text("And more of them.")
    program.say("q-other", 1, "Done.", ends=True)
    look_again(page)
    expect(page.locator("#here")).to_be_hidden()


def test_a_link_to_a_turn_is_one_to_its_session(page: Page, program: Program) -> None:
    program.begin("q-link", ">> ANNA: One.", ">> BEN: Two.", title="Link", room="Link room")
    page.goto("/rooms/link-room/follow")
    expect(page.locator("#status")).to_have_text("Live")
    page.locator(".place").last.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/s/q-link/follow\?lang=en#t2$"))
    page.reload()
    expect(page.locator("#t2")).to_contain_text("Two.")


def test_a_screen_of_a_room_has_the_rooms_code_before_and_between_sessions(page: Page, program: Program) -> None:
    program.announce("q-card", title="Card", room="Code room", starts_at="2098-01-01T09:00:00Z")
    program.announce("q-card-2", title="Card 2", room="Code room", starts_at="2099-01-01T09:00:00Z")
    page.goto("/rooms/code-room")
    code = page.locator("#qr")
    expect(page.locator("#card h2")).to_have_text("Card")
    expect(code).to_have_attribute("src", "/rooms/code-room/qr.svg")
    expect(page.locator("#qr-url")).to_have_text(f"{program.url}/rooms/code-room/follow")
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    program.say("q-card", 0, ">> ANNA: All.", ends=True)
    page.goto("/rooms/code-room")
    expect(page.locator("#card h2")).to_have_text("Card 2")
    expect(code).to_have_attribute("src", "/rooms/code-room/qr.svg")
    expect(page.locator("#to-follow")).to_have_attribute("href", "/rooms/code-room/follow")


def test_a_poster_is_one_sheet_with_the_rooms_name_its_code_and_its_address(page: Page, program: Program) -> None:
    program.announce("q-door", title="Door", room="Room with a long name, in the second building " * 2)
    address = page.request.get("/s/q-door/follow").text()
    slug = re.search(r'href="/rooms/([^"]+)"', address)
    assert slug is not None
    page.goto(f"/rooms/{slug[1]}/poster")
    expect(page.locator("h1")).to_contain_text("Room with a long name")
    assert page.locator("main img").evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    printed = page.pdf(format="A4")
    assert len(re.findall(rb"/Type\s*/Page\b", printed)) == 1
