"""The desk: what the technician sees of all rooms, and what they can do."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program

pytestmark = pytest.mark.browser


def test_a_session_is_announced_started_finished_and_reopened_by_keys_alone(page: Page, program: Program) -> None:
    page.goto("/desk")
    page.locator("#open-announce").press("Enter")
    page.keyboard.type("Ceremonia de apertura")
    page.keyboard.press("Tab")
    page.keyboard.type("Desk room")
    page.keyboard.press("Enter")
    room = page.locator(".room", has=page.get_by_role("heading", name="Desk room"))
    expect(room.locator("h3")).to_have_text("Ceremonia de apertura")
    expect(page.locator("#announce")).to_be_hidden()
    room.get_by_role("button", name="Start").press("Enter")
    expect(room.locator(".live")).to_have_text("Live")
    expect(room.locator("h3 a")).to_be_focused()
    room.get_by_role("button", name="Finish").press("Enter")
    page.keyboard.press("Escape")
    expect(room.locator(".live")).to_have_text("Live")
    room.get_by_role("button", name="Finish").press("Enter")
    page.keyboard.press("Enter")
    expect(room.locator(".facts").first).to_contain_text("Finished")
    room.get_by_role("button", name="Reopen").press("Enter")
    expect(room.locator(".live")).to_have_text("Live")
    (found,) = program.client.get("/v1/sessions", params={"room": "Desk room"}).json()
    assert found["status"] == "live"
    assert found["languages"] == ["en"]
    assert "ceremonia-de-apertura" in found["id"]


def test_what_others_change_appears_by_itself_and_leaves_the_focus_where_it_was(page: Page, program: Program) -> None:
    program.announce("d-one", title="One", room="Room of others")
    page.goto("/desk")
    page.locator("#hand-d-one").focus()
    program.announce("d-two", title="Two", room="Room of others")
    room = page.locator(".room", has=page.get_by_role("heading", name="Room of others"))
    expect(room.locator("h3")).to_have_text(["One", "Two"])
    expect(page.locator("#hand-d-one")).to_be_focused()


def test_a_title_that_is_refused_says_why(page: Page) -> None:
    page.goto("/desk")
    page.locator("#open-announce").click()
    page.locator("#a-title").fill("A title")
    page.locator("#a-languages").fill("not a language")
    page.locator("#a-send").click()
    expect(page.locator("#a-trouble")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#announce")).to_be_hidden()


def test_addresses_are_handed_out_for_each_language(page: Page, program: Program) -> None:
    program.announce("d-hand", title="قاعة", room="Handing room", languages=["ar", "en"])
    page.goto("/desk")
    page.locator("#hand-d-hand").click()
    expect(page.locator("#hand code")).to_have_text(
        [
            f"{program.url}/s/d-hand/follow",
            f"{program.url}/s/d-hand/screen",
            f"{program.url}/caption/d-hand",
            f"{program.url}/caption/d-hand?lang=en",
        ]
    )
    assert page.locator("#hand img").evaluate("one => one.decode().then(() => one.naturalWidth > 0)")


def test_a_server_that_is_away_is_told_and_its_return_too(page: Page, program: Program) -> None:
    page.goto("/desk")
    page.clock.install()
    expect(page.locator("#standing")).to_have_text("Up to date")
    page.context.set_offline(True)
    page.clock.fast_forward(20_000)
    expect(page.locator("#standing")).to_contain_text("Not connected for")
    page.context.set_offline(False)
    page.clock.fast_forward(6_000)
    expect(page.locator("#standing")).to_have_text("Up to date")
