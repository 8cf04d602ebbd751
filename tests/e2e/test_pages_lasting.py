"""Pages that stay open: for hours and days, asleep and out of sight, on networks that break streams."""

import pytest
from playwright.sync_api import Page, Request, Route, expect

from tests.e2e.conftest import Program, follow, script

pytestmark = pytest.mark.browser

HIDE = """hidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""


def streams(request: Request) -> bool:
    return "/events" in request.url and request.headers.get("accept") == "text/event-stream"


def test_a_word_more_touches_no_turn_but_its_own(page: Page, program: Program) -> None:
    program.begin("l-touch", *(f">> ANNA: Turn {n} is over." for n in range(120)), ">> BEN: It", title="Touch")
    follow(page, "l-touch")
    page.evaluate(
        "() => { window.touched = new Set(); new MutationObserver((all) => { for (const one of all) {"
        " const at = one.target.nodeType === 3 ? one.target.parentElement : one.target;"
        " window.touched.add(at.closest('article')?.textContent ?? at.id); } })"
        ".observe(document.getElementById('captions'), {childList: true, subtree: true, characterData: true}); }"
    )
    program.say("l-touch", 121, "goes on.")
    expect(page.locator(".said").last).to_have_text("It goes on.")
    touched = page.evaluate("[...window.touched]")
    assert len(touched) == 1
    assert "BEN" in touched[0]


def test_what_a_reader_has_selected_stays_selected_while_its_paragraph_grows(page: Page, program: Program) -> None:
    program.begin("l-select", ">> ANNA: These words are to be copied,", title="Select")
    follow(page, "l-select")
    page.evaluate(
        "() => { const text = document.querySelector('.said').lastChild.lastChild;"
        "getSelection().setBaseAndExtent(text, 6, text, 11); }"
    )
    assert page.evaluate("getSelection().toString()") == "words"
    program.say("l-select", 1, "and these are new.")
    expect(page.locator(".said")).to_contain_text("and these are new.")
    assert page.evaluate("getSelection().toString()") == "words"


def test_find_in_page_finds_the_first_turn_of_a_long_session(page: Page, program: Program) -> None:
    program.begin("l-find", *(f">> ANNA: Turn number {n} is over." for n in range(300)), title="Find")
    page.goto("/s/l-find/follow")
    expect(page.locator(".leaf.past").first).to_be_attached()
    expect(page.locator(".turn").last).to_be_in_viewport()
    assert page.evaluate("getSelection().collapseToStart, getSelection().removeAllRanges(), true")
    assert page.evaluate("find('Turn number 3 is')")
    expect(page.locator(".turn").nth(3)).to_be_in_viewport()


def test_a_screen_that_runs_on_grows_neither_its_page_nor_what_it_remembers(page: Page, program: Program) -> None:
    program.begin("l-days", *(f">> ANNA: Turn {n} is over." for n in range(10)), title="Days")
    page.emulate_media(reduced_motion="reduce")
    page.goto("/s/l-days/screen")
    expect(page.locator("#lines")).to_contain_text("Turn 9 is over.")
    nodes = page.evaluate("document.querySelectorAll('*').length")
    program.say("l-days", 10, *(f">> ANNA: Turn {n} is over." for n in range(10, 200)))
    expect(page.locator("#lines")).to_contain_text("Turn 199 is over.")
    assert page.evaluate("document.querySelectorAll('*').length") == nodes
    kept = page.evaluate(
        """async (url) => {
          const { applyDelta, applySnapshot, forget, turns } = await import(url);
          const part = (n) => (
            { turn_id: `t.${n}`, number: 0, version: n, ordinal: n, base: 0, keep: 0, text: "Words." });
          const state = applySnapshot({ seq: 0, parts: [] });
          for (let n = 1; n <= 1000; n += 1) {
            applyDelta(state, { seq: n, parts: [part(n)] });
            forget(state, 6);
          }
          return { parts: state.parts.size, made: state.made.size, last: turns(state).at(-1).ordinal };
        }""",
        script(page, "transcript.js"),
    )
    assert kept["last"] == 1000
    assert 6 <= kept["parts"] <= 12
    assert kept["made"] <= 12


def test_a_network_that_breaks_streams_is_asked_again_and_again(page: Page, program: Program) -> None:
    def cut(route: Route) -> None:
        if streams(route.request):
            route.abort()
        else:
            route.continue_()

    program.begin("l-poll", ">> ANNA: Before.", title="Poll")
    page.route("**/events?*", cut)
    page.goto("/s/l-poll/follow")
    expect(page.locator("#status")).to_have_text("Slow network. Words come in groups.")
    program.say("l-poll", 1, "By asking.")
    expect(page.locator("#captions")).to_contain_text("By asking.")
    expect(page.locator("#status")).to_have_text("Slow network. Words come in groups.")


def test_a_machine_that_slept_asks_for_what_it_missed_as_soon_as_it_wakes(page: Page, program: Program) -> None:
    program.begin("l-sleep", ">> ANNA: Before.", title="Sleep")
    page.clock.install()
    follow(page, "l-sleep")
    with page.expect_request(streams) as asked:
        page.clock.fast_forward(3_600_000)
    assert "after=" in asked.value.url
    program.say("l-sleep", 1, "After.")
    expect(page.locator("#captions")).to_contain_text("After.")
    expect(page.locator("#status")).to_contain_text("You are back. Nothing was missed")


def test_a_tab_out_of_sight_gives_its_connection_back_and_goes_on_where_it_was(page: Page, program: Program) -> None:
    program.begin("l-sight", ">> ANNA: Before.", title="Sight")
    page.clock.install()
    follow(page, "l-sight")
    with page.expect_event("requestfailed", streams):
        page.evaluate(HIDE, arg=True)
        page.clock.fast_forward(31_000)
    program.say("l-sight", 1, "Meanwhile.")
    expect(page.locator("#captions")).not_to_contain_text("Meanwhile.")
    page.evaluate(HIDE, arg=False)
    expect(page.locator("#captions")).to_contain_text("Meanwhile.")
    expect(page.locator("#status")).to_have_text("Live")


def test_two_tabs_of_one_reader_follow_together_and_share_the_theme(page: Page, program: Program) -> None:
    program.begin("l-tabs", ">> ANNA: Before.", title="Tabs")
    other = page.context.new_page()
    for tab in (page, other):
        tab.emulate_media(color_scheme="light")
        tab.goto("/s/l-tabs/follow")
        expect(tab.locator("#status")).to_have_text("Live")
    program.say("l-tabs", 1, "For both.")
    for tab in (page, other):
        expect(tab.locator("#captions")).to_contain_text("For both.")
    page.get_by_role("button", name="Dark").click()
    expect(other.locator("html")).to_have_attribute("data-theme", "dark")


def test_a_paused_screen_holds_its_lines_until_it_may_go_on(page: Page, program: Program) -> None:
    program.begin("l-pause", ">> ANNA: Before.", title="Pause")
    page.goto("/s/l-pause/screen")
    expect(page.locator("#lines")).to_contain_text("Before.")
    page.get_by_role("button", name="Pause").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#still")).to_have_text("Paused")
    program.say("l-pause", 1, "After.")
    expect(page.locator("#lines")).not_to_contain_text("After.")
    page.keyboard.press("Enter")
    expect(page.locator("#lines")).to_contain_text("After.")


def test_the_end_of_a_session_is_told_in_the_status_and_in_the_title(page: Page, program: Program) -> None:
    program.begin("l-end", ">> ANNA: Before.", title="End")
    page.goto("/s/l-end/follow")
    expect(page).to_have_title("End · Live · captionflow")
    program.say("l-end", 1, "That was all.", ends=True)
    expect(page.locator("#status")).to_have_text("This session has ended. This is all of it.")
    expect(page).to_have_title("End · Finished · captionflow")
    expect(page.locator("#pause")).to_be_hidden()
