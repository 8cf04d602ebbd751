"""A reader's own look: font, spacing, colours, length of lines and delay, by the panel and by the address."""

import re
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, drawn, follow

pytestmark = pytest.mark.browser

TEXT = " ".join(["We began in the hills with one mast, and nobody believed that it would carry."] * 12)
LOOK = """() => {
  const said = document.querySelector(".said");
  const [style, body] = [getComputedStyle(said), getComputedStyle(document.body)];
  return {
    font: style.fontFamily.split(",")[0].replaceAll('"', ""),
    spacing: parseFloat(style.lineHeight) / parseFloat(style.fontSize),
    letters: (parseFloat(style.letterSpacing) || 0) / parseFloat(style.fontSize),
    ink: style.color, paper: body.backgroundColor,
    width: said.getBoundingClientRect().width / parseFloat(style.fontSize),
  };
}"""
BLACK, WHITE = "rgb(0, 0, 0)", "rgb(255, 255, 255)"


@pytest.fixture(scope="module", autouse=True)
def sessions(program: Program) -> None:
    program.begin("k-look", f">> ANNA: {TEXT}", "[Applause]", f">> BEN: {TEXT}", title="Looks", room="Looks")


def look(page: Page, query: str = "", path: str = "/s/k-look/follow") -> dict[str, Any]:
    """How the words look at this address."""
    page.goto(f"{path}?{query}")
    page.locator(".said").first.wait_for()
    found: dict[str, Any] = page.evaluate(LOOK)
    return found


def opened(page: Page, path: str = "/s/k-look/follow") -> None:
    """The page with its panel open."""
    page.goto(path)
    if "follow" in path:
        page.locator("#more > summary").click()
    page.locator(".look summary").click()


def choose(page: Page, label: str, value: str) -> None:
    page.locator("#look").get_by_label(label, exact=True).select_option(value)


@pytest.mark.parametrize("path", ["/s/k-look/follow", "/s/k-look"])
def test_an_address_says_how_the_words_look(page: Page, path: str) -> None:
    plain = look(page, "", path)
    assert (plain["font"], plain["spacing"], plain["letters"]) == ("Atkinson Hyperlegible Next", pytest.approx(1.5), 0)
    wanted = "font=OpenDyslexic&spacing=2&letters=0.1&colours=yellow&measure=30"
    found = look(page, wanted, path)
    assert found["font"] == "OpenDyslexic"
    assert found["spacing"] == pytest.approx(2, abs=0.02)
    assert found["letters"] == pytest.approx(0.1, abs=0.01)
    assert (found["ink"], found["paper"]) == ("rgb(255, 233, 92)", BLACK)
    assert found["width"] == pytest.approx(15, abs=0.1)
    assert look(page, "spacing=9&measure=1&colour=FFFFFF-on-000000", path)["spacing"] == pytest.approx(2.5, abs=0.02)
    strange = "font=a%22;color:red&spacing=&letters=x&colours=purple&measure=wide&delay=soon"
    assert look(page, strange, path) == plain
    assert look(page, "", path) == plain, "an address was kept"


@pytest.mark.parametrize("path", ["/s/k-look/follow", "/s/k-look"])
def test_what_is_chosen_holds_at_once_is_kept_and_goes_back_to_normal(page: Page, path: str) -> None:
    plain = look(page, "", path)
    opened(page, path)
    choose(page, "Font", "OpenDyslexic")
    choose(page, "Line spacing", "2")
    choose(page, "Letter spacing", "0.1")
    choose(page, "Line length", "25")
    choose(page, "Colours", "cream")
    chosen = page.evaluate(LOOK)
    assert (chosen["font"], chosen["ink"]) == ("OpenDyslexic", "rgb(26, 24, 20)")
    assert chosen["spacing"] == pytest.approx(2, abs=0.02)
    assert chosen["width"] < plain["width"]
    for elsewhere in ("/s/k-look", "/s/k-look/follow"):
        again = look(page, "", elsewhere)
        assert {name: again[name] for name in ("font", "ink", "paper")} == {
            name: chosen[name] for name in ("font", "ink", "paper")
        }
    opened(page, path)
    expect(page.locator("#look").get_by_label("Font", exact=True)).to_have_value("OpenDyslexic")
    page.get_by_role("button", name="Back to normal").click()
    assert page.evaluate(LOOK) == plain
    assert look(page, "", path) == plain
    assert page.evaluate("Object.keys(localStorage).filter((name) => /font|spacing|colours/.test(name))") == []


