"""What is read stays where it is, wherever the window's edge cuts the text."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, drawn

pytestmark = pytest.mark.browser

LONG = (
    "We began in the hills with one mast and nobody believed that it would carry, and then it carried for years. " * 9
)
ENDS = {"a word": "And so on.", "a note": "And so on. [Applause]"}
CUT = """() => {
  const [cut, next] = [...document.querySelectorAll(".said")].slice(2, 4);
  const range = document.createRange();
  range.selectNodeContents(cut);
  scrollBy({ top: [...range.getClientRects()].pop().top + 10, behavior: "instant" });
  window.next = next;
}"""
WHERE = "() => window.next.getBoundingClientRect().top"
LINE = "() => parseFloat(getComputedStyle(window.next).lineHeight)"


@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("path", ["/s/{}/follow", "/s/{}"], ids=["follow", "transcript"])
def test_what_is_read_stays_below_the_last_line_of_a_paragraph_that_the_edge_cuts(
    page: Page, program: Program, path: str, end: str
) -> None:
    session = f"edge-{'note' if end == 'a note' else 'word'}-{'live' if 'follow' in path else 'done'}"
    program.begin(session, *(f">> {name}: {LONG}{ENDS[end]}" for name in ("ANA", "BEN", "CLEO", "DAN", "EVE", "FAY")))
    page.set_viewport_size({"width": 823, "height": 412})
    page.goto(path.format(session))
    expect(page.locator(".said")).to_have_count(6)
    page.mouse.wheel(0, -100)
    drawn(page)
    page.evaluate(CUT)
    drawn(page)
    before, line = page.evaluate(WHERE), page.evaluate(LINE)
    assert 0 < before < 4 * line
    for change in (
        lambda: page.set_viewport_size({"width": 360, "height": 412}),
        lambda: page.locator('[data-size="1"]').locator("visible=true").click(),
        lambda: page.set_viewport_size({"width": 1280, "height": 412}),
    ):
        change()
        drawn(page)
        assert abs(page.evaluate(WHERE) - before) <= line
