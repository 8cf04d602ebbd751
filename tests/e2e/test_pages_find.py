"""Search in what is read: from hit to hit, also while words come, over what is not loaded, in any spelling."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from captionflow.folding import words
from tests.e2e.conftest import SECONDS, Program, follow, script
from tests.waiting import await_true

pytestmark = pytest.mark.browser

MARKED = "() => [...CSS.highlights.get('found'), ...CSS.highlights.get('found-now')].map(String)"
NOW = "() => [...CSS.highlights.get('found-now')].map(String)"
TURNS = 900
SPEECH = 920
TEXTS = [
    "Net Neutrality, NET-neutrality; net neutrality",
    "Đặng Thị Straße ΣΊΣΥΦΟΣ Œuvre ﬁnal ＦＵＬＬ",
    "l\u2019avenir d'abord o'clock multi\u2011stakeholder one--two a - b",
    "co\u00adoperate zero\u200bwidth e\u0301te\u0301 naïve",
    "שָׁלוֹם مُحَمَّد हिन्दी में",
    "日本語とカタカナ 한국어 ภาษาไทย",
    "a_b 3.14 50% (c) fo\u2019",
]
FOLDED = """async ([url, text]) => {
  const { hits } = await import(url);
  return hits(text, new RegExp("[ -][^ -]+", "gu"));
}"""
HITS = """async ([url, text, wanted, whole]) => {
  const { hits, pattern } = await import(url);
  const looked = pattern(wanted, whole);
  return looked ? hits(text, looked).map(([from, to]) => text.slice(from, to)) : null;
}"""


def open_more(page: Page) -> None:
    page.locator("#more > summary").click()


def look_for(page: Page, wanted: str) -> None:
    page.locator("#find-words").fill(wanted)


def told(page: Page, text: str) -> None:
    expect(page.locator("#find [role=status]")).to_have_text(text)


@pytest.fixture
def module(page: Page, program: Program) -> str:
    program.announce("f-fold", title="Fold")
    page.goto("/s/f-fold/follow")
    return script(page, "fold.js")


def test_words_are_those_of_the_archive(page: Page, module: str) -> None:
    for text in TEXTS:
        found = page.evaluate(FOLDED, [module, text])
        assert [tuple(one) for one in found] == [(one.start, one.end) for one in words(text).pieces], text


@pytest.mark.parametrize(
    ("looked", "found"),
    [
        (("Café, CAFE\u0301 and cafes.", "cafe", True), ["Café", "CAFE\u0301"]),
        (("Café, CAFE\u0301 and cafes.", "cafe", False), ["Café", "CAFE\u0301", "cafe"]),
        (("the net,\n neutrality of nets", "net neutrality", True), ["net,\n neutrality"]),
        (("multi-stakeholder, multistakeholder", "multistakeholder", True), ["multi-stakeholder", "multistakeholder"]),
        (("one stop one\u2011stop onestop", "one-stop", True), ["one stop", "one\u2011stop", "onestop"]),
        (("so so so", "so so", True), ["so so"]),
        (("network", "net", True), []),
        (("我们谈网络中立性", "网络中立", True), ["网络中立"]),
        (("Straße", "strasse", True), ["Straße"]),
        (("(a.b)", "a.b", True), ["a.b"]),
        (("anything", "?!", True), None),
    ],
)
def test_hits_are_words_in_any_spelling(
    page: Page, module: str, looked: tuple[str, str, bool], found: list[str] | None
) -> None:
    assert page.evaluate(HITS, [module, *looked]) == found


def test_it_goes_from_hit_to_hit_and_counts_what_comes(page: Page, program: Program) -> None:
    program.begin("f-live", ">> ANA: Net neutrality. It is café talk.", *(f">> BO: Turn {n}." for n in range(40)))
    program.say("f-live", 41, ">> ANA: The net", "neutrality again.")
    follow(page, "f-live")
    open_more(page)
    look_for(page, "NET neutr")
    told(page, "2 hits")
    assert page.evaluate(MARKED) == ["Net neutr", "net neutr"]
    page.keyboard.press("Shift+Enter")
    told(page, "1 of 2")
    expect(page.locator("#captions .said").first).to_be_in_viewport()
    before = page.locator("#captions article").first.bounding_box()
    program.say("f-live", 43, ">> CY: Net neutrality, and net", "neutrality.")
    told(page, "1 of 4")
    assert page.locator("#captions article").first.bounding_box() == before
    page.keyboard.press("Enter")
    told(page, "2 of 4")
    page.keyboard.press("Shift+Enter")
    page.keyboard.press("Shift+Enter")
    told(page, "4 of 4")
    assert page.evaluate(NOW) == ["net neutr"]
    page.keyboard.press("Escape")
    told(page, "")
    assert page.evaluate(MARKED) == []
    expect(page.locator("#find-words")).to_have_value("")
    expect(page.locator("#find-words")).to_be_focused()
    look_for(page, "cafe")
    told(page, "1 hit")
    look_for(page, "zebra")
    told(page, "Nothing found")


def saved(page: Page) -> str:
    """All that the page has got, also what it does not show yet."""
    with page.expect_download() as download:
        page.locator("#save").click()
    return download.value.path().read_text("utf-8")


def begin_long(program: Program, session: str, *texts: str) -> int:
    """A session of more than a page has. Returns the number of the next line."""
    program.announce(session, title="Long")
    texts = texts or (
        *(f">> SPEAKER {n % 7}: This is turn {n + 1}." for n in range(TURNS)),
        ">> ANNA: The last of them.",
    )
    lines = [{"number": n, "text": text} for n, text in enumerate(texts)]
    for at in range(0, len(lines) - 1, 300):
        body = {"sender": "desk", "lines": lines[at : at + 300]}
        program.client.post(f"/v1/sessions/{session}/lines", json=body).raise_for_status()
    program.say(session, len(texts) - 1, texts[-1])  # again, and waits for it
    return len(texts)


def test_what_is_not_loaded_is_found_and_comes_when_it_is_gone_to(page: Page, program: Program) -> None:
    begin_long(program, "f-long")
    follow(page, "f-long")
    open_more(page)
    look_for(page, "is turn 3 ")
    told(page, "111 hits")  # by its beginning: 3, 30 to 39 and 300 to 399
    expect(page.get_by_text("This is turn 3.", exact=True)).to_have_count(0)
    page.keyboard.press("Enter")
    expect(page.get_by_text("This is turn 3.", exact=True)).to_be_in_viewport()
    told(page, "1 of 111")
    assert page.evaluate(NOW) == ["is turn 3"]
    page.keyboard.press("Shift+Enter")
    told(page, "111 of 111")
    expect(page.get_by_text("This is turn 399.", exact=True)).to_be_in_viewport()


def test_the_beginning_of_a_turn_whose_end_is_loaded_is_found_too(page: Page, program: Program) -> None:
    speech = (f"Okapi number {n}. {'and so on ' * 190}" for n in range(SPEECH))
    number = begin_long(program, "f-speech", ">> ANA: Thank you.", *speech)
    follow(page, "f-speech")
    expect(page.locator("#captions article").first).to_contain_text(f"Okapi number {SPEECH - 1}.")
    expect(page.locator("#captions")).not_to_contain_text("Okapi number 0.")
    open_more(page)
    look_for(page, "okapi number")
    told(page, f"{SPEECH} hits")
    page.keyboard.press("Shift+Enter")
    program.say("f-speech", number, ">> BO: Okapi number infinite.")
    told(page, f"{SPEECH} of {SPEECH + 1}")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    told(page, f"1 of {SPEECH + 1}")
    expect(page.get_by_text("Okapi number 0.", exact=True)).to_be_in_viewport()


def test_a_page_that_is_paused_goes_to_what_was_said_before_and_shows_nothing_new(page: Page, program: Program) -> None:
    number = begin_long(program, "f-pause")
    follow(page, "f-pause")
    page.locator("#pause").click()
    program.say("f-pause", number, ">> BO: This is turn 3.")
    expect(page.locator("#pause")).to_have_text("Continue (1 waiting)")
    open_more(page)
    look_for(page, "is turn 3.")
    told(page, "111 hits")
    page.keyboard.press("Enter")
    told(page, "1 of 111")
    expect(page.get_by_text("This is turn 3.", exact=True)).to_be_in_viewport()
    expect(page.locator("#captions article").last).to_contain_text("The last of them.")
    page.locator("#pause").click()
    told(page, "1 of 112")


def test_what_does_not_come_is_said_and_asked_for_again(page: Page, program: Program) -> None:
    begin_long(program, "f-cut")
    page.route("**/parts?*", lambda route: route.abort())
    follow(page, "f-cut")
    open_more(page)
    look_for(page, "is turn 9 ")
    told(page, "1 hit. What is older was not searched")
    page.unroute("**/parts?*")
    look_for(page, "is turn 30 ")
    told(page, "11 hits")
    page.route("**/parts?*", lambda route: route.abort())
    page.keyboard.press("Enter")
    told(page, "It did not come: try again.")
    page.unroute("**/parts?*")
    page.keyboard.press("Enter")
    told(page, "1 of 11")
    expect(page.get_by_text("This is turn 30.", exact=True)).to_be_in_viewport()


def test_what_is_shown_later_is_found_later(page: Page, program: Program) -> None:
    number = begin_long(program, "f-late")
    page.goto("/s/f-late/follow?delay=60")
    expect(page.locator("#status")).to_contain_text("Live")
    open_more(page)
    program.say("f-late", number, ">> BO: An okapi.")
    await_true(lambda: "An okapi." in saved(page), "the page does not get it", SECONDS)
    look_for(page, "okapi")
    told(page, "Nothing found")
    page.goto("/s/f-late/follow")
    expect(page.locator("#status")).to_contain_text("Live")
    open_more(page)
    look_for(page, "okapi")
    told(page, "1 hit")


def test_the_words_on_the_page_stay_as_they_are(page: Page, program: Program) -> None:
    program.begin("f-same", ">> ANA: Net neutrality. And more. And then", title="Same")
    follow(page, "f-same")
    page.evaluate("() => { window.first = document.querySelector('#captions .said > span').firstChild; }")
    open_more(page)
    look_for(page, "neutrality. and")
    told(page, "1 hit")
    page.keyboard.press("Enter")
    told(page, "1 of 1")
    program.say("f-same", 1, "some.")
    expect(page.locator("#captions .said")).to_contain_text("And then some.")
    assert page.evaluate("window.first.isConnected && window.first.data") == "Net neutrality."
    page.evaluate(
        "() => { document.querySelector('#captions .said > span').innerHTML = '<font>Netzneutralität.</font>'; }"
    )
    look_for(page, "netzneutralitat")
    told(page, "1 hit")
    assert page.evaluate("document.querySelector('#captions font').textContent") == "Netzneutralität."


@pytest.mark.parametrize(("key", "place"), [("Enter", "1 of 2"), ("Shift+Enter", "2 of 2")])
def test_who_presses_enter_at_once_is_taken_to_a_hit(page: Page, program: Program, key: str, place: str) -> None:
    name = f"f-enter-{key.lower().replace('+', '-')}"
    program.begin(name, ">> ANA: Net neutrality.", ">> BO: Which neutrality?")
    page.goto(f"/s/{name}")
    look_for(page, "neutrality")
    page.keyboard.press(key)
    told(page, place)


def test_a_browser_without_highlights_marks_the_turns(page: Page, program: Program) -> None:
    page.add_init_script("delete CSS.highlights; Object.defineProperty(window, 'CSS', {value: {escape: CSS.escape}});")
    program.begin("f-old", ">> ANA: Net neutrality.", ">> BO: No.")
    follow(page, "f-old")
    open_more(page)
    look_for(page, "neutrality")
    expect(page.locator("article.found")).to_have_count(1)
    page.keyboard.press("Enter")
    expect(page.locator("article.found-now")).to_have_text(re.compile("Net neutrality"))
    page.keyboard.press("Escape")
    expect(page.locator("article.found")).to_have_count(0)


def test_a_transcript_is_searched_too(page: Page, program: Program) -> None:
    program.announce("f-done", title="Done")
    program.say("f-done", 0, ">> ANA: Café one.", ">> BO: The cafe.", ends=True)
    page.goto("/s/f-done")
    look_for(page, "cafe")
    told(page, "2 hits")
    page.keyboard.press("Enter")
    told(page, "1 of 2")
    expect(page.locator("#find a")).to_have_attribute("href", "/search?q=cafe&session=f-done")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