def test_a_frame_looks_as_its_address_says_and_takes_nothing_of_what_a_reader_chose(page: Page) -> None:
    opened(page)
    choose(page, "Colours", "blue")
    found = look(page, "font=serif&spacing=2&colours=yellow", "/embed/k-look")
    assert (found["font"], found["spacing"], found["paper"]) == ("serif", pytest.approx(2), BLACK)
    assert look(page, "", "/embed/k-look")["paper"] not in {BLACK, "rgb(0, 40, 92)"}


def test_a_choice_takes_the_place_of_what_the_address_says_and_leaves_the_rest(page: Page) -> None:
    opened(page, "/s/k-look/follow?lang=en&colour=dark&font=Georgia")
    choose(page, "Colours", "light")
    assert re.sub(r"^.*\?", "", page.url) == "lang=en&font=Georgia"
    found = page.evaluate(LOOK)
    assert (found["ink"], found["paper"], found["font"]) == (BLACK, WHITE, "Georgia")
    expect(page.locator("#look").get_by_label("Font", exact=True)).to_have_value("other")
    expect(page.locator("#look").get_by_label("Its name")).to_have_value("Georgia")


def test_the_font_for_dyslexia_is_fetched_by_those_alone_who_choose_it(page: Page) -> None:
    fetched: list[str] = []
    page.on("request", lambda request: fetched.append(request.url))
    opened(page)
    page.evaluate("document.fonts.ready")
    assert not any("opendyslexic" in url for url in fetched)
    with page.expect_response(re.compile(r"opendyslexic-400.*woff2")) as answer:
        choose(page, "Font", "OpenDyslexic")
    assert answer.value.ok
    page.evaluate("document.fonts.ready")
    assert page.evaluate("document.fonts.check('16px OpenDyslexic')")


def test_own_colours_are_checked_and_never_too_faint_to_read(page: Page) -> None:
    opened(page)
    choose(page, "Colours", "own")
    page.locator("#look").get_by_label("Text", exact=True).fill("#003366")
    page.locator("#look").get_by_label("Paper").fill("#ffffee")
    expect(page.locator("[data-contrast]")).to_have_text(re.compile(r"^Contrast 12\.\d to 1\.$"))
    assert page.evaluate(LOOK)["ink"] == "rgb(0, 51, 102)"
    page.locator("#look").get_by_label("Text", exact=True).fill("#ddddaa")
    expect(page.locator("[data-contrast]")).to_contain_text("too little to read")
    ratio = page.evaluate(
        """() => {
          const { ink, paper } = captionflowLook.now().colours;
          return captionflowLook.contrast(ink, paper);
        }"""
    )
    assert 4.5 <= ratio < 5
    expect(page.locator("#look").get_by_label("Text", exact=True)).to_have_value("#ddddaa")
    page.reload()
    assert page.evaluate("captionflowLook.now().colours.wanted") == "#ddddaa"


def test_any_two_colours_come_out_readable_with_all_tones_of_the_page(page: Page) -> None:
    page.goto("/s/k-look")
    least = page.evaluate(
        """() => {
          const few = ["00", "3c", "77", "80", "b4", "ff"];
          const all = few.flatMap((r) => few.flatMap((g) => few.map((b) => r + g + b)));
          let least = 21;
          for (const ink of all) for (const paper of all.filter((_, at) => at % 7 === 0)) {
            const { ink: found, paper: on } = captionflowLook.coloursOf(`${ink}-on-${paper}`);
            least = Math.min(least, captionflowLook.contrast(found, on));
          }
          return least;
        }"""
    )
    assert least >= 4.5


