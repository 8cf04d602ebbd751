"""The caption page: what is typed there is what readers get, whatever happens to the network and the browser."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import AT_END, Program, drawn, script, until_same

pytestmark = pytest.mark.browser

LINES = re.compile(r"/lines\?")
SENT = "All sent"

RANDOM_WORK = """async ([url, seed]) => {
  const { arrived, correct, correctable, current, fresh, rename, take, type } = await import(url);
  let state = seed;
  const random = (most) => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return Math.floor((state / 2147483648) * most);
  };
  const log = new Map();
  const known = new Map();
  let last = 0;
  const accept = ({ sender, flight }) => flight.map(({ number, text, revises }) => {
    const key = `${sender} ${number}`;
    if (!known.has(key)) {
      last += 1;
      known.set(key, { seq: last, text, revises });
      if (revises === null) log.set(last, text);
      else if (log.has(revises)) log.set(revises, text);
      else throw new Error("a revision of nothing");
    }
    const before = known.get(key);
    if (before.text !== text || before.revises !== revises) throw new Error("a number was used twice");
    return { number, seq: before.seq };
  });
  let typed = fresh("me-1");
  type(typed, ">> ANNA: ");
  typed.rows[0].text = ""; // the line break before it
  let dropped = "";
  const forget = (before) => { // rows that are out of reach say what they said
    const first = typed.rows[0].id;
    for (const row of before) if (row.id < first) dropped += row.text;
  };
  for (let n = 0; n < 600; n += 1) {
    const one = random(12);
    const now = current(typed).text;
    if (one < 5) type(typed, `${now}${["hills ", "mast ", "net", "\\u{1f600} ", "a ", "a a "][random(6)]}`);
    else if (one < 6) type(typed, now.slice(0, Math.max(0, now.length - random(20))).toWellFormed());
    else if (one < 7) type(typed, `${now}${random(3) ? "\\n" : "\\n\\n"}`);
    else if (one < 8) {
      const rows = correctable(typed);
      const row = rows[random(rows.length || 1)];
      if (row) correct(row, random(4) ? row.text.replace(/mast|hills/, ["", "sea", "mast mast"][random(3)]) : "");
    } else if (one < 9) typed = JSON.parse(JSON.stringify(typed)); // a reload
    else {
      take(typed, random(2) === 0);
      if (!typed.flight.length) continue;
      const receipts = accept(typed); // answered or not
      const rows = [...typed.rows];
      if (random(3)) { arrived(typed, receipts); forget(rows); }
    }
  }
  for (let n = 0; n < 20; n += 1) {
    take(typed, true);
    const rows = [...typed.rows];
    arrived(typed, accept(typed));
    forget(rows);
  }
  const said = [...log].sort(([a], [b]) => a - b).map(([, text]) => text).join("");
  return { said, typed: dropped + typed.rows.map((row) => row.text).join("") };
}"""


def start(page: Page, program: Program, session: str, **fields: Any) -> None:
    """Open the caption page of a session that is announced."""
    program.announce(session, **fields)
    page.goto(f"/caption/{session}")
    expect(page.locator("#delivery")).to_have_text(SENT)


def readers_have(page: Page, text: str) -> None:
    """What readers see, as the page shows it."""
    expect(page.locator("#seen")).to_contain_text(text, use_inner_text=True)


def until_said(page: Page, program: Program, session: str, *paragraphs: str) -> None:
    """All is sent, and the transcript has these paragraphs."""
    expect(page.locator("#delivery")).to_have_text(SENT)
    expect(page.locator("#seen .said").last).to_have_text(paragraphs[-1])
    assert program.paragraphs(session) == list(paragraphs)


def test_words_reach_readers_before_their_line_ends(page: Page, program: Program) -> None:
    start(page, program, "c-words", title="Words")
    page.keyboard.type("Good morning, every")
    readers_have(page, "Good morning,")
    readers_have(page, "every")  # after a moment, although the word may go on
    page.keyboard.type("one.")
    page.keyboard.press("Enter")
    until_said(page, program, "c-words", "Good morning, everyone.")
    expect(page.locator("#typing")).to_have_value("")
    expect(page.locator("#mine .line")).to_have_text(["Good morning, everyone."])
    expect(page.locator("#state")).to_have_text("Live")


def test_what_is_backspaced_is_taken_back_from_readers(page: Page, program: Program) -> None:
    start(page, program, "c-back", title="Back")
    page.keyboard.type("The first spaeker is ")
    readers_have(page, "The first spaeker is")
    for _ in "spaeker is ":
        page.keyboard.press("Backspace")
    page.keyboard.type("speaker was ")
    until_said(page, program, "c-back", "The first speaker was")


def test_the_last_lines_can_be_opened_again_and_corrected_by_keys_alone(page: Page, program: Program) -> None:
    start(page, program, "c-lines", title="Lines")
    for line in ("One mats in the hills.", "Two masts in the valey.", "A third."):
        page.keyboard.type(line)
        page.keyboard.press("Enter")
    expect(page.locator("#mine .line")).to_have_count(3)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#mine input")).to_have_value("Two masts in the valey.")
    page.locator("#mine input").fill("Two masts in the valley.")
    page.keyboard.press("ArrowUp")
    page.locator("#mine input").fill("One mast in the hills.")
    page.keyboard.press("Enter")
    expect(page.locator("#typing")).to_be_focused()
    until_said(page, program, "c-lines", "One mast in the hills. Two masts in the valley. A third.")
    page.keyboard.press("ArrowUp")
    page.locator("#mine input").fill("never kept")
    page.keyboard.press("Escape")
    expect(page.locator("#typing")).to_be_focused()
    page.locator("#mine .line").nth(1).click()
    page.locator("#mine input").fill("")
    page.locator("#mine button", has_text="Keep").click()
    page.keyboard.type("A fourth.\n")
    until_said(page, program, "c-lines", "One mast in the hills. A third. A fourth.")


def test_speakers_sounds_and_paragraphs_have_buttons_and_keys(page: Page, program: Program) -> None:
    program.begin("c-keys", ">> MARIA ODHIAMBO: We began.", ">> CHAIR: Thank you.", title="Keys")
    page.goto("/caption/c-keys")
    expect(page.locator("#speakers button")).to_have_text(["MARIA ODHIAMBO 1", "CHAIR 2"])
    page.get_by_role("button", name="Take over").press("Enter")  # somebody typed a moment ago
    page.keyboard.press("Alt+2")
    page.keyboard.press("Alt+1")  # the other one, after all
    page.keyboard.type("So we did. ")
    page.keyboard.press("Alt+Shift+1")
    page.keyboard.press("Alt+p")
    page.keyboard.type("And went on.")
    page.locator("button", has_text="Add a name").click()
    page.keyboard.type("IVO")
    page.keyboard.press("Enter")
    page.keyboard.type("A question. ")
    page.locator("button", has_text="Laughter").click()
    page.keyboard.press("Alt+0")
    page.keyboard.type("An answer.\n")
    until_said(
        page, program, "c-keys",
        "We began.", "Thank you.", "So we did.", "And went on.", "A question.", "An answer.",
    )  # fmt: skip
    expect(page.locator("#speakers button").last).to_have_text("IVO 3")
    turns = program.client.get("/v1/sessions/c-keys/transcript.json").json()["turns"]
    assert [turn["speaker"] for turn in turns] == ["MARIA ODHIAMBO", "CHAIR", "MARIA ODHIAMBO", "IVO", None]
    notes = [note["text"] for turn in turns for note in turn["notes"]]
    assert notes == ["[Applause]", "[Laughter]"]


def test_nothing_is_lost_or_said_twice_by_dropped_answers_a_lost_network_and_a_reload(
    page: Page, program: Program
) -> None:
    dropped = []

    def drop_the_answer(route: Route) -> None:
        dropped.append(route.fetch().status)
        route.abort()

    start(page, program, "c-lost", title="Lost")
    page.keyboard.type("Before. ")
    readers_have(page, "Before.")
    page.route(LINES, drop_the_answer)
    page.keyboard.type("Heard, but never answered. ")
    expect(page.locator("#delivery")).to_contain_text("No connection")
    page.keyboard.type("Typed without a network.\nAnd")
    page.on("dialog", lambda dialog: dialog.accept())
    page.reload()
    expect(page.locator("#typing")).to_have_value("And")
    expect(page.locator("#delivery")).to_contain_text("No connection")
    assert set(dropped) == {202}
    page.unroute(LINES)
    page.locator("#typing").press("End")
    page.keyboard.type(" after it.")
    until_said(page, program, "c-lost", "Before. Heard, but never answered. Typed without a network. And after it.")
    page.goto("/s/c-lost/follow")
    until_same(page, program, "c-lost")


def test_the_server_may_stop_while_somebody_types(page: Page, program: Program) -> None:
    start(page, program, "c-stop", title="Stop")
    page.keyboard.type("Before. ")
    readers_have(page, "Before.")
    program.kill()
    page.keyboard.type("Meanwhile. ")
    expect(page.locator("#delivery")).to_contain_text("No connection")
    program.start()
    program.wait_until_ready()
    page.keyboard.type("After.\n")
    until_said(page, program, "c-stop", "Before. Meanwhile. After.")


def test_leaving_is_warned_about_while_words_are_unsent_or_a_line_is_open(page: Page, program: Program) -> None:
    start(page, program, "c-leave", title="Leave")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.keyboard.type("Half a line")
    page.reload()
    assert asked == ["beforeunload"]
    page.locator("#typing").press("End")
    page.keyboard.press("Enter")
    until_said(page, program, "c-leave", "Half a line")
    page.goto("/")
    assert asked == ["beforeunload"]


def test_another_tab_goes_on_and_the_first_one_says_so(page: Page, program: Program) -> None:
    start(page, program, "c-tabs", title="Tabs")
    page.keyboard.type("Here. ")
    readers_have(page, "Here.")
    other = page.context.new_page()
    other.goto("/caption/c-tabs")
    expect(other.locator("#typing")).to_have_value("Here. ")
    expect(page.locator("#trouble")).to_contain_text("another tab")
    expect(page.locator("#typing")).to_be_disabled()
    other.locator("#typing").press("End")
    other.keyboard.type("There.\n")
    until_said(other, program, "c-tabs", "Here. There.")


def test_a_page_without_the_key_says_that_nothing_is_sent(page: Page, program: Program) -> None:
    start(page, program, "c-key", title="Key")
    page.route(LINES, lambda route: route.fulfill(status=401, content_type="application/problem+json", body="{}"))
    page.keyboard.type("Unheard ")
    expect(page.locator("#delivery")).to_contain_text("no key")
    page.unroute(LINES)
    until_said(page, program, "c-key", "Unheard")


def test_a_session_that_is_not_known_begins_its_caption_page_when_it_is(page: Page, program: Program) -> None:
    page.goto("/caption/c-later")
    expect(page.locator("h1")).to_have_text("Nothing has been said here yet")
    program.announce("c-later", title="Later")
    expect(page.locator("h1")).to_have_text("Later")


def test_any_work_in_any_order_gives_the_text_that_was_typed(page: Page, program: Program) -> None:
    start(page, program, "c-random", title="Random")
    url = script(page, "typed.js")
    for seed in range(60):
        found = page.evaluate(RANDOM_WORK, [url, seed])
        assert found["said"] == found["typed"], seed
        assert len(found["said"].split()) > 50


LONG = tuple(
    f">> ANNA: {' '.join(f'This is sentence {turn}-{n}, which is said at some length.' for n in range(9))}"
    for turn in range(5)
)
FIRST = """(box) => {
  const edge = box.getBoundingClientRect().top;
  const walker = document.createTreeWalker(box, NodeFilter.SHOW_TEXT);
  const range = document.createRange();
  for (let before = 0; walker.nextNode(); before += walker.currentNode.length) {
    for (let at = 0; at < walker.currentNode.length; at += 1) {
      range.setStart(walker.currentNode, at);
      range.setEnd(walker.currentNode, at + 1);
      if (range.getBoundingClientRect().bottom > edge) return before + at;
    }
  }
}"""
"""How much of the text is above what is seen."""
LINE = 150
"""Characters, at most."""


def test_who_reads_back_in_what_readers_see_keeps_their_place(page: Page, program: Program) -> None:
    program.begin("c-back", *LONG, title="Back")
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto("/caption/c-back")
    seen = page.locator("#seen")
    expect(seen).to_contain_text("sentence 4-8")
    page.wait_for_function(f"() => ({AT_END})(document.getElementById('seen'))")
    seen.evaluate("(box) => { box.scrollTop /= 2; }")
    drawn(page)
    above = seen.evaluate(FIRST)
    for width, height in ((900, 600), (600, 900), (1000, 650)):
        page.set_viewport_size({"width": width, "height": height})
        drawn(page)
        assert abs(seen.evaluate(FIRST) - above) < LINE, (width, height)
    program.say("c-back", 5, "And this came meanwhile.")
    expect(seen).to_contain_text("And this came meanwhile.")
    assert abs(seen.evaluate(FIRST) - above) < LINE


def test_who_is_at_the_end_of_what_readers_see_stays_there(page: Page, program: Program) -> None:
    program.begin("c-end", *LONG, title="End")
    page.goto("/caption/c-end")
    expect(page.locator("#seen")).to_contain_text("sentence 4-8")
    for width, height in ((900, 700), (900, 600), (600, 900), (1000, 650)):
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function(f"() => ({AT_END})(document.getElementById('seen'))")
    program.say("c-end", 5, "And this came meanwhile.")
    expect(page.locator("#seen")).to_contain_text("And this came meanwhile.")
    page.wait_for_function(f"() => ({AT_END})(document.getElementById('seen'))")
