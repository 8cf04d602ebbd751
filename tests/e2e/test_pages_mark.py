"""Where a reader left off is a place in what was said, and not in what a page happened to have of it."""

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, script

pytestmark = pytest.mark.browser

TURN = "v-mark.en.7"
CONTINUES = (2, 4)
"""Parts that begin in the middle of a paragraph."""
PARTS = [
    {
        "turn_id": TURN,
        "number": number,
        "version": 9 + number,
        "ordinal": 3,
        "speaker": "ANNA",
        "paragraphs": [f"{name} of part {number}, 😀 and more." for name in ("First", "Second", "Third")],
        "notes": [{"text": "[Applause]", "at": 5}],
        "continues": number in CONTINUES,
        "closed": True,
    }
    for number in range(6)
]
MARKS = """async ([mark, transcript, parts]) => {
  const { charsTo, endOf, isEarlier } = await import(mark);
  const { applySnapshot, turns } = await import(transcript);
  const text = ({ runs }) => runs.map((run) => run.text).join("");
  const pages = parts.map(({ ordinal }, first) => {
    const earlier = first ? `${ordinal}.${first}` : null;
    return { earlier, turns: turns(applySnapshot({ seq: 30, parts: parts.slice(first), earlier })) };
  });
  const found = [];
  for (const { turns } of pages) {
    for (const at of turns[0].paragraphs.keys()) {
      const left = endOf(turns, at);
      for (const page of pages) {
        const all = page.turns[0].paragraphs.map((one) => [one, charsTo(left, one)]);
        const there = all.filter(([, chars]) => chars !== null);
        found.push({
          seen: text(turns[0].paragraphs[at]),
          before: there.map(([one, chars]) => text(one).slice(0, chars)),
          behind: there.map(([one, chars]) => text(one).slice(chars)),
          earlier: isEarlier(left, page.turns, page.earlier),
        });
      }
    }
  }
  return found;
}"""


def marks(page: Page, program: Program) -> list[dict[str, Any]]:
    """Each paragraph's end on each of six pages, of which each lacks one part more, and where each page has it."""
    program.announce("v-mark", title="Mark")
    page.goto("/s/v-mark/follow")
    found: list[dict[str, Any]] = page.evaluate(MARKS, [script(page, "mark.js"), script(page, "transcript.js"), PARTS])
    return found


def test_a_page_that_has_more_or_less_of_a_turn_finds_the_same_words(page: Page, program: Program) -> None:
    found = marks(page, program)
    assert len(found) == 6 * sum(3 * (6 - first) - sum(one > first for one in CONTINUES) for first in range(6))
    for one in found:
        if one["before"]:
            (before,) = one["before"]
            assert before.endswith(one["seen"]) or one["seen"].endswith(before)
            assert one["behind"] == [""]


def test_a_mark_is_asked_for_exactly_where_a_page_lacks_it(page: Page, program: Program) -> None:
    for one in marks(page, program):
        assert one["earlier"] is not bool(one["before"])


def test_a_mark_of_an_older_version_is_no_mark(page: Page, program: Program) -> None:
    program.begin("v-mark-old", *(f">> ANNA: Turn {n} is over." for n in range(40)), title="Old")
    made = program.get("/v1/sessions/v-mark-old")["created_at"]
    page.goto("/")
    page.evaluate(
        "made => localStorage.setItem('captionflow.left.v-mark-old.en',"
        " JSON.stringify({ turn: 'v-mark-old.en.1', paragraph: 0, chars: 4, made }))",
        made,
    )
    page.goto("/s/v-mark-old/follow")
    expect(page.locator("#status")).to_have_text("Live")
    expect(page.locator(".turn").last).to_be_in_viewport()
    expect(page.locator("#left-off")).to_have_count(0)
    expect(page.locator("#missed")).to_be_hidden()
