"""Words in a language: translated by the browser, and written in their direction, on every page."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Program, follow, script

pytestmark = pytest.mark.browser

TRANSLATE = """() => {
  const skip = "[translate=no], .notranslate, script, style, font";
  const wrap = (node) => {
    if (!node.data.trim() || !node.isConnected || node.parentElement.closest(skip)) return;
    const [outer, inner] = [document.createElement("font"), document.createElement("font")];
    inner.textContent = node.data.toUpperCase();
    outer.append(inner);
    node.replaceWith(outer);
  };
  const walk = (root) => {
    if (root.nodeType === 3) return wrap(root);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) found.push(walker.currentNode);
    found.forEach(wrap);
  };
  walk(document.body);
  new MutationObserver((all) => {
    for (const one of all) (one.type === "characterData" ? [one.target] : one.addedNodes).forEach(walk);
  }).observe(document.body, { childList: true, characterData: true, subtree: true });
}"""
SELECT = "(one) => getSelection().selectAllChildren(one)"
SELECTED = "() => String(getSelection()).trim()"


def off_the_record(program: Program, session: str) -> None:
    program.client.put(f"/v1/sessions/{session}/off-the-record", json={"on": True}).raise_for_status()


def test_a_page_that_the_browser_translates_stays_translated_and_complete(page: Page, program: Program) -> None:
    program.begin("e-follow", ">> ANNA: The first. The second goes", title="Translated", room="Word room")
    follow(page, "e-follow")
    page.evaluate(TRANSLATE)
    page.evaluate("window.first = document.querySelector('.said font font')")
    for number, words in enumerate(("on and", "on. [Applause] The third", "is here.", ">> BEN: And another", "one.")):
        program.say("e-follow", number + 1, words)
        expect(page.locator("#captions")).to_contain_text(words.removeprefix(">> BEN: ").upper().split("] ")[-1])
    wanted = ["THE FIRST. THE SECOND GOES ON AND ON. [APPLAUSE] THE THIRD IS HERE.", "AND ANOTHER ONE."]
    expect(page.locator("#captions .said")).to_have_text(wanted)
    assert page.evaluate("window.first.isConnected && window.first.textContent") == "THE FIRST."
    expect(page.locator(".speaker").last).to_have_text("BEN")
    assert page.locator(".speaker font").count() >= 2


def test_a_room_screen_and_home_that_the_browser_translates_go_on(page: Page, program: Program) -> None:
    program.begin("e-room", ">> ANNA: We begin here.", title="Translated too", room="Translated room")
    home = page.context.new_page()
    for tab, path in ((page, "/rooms/translated-room"), (home, "/")):
        tab.goto(path)
        expect(tab.locator("main")).to_contain_text("We begin here.")
        tab.evaluate(TRANSLATE)
    here = home.locator(".on[data-session='e-room']")
    link = here.locator("h2 a").element_handle()
    for n in range(4):
        program.say("e-room", n + 1, f"Sentence number {n} goes on for a while.")
    expect(page.locator("#lines")).to_contain_text("number 3 goes on for a while.", use_inner_text=True)
    assert max(len(line) for line in page.locator("#lines .line").all_inner_texts()) > 20
    expect(here.locator(".words")).to_contain_text("NUMBER 3 GOES ON FOR A WHILE.")
    assert link.evaluate("one => one.isConnected")


def test_the_desk_that_the_browser_translates_is_touched_only_where_it_says_something_else(
    page: Page, program: Program
) -> None:
    program.begin("e-desk", ">> ANNA: We begin.", title="Translated desk", room="Desk of words")
    page.goto("/desk")
    card = page.locator("[data-session=e-desk]")
    expect(card.locator(".sources li")).to_contain_text("by JSON")
    page.evaluate(TRANSLATE)
    expect(card.locator(".sources")).to_contain_text("BY JSON")
    same = card.locator(".sources font font", has_text="BY JSON").element_handle()
    standing = page.locator("#standing font font").element_handle()
    expect(card.locator(".stopped")).to_have_text(re.compile(r"LAST WORD 0:1\d AGO"))  # it went on each second
    assert (same.evaluate("(one) => one.isConnected"), standing.evaluate("(one) => one.isConnected")) == (True, True)


def test_a_caption_page_that_the_browser_translates_tells_a_screen_reader_once(page: Page, program: Program) -> None:
    program.announce("e-caption", title="Translated captions")
    page.goto("/caption/e-caption")
    page.evaluate(TRANSLATE)
    page.route("**/lines?*", lambda route: route.abort())
    page.locator("#typing").fill("These words wait here ")
    expect(page.locator("#told")).to_have_text(re.compile("^NO CONNECTION"))
    told = page.locator("#told font font").element_handle()
    page.locator("#typing").press_sequentially("and so do these ")
    with (
        page.expect_request_finished(re.compile("/lines$"), timeout=1) if False else page.expect_event("requestfailed")
    ):
        pass
    assert told.evaluate("(one) => one.isConnected")


def test_what_is_said_off_the_record_stays_selected_and_translated(page: Page, program: Program) -> None:
    program.begin("e-aside", ">> ANNA: Good morning.")
    follow(page, "e-aside")
    off_the_record(program, "e-aside")
    words = page.locator("#off-record [data-words]")
    program.send("e-aside", 1, "The first is over. The second goes ")
    expect(words).to_have_text("The first is over. The second goes")
    first = words.locator("span").first
    first.evaluate(SELECT)
    program.send("e-aside", 2, "on.")
    expect(words).to_have_text("The first is over. The second goes on.")
    assert page.evaluate(SELECTED) == "The first is over."
    page.evaluate(TRANSLATE)
    same = first.locator("font font").element_handle()
    program.send("e-aside", 3, " And a third.")
    expect(words).to_contain_text("AND A THIRD.")
    assert same.evaluate("(one) => one.isConnected && one.textContent") == "THE FIRST IS OVER."


def test_direction_is_the_languages_and_not_that_of_the_first_letter(page: Page, program: Program) -> None:
    program.announce("e-rtl", title="Direction", languages=["ar"])
    program.say("e-rtl", 0, ">> WhatsApp Team: WhatsApp هو تطبيق", language="ar")
    program.announce("e-ltr", title="Direction")
    program.say("e-ltr", 0, ">> ANNA: مرحبا is what we say")
    for session, language, towards in (("e-rtl", "ar", "rtl"), ("e-ltr", "en", "ltr")):
        for path, words in (
            ("", ".said"),
            ("/follow", ".said"),
            ("/screen", "#lines .line:last-child"),
            ("/screen", "#lines"),
        ):
            page.goto(f"/s/{session}{path}")
            expect(page.locator("main")).to_contain_text("مرحبا" if language == "en" else "تطبيق")
            said = page.locator(words).first
            assert said.evaluate("one => [getComputedStyle(one).direction, getComputedStyle(one).unicodeBidi]") in (
                [towards, "isolate"],
                [towards, "normal"],
            )
    tags = [
        "ar",
        "ar-EG",
        "he",
        "fa-AF",
        "ur",
        "ug",
        "ckb",
        "yi",
        "dv",
        "ps",
        "sd",
        "ks",
        "az-Arab",
        "en",
        "pt-BR",
        "zh-Hant",
    ]
    tags += ["pa-Arab", "pa", "uz", "uz-Arab", "ku", "tr", "ha", "sd-Deva", "ks-Deva", "ja", "th", "am", "und"]
    from services.api.pages.languages import direction  # noqa: PLC0415 - the rule that the browser's follows

    told = page.evaluate(
        "async ([url, tags]) => { const { direction } = await import(url); return tags.map(direction); }",
        [script(page, "direction.js"), tags],
    )
    assert dict(zip(tags, told, strict=True)) == {tag: direction(tag) for tag in tags}


def expect_rtl(one: Locator) -> None:
    """It is written from right to left, also where its first letter is a Latin one."""
    expect(one).to_have_css("direction", "rtl")
    expect(one).not_to_have_css("unicode-bidi", "plaintext")  # with that each line goes by its first letter


def test_words_have_their_languages_direction_wherever_they_stand(page: Page, program: Program) -> None:
    """They begin with a Latin word, by which a browser that is left to guess would go."""
    program.announce("e-rtl-all", title="Everywhere", languages=["ar"], about="WhatsApp هو نص غير رسمي")
    program.say("e-rtl-all", 0, ">> ANA: WhatsApp هو تطبيق للهواتف", language="ar")
    program.announce("e-rtl-typed", title="Typed", languages=["ar"])
    page.goto("/caption/e-rtl-typed")
    page.locator("#typing").fill("WhatsApp هو تطبيق")
    page.locator("#typing").press("Enter")
    expect_rtl(page.locator("#typing"))
    expect_rtl(page.locator("#mine .line"))
    page.locator("#mine .line").click()
    expect_rtl(page.locator("#mine input"))
    page.goto("/search?q=WhatsApp&session=e-rtl-all")
    expect_rtl(page.locator(".hit span[lang=ar]"))
    page.goto("/s/e-rtl-all")
    expect_rtl(page.locator(".about"))
    page.goto("/desk")
    page.locator("#correct-e-rtl-all").click()
    expect_rtl(page.locator("#correct textarea"))
    off_the_record(program, "e-rtl-all")
    for path in ("/s/e-rtl-all/follow", "/embed/e-rtl-all", "/caption/e-rtl-all"):
        page.goto(path)
        expect_rtl(page.locator("#off-record [data-words]"))


def test_what_the_page_itself_says_is_not_in_the_sessions_language(page: Page, program: Program) -> None:
    program.announce("e-quiet", title="Quiet", languages=["ar"], status="live")
    page.goto("/")
    none = page.locator(".on[data-session=e-quiet] .words *")
    expect(none).to_have_text("No words yet.")
    expect(none).to_have_css("direction", "ltr")
    expect(none).to_have_attribute("lang", "en")
    program.say("e-quiet", 0, ">> ANA: WhatsApp هو تطبيق", language="ar")
    words = page.locator(".on[data-session=e-quiet] .words")
    expect(words).to_contain_text("تطبيق")
    expect(words).to_have_css("direction", "rtl")
    expect(words.locator("*")).to_have_count(0)
