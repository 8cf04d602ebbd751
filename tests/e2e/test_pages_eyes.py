"""Reading as people do: large type, an old browser, a hand that selects, a screen reader."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.e2e.conftest import Program, drawn, follow, interrupt, someone

pytestmark = pytest.mark.browser

LONG = "We began in the hills with one mast and nobody believed that it would carry, and then it carried for years. "
FIRST_WORDS = """() => {
  const { startContainer: node, startOffset: at } = document.caretRangeFromPoint(innerWidth / 3, 12);
  window.words = document.createRange();
  window.words.setStart(node, Math.max(0, Math.min(at, node.length - 1)));
  window.words.setEnd(node, window.words.startOffset + 1);
  return window.words.getBoundingClientRect().top;
}"""
WHERE = "() => window.words.getBoundingClientRect().top"
LINE = "() => parseFloat(getComputedStyle(document.querySelector('.said')).lineHeight)"
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { letter-spacing: 0.12em !important; word-spacing: 0.16em !important; }");
  document.adoptedStyleSheets = [sheet];
}"""
BAR = """() => {
  const rect = (one) => document.querySelector(one).getBoundingClientRect();
  const said = [...document.querySelectorAll(".said")].pop().getBoundingClientRect();
  const tops = [...document.querySelectorAll(".bar button, .bar summary")]
    .filter((one) => one.offsetParent && !one.closest(".more"))
    .map((one) => one.getBoundingClientRect()).map((one) => one.top + one.height / 2);
  return { bar: rect(".bar").height, row: rect(".bar .row").height, spread: Math.max(...tops) - Math.min(...tops),
    last: said.bottom, floor: rect(".bar").top };
}"""
CUT_OFF = """() => {
  const lines = (one) => [...one.childNodes].flatMap((node) => {
    const range = document.createRange();
    range.selectNodeContents(node);
    return [...range.getClientRects()];
  });
  const seen = [...document.querySelectorAll(".facts")].filter((one) => !one.closest("details:not([open])"));
  const clipped = seen.flatMap((facts) => {
    const begins = facts.getBoundingClientRect().left + 0.75 * parseFloat(getComputedStyle(facts).fontSize);
    return [...facts.children].filter((one) => lines(one).some((line) => line.width && line.left < begins));
  });
  const broken = [...document.querySelectorAll(".site a, .site button")].filter((one) => (
    new Set(lines(one).map((line) => Math.round(line.top))).size > 1));
  const met = seen.flatMap((facts) => [...facts.children]).filter((one) => {
    const dot = getComputedStyle(one, "::before");
    return dot.content.includes("·") && parseFloat(getComputedStyle(one).paddingLeft) < parseFloat(dot.width);
  });
  return [...clipped, ...broken, ...met].map((one) => one.textContent);
}"""
OLD = """
for (const [of, ...names] of [
  [Array.prototype, "at", "findLast", "findLastIndex", "toSorted", "toReversed", "toSpliced", "with"],
  [String.prototype, "at", "replaceAll", "isWellFormed"], [Object, "hasOwn", "groupBy"], [Promise, "any"],
  [Intl, "Segmenter"], [AbortSignal, "timeout", "any"], [window, "structuredClone", "TextDecoderStream"],
  [Element.prototype, "replaceChildren", "checkVisibility"], [DocumentFragment.prototype, "replaceChildren"],
  [Document.prototype, "replaceChildren"], [Crypto.prototype, "randomUUID"], [HTMLDialogElement.prototype, "showModal"],
]) for (const name of names) delete of[name];
"""
NEWER_CSS = re.compile(
    r"(?:^|(?<=[;{]))\s*(?:inset(?:-[a-z]+)*|(?:margin|padding)-(?:inline|block)|translate|aspect-ratio|text-wrap|"
    r"accent-color|content-visibility|contain-intrinsic-size|field-sizing):[^;}]*;?|[^;{}]*:[^;{}]*(?:dvh|color-mix)[^;}]*;"
)
NEWER_RULE = re.compile(r"^[^{}\n]*:(?:has|is|dir|focus-visible)[^{}]*\{[^}]*\}", re.MULTILINE)
WITH_DVH = re.compile(r"^@supports \(height: 1dvh\).*$", re.MULTILINE)


