"""The room screen in its details: selection, lines, names, pace, delay."""

import time

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Program, script

pytestmark = pytest.mark.browser

SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_what_is_selected_on_a_screen_stays_selected_while_lines_roll(page: Page, program: Program) -> None:
    program.begin("e-roll", *(f">> ANNA: Turn {n}." for n in range(4)), title="Roll")
    page.goto("/s/e-roll/screen")
    expect(page.locator("#lines")).to_contain_text("Turn 3.")
    page.evaluate(
        "() => { const text = document.querySelector('#lines .line:last-child span').firstChild;"
        "getSelection().setBaseAndExtent(text, 1, text, 5); }"
    )
    was = page.evaluate("getSelection().toString()")
    assert was.strip()
    program.say("e-roll", 4, "And more", ">> BEN: Another")
    expect(page.locator("#lines")).to_contain_text("Another")
    assert page.evaluate("getSelection().toString()") == was


def test_eight_lines_are_eight_and_a_long_name_leaves_room_for_words(page: Page, program: Program) -> None:
    name = "MINISTER " * 10 + "ODHIAMBO"
    program.begin("e-eight", *(f">> {name} {'AB'[n % 2]}: Yes, {n}." for n in range(12)), title="Eight")
    for width, height in ((1920, 1080), (320, 640), (1080, 1920), (640, 360)):
        page.set_viewport_size({"width": width, "height": height})
        page.goto("/s/e-eight/screen?lines=8")
        expect(page.locator("#lines")).to_contain_text("Yes, 11.")
        page.evaluate("document.fonts.ready")
        lines = page.locator("#lines .line")
        assert all(line.strip() for line in lines.all_inner_texts())
        boxes = [line.bounding_box() for line in lines.all()]
        assert all(box is not None and box["y"] >= 0 and box["y"] + box["height"] <= height + 1 for box in boxes)
        assert page.evaluate(
            "[...document.querySelectorAll('#lines .line')].every((one) => one.scrollWidth <= one.clientWidth + 1)"
        )
        assert page.evaluate(SIDEWAYS) <= 0


def test_thirty_words_at_once_are_on_the_screen_within_a_second_and_a_word_alone_at_once(
    page: Page, program: Program
) -> None:
    program.begin("e-pace", ">> ANNA: Begin.", title="Pace")
    page.goto("/s/e-pace/screen")
    took, alone = page.evaluate(
        """async (url) => {
          const { pacer } = await import(url);
          const text = (count) => Array.from({ length: count }, (_, n) => `w${n}`).join(" ");
          const flow = (count) => [{ id: "a", speaker: null, text: text(count) }];
          let [clock, seen] = [1000, ""];
          const timers = [];
          performance.now = () => clock;
          window.setTimeout = (what, after) => timers.push([clock + after, what]);
          const { take } = pacer((flows) => { seen = flows[0]?.text ?? ""; }, { atOnce: false });
          const run = (until) => {
            const begun = clock;
            while (timers.length && !until()) {
              const [[at, what]] = timers.splice(0, 1);
              clock = Math.max(clock, at) + 3;  // each timer is a little late
              what();
            }
            return clock - begun;
          };
          take(flow(1));
          clock += 5000;
          take(flow(2));
          const first = seen;
          clock += 5000;
          take(flow(32));
          return [run(() => seen.endsWith("w31")), first];
        }""",
        script(page, "pacer.js"),
    )
    assert took <= 900
    assert alone == "w0 w1"


def test_the_end_of_a_session_is_as_late_on_a_delayed_screen_as_its_last_words(page: Page, program: Program) -> None:
    program.begin("e-late", ">> ANNA: At first.", title="Late")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/s/e-late/screen?delay=1.5")
    expect(page.locator("#lines")).to_contain_text("At first.")
    page.evaluate(
        "() => new MutationObserver(() => { window.said ??= document.getElementById('lines').textContent; })"
        ".observe(document.querySelector('title'), {childList: true})"
    )
    program.say("e-late", 1, "That is all.", ends=True)
    expect(page).to_have_title("Late · Finished · captionflow")
    assert "That is all." in page.evaluate("window.said")


@pytest.mark.parametrize("seconds", [0, 0.1, 1])
def test_a_screen_takes_its_font_whenever_that_comes(page: Page, program: Program, seconds: float) -> None:
    page.route("**/*.woff2", lambda route: (time.sleep(seconds), route.continue_()))
    program.announce("w-font", title="Font")
    program.say("w-font", 0, ">> ANNA: Words on a wall.")
    page.goto("/s/w-font/screen")
    expect(page.locator("#lines")).to_contain_text("Words on a wall.", use_inner_text=True)
    page.wait_for_function("() => [...document.fonts].some((face) => face.status === 'loaded')")
    console = page.context.new_cdp_session(page)
    console.send("DOM.enable")
    console.send("CSS.enable")
    root = console.send("DOM.getDocument")["root"]["nodeId"]
    node = console.send("DOM.querySelector", {"nodeId": root, "selector": "#lines .line:last-child"})["nodeId"]
    (font,) = console.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    assert font["familyName"] == "Atkinson Hyperlegible Next"