@pytest.mark.parametrize("query", ["colours=yellow", "colours=cream", "colours=blue", "colours=777777-on-777777", ""])
def test_axe_finds_nothing_in_the_open_panel(page: Page, query: str) -> None:
    for path in ("/s/k-look/follow", "/s/k-look", "/s/k-look/screen"):
        if path.endswith("screen"):
            page.goto(f"{path}?{query}")
            page.locator(".corner").hover()
            page.locator(".look summary").click()
        else:
            opened(page, f"{path}?{query}")
        page.evaluate("document.fonts.ready")
        options = {"rules": {"target-size": {"enabled": True}}}
        found = Axe().run(page, options=options)
        assert found.violations_count == 0, found.generate_report()


def test_the_open_panel_does_not_scroll_sideways_at_320_px(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in ("/s/k-look/follow", "/s/k-look", "/s/k-look/follow?font=OpenDyslexic&letters=0.3&spacing=2.5"):
        opened(page, path)
        choose(page, "Colours", "own")
        page.locator("#look").evaluate("(one) => one.scrollIntoView()")
        wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wide) <= 0
        assert (
            page.evaluate("document.querySelector('.look').scrollWidth - document.querySelector('.look').clientWidth")
            <= 0
        )


def test_words_before_the_eyes_stay_when_the_look_changes(page: Page, program: Program) -> None:
    program.begin("k-stay", *(f">> ANNA: {n}. {TEXT}" for n in range(12)), title="Stay")
    opened(page, "/s/k-stay/follow")
    page.locator("article").nth(5).evaluate("(one) => scrollTo(0, one.getBoundingClientRect().top + scrollY + 60)")
    drawn(page)
    top = "document.querySelectorAll('article')[5].getBoundingClientRect()"
    was = page.evaluate(f"-{top}.top / {top}.height")
    choose(page, "Line spacing", "2.5")
    choose(page, "Font", "OpenDyslexic")
    page.evaluate(
        "document.fonts.ready.then(() => "
        "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))))"
    )
    assert page.evaluate(f"-{top}.top / {top}.height") == pytest.approx(was, abs=0.06)


def test_words_clock_announcing_and_end_come_later_for_a_delayed_video(page: Page, program: Program) -> None:
    program.begin("k-late", ">> ANNA: At first.", title="Late")
    page.clock.install()
    page.goto("/s/k-late/follow?delay=20")
    expect(page.locator("#captions")).to_contain_text("At first.")
    expect(page.locator("#status")).to_have_text("Live, 20 s later")
    page.locator("#more > summary").click()
    page.locator("#announce").check()
    page.clock.pause_at(page.evaluate("Date.now() + 1000"))
    with page.expect_response(re.compile("/livez")):
        program.say("k-late", 1, "It goes on here.", ends=True)
        page.evaluate("fetch('/livez').then((one) => one.text())")
    page.clock.run_for(15_000)
    expect(page.locator("#captions")).not_to_contain_text("It goes on here.")
    expect(page.locator("#state")).to_have_text("Live")
    expect(page.locator("#announcer")).not_to_contain_text("It goes on here.")
    page.clock.resume()
    page.locator(".look summary").click()
    page.locator("#look").get_by_label("Seconds later").fill("0")
    page.locator("#look").get_by_label("Seconds later").blur()
    expect(page.locator("#captions")).to_contain_text("It goes on here.")
    expect(page.locator("#announcer")).to_contain_text("It goes on here.")
    expect(page.locator("#state")).to_have_text("Finished")


def test_what_was_said_before_comes_at_once_however_late_words_are(page: Page, program: Program) -> None:
    program.begin("k-before", *(f">> ANNA: Turn {n} is over." for n in range(450)), title="Before")
    page.goto("/s/k-before/follow?delay=60")
    expect(page.locator("#status")).to_have_text("Live, 60 s later")
    program.say("k-before", 450, ">> BEN: This is new.")
    page.locator("#earlier").evaluate("one => one.click()")  # a page that is scrolled to it asks by itself
    expect(page.locator("#captions")).to_contain_text("Turn 0 is over.")
    expect(page.locator("#captions")).to_contain_text("Turn 449 is over.")
    expect(page.locator("#captions")).not_to_contain_text("This is new.")
    page.evaluate("captionflowLook.choose('delay', '')")
    expect(page.locator("#captions")).to_contain_text("This is new.")
    expect(page.locator("#captions")).to_contain_text("Turn 0 is over.")


