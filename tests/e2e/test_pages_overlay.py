"""Captions over a picture, and on screens of any shape."""

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, script

pytestmark = pytest.mark.browser

SEEN = """() => [...document.querySelectorAll("body *")]
  .filter((one) => one.checkVisibility({ visibilityProperty: true }) && one.getClientRects().length)
  .filter((one) => !one.closest(".hidden, .ruler, script"))
  .flatMap((one) => [...one.childNodes].filter((node) => node.nodeType === 3).map((node) => node.data.trim()))
  .filter(Boolean).join(" ")"""
BACKGROUNDS = """() => ["html", "body", "#screen", "#lines", "main"]
  .map((one) => getComputedStyle(document.querySelector(one)).backgroundColor)"""
LINES = "() => document.querySelectorAll('#lines .line').length"
TYPE = "() => parseFloat(getComputedStyle(document.getElementById('lines')).fontSize)"
BOX = """() => {
  const { top, bottom } = document.getElementById("lines").getBoundingClientRect();
  return [top, bottom];
}"""


def test_an_overlay_shows_the_captions_and_nothing_else(page: Page, program: Program) -> None:
    program.announce("o-live", title="Over", room="Over room")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto("/s/o-live/overlay")
    expect(page).to_have_title("Over · Not yet begun · captionflow")
    assert page.evaluate(SEEN) == ""
    program.say("o-live", 0, ">> ANNA: Over the picture.")
    expect(page.locator("#lines")).to_contain_text("Over the picture.")
    assert page.evaluate(SEEN) == "ANNA Over the picture."
    assert page.evaluate(BACKGROUNDS) == ["rgba(0, 0, 0, 0)"] * 5
    assert page.evaluate("getComputedStyle(document.getElementById('lines')).cursor") == "none"
    assert page.evaluate("getComputedStyle(document.querySelector('.line')).textShadow") != "none"
    program.say("o-live", 1, "That is all.", ends=True)
    expect(page).to_have_title("Over · Finished · captionflow")
    assert "ended" not in page.evaluate(SEEN)


def test_an_overlay_has_its_last_words_before_its_script_has_come(page: Page, program: Program) -> None:
    program.begin("o-first", ">> ANNA: Over it.", ">> BO: Before any script.", title="First", room="First room")
    page.route("**/js/screen.js", lambda route: route.abort())
    for address in ("/s/o-first/overlay", "/rooms/first-room/overlay"):
        page.goto(address)
        assert sorted(page.evaluate(SEEN).split()) == ["ANNA", "BO", "Before", "Over", "any", "it.", "script."]
        assert page.evaluate(BACKGROUNDS) == ["rgba(0, 0, 0, 0)"] * 5
        line = page.locator("#first .line").last
        assert line.evaluate("one => getComputedStyle(one).textShadow") != "none"
        assert line.bounding_box()["y"] > 600  # type: ignore[index]
    page.unroute("**/js/screen.js")
    page.reload()
    expect(page.locator("#lines")).to_contain_text("Before any script.")
    expect(page.locator("#first")).not_to_be_attached()


