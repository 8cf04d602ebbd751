"""Who comes late sees how much was said, and by whom."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, follow, script

pytestmark = pytest.mark.browser

SUMMARY = "How much was said, and by whom"


def test_a_latecomer_sees_how_much_was_said_and_each_time_anew(page: Page, program: Program) -> None:
    program.begin("fig-late", ">> ANNA: Good morning, everyone.", ">> BEN: Now we begin.")
    follow(page, "fig-late")
    page.locator("#more > summary").click()
    panel = page.locator("#figures")
    panel.get_by_text(SUMMARY).click()
    expect(panel.get_by_role("status")).to_have_text("Less than a minute, 6 words, 2 speakers.")
    expect(panel.get_by_role("listitem")).to_have_text(["ANNA 3 words", "BEN 3 words"])
    assert not Axe().run(page).response["violations"]
    program.say("fig-late", 2, ">> ANNA: Thank you.")
    panel.get_by_text(SUMMARY).click()
    panel.get_by_text(SUMMARY).click()
    expect(panel.get_by_role("status")).to_have_text("Less than a minute, 8 words, 2 speakers.")
    expect(panel.get_by_role("listitem")).to_have_text(["ANNA 5 words", "BEN 3 words"])


def test_a_speaker_leads_to_their_first_words_also_where_they_are_on_no_page_yet(page: Page, program: Program) -> None:
    program.begin("fig-lead", *(f">> {'ANNA' if n % 90 else f'S{n}'}: Word {n}." for n in range(500)))
    page.goto("/s/fig-lead/follow")
    page.locator("#more > summary").click()
    panel = page.locator("#figures")
    panel.get_by_text(SUMMARY).click()
    expect(panel.get_by_role("status")).to_contain_text("1,000 words, 7 speakers.")
    panel.get_by_role("link", name="ANNA").click()
    expect(page.locator("article:target h2")).to_have_text("ANNA")
    expect(page).to_have_url("/s/fig-lead?lang=en&turn=t2#t2")
    page.locator("#figures summary").click()
    page.locator("#figures").get_by_role("link", name="S0").click()
    expect(page.locator("#t1")).to_be_in_viewport()


def test_without_a_connection_it_says_so_and_keeps_what_it_has(page: Page, program: Program) -> None:
    program.begin("fig-cut", ">> ANNA: Good morning.")
    page.goto("/s/fig-cut")
    panel = page.locator("#figures")
    with page.expect_request("**/figures?*"):
        panel.get_by_text(SUMMARY).click()
    expect(panel.get_by_role("listitem")).to_have_text(["ANNA 2 words"])
    page.route("**/figures?*", lambda route: route.abort())
    panel.get_by_text(SUMMARY).click()
    panel.get_by_text(SUMMARY).click()
    expect(panel.get_by_role("status")).to_have_text("What is here was counted before: there is no connection.")
    expect(panel.get_by_role("listitem")).to_have_text(["ANNA 2 words"])


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(29, "Less than a minute"), (60, "1 minute"), (725, "12 minutes"), (3600, "1 hour"), (9060, "2 hours 31 minutes")],
)
def test_how_long_it_took_is_said_as_people_do(page: Page, program: Program, seconds: int, told: str) -> None:
    program.begin("fig-long", ">> ANNA: Good morning.")
    page.goto("/s/fig-long")
    assert page.evaluate(f"import('{script(page, 'figures.js')}').then((one) => one.lasted({seconds}))") == told
