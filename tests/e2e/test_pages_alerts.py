"""“Tell me when this is said”: in this session or any that runs, once, and the words stay in the browser."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, Request, expect

from tests.e2e.conftest import SECONDS, Program, follow, script
from tests.waiting import await_true

pytestmark = pytest.mark.browser

NOTIFYING = """() => {
  window.shown = []; window.asked = 0;
  window.Notification = class {
    static permission = "default";
    static async requestPermission() { window.asked += 1; return this.permission = "granted"; }
    constructor(title, { body, tag }) { window.shown.push([title, body, tag]); }
  };
}"""
HIDE = """(hidden) => {
  Object.defineProperty(document, "hidden", { get: () => hidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
LOOK = """async ([url, looks]) => {
  const { spotting } = await import(url);
  const look = spotting();
  const runs = (text) => text.split("|").map((run, n) => ({ kind: n % 2 ? "interim" : "words", text: run }));
  const turn = ([id, text]) => (
    { id, ordinal: id.charCodeAt(0), paragraphs: text.split("\\n").map((one) => ({ runs: runs(one) })) });
  return looks.map(({ texts, words = ["net neutrality"], ...how }) => look(
    words,
    Object.entries(texts).map(turn),
    { fresh: false, settled: false, above: false, now: 0, ...how }).map(({ turn }) => turn));
}"""
SAID = "Net neutrality."
GERMAN, CHINESE, ARABIC, THAI = "Größe", "网络中立性", "حياد الشبكة", "ความเป็นกลาง"

Look = dict[str, Any]


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One of its own: what runs there is what these tests begin."""
    with Program(tmp_path_factory.mktemp("alerts"), LOG_LEVEL="warning") as running:
        yield running


@pytest.mark.parametrize(
    ("looks", "told"),
    [
        # what was said before is not told, what is said then is, and not again
        (
            [{"texts": {"a": SAID}}, {"texts": {"a": f"{SAID} {SAID}"}}, {"texts": {"a": f"{SAID} {SAID}"}}],
            [[], ["a"], []],
        ),
        # of a session that begins later, all is new
        ([{"texts": {"a": SAID}, "fresh": True}], [["a"]]),
        # whole words, whatever their case and accents, over lines
        (
            [
                {"texts": {}},
                {"texts": {"a": "Net neutralities. Internet neutrality."}},
                {"texts": {"a": "NÉT\nNeutrality!"}},
            ],
            [[], [], ["a"]],
        ),
        # a word at the end may grow, until it has ended or rested
        (
            [
                {"texts": {"a": "On net"}},
                {"texts": {"a": "On net neutrality"}},
                {"texts": {"a": "On net neutrality"}, "settled": True},
                {"texts": {"a": "On net neutrality now"}},
            ],
            [[], [], ["a"], []],
        ),
        # what a recogniser may take back is not said yet
        ([{"texts": {"a": "On |net neutrality. |"}}, {"texts": {"a": SAID}}], [[], ["a"]]),
        # corrected away and back
        (
            [
                {"texts": {}},
                {"texts": {"a": SAID}},
                {"texts": {"a": "Net."}, "now": 1},
                {"texts": {"a": SAID}, "now": 20_000},
            ],
            [[], ["a"], [], []],
        ),
        # rewritten while its line is open: told when it says so, and once
        (
            [
                {"texts": {"a": "The"}},
                {"texts": {"a": "The net newt reality is"}},
                {"texts": {"a": "The net neutrality is"}},
                {"texts": {"a": "The net neutral reality is"}, "now": 500},
                {"texts": {"a": "The net neutrality is here"}, "now": 900},
                {"texts": {"a": "The net neutrality is here. Net neutrality, yes."}, "now": 999},
            ],
            [[], [], ["a"], [], [], ["a"]],
        ),
        # in a turn without an end, what was corrected away and is said much later is said again
        (
            [
                {"texts": {"a": ""}},
                {"texts": {"a": SAID}},
                {"texts": {"a": "Net."}, "now": 1},
                {"texts": {"a": f"Net. {SAID}"}, "now": 90_000},
            ],
            [[], ["a"], [], ["a"]],
        ),
        # the end of what was said before is known, too
        (
            [
                {"texts": {"a": "On net neutrality"}},
                {"texts": {"a": "On net neutrality"}, "settled": True},
                {"texts": {"a": "On net neutrality now"}},
                {"texts": {"a": "On net neutrality now", "b": SAID}},
            ],
            [[], [], [], ["b"]],
        ),
        # words that are completed later are told once
        (
            [
                {"texts": {"a": "On the net"}},
                {"texts": {"a": "On the net neutrality"}},
                {"texts": {"a": "On the net neutrality, he"}},
                {"texts": {"a": "On the net neutrality, he said"}, "settled": True},
            ],
            [[], [], ["a"], []],
        ),
        # a word at the end of what was said before that was the beginning of another one hides nothing
        (
            [
                {"texts": {"a": "The net"}, "words": ["net"]},
                {"texts": {"a": "The network"}, "words": ["net"]},
                {"texts": {"a": "The network. The net is"}, "words": ["net"]},
            ],
            [[], [], ["a"]],
        ),
        # what was said before and is loaded later is no news, what comes meanwhile is
        (
            [
                {"texts": {"c": "Yes."}},
                {"texts": {"b": SAID, "c": f"{SAID} Yes.", "d": SAID}, "above": True},
                {"texts": {"a": SAID, "b": SAID, "c": f"{SAID} {SAID}", "d": SAID}},
            ],
            [[], ["d"], ["c"]],
        ),
        # words of any script, none of which is an expression
        (
            [
                {
                    "texts": {"a": "x"},
                    "words": (many := [GERMAN, CHINESE, ARABIC, THAI, "a.b", ".*", "(", "[a-z]+", "?!"]),
                },
                {"texts": {"a": "x abc"}, "words": many},
                {
                    "texts": {"a": "x abc", "b": f"Groesse, GRÖSSE. 我们谈{CHINESE}。", "c": f"{ARABIC} {THAI} a b."},
                    "words": many,
                },
            ],
            [[], [], ["b", "b", "c", "c", "c"]],
        ),
        # a correction that puts the words into a turn of another speaker
        ([{"texts": {}}, {"texts": {"a": SAID}}, {"texts": {"a": "Yes.", "b": SAID}, "now": 5}], [[], ["a"], []]),
        # but said again later, they are said again
        (
            [
                {"texts": {}},
                {"texts": {"a": SAID}},
                {"texts": {"a": "Yes."}},
                {"texts": {"a": "Yes.", "b": SAID}, "now": 60_000},
            ],
            [[], ["a"], [], ["b"]],
        ),
        # turns that are forgotten and come again
        (
            [
                {"texts": {"a": ""}},
                {"texts": {"a": SAID}},
                {"texts": {"b": "Yes."}},
                {"texts": {"a": SAID, "b": "Yes."}},
            ],
            [[], ["a"], [], []],
        ),
        # words that are added later begin with what is said then
        (
            [{"texts": {"a": SAID}, "words": []}, {"texts": {"a": SAID}}, {"texts": {"a": SAID, "b": SAID}}],
            [[], [], ["b"]],
        ),
    ],
)
def test_each_time_is_told_once(page: Page, program: Program, looks: list[Look], told: list[list[str]]) -> None:
    program.announce("a-spot", title="Spot")
    page.goto("/s/a-spot/follow")
    assert page.evaluate(LOOK, [script(page, "spotting.js"), looks]) == told


def clock(program: Program) -> float:
    """The server's, in whole seconds."""
    return parsedate_to_datetime(program.client.get("/livez").headers["Date"]).timestamp()


def open_alerts(page: Page) -> None:
    for one in ("#more", "#alerts"):
        if page.locator(one).get_attribute("open") is None:
            page.locator(f"{one} > summary").click()


def wait_for(page: Page, words: str) -> None:
    open_alerts(page)
    page.locator("#alert-words").fill(words)
    page.keyboard.press("Enter")
    expect(page.locator("#alerts ul")).to_contain_text(words)


def test_what_is_said_here_is_told_and_the_words_are_sent_nowhere(page: Page, program: Program) -> None:
    page.add_init_script(f"({NOTIFYING})()")
    sent: list[str] = []

    def note(request: Request) -> None:
        sent.append(f"{request.url} {request.post_data}")

    page.on("request", note)
    program.begin("a-here", ">> ANA: Zebra crossings were there before.", title="Here")
    follow(page, "a-here")
    wait_for(page, "zebra crossings")
    wait_for(page, "giraffe")
    assert page.evaluate("window.asked") == 0
    page.get_by_label("Show a notification").check()
    assert page.evaluate("window.asked") == 1
    program.say("a-here", 1, ">> BO: A giraffe, and zebra", "crossings, and zebras.")
    expect(page.locator("#alerted li")).to_have_count(2)
    titles = sorted(one[0] for one in page.evaluate("window.shown"))
    assert titles == ["“giraffe” was said", "“zebra crossings” was said"]
    expect(page.locator("#captions .turn.alerted")).to_have_count(1)
    expect(page.locator("#alerted-now")).to_contain_text("was said")
    found = Axe().run(page, options={"resultTypes": ["violations"]})
    assert found.violations_count == 0, found.generate_report()
    page.locator("#alerted-now").click()
    expect(page.locator("#alerted-now")).to_be_hidden()
    expect(page.locator("#captions .turn.alerted")).to_be_in_viewport()
    page.get_by_role("button", name="Remove “giraffe”").click()
    expect(page.locator("#alerts ul li")).to_have_count(1)
    assert not [one for one in sent if "zebra" in one.lower() or "giraffe" in one.lower()]


def test_a_page_that_is_loaded_again_tells_nothing_again_and_all_that_comes_then(page: Page, program: Program) -> None:
    page.add_init_script(f"({NOTIFYING})()")
    program.begin("a-again", ">> ANA: An okapi.", title="Again")
    follow(page, "a-again")  # what was made for this reader is given to the next ones, with the lines behind it
    wait_for(page, "okapi")
    for n in range(1, 60):
        program.say("a-again", n, f">> BO: Number {n}{', an okapi' if n in {20, 59} else ''}.")
    expect(page.locator("#alerted li")).to_have_count(2)
    for n in range(60, 62):
        page.reload()
        expect(page.locator("#status")).to_have_text("Live")
        program.say("a-again", n, f">> CY: The okapi, {n}.")
        expect(page.locator("#alerted li")).to_have_count(1)
        expect(page.locator("#alerted li a")).to_have_attribute("href", f"#t{n + 1}")


def test_what_a_new_reader_finds_is_no_news_also_its_last_word(page: Page, program: Program) -> None:
    page.add_init_script("""localStorage.setItem("captionflow.alerts", '{"words": ["okapi", "net neutrality"]}')""")
    program.begin("a-found", ">> ANA: The net and an okapi", title="Found")
    follow(page, "a-found")
    program.say("a-found", 1, "was there on the net")
    program.say("a-found", 2, "neutrality day.")
    expect(page.locator("#alerted li")).to_have_count(1)
    expect(page.locator("#alerted li")).to_contain_text("“net neutrality”")
    program.say("a-found", 3, ">> BO: Okapi.")
    expect(page.locator("#alerted li")).to_have_count(2)
    expect(page.locator("#alerted li").first).to_contain_text("“okapi”")


def test_earlier_turns_that_are_loaded_are_no_news(page: Page, program: Program) -> None:
    program.announce("a-long", title="Long")
    lines = [{"number": n, "text": f">> BO: Okapi {n}."} for n in range(600)]
    program.client.post("/v1/sessions/a-long/lines", json={"sender": "desk", "lines": lines}).raise_for_status()
    program.say("a-long", 600, ">> ANA: That is it.")
    follow(page, "a-long")
    wait_for(page, "okapi")
    page.locator("#earlier").evaluate("one => one.click()")
    expect(page.get_by_text("Okapi 0.", exact=True)).to_have_count(1)
    program.say("a-long", 601, ">> BO: An okapi at last.")
    expect(page.locator("#alerted li")).to_have_count(1)
    expect(page.locator("#alerted li a")).to_have_attribute("href", "#t602")


def test_who_allows_no_notifications_gets_the_marks(page: Page, program: Program) -> None:
    page.add_init_script(f"({NOTIFYING})(); Notification.permission = 'denied'")
    program.begin("a-denied", ">> ANA: Hello.", title="Denied")
    follow(page, "a-denied")
    wait_for(page, "okapi")
    page.get_by_label("Show a notification").click()
    expect(page.locator("#alerts [role=status]")).to_contain_text("does not allow notifications")
    expect(page.get_by_label("Show a notification")).not_to_be_checked()
    program.say("a-denied", 1, ">> BO: Okapi, he said.")
    expect(page.locator("#alerted li")).to_have_count(1)
    expect(page.locator("#alerted-now")).to_be_visible()
    assert page.evaluate("[window.asked, window.shown.length]") == [0, 0]


def test_what_is_no_word_is_refused_and_said(page: Page, program: Program) -> None:
    program.begin("a-word", ">> ANA: Hello.", title="Word")
    follow(page, "a-word")
    open_alerts(page)
    page.locator("#alert-words").fill("?! …")
    page.keyboard.press("Enter")
    expect(page.locator("#alerts [role=status]")).to_have_text("There is no word in it.")
    wait_for(page, "<b>(net.*</b>")
    program.say("a-word", 1, ">> BO: A b net b, he said.")
    expect(page.locator("#alerted li")).to_contain_text("“<b>(net.*</b>”")


def test_a_tab_that_nobody_sees_tells_too_also_of_other_sessions(page: Page, program: Program) -> None:
    page.add_init_script(f"({NOTIFYING})()")
    program.begin("a-seen", ">> ANA: Hello.", title="Seen")
    program.begin("a-other", ">> ANA: An okapi before.", title="Another")
    program.announce("a-still", title="Still", status="live")
    program.begin("a-ended", ">> ANA: An okapi long ago.", title="Ended")
    program.say("a-ended", 1, "That is all.", ends=True)
    ended = time.time()
    await_true(lambda: clock(program) > ended, "the server's clock tells no later second", SECONDS)
    follow(page, "a-seen")
    wait_for(page, "okapi")
    page.get_by_label("Show a notification").check()
    with page.expect_response(lambda answer: "/a-other/events" in answer.url):
        page.get_by_label("In any running session").check()
    page.evaluate(HIDE, True)
    with page.expect_response(lambda answer: "/a-seen/events" in answer.url and "wait=0" in answer.url):
        pass
    program.say("a-seen", 1, ">> BO: Okapi, he said.")
    expect(page.locator("#alerted li")).to_have_count(1)
    program.say("a-other", 1, ">> BO: The okapi, she said.")
    expect(page.locator("#alerted li")).to_have_count(2)
    program.begin("a-new", ">> ANA: Okapi, first of all. And more.", title="New")
    program.say("a-still", 0, ">> ANA: Okapi at last. And more.")
    program.say("a-ended", 2, ">> ANA: It goes on.")  # it runs again
    with page.expect_response(lambda answer: "/a-ended/events" in answer.url):
        pass
    expect(page.locator("#alerted li")).to_have_count(4)
    program.say("a-ended", 3, ">> ANA: With an okapi.")
    expect(page.locator("#alerted li")).to_have_count(5)
    assert sorted(one[1] for one in page.evaluate("window.shown")) == ["Another", "Ended", "New", "Seen", "Still"]
    assert page.title().startswith("● ")
    page.evaluate(HIDE, False)
    assert not page.title().startswith("● ")
    expect(page.locator("#captions .said").last).to_have_text("Okapi, he said.")
    expect(page.locator("#alerted li")).to_have_count(5)
    program.say("a-seen", 2, ">> BO: Okapi, once more.")  # seen now: told by the page alone
    for n in (2, 3):
        program.say("a-other", n, ">> BO: The okapi, once more.")
        expect(page.locator("#alerted li", has_text="Another")).to_have_count(n)
    expect(page.locator("#alerted li")).to_have_count(8)
