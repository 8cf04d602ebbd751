"""The pages of those who work, in states that they do not open in: for every eye, every hand and every screen."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program

pytestmark = pytest.mark.browser

STRICT = {"rules": {"color-contrast-enhanced": {"enabled": True}, "target-size": {"enabled": True}}}
LONG = "High-level panel on the governance of emerging technologies, digital public infrastructure and everything else"
ARABIC = "السيدة ماريا أوديامبو من اتحاد شبكات المجتمع الأفريقية"


@pytest.fixture(scope="module", autouse=True)
def _sessions(program: Program) -> None:
    program.begin("w-long", f">> {ARABIC}: صباح الخير.", title=LONG, room=LONG, languages=["ar", "en"])
    line = {"number": 0, "text": "Good morning.", "speaker": "speaker 0"}
    program.client.post("/v1/sessions/w-long/lines", json={"sender": "asr", "lines": [line]}).raise_for_status()


def axe(page: Page) -> None:
    found = Axe().run(page, options=STRICT)
    assert found.violations_count == 0, found.generate_report()


def fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") <= 0


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_axe_finds_nothing_on_the_desk_with_an_alarm_and_in_its_dialogs(page: Page, theme: str) -> None:
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    page.goto("/desk")
    page.evaluate("document.querySelector('#alarm-after option').value = '1'")
    page.locator("#alarm-after").select_option("1")
    expect(page.locator("[data-session=w-long]")).to_have_class("session alarm")
    axe(page)
    for opener in (
        "#open-announce",
        "#open-programme",
        "#hand-w-long",
        "#name-w-long",
        "#correct-w-long",
        "#finished-w-long",
    ):
        page.locator(opener).click()
        dialog = page.locator("dialog[open]")
        expect(dialog).to_be_visible()
        axe(page)
        page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(page.locator(opener)).to_be_focused()


@pytest.mark.parametrize("width", [320, 768])
def test_long_and_arabic_names_make_nothing_scroll_sideways(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/desk")
    expect(page.locator("[data-session=w-long] .sources")).to_contain_text("asr")
    fits(page)
    page.locator("#hand-w-long").click()
    assert page.locator("#hand").evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    page.goto("/caption/w-long")
    expect(page.locator("#speakers")).to_contain_text("speaker 0")
    fits(page)


@pytest.mark.parametrize(("width", "height"), [(1024, 420), (390, 480)])
def test_above_a_tablets_keyboard_the_words_the_field_and_the_keys_are_in_view(
    page: Page, width: int, height: int
) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto("/caption/w-long")
    expect(page.locator("#seen")).to_contain_text("Good morning.")
    for part in ("#seen", "#typing", ".row.keys >> nth=0"):
        expect(page.locator(part)).to_be_in_viewport(ratio=0.9)
    axe(page)


def test_a_screen_reader_is_told_of_what_changes_and_not_of_every_word(page: Page, program: Program) -> None:
    program.announce("w-told", title="Told")
    page.goto("/caption/w-told")
    page.evaluate(
        "() => { window.told = []; const told = document.getElementById('told');"
        "new MutationObserver(() => window.told.push(told.textContent))"
        ".observe(told, {childList: true, characterData: true, subtree: true}); }"
    )
    page.keyboard.type("One two three four five six seven. ")
    expect(page.locator("#seen")).to_contain_text("seven.")
    assert page.evaluate("window.told") == []
    page.context.set_offline(True)
    page.keyboard.type("Eight. ")
    expect(page.locator("#told")).to_contain_text("No connection")
    page.context.set_offline(False)
    expect(page.locator("#told")).to_have_text("All sent")
    assert len(page.evaluate("window.told")) <= 3
