"""On pages of any kind what is before the eyes stays where it is, and a page that is at its top stays there."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.e2e.conftest import Program, drawn, top

pytestmark = pytest.mark.browser

SAID = "The zeppelin carried the mail, and nobody believed that it would, and then it did for years. " * 3
SESSIONS = [f"hold-{n}" for n in range(24)]
PATHS = ["/", "/search?q=zeppelin", "/desk", "/s/hold-long"]
FIRST = """() => {
  const across = document.querySelector("main").getBoundingClientRect();
  for (const [share, y] of [0.5, 0.25].flatMap((one) => [...Array(innerHeight).keys()].map((at) => [one, at]))) {
    const at = document.caretRangeFromPoint(across.left + share * across.width, y);
    const node = at?.startContainer;
    if (node?.nodeType !== 3 || !node.data.trim() || !node.parentElement.closest("main")) continue;
    const words = document.createRange();
    const begin = Math.min(at.startOffset, node.length - 1);
    words.setStart(node, begin);
    words.setEnd(node, begin + 1);
    const rect = words.getBoundingClientRect();
    if (!rect.height || rect.bottom < 0) continue;
    window.words = words;
    return rect.top;
  }
}"""
"""Where the first words in the window stand, at the middle of the page, or in its first column where that has none."""
WHERE = "() => window.words.getBoundingClientRect().top"
ENTRY = """() => {
  const entry = [...document.querySelectorAll("main li > a")].find((one) => one.getBoundingClientRect().top >= 0);
  return [entry.getAttribute("href"), entry.getBoundingClientRect().top];
}"""
LARGER = "() => document.querySelector('[data-size=\"1\"]').click()"
SMALLER = "() => document.querySelector('[data-size=\"-1\"]').click()"
LINES = 150  # pixels: a row of buttons and three lines in the largest type, that are broken elsewhere


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Program]:
    """One that has these sessions alone: where rooms of other tests stand beside them, another column may be held."""
    with Program(tmp_path_factory.mktemp("hold"), LOG_LEVEL="warning") as running:
        yield running


def filled(program: Program) -> None:
    if program.client.get(f"/v1/sessions/{SESSIONS[-1]}").status_code == 200:
        return
    program.begin("hold-long", *(f">> A{n % 4}: {SAID}" for n in range(20)), title="Zeppelins", room="Hangar")
    for n, session in enumerate(SESSIONS):
        title = f"Zeppelin number {n} and what it carried over the hills"
        program.begin(session, *(f">> B{m}: {SAID}" for m in range(3)), title=title, room=f"Mast {n % 2}")
        if n % 3:
            program.client.patch(f"/v1/sessions/{session}", json={"status": "finished"}).raise_for_status()


def opened(page: Page, path: str, width: int, height: int) -> None:
    page.set_viewport_size({"width": width, "height": height})
    page.goto(path)
    expect(page.locator("main")).to_contain_text("eppelin")
    expect(page.locator("html[data-started]" if path[1:7] != "search" else "html")).to_be_attached()
    if path == "/desk":
        expect(page.locator("#standing")).to_have_text("Up to date")  # its feed tells more than came with the page
    page.evaluate("document.fonts.ready")
    drawn(page)


def halfway(page: Page) -> None:
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight / 2)")
    drawn(page)


def scrolled_to(one: Locator, stands: float) -> None:
    one.evaluate("(one, stands) => scrollTo(0, scrollY + one.getBoundingClientRect().top - stands)", stands)
    drawn(one.page)


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("size", [(360, 640), (740, 360), (1280, 720)], ids=["upright", "lying", "wide"])
def test_the_first_words_in_the_window_stay_there(
    page: Page, program: Program, path: str, size: tuple[int, int]
) -> None:
    filled(program)
    opened(page, path, *size)
    halfway(page)
    for change in (
        lambda: page.evaluate(LARGER),
        lambda: page.evaluate(LARGER),
        lambda: page.set_viewport_size({"width": size[1], "height": size[0]}),
        lambda: page.set_viewport_size({"width": size[0], "height": size[1]}),
        lambda: page.evaluate(SMALLER),
    ):
        before = page.evaluate(FIRST)
        change()
        drawn(page)
        assert abs(page.evaluate(WHERE) - before) <= LINES


@pytest.mark.parametrize("path", PATHS)
def test_a_page_at_its_top_stays_there(page: Page, program: Program, path: str) -> None:
    filled(program)
    opened(page, path, 360, 640)
    for _ in range(4):
        page.locator('header.site [data-size="1"]').click()
        drawn(page)
        assert page.evaluate("scrollY") == 0
    page.set_viewport_size({"width": 640, "height": 360})
    drawn(page)
    assert page.evaluate("scrollY") == 0


def test_what_has_the_focus_is_in_the_window_where_it_was_or_at_its_end(page: Page, program: Program) -> None:
    filled(program)
    opened(page, "/search?q=zeppelin", 360, 640)
    halfway(page)
    hit = page.locator(".hit").nth(8)
    hit.focus()
    drawn(page)
    before = top(hit)
    page.evaluate(LARGER)
    drawn(page)
    assert abs(top(hit) - before) <= LINES
    page.set_viewport_size({"width": 640, "height": 360})
    drawn(page)
    assert -1 <= top(hit) <= hit.evaluate("(one) => one.getBoundingClientRect().bottom") <= 361


def test_what_hides_once_it_was_pressed_leaves_the_rest_where_it_is(page: Page, program: Program) -> None:
    filled(program)
    opened(page, "/desk", 360, 640)
    card = page.locator("[data-session=hold-12]")
    scrolled_to(card, 300)
    card.locator("[data-name]").focus()
    drawn(page)
    before = top(card)
    card.locator("[data-name]").evaluate("(one) => { one.hidden = true; }")
    page.evaluate(LARGER)
    drawn(page)
    assert abs(top(card) - before) <= LINES


def test_who_reads_further_down_is_not_moved_by_a_session_that_begins(page: Page, program: Program) -> None:
    filled(program)
    opened(page, "/", 360, 640)
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight - 1.5 * innerHeight)")
    drawn(page)
    scrolled = page.evaluate("scrollY")
    href, before = page.evaluate(ENTRY)
    program.begin("hold-new", ">> CLEO: A new one.", title="A new zeppelin", room="Mast 2")
    expect(page.locator("[data-session=hold-new] .words")).to_contain_text("A new one.")
    drawn(page)
    assert page.evaluate("scrollY") > scrolled + 40
    entry = page.locator(f'main a[href="{href}"]')
    assert abs(top(entry) - before) <= 1


def test_a_card_that_is_drawn_anew_is_held_as_the_one_before(page: Page, program: Program) -> None:
    filled(program)
    opened(page, "/desk", 360, 640)
    card = page.locator("[data-session=hold-9]")
    scrolled_to(card, 2)
    program.client.patch("/v1/sessions/hold-9", json={"title": "Another zeppelin"}).raise_for_status()
    expect(card).to_contain_text("Another zeppelin")
    before = top(card)
    assert abs(before) < 40
    page.evaluate(LARGER)
    drawn(page)
    assert abs(top(card) - before) <= LINES


def test_a_dialog_leaves_the_page_behind_it_where_it_is(page: Page, program: Program) -> None:
    filled(program)
    opened(page, "/desk", 360, 640)
    halfway(page)
    before = page.evaluate(FIRST)
    page.evaluate("document.getElementById('open-announce').click()")
    page.locator("#a-title").fill("A title")
    page.set_viewport_size({"width": 640, "height": 360})
    drawn(page)
    page.set_viewport_size({"width": 360, "height": 640})
    drawn(page)
    assert abs(page.evaluate(WHERE) - before) <= LINES
