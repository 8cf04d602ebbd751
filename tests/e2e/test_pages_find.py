"""Search in a transcript: from hit to hit, in any spelling."""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from captionflow.folding import words
from tests.e2e.conftest import Program, script

pytestmark = pytest.mark.browser

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
