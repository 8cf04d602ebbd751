"""A machine whose clock is wrong, or is set while a page is open: what pages tell of time is true all the same."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import SECONDS, Program, follow
from tests.waiting import await_true

pytestmark = pytest.mark.browser

AHEAD = "(() => { const now = Date.now; Date.now = () => now() + 3 * 86_400_000; })()"
SHORT = re.compile(r"\b0:\d\d\b")
"""A span of less than a minute."""
WOKEN = """() => new Promise((done) => {
  const [now, ask] = [Date.now, window.fetch];
  let ahead = 0;
  Date.now = () => now() + ahead;
  const set = () => { ahead += 3 * 86_400_000; };  // again, if something was heard just then
  const setting = setInterval(set, 700);
  set();
  window.fetch = (...all) => {
    if (!String(all[0]).includes("/events")) return ask(...all);
    clearInterval(setting);
    window.fetch = ask;
    done();
    return ask(...all);
  };
})"""
"""The clock is set, which looks like sleep to a page; until it asks for what it has missed."""
NOTE_ALL = """(selector) => {
  const told = document.querySelector(selector);
  window.told = [told.textContent];
  window.noting?.disconnect();
  window.noting = new MutationObserver(() => window.told.push(told.textContent));
  window.noting.observe(told, { childList: true, characterData: true, subtree: true });
}"""


def test_for_how_long_it_is_off_the_record_is_told_though_the_clock_on_the_wall_is_set(
    program: Program, page: Page
) -> None:
    program.begin("clock-aside", ">> ANA:  Good morning.")
    screen = page.context.new_page()
    page.goto("/s/clock-aside/follow")
    screen.goto("/s/clock-aside/screen")
    program.client.put("/v1/sessions/clock-aside/off-the-record", json={"on": True}).raise_for_status()
    for one, told in ((page, "#off-record [data-clock]"), (screen, "#still")):
        expect(one.locator(told)).to_contain_text(SHORT)
        one.evaluate(NOTE_ALL, told)
        one.evaluate(AHEAD)
    program.send("clock-aside", 1, "Nobody keeps this.")
    for one in (page, screen):
        one.wait_for_function("() => window.told.length > 3")
        assert [says for says in one.evaluate("window.told") if not SHORT.search(says)] == []
    program.client.put("/v1/sessions/clock-aside/off-the-record", json={"on": False}).raise_for_status()


def test_who_reads_is_not_told_to_be_offline_when_the_clock_is_set(program: Program, page: Page) -> None:
    program.begin("clock-read", ">> ANA:  Good morning.")
    screen = page.context.new_page()
    follow(page, "clock-read")
    screen.goto("/s/clock-read/screen")
    expect(screen.locator("#lines")).to_contain_text("Good morning.")
    for one, told in ((page, "#status"), (screen, "#still")):
        one.evaluate(NOTE_ALL, told)
        one.evaluate(WOKEN)
    program.say("clock-read", 1, "And on we go.")
    for one, text in ((page, "#captions"), (screen, "#lines")):
        expect(one.locator(text)).to_contain_text("And on we go.")
        assert [says for says in one.evaluate("window.told") if re.search("onnection|offline", says)] == []


def test_who_wakes_without_a_network_is_told_so(program: Program, page: Page) -> None:
    program.begin("clock-woken", ">> ANA:  Good morning.")
    follow(page, "clock-woken")
    page.route(re.compile(r"/events\?"), lambda route: route.abort())
    page.evaluate(WOKEN)
    expect(page.locator("#status")).to_contain_text("No connection.")
    program.say("clock-woken", 1, "And on we go.")
    page.unroute(re.compile(r"/events\?"))
    expect(page.locator("#captions")).to_contain_text("And on we go.")


def test_the_desk_goes_by_the_servers_clock_from_the_first(program: Program, page: Page) -> None:
    program.begin("clock-desk", ">> ANNA: We begin.", title="Clock", room="Clock desk")
    page.add_init_script(AHEAD)
    page.goto("/desk")
    card = page.locator("[data-session=clock-desk]")
    page.evaluate(NOTE_ALL, "[data-session=clock-desk]")
    expect(card.locator(".sources")).to_contain_text(re.compile(r"last word (?:just now|0:\d\d ago)"))
    assert [says for says in page.evaluate("window.told") if re.search(r"\d\d:\d\d:\d\d", says)] == []
    expect(page.locator("#standing")).to_have_text("Up to date")  # cards come with the page, before the feed
    page.evaluate(NOTE_ALL, "#standing")
    page.evaluate(WOKEN)
    expect(page.locator("#standing")).to_have_text("Up to date")
    assert set(page.evaluate("window.told")) == {"Up to date"}


def test_when_a_source_said_its_last_word_is_told_by_the_servers_clock(program: Program, page: Page) -> None:
    program.begin("clock-air", ">> ANNA: We begin.", title="Clock", room="Clock room")
    page.add_init_script(AHEAD)
    page.goto("/desk")
    card = page.locator("[data-session=clock-air]")
    expect(card.locator(".sources li")).to_have_count(1)
    body = {"sender": "spare", "lines": [{"number": 0, "text": "From the spare."}]}
    program.client.post("/v1/sessions/clock-air/lines", json=body).raise_for_status()
    card.get_by_role("button", name="Take over").press("Enter")
    expect(page.locator("#air p", has_text="spare")).to_contain_text(re.compile(r"last word (?:just now|0:\d\d ago)"))


@pytest.mark.parametrize("days", [-3, 3], ids=["was behind", "was ahead"])
def test_lines_of_another_day_can_not_be_opened_again_whatever_the_clock_was(
    program: Program, page: Page, days: int
) -> None:
    session = f"clock-lines{days}"
    program.announce(session)
    before = page.context.new_page()
    before.add_init_script(AHEAD.replace("+ 3", f"+ {days}"))
    before.goto(f"/caption/{session}")
    before.locator("#typing").press_sequentially("The first.\nThe second.\n")
    expect(before.locator("#mine .line")).to_have_count(2)
    expect(before.locator("#delivery")).to_have_text("All sent")
    await_true(lambda: program.paragraphs(session) == ["The first. The second."], "not everything arrived", SECONDS)
    before.close(run_before_unload=False)
    page.goto(f"/caption/{session}")
    expect(page.locator("#seen")).to_contain_text("The second.")
    expect(page.locator("#mine .line")).to_have_count(0)
