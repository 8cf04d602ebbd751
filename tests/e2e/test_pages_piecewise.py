"""The follow page opens with the last words; what is above is drawn piece by piece, and nothing moves meanwhile."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, drawn

pytestmark = pytest.mark.browser

LINES = 440
SENTENCE = (
    "Line {n}: access alone does not make anybody free to speak, and whoever owns the cables decides what is carried"
)
PIECE = 2_500
"""As in piecewise.js."""
TURNS = 60
"""What is asked for at first, as in follow.js."""
AT_FIRST = 12_000
"""Characters that a page has when it opens, at the most."""
WATCH = """() => {
  window.pieces = [];
  window.moved = 0;
  new PerformanceObserver((list) => {
    for (const one of list.getEntries()) window.moved += one.value;
  }).observe({ type: "layout-shift" });
  new MutationObserver((changes) => {
    const nodes = changes.flatMap((one) => [...one.addedNodes]);
    const added = nodes.filter((one) => !nodes.some((other) => other !== one && other.contains(one)));
    window.pieces.push(added.reduce((sum, one) => sum + one.textContent.length, 0));
  }).observe(document.getElementById("captions"), { childList: true, subtree: true });
}"""
MOVE = "dispatchEvent(new Event('wheel'))"


@pytest.fixture(scope="module", params=["turns", "paragraphs"])
def session(program: Program, request: pytest.FixtureRequest) -> str:
    """A live session of many turns, or of one long one."""
    name = f"s-piecewise-{request.param}"
    program.announce(name, title="Long")
    speaker = ">> ANNA: " if request.param == "turns" else "\n\n"
    lines = [{"number": n, "text": f"{speaker}{SENTENCE.format(n=n)}.\n"} for n in range(LINES)]
    lines[0]["text"] = f">> ANNA: {SENTENCE.format(n=0)}.\n"
    body = {"sender": "desk", "lines": lines}
    program.client.post(f"/v1/sessions/{name}/lines", json=body).raise_for_status()
    program.say(name, LINES, f"{speaker}Line {LINES}: the end.")
    return name


def numbers(page: Page) -> list[int]:
    """Of the lines that are there, in order."""
    said = page.locator("#captions .said").all_text_contents()
    return [int(one) for one in re.findall(r"Line (\d+):", " ".join(said))]


def opened(page: Page, session: str) -> None:
    page.goto(f"/s/{session}/follow")
    expect(page.locator("#status")).to_have_text("Live")
    drawn(page)


def test_the_last_words_are_drawn_first_and_the_rest_in_pieces_when_the_reader_moves(page: Page, session: str) -> None:
    opened(page, session)
    here = numbers(page)
    assert here == list(range(here[0], LINES + 1))
    assert len(here) * len(SENTENCE) < AT_FIRST
    page.evaluate(WATCH)
    page.evaluate(MOVE)
    page.wait_for_function("() => document.getElementById('captions').textContent.includes('Line 0:')")
    assert numbers(page) == list(range(LINES + 1))
    pieces = page.evaluate("window.pieces")
    assert len(pieces) > LINES * len(SENTENCE) / PIECE / 2
    assert max(pieces) < PIECE + 20 * len(SENTENCE)


def test_not_a_dot_of_what_is_read_moves_meanwhile(page: Page, session: str) -> None:
    opened(page, session)
    page.evaluate(WATCH)
    before = page.screenshot()
    page.evaluate(MOVE)
    page.wait_for_function("() => document.getElementById('captions').textContent.includes('Line 0:')")
    drawn(page)
    assert page.screenshot() == before
    if session.endswith("turns"):  # a turn that grows at its top has moved, for the browser, though no word of it has
        assert page.evaluate("window.moved") == 0


def test_what_is_said_while_pieces_come_is_at_the_end(page: Page, program: Program) -> None:
    name = "s-piecewise-live"
    program.begin(name, *(f">> ANNA: {SENTENCE.format(n=n)}." for n in range(LINES)), title="Long")
    opened(page, name)
    page.evaluate(MOVE)
    program.say(name, LINES, f">> ANNA: Line {LINES}: the end.")
    expect(page.locator("#captions .said").last).to_contain_text("the end.")
    page.wait_for_function("() => document.getElementById('captions').textContent.includes('Line 0:')")
    assert numbers(page) == list(range(LINES + 1))
    assert page.evaluate("document.documentElement.scrollHeight - innerHeight - scrollY") <= 1


def test_a_reader_who_scrolls_just_as_text_comes_above_is_where_they_scrolled_to(page: Page, session: str) -> None:
    opened(page, session)
    before = page.evaluate("""() => {
      scrollBy({ top: -900, behavior: "instant" });
      dispatchEvent(new Event("beforeprint"));  // all of it, at once; the page has not heard of the scrolling yet
      window.seen = document.elementFromPoint(innerWidth / 2, innerHeight / 3);
      return window.seen.getBoundingClientRect().top;
    }""")
    drawn(page)
    page.evaluate("() => { for (let n = 0; n < 2; n += 1) document.getElementById('pause').click(); }")
    drawn(page)
    assert page.evaluate("window.seen.getBoundingClientRect().top") == pytest.approx(before, abs=1)


def test_a_reader_who_does_not_move_has_all_of_it_after_a_while(page: Page, session: str) -> None:
    page.clock.install()
    opened(page, session)
    assert 0 not in numbers(page)
    page.clock.run_for(30_000)
    page.wait_for_function("() => document.getElementById('captions').textContent.includes('Line 0:')")
    assert numbers(page) == list(range(LINES + 1))


def test_what_is_not_drawn_is_searched(page: Page, session: str) -> None:
    opened(page, session)
    page.evaluate("""() => {
      const field = document.querySelector("#find input");
      field.value = "line 7";
      field.dispatchEvent(new Event("input"));
    }""")
    expect(page.locator("#find [role=status]")).to_have_text("11 hits")


def test_what_is_there_and_not_drawn_is_printed(page: Page, session: str) -> None:
    opened(page, session)
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    here = LINES + 1 - TURNS if session.endswith("turns") else 0
    assert numbers(page) == list(range(here, LINES + 1))


def test_a_reader_is_found_where_they_were_in_a_turn_whose_beginning_is_not_drawn(page: Page, session: str) -> None:
    opened(page, session)
    seen = page.evaluate("""() => {
      scrollBy({ top: -200, behavior: "instant" });
      const edge = Math.min(innerHeight, document.querySelector(".bar").getBoundingClientRect().top);
      const all = [...document.querySelectorAll("#captions .said")].reverse();
      return all.find((one) => one.getBoundingClientRect().top < edge).textContent;
    }""")
    opened(page, session)
    page.get_by_role("button", name="What did I miss?").click()
    expect(page.locator("#left-off")).to_be_in_viewport()
    expect(page.locator(".said", has=page.locator("#left-off"))).to_have_text(f"{seen}You left off here")


def test_the_first_question_is_for_the_last_turns_alone(page: Page, program: Program) -> None:
    program.begin("s-piecewise-first", *(f">> ANNA: {SENTENCE.format(n=n)}." for n in range(3)), title="Short")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if "/events?" in request.url else None)
    opened(page, "s-piecewise-first")
    assert f"last={TURNS}" in asked[0]


def test_what_comes_above_in_the_same_turn_leaves_the_paragraphs_that_are_there(page: Page, program: Program) -> None:
    program.begin("s-piecewise-same", f">> ANNA: {SENTENCE.format(n=0)}.", title="Same")
    opened(page, "s-piecewise-same")
    found = page.evaluate("""async () => {
      const script = document.querySelector("script[type=module]").src;
      const { renderer } = await import(script.replace("follow.js", "render.js"));
      const container = document.createElement("section");
      const show = renderer(container, { session: "s", language: "en" });
      const all = [..."abcdef"].map((text) => ({ runs: [{ text: text.repeat(9), kind: "words" }] }));
      const turn = (paragraphs) => [{ id: "s.en.0", ordinal: 1, speaker: "ANNA", at: null, paragraphs }];
      const said = () => [...container.querySelectorAll(".said")];
      const texts = () => said().map((one) => one.textContent[0]).join("");
      const steps = [[show(turn(all.slice(3)), null, undefined, 0), texts()]];
      const before = said();
      steps.push([show(turn(all), null, undefined, 0), texts()]);
      steps.push([show(turn(all), null, undefined, 5), texts()]);
      steps.push([show(turn(all), null, undefined, 500), texts()]);
      return { steps, same: before.every((one, at) => one === said()[at + 3]) };
    }""")
    assert found == {"steps": [[False, "def"], [True, "def"], [True, "cdef"], [False, "abcdef"]], "same": True}