def large_type(page: Page, pixels: int) -> None:
    """The size of type that a reader has chosen in the browser."""
    page.context.new_cdp_session(page).send("Page.setFontSizes", {"fontSizes": {"standard": pixels}})


def test_the_words_before_the_eyes_stay_there_at_any_size_of_text_and_window(page: Page, program: Program) -> None:
    program.announce("e-eyes", title="Eyes")
    program.say("e-eyes", 0, *(f">> ANNA: Turn {n}. {LONG * 12}" for n in range(12)))
    changes: list[Any] = [
        lambda: page.get_by_role("button", name="Larger text").evaluate("one => one.click()"),
        lambda: page.get_by_role("button", name="Larger text").evaluate("one => one.click()"),
        lambda: page.set_viewport_size({"width": 400, "height": 800}),
        lambda: page.set_viewport_size({"width": 800, "height": 400}),
        lambda: page.get_by_role("button", name="Smaller text").evaluate("one => one.click()"),
        lambda: page.locator("summary", has_text="More").click(),
    ]
    for path, steps in (("/s/e-eyes/follow", changes), ("/s/e-eyes", changes[:4])):
        page.set_viewport_size({"width": 1280, "height": 720})
        page.goto(path)
        if path.endswith("follow"):
            expect(page.locator("#status")).to_have_text("Live")
        page.locator(".said").nth(6).evaluate("one => scrollTo(0, scrollY + one.getBoundingClientRect().top + 70)")
        for change in steps:
            drawn(page)
            before = page.evaluate(FIRST_WORDS)
            change()
            drawn(page)
            assert abs(page.evaluate(WHERE) - before) <= 2.2 * page.evaluate(LINE)
    page.set_viewport_size({"width": 400, "height": 800})
    follow(page, "e-eyes")
    page.get_by_role("button", name="Larger text").click()
    page.set_viewport_size({"width": 800, "height": 400})
    drawn(page)
    at = page.evaluate(BAR)
    assert 0 < at["last"] <= at["floor"] + 1


def test_who_is_at_the_end_stays_there_when_words_come_just_as_the_bar_grows(page: Page, program: Program) -> None:
    program.begin("e-grown", *(f">> ANNA: Turn {n}. {LONG}" for n in range(12)), title="Grown")
    follow(page, "e-grown")
    expect(page.locator(".turn").last).to_be_in_viewport()
    page.evaluate("""() => {
      document.querySelector(".bar").style.paddingTop = "150px";
      for (let n = 0; n < 2; n += 1) document.getElementById("pause").click();
    }""")
    drawn(page)
    at = page.evaluate(BAR)
    assert 0 < at["last"] <= at["floor"] + 1


@pytest.mark.parametrize("pixels", [16, 32])
def test_how_long_captions_are_interrupted_is_seen_in_full(page: Page, program: Program, pixels: int) -> None:
    program.begin(f"e-quiet-{pixels}", ">> ANNA: So far.", title="Quiet")
    large_type(page, pixels)
    page.set_viewport_size({"width": 320, "height": 640})
    interrupt(page, 3605)
    page.goto(f"/s/e-quiet-{pixels}/follow")
    page.evaluate(SPACED)
    expect(page.locator("#quiet-clock")).to_contain_text("1:00:0")
    assert (
        page.evaluate("() => (([one]) => one.scrollWidth - one.clientWidth)(document.querySelectorAll('.told'))") <= 0
    )
    assert page.evaluate(SIDEWAYS) <= 0