@pytest.mark.parametrize("place", ["screen", "overlay"])
def test_the_last_words_that_come_with_a_page_are_no_wider_than_it(page: Page, program: Program, place: str) -> None:
    program.begin(f"o-wide-{place}", ">> ANNA: Said in large type before any script.", title="Wide")
    page.route("**/js/screen.js", lambda route: route.abort())
    for width, height in ((320, 640), (1080, 1920), (1280, 720)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto(f"/s/o-wide-{place}/{place}?size=2.5&lines=1")
        expect(page.locator("#first")).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize(
    "query", ["colours=dark", "colours=cream&contrast=box", "colour=FFFFFF-on-003366", "theme=dark"]
)
def test_an_overlay_stays_transparent_in_all_colours(page: Page, program: Program, query: str) -> None:
    program.begin("o-colours", ">> ANNA: Over the picture.", title="Colours")
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    page.goto(f"/s/o-colours/overlay?{query}")
    expect(page.locator("#lines")).to_contain_text("Over the picture.")
    assert page.evaluate(BACKGROUNDS) == ["rgba(0, 0, 0, 0)"] * 5
    scheme = page.evaluate("getComputedStyle(document.documentElement).colorScheme")
    assert scheme == "light", "a browser lays a dark ground under a dark page"


def test_an_overlay_before_its_session_is_empty_and_begins_by_itself(page: Page, program: Program) -> None:
    page.goto("/rooms/empty-room/overlay")
    expect(page.locator("#nothing-yet")).to_be_attached()
    assert page.evaluate(SEEN) == ""
    program.begin("o-empty", ">> ANNA: Now.", title="Empty", room="Empty room")
    expect(page.locator("#lines")).to_contain_text("Now.")


def test_what_is_off_the_record_is_not_in_a_picture_that_may_be_recorded(page: Page, program: Program) -> None:
    program.begin("o-off", ">> ANNA: On the record.", title="Off")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/s/o-off/overlay")
    expect(page.locator("#lines")).to_contain_text("On the record.")
    screen = page.context.new_page()
    screen.emulate_media(reduced_motion="reduce")
    screen.goto("/s/o-off/screen")
    program.client.put("/v1/sessions/o-off/off-the-record", json={"on": True}).raise_for_status()
    body = {"sender": "desk", "lines": [{"number": 1, "text": "Between us."}]}
    program.client.post("/v1/sessions/o-off/lines", json=body).raise_for_status()
    expect(screen.locator("#lines")).to_contain_text("Between us.")
    program.client.put("/v1/sessions/o-off/off-the-record", json={"on": False}).raise_for_status()
    program.say("o-off", 2, "Again on it.")
    expect(page.locator("#lines")).to_contain_text("Again on it.")
    assert "Between" not in page.evaluate(SEEN)


def test_lines_stand_at_the_top_or_at_the_bottom_in_a_box_or_not(page: Page, program: Program) -> None:
    program.begin("o-place", *(f">> ANNA: Line {n} of some." for n in range(6)), title="Place")
    for query, high in (("position=top", True), ("position=bottom", False), ("position=left", False), ("", False)):
        page.goto(f"/s/o-place/overlay?{query}")
        expect(page.locator("#lines")).to_contain_text("Line 5 of some.")
        top, bottom = page.evaluate(BOX)
        assert (top < 100 and bottom < 360) if high else (top > 360 and bottom > 620)
        assert page.evaluate(LINES) == 2
    page.goto("/s/o-place/overlay?contrast=box&colour=FFEE00-on-003366&lines=3&size=2")
    expect(page.locator("#lines")).to_contain_text("Line 5 of some.")
    words = page.locator("#lines .line span").last
    assert words.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(0, 51, 102)"
    assert words.evaluate("one => getComputedStyle(one).color") == "rgb(255, 238, 0)"
    assert page.evaluate(LINES) == 3


def test_lines_go_after_a_silence_and_do_not_come_back_with_what_follows(page: Page, program: Program) -> None:
    program.begin("o-clear", ">> ANNA: Said before.", title="Clear")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/s/o-clear/overlay?clear_after=1")
    expect(page.locator("#lines")).to_contain_text("Said before.")
    expect(page.locator("#lines")).to_have_text("", use_inner_text=True)
    program.say("o-clear", 1, "Said later.")
    expect(page.locator("#lines")).to_have_text("ANNA Said later.", use_inner_text=True)
    expect(page.locator("#lines")).to_have_text("", use_inner_text=True)
    page.goto("/s/o-clear/screen?clear_after=nonsense")
    expect(page.locator("#lines")).to_contain_text("Said later.")


@pytest.mark.parametrize(
    ("then", "now", "new"),
    [
        ("One two.", "One two.", ""),
        ("One two.", "One two. Three", "Three"),
        ("One tw", "One two. Three", "two. Three"),
        ("One too.", "One two. Three", "Three"),
        ("One two.", "One", ""),
        ("One two", "Won twenty three", "three"),
        ("一二三四五六七八九十一二三四五六七八九十", "一二三四五六七八九十一二三四五六七八九十百", "百"),
    ],
)
def test_what_was_cleared_does_not_come_back_cut_or_corrected(
    page: Page, program: Program, then: str, now: str, new: str
) -> None:
    program.begin("o-rest", ">> ANNA: Hello.", title="Rest")
    page.goto("/s/o-rest/screen")
    found = page.evaluate(
        """async ([url, then, now]) => {
          const { clearing } = await import(url);
          const flow = (id, text) => ({ id, speaker: null, text });
          const all = clearing();
          const before = all.rest([flow("a", then)]);
          all.clear([flow("a", "first"), flow("b", then)]);
          const after = all.rest([flow("0", "older"), flow("b", now), flow("c", "next")]);
          return [before[0].text, after.map((one) => one.text)];
        }""",
        [script(page, "clearing.js"), then, now],
    )
    assert found == [then, [new, "next"] if new else ["next"]]


def test_a_totem_and_a_narrow_projector_use_their_space(page: Page, program: Program) -> None:
    program.begin("o-tall", *(f">> ANNA: Line {n} of what is said." for n in range(40)), title="Tall")
    page.goto("/s/o-tall/screen")
    found = {}
    for (width, height), lines in {(1920, 1080): 3, (1080, 1920): 8, (1024, 768): 4, (1920, 360): 3}.items():
        page.set_viewport_size({"width": width, "height": height})
        page.wait_for_function("([w, h]) => innerWidth === w && innerHeight === h", arg=[width, height])
        expect(page.locator("#lines .line")).to_have_count(lines)
        expect(page.locator("#lines")).to_contain_text("Line 39")
        page.evaluate("document.fonts.ready")
        top, bottom = page.evaluate(BOX)
        found[width, height] = (page.evaluate(TYPE), (bottom - top) / height)
        assert top >= 0
        assert bottom <= height + 1
        assert all(one.strip() for one in page.locator("#lines .line").all_inner_texts())
    (wide_type, wide_share), (tall_type, tall_share) = found[1920, 1080], found[1080, 1920]
    assert tall_type > wide_type
    assert 0.5 < tall_share < 0.7
    assert 0.28 < wide_share < 0.4
    assert found[1024, 768][0] / 768 > 0.065
    page.set_viewport_size({"width": 1080, "height": 1920})
    page.goto("/s/o-tall/screen?lines=2")
    expect(page.locator("#lines")).to_contain_text("Line 39")
    assert page.evaluate(LINES) == 2


def test_the_card_of_a_totem_is_read_and_photographed_from_afar(page: Page, program: Program) -> None:
    program.announce("o-card", title="Governing the Internet for people and planet", room="Card room")
    page.set_viewport_size({"width": 1080, "height": 1920})
    page.goto("/s/o-card/screen")
    code, title = page.locator("#qr").bounding_box(), page.locator("#card-title").bounding_box()
    assert code is not None
    assert title is not None
    assert code["width"] > 1080 * 0.6
    assert title["y"] + title["height"] < code["y"]
    assert page.evaluate("parseFloat(getComputedStyle(document.getElementById('card-title')).fontSize)") > 1080 * 0.07
    assert page.evaluate("document.documentElement.scrollHeight") <= 1920


def test_a_screen_fills_the_whole_screen_and_its_pointer_goes_when_it_rests(page: Page, program: Program) -> None:
    program.begin("o-full", ">> ANNA: Hello.", title="Full")
    page.goto("/s/o-full/screen")
    expect(page.locator("#lines")).to_contain_text("Hello.")
    expect(page.locator("#screen")).to_have_attribute("data-rests", "")
    assert page.evaluate("getComputedStyle(document.getElementById('screen')).cursor") == "none"
    page.mouse.move(300, 300)
    expect(page.locator("#screen")).not_to_have_attribute("data-rests", "")
    button = page.locator("#full")
    button.focus()
    page.keyboard.press("Enter")
    expect(button).to_have_text("Leave full screen")
    assert page.evaluate("document.fullscreenElement !== null")
    page.keyboard.press("Enter")
    expect(button).to_have_text("Full screen")


def test_the_box_of_the_words_covers_no_letter_of_the_name_before_them(page: Page, program: Program) -> None:
    program.begin("o-name", ">> ANA: Thank you all.", title="Name")
    page.goto("/s/o-name/overlay?contrast=box")
    expect(page.locator("#lines .line").last).to_contain_text("ANA Thank you all.")
    room = page.locator("#lines .line").last.evaluate("""(line) => {
      const name = document.createRange();
      name.selectNodeContents(line.querySelector("bdi"));
      const box = 0.25 * parseFloat(getComputedStyle(line).fontSize);
      return line.lastElementChild.getBoundingClientRect().left - box - name.getBoundingClientRect().right;
    }""")
    assert room >= -0.5
