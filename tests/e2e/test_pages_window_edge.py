"""What is read stays where it is, wherever the window's edge cuts the text."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, drawn, follow, top

pytestmark = pytest.mark.browser

LONG = (
    "We began in the hills with one mast and nobody believed that it would carry, and then it carried for years. " * 8
)
ENDS = {"a word": "And so on.", "a note": "And so on. [Applause]"}
NAMES = ("ANA", "BEN", "CLEO", "DAN", "EVE", "FAY")
CUT = """(edge) => {
  const [cut, next] = [...document.querySelectorAll(".said")].slice(2, 4);
  const range = document.createRange();
  range.selectNodeContents(cut);
  scrollBy({ top: [...range.getClientRects()].pop().top - edge, behavior: "instant" });
  window.next = next;
}"""
SPACE = """(height) => {
  const [above, below] = [...document.querySelectorAll(".turn")].slice(2, 4);
  const words = [...above.querySelectorAll(".said")].pop();
  if (height) above.style.marginBottom = `${height}px`;
  scrollBy({ top: words.getBoundingClientRect().bottom + (height / 3 || 8), behavior: "instant" });
  window.next = below.querySelector(".said");
}"""
RING = """() => {
  const [at, panel] = [document.activeElement, document.activeElement.closest(".more")];
  if (!panel) return null;
  const { outlineOffset, outlineWidth } = getComputedStyle(at);
  const ring = parseFloat(outlineOffset) + parseFloat(outlineWidth);
  const [one, window] = [at.getBoundingClientRect(), panel.getBoundingClientRect()];
  const over = [window.left - one.left, one.right - window.right];
  return Math.max(0, Math.floor(Math.max(...over) + ring));
}"""
"""By how many pixels the ring around what has the focus is cut by a side of the panel."""
WHERE = "() => window.next.getBoundingClientRect().top"
LINE = "() => parseFloat(getComputedStyle(window.next).lineHeight)"


def opened(page: Page, address: str, width: int, paragraphs: int) -> None:
    page.set_viewport_size({"width": width, "height": 412})
    page.goto(address)
    expect(page.locator(".said")).to_have_count(paragraphs)
    expect(page.locator("html[data-started]")).to_be_attached()
    drawn(page)


@pytest.mark.parametrize("edge", [-10, -32], ids=["in the line", "below it"])
@pytest.mark.parametrize("end", ENDS)
@pytest.mark.parametrize("path", ["/s/{}/follow", "/s/{}"], ids=["follow", "transcript"])
def test_what_is_read_stays_where_the_windows_edge_is_at_the_end_of_a_paragraph(
    page: Page, program: Program, path: str, end: str, edge: int
) -> None:
    session = f"edge-{'note' if end == 'a note' else 'word'}-{'live' if 'follow' in path else 'done'}{edge}"
    program.begin(session, *(f">> {name}: {LONG}{ENDS[end]}" for name in NAMES))
    opened(page, path.format(session), 823, len(NAMES))
    page.evaluate(CUT, edge)
    drawn(page)
    before, line = page.evaluate(WHERE), page.evaluate(LINE)
    assert 0 < before < 4 * line
    for change in (
        lambda: page.set_viewport_size({"width": 360, "height": 412}),
        lambda: page.locator('[data-size="1"]').first.dispatch_event("click"),  # where the page is not scrolled for it
        lambda: page.set_viewport_size({"width": 1280, "height": 412}),
    ):
        change()
        drawn(page)
        assert abs(page.evaluate(WHERE) - before) <= line


@pytest.mark.parametrize("path", ["/s/{}/follow", "/s/{}"], ids=["follow", "transcript"])
def test_a_paragraph_longer_than_the_window_stays_where_it_begins_in_the_middle(
    page: Page, program: Program, path: str
) -> None:
    session = f"edge-long-{'live' if 'follow' in path else 'done'}"
    program.begin(session, *(f">> {LONG}" for _ in range(3)))
    opened(page, path.format(session), 412, 3)
    page.evaluate("scrollTo(0, document.querySelector('.said').getBoundingClientRect().top + scrollY - 250)")
    drawn(page)
    before = top(page.locator(".said").first)
    page.evaluate("dispatchEvent(new Event('captionflow:resized'))")
    drawn(page)
    assert top(page.locator(".said").first) == before


@pytest.mark.parametrize("space", [0, 1500], ids=["as it is", "higher than the window"])
@pytest.mark.parametrize("path", ["/s/{}/follow", "/s/{}"], ids=["follow", "transcript"])
def test_what_is_read_stays_where_the_windows_edge_is_in_the_space_between_two_turns(
    page: Page, program: Program, path: str, space: int
) -> None:
    session = f"edge-space-{'live' if 'follow' in path else 'done'}{space}"
    program.begin(session, *(f">> {name}: {LONG}" for name in NAMES))
    opened(page, path.format(session), 823, len(NAMES))
    page.evaluate(SPACE, space)
    drawn(page)
    before, line = page.evaluate(WHERE), page.evaluate(LINE)
    for width in (360, 1280):
        page.set_viewport_size({"width": width, "height": 412})
        drawn(page)
        assert abs(page.evaluate(WHERE) - before) <= line


@pytest.mark.parametrize("size", [(823, 412), (360, 640)], ids=["lying", "upright"])
def test_what_is_read_stays_while_the_tab_key_goes_through_the_panel(
    page: Page, program: Program, size: tuple[int, int]
) -> None:
    session = f"edge-tab-{size[0]}"
    program.begin(session, *(f">> A{n % 5}: The first words of talk number {n} are here." for n in range(60)))
    page.set_viewport_size({"width": size[0], "height": size[1]})
    follow(page, session)
    page.mouse.wheel(0, -1500)
    page.locator("#more > summary").focus()
    page.keyboard.press("Enter")
    for panel in page.locator("#more details").all():
        panel.evaluate("(one) => { one.open = true; }")
    drawn(page)
    before = page.evaluate("scrollY")
    stops = 0
    while page.evaluate("document.activeElement.closest('.bar') !== null"):
        assert page.evaluate("scrollY") == before
        assert page.evaluate(RING) in {0, None}
        page.keyboard.press("Tab")
        drawn(page)
        stops += 1
    assert stops > 25