@pytest.mark.parametrize("pixels", [16, 32])
def test_no_letter_of_what_is_told_of_a_session_is_cut_off(page: Page, program: Program, pixels: int) -> None:
    room = "Grand Ballroom of the Convention Centre, third floor, east wing"
    program.begin(f"e-facts-{pixels}", ">> ANNA: So far.", title="Facts", room=room, event="Forum 2026")
    large_type(page, pixels)
    page.set_viewport_size({"width": 320, "height": 640})
    name = f"e-facts-{pixels}"
    for path in ("/", f"/s/{name}", f"/s/{name}/follow", "/search?q=far", "/desk", f"/caption/{name}"):
        page.goto(path)
        assert page.evaluate(CUT_OFF) == [], path
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert page.evaluate(CUT_OFF) == [], path
        assert page.evaluate(SIDEWAYS) <= 0, path


@pytest.mark.parametrize("pixels", [16, 32])
def test_the_bar_is_one_row_and_the_last_word_stands_above_it(page: Page, program: Program, pixels: int) -> None:
    program.begin(f"e-bar-{pixels}", *(f">> ANNA: Turn {n} is over." for n in range(30)), title="Bar")
    large_type(page, pixels)
    page.emulate_media(reduced_motion="reduce")
    for width, height in ((320, 640), (390, 844), (844, 390)):
        page.set_viewport_size({"width": width, "height": height})
        follow(page, f"e-bar-{pixels}")
        for size in (0, 2, 4):
            page.evaluate(f"localStorage.setItem('captionflow.size', '{size}'); dispatchEvent(new Event('storage'))")
            drawn(page)
            at = page.evaluate(BAR)
            assert at["bar"] < 70, (width, size, at)
            assert at["spread"] < 3, (width, size, at)
            assert 0 < at["last"] <= at["floor"] + 1, (width, size, at)
            assert page.evaluate(SIDEWAYS) <= 0
        page.locator("summary", has_text="More").click()
        drawn(page)
        at = page.evaluate(BAR)
        assert at["bar"] < 0.65 * height
        assert 0 < at["last"] <= at["floor"] + 1
        assert page.evaluate(SIDEWAYS) <= 0
        page.context.set_offline(True)
        expect(page.locator("#status")).to_contain_text("You are offline.")
        page.locator("summary", has_text="More").click()
        assert page.evaluate(BAR)["spread"] < 3
        page.context.set_offline(False)


def test_a_browser_of_2020_shows_captions_and_older_ones_say_so(page: Page, browser: Browser, program: Program) -> None:
    def older(route: Route) -> None:
        if route.request.resource_type != "document":
            return route.continue_()
        answer = route.fetch()
        head, sheet, rest = re.split("(<style.*?</style>)", answer.text(), maxsplit=1, flags=re.DOTALL)
        sheet = NEWER_CSS.sub("", NEWER_RULE.sub("", WITH_DVH.sub("", sheet)))
        return route.fulfill(
            status=answer.status, body=head + sheet + rest, content_type="text/html"
        )  # no policy has its hash

    program.begin("e-old", *(f">> ANNA: Turn {n} is over." for n in range(30)), title="Old", room="Old room")
    page.route("**/*", older)
    page.add_init_script(OLD)
    page.goto("/rooms/old-room")
    expect(page.locator("#lines")).to_contain_text("Turn 29 is over.")
    box = page.locator("#lines").bounding_box()
    assert box is not None
    assert box["y"] > 360
    assert box["height"] > 150
    program.say("e-old", 30, "แม่น้ำสายนี้ยาวมาก e\u0301.")
    expect(page.locator("#lines")).to_contain_text("e\u0301.")
    follow(page, "e-old")
    program.say("e-old", 31, "And on.")
    expect(page.locator("#captions")).to_contain_text("And on.")
    at = page.evaluate(BAR)
    assert 0 < at["last"] <= at["floor"] + 1
    assert at["floor"] + at["bar"] == pytest.approx(720, abs=2)
    expect(page.locator("#too-old")).to_be_hidden()
    for path in ("/", "/s/e-old", "/desk", "/caption/e-old", "/s/e-unknown"):
        page.goto(path)
        expect(page.locator("html[data-started]")).to_be_attached()
    with someone(browser, base_url=program.url, refused="Unexpected token") as reader:
        oldest = reader.new_page()
        oldest.route("**/started.js", lambda route: route.fulfill(body="a &&&= b", content_type="text/javascript"))
        for path in ("/rooms/old-room", "/s/e-old/follow", "/rooms/old-room/follow", "/embed/e-old", "/"):
            oldest.goto(path)
            expect(oldest.get_by_role("alert")).to_contain_text("This browser is too old")
            expect(oldest.get_by_role("alert")).to_be_in_viewport(ratio=1)
    cut_off = page.context.new_page()
    cut_off.route("**/started.js", lambda route: route.abort())
    cut_off.goto("/s/e-old/follow")
    expect(cut_off.locator("#too-old")).to_be_hidden()