def test_the_panel_of_a_screen_makes_its_address(page: Page) -> None:
    page.goto("/rooms/looks?lang=en&colour=dark")
    expect(page.locator("#lines")).to_contain_text("mast")
    page.locator(".corner").hover()
    page.locator(".look summary").click()
    page.locator("#look").get_by_label("Lines", exact=True).fill("2")
    choose(page, "Colours", "blue")
    choose(page, "Font", "OpenDyslexic")
    page.locator("#look").get_by_label("Seconds later").fill("1.5")
    page.locator("#look").get_by_label("Seconds later").blur()
    address = page.locator("[data-address]").inner_text()
    assert sorted(re.sub(r"^[^?]*\?", "", address).split("&")) == [
        "colours=blue",
        "delay=1.5",
        "font=OpenDyslexic",
        "lang=en",
        "lines=2",
    ]
    code = page.get_by_role("img", name="QR code of this address")
    expect(code).to_have_attribute("src", f"/rooms/looks/screen-qr.svg?{address.partition('?')[2]}")
    assert code.evaluate("image => image.decode().then(() => image.naturalWidth)") > 0
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(address)
    expect(page.locator("#lines .line")).to_have_count(2)
    lines = page.locator("#lines").evaluate("(one) => [getComputedStyle(one).fontFamily, getComputedStyle(one).color]")
    assert (lines[0].startswith("OpenDyslexic"), lines[1]) == (True, WHITE)
    assert page.evaluate("Object.keys(localStorage)") == [], "a screen is what its address says"


def test_a_screen_takes_nothing_of_what_a_reader_chose(page: Page) -> None:
    opened(page)
    choose(page, "Colours", "blue")
    page.goto("/s/k-look/screen?measure=20")
    expect(page.locator("#lines")).to_contain_text("mast")
    assert page.locator("#lines").evaluate("(one) => getComputedStyle(one).color") != WHITE
    narrow = page.locator("#lines").evaluate("(one) => one.clientWidth / parseFloat(getComputedStyle(one).fontSize)")
    assert narrow == pytest.approx(20 * 0.5 * 1.08, abs=0.1)


def test_a_delayed_reader_is_told_so_and_others_are_not(page: Page, program: Program) -> None:
    follow(page, "k-look")
    page.evaluate("captionflowLook.choose('delay', '5')")
    expect(page.locator("#status")).to_have_text("Live, 5 s later")
    page.reload()
    expect(page.locator("#status")).to_have_text("Live, 5 s later")


@pytest.mark.parametrize("size", [(1280, 720), (360, 640), (1080, 1920)])
@pytest.mark.parametrize("position", ["top", "bottom"])
def test_the_panel_of_a_screen_fits_it_below_the_other_links(page: Page, size: tuple[int, int], position: str) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(f"/rooms/looks?position={position}&font=Georgia&colours=111111-on-eeeeee")
    page.locator(".corner").hover()
    page.locator(".look summary").click()
    expect(page.locator(".corner")).to_have_class("corner open")
    found = page.evaluate(
        """() => {
          const box = (one) => document.querySelector(one).getBoundingClientRect();
          const [corner, pause, look] = [".corner", "#pause", ".corner .look"].map(box);
          const { scrollWidth, clientWidth } = document.querySelector(".corner");
          return [corner.left >= 0, corner.top >= 0, corner.right <= innerWidth, corner.bottom <= innerHeight,
                  pause.bottom <= look.top, scrollWidth <= clientWidth];
        }"""
    )
    assert found == [True] * 6
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


@pytest.mark.parametrize("size", [(1280, 800), (360, 740)])
def test_who_is_at_the_end_has_the_last_words_above_the_open_panel(
    page: Page, program: Program, size: tuple[int, int]
) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    program.begin(f"k-end-{size[0]}", *(f">> ANNA: {n}. {TEXT}" for n in range(6)), title="End")
    follow(page, f"k-end-{size[0]}")
    above = """() => document.querySelector("#captions").getBoundingClientRect().bottom
      <= document.querySelector(".bar").getBoundingClientRect().top + 1"""
    page.locator("#more > summary").click()
    page.wait_for_function(above)
    page.locator(".look summary").click()
    page.wait_for_function(above)
    choose(page, "Line spacing", "2.5")
    choose(page, "Font", "serif")
    page.wait_for_function(above)
