"""Off the record in a browser: read live on all pages, gone with the passage, turned on and off at the desk."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import AT_END, Program

pytestmark = pytest.mark.browser

NOTE = re.compile(r"\[Off the record for \d+:\d\d\]")


def turn(program: Program, session: str, *, on: bool) -> None:
    program.client.put(f"/v1/sessions/{session}/off-the-record", json={"on": on}).raise_for_status()


def test_readers_see_what_is_said_until_the_passage_is_over(program: Program, page: Page) -> None:
    program.begin("aside", ">> ANA:  Good morning.")
    screen = page.context.new_page()
    page.goto(f"{program.url}/s/aside/follow")
    screen.goto(f"{program.url}/s/aside/screen")
    turn(program, "aside", on=True)
    expect(page.locator("#off-record")).to_be_visible()
    program.send("aside", 1, "Nobody keeps this.")
    expect(page.locator("#off-record [data-words]")).to_have_text("Nobody keeps this.")
    expect(screen.locator("#lines")).to_contain_text("Nobody keeps this.")
    expect(screen.locator("#still")).to_contain_text("Off the record for")
    turn(program, "aside", on=False)
    program.send("aside", 2, "On we go.")
    expect(page.locator("#captions")).to_contain_text("On we go.")
    expect(page.locator("#captions")).to_contain_text(NOTE)
    expect(page.locator("#off-record")).to_be_hidden()
    expect(screen.locator("#lines")).to_contain_text("On we go.")
    for one in (page, screen):
        assert "Nobody keeps this" not in one.content()


def test_who_reads_back_in_a_passage_is_not_pulled_down(program: Program, page: Page) -> None:
    program.begin("long-aside", ">> ANA:  Good morning.")
    page.goto(f"{program.url}/s/long-aside/follow")
    turn(program, "long-aside", on=True)
    words = page.locator("#off-record [data-words]")
    program.send("long-aside", 1, *(f"Nobody keeps this, sentence {n}, which is long. " for n in range(40)))
    expect(words).to_contain_text("sentence 39")
    assert words.evaluate(AT_END)
    program.send("long-aside", 41, "This is at the end, too.")
    expect(words).to_contain_text("at the end, too")
    assert words.evaluate(AT_END)
    words.evaluate("(box) => new Promise((done) => { box.onscroll = done; box.scrollTop = 40; })")
    program.send("long-aside", 42, "This pulls nobody down.")
    expect(words).to_contain_text("pulls nobody down")
    assert words.evaluate("(box) => box.scrollTop") == 40


def test_the_desk_goes_off_the_record_and_what_is_typed_then_is_in_no_browser(program: Program, page: Page) -> None:
    program.begin("desk-aside", ">> ANA:  Good morning.")
    desk = page.context.new_page()
    desk.goto(f"{program.url}/desk")
    page.goto(f"{program.url}/caption/desk-aside")
    desk.locator("#off-desk-aside").click()
    expect(desk.locator("[data-session=desk-aside]")).to_contain_text("nothing is kept")
    expect(desk.locator("#off-desk-aside")).to_have_text("Back on the record")
    expect(page.locator("#off-record")).to_be_visible()
    page.get_by_role("button", name="Take over").click()
    page.locator("#typing").press_sequentially("Nobody keeps this. ")
    expect(page.locator("#off-record [data-words]")).to_contain_text("Nobody keeps this.")
    assert "Nobody" not in page.evaluate("JSON.stringify(localStorage)")
    desk.locator("#off-desk-aside").click()
    expect(desk.locator("#off-desk-aside")).to_have_text("Off the record")
    expect(page.locator("#off-record")).to_be_hidden()
    page.locator("#typing").press_sequentially("On we go. ")
    expect(page.locator("#seen")).to_contain_text("On we go.")
    expect(page.locator("#seen")).not_to_contain_text("Nobody")
    assert "Nobody" not in page.evaluate("JSON.stringify(localStorage)")
    assert "Nobody" not in " ".join(program.paragraphs("desk-aside"))


WRONG_CLOCK = "(() => { const now = Date.now; Date.now = () => now() + 3 * 86_400_000; })()"


@pytest.mark.parametrize("knew", [True, False], ids=["page knew of it", "page did not know"])
def test_what_was_typed_in_a_passage_without_a_network_is_not_on_the_record_when_it_is_sent_after_it(
    program: Program, page: Page, knew: bool
) -> None:
    session = f"late-{'knew' if knew else 'unknowing'}"
    program.begin(session, ">> ANA:  Good morning.")
    page.add_init_script(WRONG_CLOCK)
    page.goto(f"{program.url}/caption/{session}")
    typing = page.locator("#typing")
    page.get_by_role("button", name="Take over").click()
    typing.press_sequentially("Before it.\n")
    expect(page.locator("#seen")).to_contain_text("Before it.")
    if knew:
        turn(program, session, on=True)
        expect(page.locator("#off-record")).to_be_visible()
    page.context.set_offline(True)
    if not knew:
        typing.press_sequentially("Still on the record.\n")
        page.wait_for_timeout(6_000)  # what is typed within 5 s before a passage counts as a part of it
        turn(program, session, on=True)
    typing.press_sequentially("Nobody keeps this.\n")
    turn(program, session, on=False)
    typing.press_sequentially("On we go.\n")
    expect(page.locator("#delivery")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator("#delivery")).to_contain_text("All sent")
    expect(page.locator("#seen")).to_contain_text("On we go.")
    said = " ".join(program.paragraphs(session))
    assert ("Still on the record." in said) is not knew
    assert "On we go." in said
    assert "Nobody" not in said
    assert "Nobody" not in page.evaluate("JSON.stringify(localStorage)")