def test_what_is_said_is_announced_also_without_full_stops_and_the_choice_is_kept(page: Page, program: Program) -> None:
    program.begin("e-say", ">> ANNA: Before.", title="Say")
    page.clock.install()
    follow(page, "e-say")
    page.locator("summary", has_text="More").click()
    page.get_by_label("Announce what is said").check()
    page.reload()
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator("#announce")).to_be_checked()
    log = page.get_by_role("log")
    many = " ".join(f"word{n}" for n in range(16))
    program.say("e-say", 1, many)
    expect(log.locator("p")).to_have_text([" ".join(f"word{n}" for n in range(14))])
    page.clock.fast_forward(4_000)
    expect(log.locator("p").last).to_have_text("word14 word15")
    program.say("e-say", 2, "is all.")
    expect(log.locator("p").last).to_have_text("is all.")
    page.locator("summary", has_text="More").click()
    page.get_by_role("button", name="Say the last again").click()
    expect(log.locator("p")).to_have_text(
        [" ".join(f"word{n}" for n in range(14)), "word14 word15", "is all.", "is all."]
    )


def test_copied_turns_have_no_words_but_theirs(page: Page, program: Program) -> None:
    program.begin("e-copy", ">> ANNA: First.", "\n>> Second.", title="Copied")
    for path in ("/s/e-copy/follow", "/s/e-copy"):
        page.goto(path)
        expect(page.locator(".said")).to_have_count(2)
        page.evaluate("() => getSelection().selectAllChildren(document.querySelector('.transcript'))")
        assert re.sub(r"\s+", " ", page.evaluate("getSelection().toString()")).strip() == "ANNA First. Second."


def test_who_only_looked_in_is_still_brought_back_to_where_they_left(page: Page, program: Program) -> None:
    program.begin("e-peek", *(f">> ANNA: Turn {n} is over." for n in range(30)), title="Peek")
    follow(page, "e-peek")
    page.goto("/")
    program.say("e-peek", 30, *(f">> BEN: Turn {n} is over." for n in range(30, 60)))
    page.clock.install()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    for _ in range(2):
        page.goto("/s/e-peek/follow")
        expect(page.locator("#left-off")).to_be_attached()
        page.goto("/")
    kept = page.evaluate("JSON.parse(localStorage.getItem('captionflow.left.e-peek.en')).turn")
    assert kept.endswith(".30")


def test_tools_are_reached_before_the_permalinks_and_are_called_what_they_show(page: Page, program: Program) -> None:
    program.begin("e-tools", *(f">> ANNA: Turn {n} is over." for n in range(30)), title="Tools")
    for path in (
        "/",
        "/s/e-tools",
        "/s/e-tools/follow",
        "/s/e-tools/screen",
        "/caption/e-tools",
        "/desk",
        "/search?q=over",
    ):
        page.goto(path)
        wrong = page.evaluate(
            """() => [...document.querySelectorAll("button[aria-label], a[aria-label]")].filter((one) => (
              one.innerText.trim() && !one.ariaLabel.toLowerCase().includes(one.innerText.trim().toLowerCase())
            )).map((one) => one.outerHTML)"""
        )
        assert wrong == [], path
    follow(page, "e-tools")
    reached = []
    for _ in range(12):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))
    assert {"pause", "A−", "A+", "Dark", "More"} <= set(reached)
