"""Bookmarks and notes: kept in the browser, on turns that survive corrections, and taken out as text."""

import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, follow, script

pytestmark = pytest.mark.browser

TEXT = " ".join(["We began in the hills with one mast, and nobody believed that it would carry."] * 10)
KEPT = "Object.entries(localStorage).filter(([name]) => name.startsWith('captionflow.notes.'))"


def opened(page: Page) -> None:
    if page.locator("#more").count():
        page.locator("#more > summary").click()
    page.locator(".notes summary").click()


def mark(page: Page, note: str = "") -> None:
    page.get_by_label("A note, if you like").fill(note)
    page.get_by_role("button", name="Mark what I am reading").click()
    expect(page.locator("#notes-told")).to_have_text("Kept in this browser.")


def test_what_is_read_is_marked_with_a_note_found_again_and_taken_out(page: Page, program: Program) -> None:
    program.begin("n-notes", f">> ANNA: {TEXT}", f">> *BEN*: <i>Now</i> {TEXT}", title="Notes & marks")
    follow(page, "n-notes")
    opened(page)
    mark(page, "Ask *her*\nabout the mast")
    entries = page.locator("#notes-kept li")
    expect(entries).to_have_count(1)
    expect(entries.first).to_contain_text("Now")
    page.goto("/s/n-notes")
    opened(page)
    expect(entries).to_have_count(1)
    mark(page)
    expect(entries).to_have_count(2)
    expect(entries.first).to_contain_text("ANNA")
    with page.expect_download() as download:
        page.get_by_role("button", name="Take out as text").click()
    assert download.value.suggested_filename == "n-notes.en.notes.md"
    text = Path(download.value.path()).read_text(encoding="utf-8")
    assert text.startswith("# Notes \\& marks\n\n> ANNA: We began")
    assert "Ask \\*her\\*\nabout the mast" in text
    assert "<i>" not in text
    links = re.findall(r"^<(http.*)>$", text, re.MULTILINE)
    assert len(links) == 2
    page.goto(links[1])
    expect(page.locator(":target")).to_contain_text("Now")
    opened(page)
    for left in (1, 0):
        entries.first.get_by_role("button", name="Remove").click()
        expect(entries).to_have_count(left)
    assert page.evaluate(KEPT) == []


def test_a_mark_survives_a_correction_and_is_not_another_sessions(page: Page, program: Program) -> None:
    program.begin("n-made", f">> ANNA: {TEXT}", title="Made")
    page.goto("/s/n-made")
    opened(page)
    mark(page, "Mine")
    turn = page.locator("article").get_attribute("data-turn")
    program.say("n-made", 1, "And it carried.")
    page.reload()
    opened(page)
    expect(page.locator("#notes-kept li")).to_contain_text("Mine")
    assert turn in page.evaluate(KEPT)[0][1]
    counted = page.evaluate(
        """async (url) => {
          const { notebook } = await import(url);
          const here = (made) => notebook("n-made", "en", made).all().length;
          const { made } = document.querySelector(".transcript").dataset;
          return [here(made), here("2020-01-01T00:00:00Z")];
        }""",
        script(page, "notes.js"),
    )
    assert counted == [1, 0]


@pytest.mark.parametrize("path", ["/s/n-axe/follow", "/s/n-axe-read"])
def test_axe_finds_nothing_in_the_open_notes(page: Page, program: Program, path: str) -> None:
    name = path.split("/")[2]
    program.begin(name, f">> ANNA: {TEXT}", title="Axe")
    page.set_viewport_size({"width": 320, "height": 640})
    page.goto(path)
    expect(page.locator("article")).to_have_count(1)
    opened(page)
    mark(page, "A note")
    found = Axe().run(page, options={"rules": {"target-size": {"enabled": True}}})
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0
