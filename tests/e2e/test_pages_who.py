"""Who speaks is always to be seen, on follow and the transcript; colours for speakers."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, follow

pytestmark = pytest.mark.browser

TEXT = " ".join(["We began in the hills with one mast, and nobody believed that it would carry."] * 20)
NAMES = ("ANNA", "BEN", "ANNA", "DR. CHLOÉ DUBOIS")
VOICES = "() => [...document.querySelectorAll('.speaker')].map((one) => getComputedStyle(one).color)"
CONTRASTS = """() => {
  const two = (one) => Number(one).toString(16).padStart(2, "0");
  const hex = (rgb) => "#" + rgb.match(/\\d+/g).slice(0, 3).map(two).join("");
  const paper = hex(getComputedStyle(document.body).backgroundColor);
  return [...document.querySelectorAll("h2.speaker")].map((one) => (
    captionflowLook.contrast(hex(getComputedStyle(one).color), paper)));
}"""


@pytest.fixture(scope="module", autouse=True)
def sessions(program: Program) -> None:
    lines = [line for name in NAMES for line in (f">> {name}: {TEXT}", TEXT, TEXT)]
    program.begin("w-who", *lines, title="Who speaks")


def scroll_into(page: Page, turn: int) -> None:
    """Read in the middle of a turn, its heading out of sight."""
    page.evaluate(
        "(turn) => { const { top, height } = document.querySelectorAll('article')[turn].getBoundingClientRect();"
        "scrollBy(0, top + height / 3); }",
        turn,
    )


@pytest.mark.parametrize("path", ["/s/w-who/follow", "/s/w-who"])
def test_a_quiet_line_says_whose_words_are_before_the_eyes(page: Page, path: str) -> None:
    page.goto(path)
    expect(page.locator("article")).to_have_count(4)
    who = page.locator("#who")
    for turn in (1, 0, 3):
        scroll_into(page, turn)
        expect(who.locator("[data-name]")).to_have_text(NAMES[turn])
        expect(who).to_contain_text("Who speaks")
        expect(who).to_be_visible()
        box = who.bounding_box()
        assert box is not None
        assert box["y"] == 0
        assert box["height"] < 40
    page.evaluate("scrollTo(0, 0)")
    expect(who).to_be_hidden()


def test_a_reader_at_the_end_sees_who_speaks_now_also_when_nobody_said_who(page: Page, program: Program) -> None:
    program.begin("w-now", f">> ANNA: {TEXT}", title="Now")
    follow(page, "w-now")
    name = page.locator("#who [data-name]")
    expect(name).to_have_text("ANNA")
    program.say("w-now", 1, f">> BEN: {TEXT}")
    expect(name).to_have_text("BEN")
    program.say("w-now", 2, f">> {TEXT}")
    expect(name).to_be_empty()
    expect(page.locator("#who")).to_contain_text("Now")


@pytest.mark.parametrize("width", [320, 360, 1280])
def test_a_long_title_gives_way_to_the_name_in_one_row(page: Page, program: Program, width: int) -> None:
    program.begin(f"w-long-{width}", f">> IMANI OYELARAN: {TEXT}", title="Every word, for everyone who reads " * 4)
    page.set_viewport_size({"width": width, "height": 740})
    follow(page, f"w-long-{width}")
    name = page.locator("#who [data-name]")
    expect(name).to_have_text("IMANI OYELARAN")
    assert name.evaluate("(one) => one.scrollWidth <= one.clientWidth")
    assert page.locator("#who").evaluate("(one) => one.scrollWidth <= one.clientWidth && one.clientHeight < 40")
    assert page.locator("#who .title").evaluate("(one) => one.clientWidth > 40")


@pytest.mark.parametrize("size", [(640, 360), (320, 256), (800, 300)])
def test_where_there_is_little_room_it_costs_no_row(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    follow(page, "w-who")
    row = page.locator(".bar .row")
    with_it = row.bounding_box()
    expect(page.locator("#who [data-name]")).to_have_text("DR. CHLOÉ DUBOIS")
    page.evaluate("document.getElementById('who').hidden = true")
    assert row.bounding_box() == with_it
    page.goto("/s/w-who")
    scroll_into(page, 1)
    expect(page.locator("#who")).to_be_hidden()


def test_colours_for_speakers_are_off_until_chosen_and_the_same_everywhere(page: Page) -> None:
    follow(page, "w-who")
    assert len(set(page.evaluate(VOICES))) == 1
    page.locator("#more > summary").click()
    page.locator(".look summary").click()
    page.locator("#look-speaker_colours").select_option("on")
    chosen = page.evaluate(VOICES)
    assert chosen[0] == chosen[2]
    assert len(set(chosen)) == 3
    page.goto("/s/w-who")
    page.wait_for_function("captionflowLook.now().voices")
    assert page.evaluate(VOICES) == chosen
    expect(page.locator("h2.speaker")).to_have_text(list(NAMES))


@pytest.mark.parametrize("query", ["", "colours=cream", "colours=blue", "colours=FFE95C-on-333333"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_colours_for_speakers_can_be_read_on_any_paper(page: Page, program: Program, theme: str, query: str) -> None:
    program.begin(f"w-{theme}-{len(query)}", *(f">> SPEAKER {chr(65 + n)}: Yes, {n}." for n in range(8)), title="Eight")
    page.emulate_media(color_scheme="light" if theme == "light" else "dark")
    page.goto(f"/s/w-{theme}-{len(query)}?speaker_colours=on&{query}")
    assert len(set(page.evaluate(VOICES))) == 8
    assert min(page.evaluate(CONTRASTS)) >= 7
    if not query:
        page.get_by_role("button", name="Dark" if theme == "light" else "Light").click()
        page.wait_for_function(f"Math.min(...({CONTRASTS})()) >= 7")
