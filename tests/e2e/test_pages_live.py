"""Reading along: the room screen and the follow page, while the network and the server come and go."""

import re
from itertools import pairwise
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.e2e.conftest import Program, but_for_the_mark, follow, until_same, watch_lines
from tests.revisions import STORIES

pytestmark = pytest.mark.browser

ENDED = "This session has ended. This is all of it."
ASKED = 38_000
"""Milliseconds after the end within which a page has asked whether more was said, also if it had asked once before."""


def until_on_screen(page: Page, text: str) -> None:
    """The room screen's lines, read one after the other, have this text."""
    expect(page.locator("#lines")).to_contain_text(text, use_inner_text=True)


def looks(page: Page, query: str) -> tuple[float, float, float, str]:
    """On the screen of `s-look`: the text size in px, line height and space of letters in terms of it, and the font."""
    page.goto(f"/s/s-look/screen?{query}")
    until_on_screen(page, "Line 5 is said.")
    size, height, space, font = page.locator("#lines").evaluate(
        "e => { const { fontSize, lineHeight, letterSpacing, fontFamily } = getComputedStyle(e);"
        "return [...[fontSize, lineHeight, letterSpacing].map((one) => parseFloat(one) || 0), fontFamily]; }"
    )
    return size, height / size, space / size, font


def test_a_line_appears_on_the_room_screen_word_by_word(page: Page, program: Program) -> None:
    program.begin("s-words", ">> ANNA: Good morning.", title="Words", room="Screen room")
    page.goto("/rooms/screen-room")
    expect(page.locator("#lines")).to_contain_text("Good morning.")
    watch_lines(page)
    program.say("s-words", 1, "One two three four five.")
    until_on_screen(page, "One two three four five.")
    assert len(set(page.evaluate("window.seen"))) >= 5
    assert page.locator("#lines b").first.inner_text() == "ANNA"


@pytest.mark.parametrize("number", range(len(STORIES)), ids=[story.name for story in STORIES])
def test_a_page_that_is_open_shows_what_revisions_leave(page: Page, program: Program, number: int) -> None:
    session, story = f"s-revised-{number}", STORIES[number]
    program.announce(session, title="Revised")
    follow(page, session)
    for count, (text, revises) in enumerate(story.sent):
        line = {"number": count, "text": text, "eol": False, "revises": revises}
        body = {"sender": "desk", "lines": [line]}
        program.client.post(f"/v1/sessions/{session}/lines", json=body).raise_for_status()
    expect(page.locator("#captions .said")).to_have_text([but_for_the_mark(text) for _, text in story.left])


def test_lines_on_the_room_screen_roll_and_never_jump(page: Page, program: Program) -> None:
    program.begin("s-roll", ">> ANNA: We begin.", title="Roll", room="Roll room")
    page.goto("/s/s-roll/screen")
    expect(page.locator("#lines")).to_contain_text("We begin.")
    page.evaluate(
        "() => { window.seen = []; new MutationObserver(() => window.seen.push("
        "[...document.querySelectorAll('#lines .line')].map(line => line.textContent)))"
        ".observe(document.getElementById('lines'), {childList: true, subtree: true}); }"
    )
    program.say("s-roll", 1, *(f"Sentence number {n} goes on for a little while." for n in range(5)))
    until_on_screen(page, "number 4 goes on for a little while.")
    seen: list[list[str]] = page.evaluate("window.seen")
    assert len(seen) >= 5
    for before, after in pairwise(seen):
        appended = after[:-1] == before[:-1] and after[-1].startswith(before[-1])
        rolled = after[:-1] == before[1:]
        assert appended or rolled, (before, after)


def test_the_room_screen_takes_the_size_spacing_and_font_of_its_text_from_the_address(
    page: Page, program: Program
) -> None:
    program.begin("s-look", *(f">> ANNA: Line {n} is said." for n in range(6)), title="Look", room="Look room")
    size, height, space, font = looks(page, "")
    assert (height, space) == (pytest.approx(1.32, abs=0.01), 0)
    assert font.startswith('"Atkinson Hyperlegible Screen"')
    assert looks(page, "size=1.5")[0] == pytest.approx(size * 1.5, rel=0.01)
    assert looks(page, "size=0.6")[0] == pytest.approx(size * 0.6, rel=0.01)
    assert looks(page, "size=9")[0] == pytest.approx(looks(page, "size=2.5")[0])
    wide = looks(page, "spacing=1.8")
    assert wide[1:3] == (pytest.approx(1.8, abs=0.01), pytest.approx(0.048, abs=0.001))
    assert looks(page, "spacing=1")[1:3] == (pytest.approx(1, abs=0.01), 0)
    assert re.match(r'"?Georgia"?, ', looks(page, "font=Georgia")[3])
    assert looks(page, "font=a%22;color:red") == (size, height, space, font)


def test_the_room_screen_goes_on_with_what_is_live_next(page: Page, program: Program) -> None:
    program.announce("s-first", title="The first", room="Relay room")
    page.goto("/rooms/relay-room")
    expect(page.locator("#card")).to_contain_text("captions begin by themselves")
    expect(page.locator("#qr")).to_have_attribute("src", "/rooms/relay-room/qr.svg")
    program.say("s-first", 0, ">> ANNA: First words.", ends=True)
    program.begin("s-second", ">> BEN: Second words.", title="The second", room="Relay room")
    expect(page.locator("#lines")).to_contain_text("Second words.", timeout=60_000)


def test_the_screen_of_a_room_stays_with_its_language_when_that_begins_and_from_session_to_session(
    page: Page, program: Program
) -> None:
    program.begin("s-floor", ">> ANNA: Good morning.", title="The first", room="Booth room")
    page.goto("/rooms/booth-room?lang=fr")
    expect(page.locator("#lines")).to_contain_text("Good morning.")
    program.say("s-floor", 0, ">> ANNA: Bonjour.", language="fr")
    program.say("s-floor", 1, ">> ANNA: Good afternoon.")
    expect(page.locator("#lines")).to_contain_text("Bonjour.")
    expect(page.locator("#lines")).not_to_contain_text("Good")
    program.say("s-floor", 1, ">> ANNA: Au revoir.", language="fr", ends=True)
    program.announce("s-booth", title="The second", room="Booth room", languages=["en", "fr"])
    program.say("s-booth", 0, ">> BEN: And hello.")
    program.say("s-booth", 0, ">> BEN: Et bonjour.", language="fr")
    expect(page.locator("#lines")).to_contain_text("Et bonjour.", timeout=60_000)


def test_a_screen_whose_language_has_no_words_yet_says_so(page: Page, program: Program) -> None:
    program.begin("s-bare", ">> ANNA: Good morning.", title="Bare", room="Bare room", languages=["en", "fr"])
    page.goto("/rooms/bare-room?lang=fr")
    expect(page.locator("#card")).to_contain_text("captions begin by themselves")
    program.say("s-bare", 0, ">> ANNA: Bonjour.", language="fr")
    expect(page.locator("#lines")).to_contain_text("Bonjour.")
    expect(page.locator("#card")).to_be_hidden()


def test_after_a_cut_network_the_reader_has_missed_nothing(page: Page, program: Program) -> None:
    program.begin("s-cut", ">> ANNA: Before the tunnel.", title="Cut")
    follow(page, "s-cut")
    expect(page.locator("#captions")).to_contain_text("Before the tunnel.")
    page.context.set_offline(True)
    expect(page.locator("#status")).to_have_text("You are offline. What is said is kept for you.")
    program.say("s-cut", 1, "In the tunnel.", ">> BEN: Beyond the basic plane 🎉 too.", "And more.")
    page.context.set_offline(False)
    expect(page.locator("#status")).to_contain_text("Nothing was missed")
    program.say("s-cut", 4, ">> ANNA: After the tunnel.")
    expect(page.locator("#captions")).to_contain_text("After the tunnel.")
    until_same(page, program, "s-cut")
    expect(page.locator("#left-off")).to_have_count(1)


def test_after_a_killed_server_the_follow_page_goes_on_by_itself(page: Page, program: Program) -> None:
    program.begin("s-kill", ">> ANNA: Before the kill.", "It was acknowledged", title="Kill")
    page.goto("/s/s-kill/follow")
    expect(page.locator("#captions")).to_contain_text("It was acknowledged")
    program.kill()
    expect(page.locator("#status")).to_have_text("No connection. What is said is kept for you.")
    program.start()
    program.wait_until_ready()
    program.say("s-kill", 2, "and it is here.", ">> BEN: After the kill.")
    expect(page.locator("#captions")).to_contain_text("After the kill.", timeout=30_000)
    until_same(page, program, "s-kill")


def test_a_reader_who_scrolled_back_is_not_pulled_down(page: Page, program: Program) -> None:
    program.begin("s-scroll", *(f">> ANNA: This is turn {n} of many." for n in range(40)), title="Scroll")
    page.goto("/s/s-scroll/follow")
    expect(page.locator("#captions")).to_contain_text("turn 39")
    page.evaluate("scrollTo(0, 200)")
    program.say("s-scroll", 40, *(f">> BEN: This is turn {n} of many." for n in range(40, 45)))
    expect(page.locator("#captions")).to_contain_text("turn 44")
    expect(page.locator("#newer")).to_have_text(re.compile(r"^\d+ new lines ↓$"))
    assert page.evaluate("scrollY") == 200
    page.locator("#newer").click()
    expect(page.locator("#newer")).to_be_hidden()
    expect(page.locator(".turn").last).to_be_in_viewport()


def test_pausing_holds_the_text_and_continuing_shows_what_waited(page: Page, program: Program) -> None:
    program.begin("s-pause", ">> ANNA: First.", title="Pause")
    follow(page, "s-pause")
    page.locator("#pause").click()
    program.say("s-pause", 1, "Second.")
    expect(page.locator("#pause")).to_have_text("Continue (1 waiting)")
    expect(page.locator("#captions")).not_to_contain_text("Second.")
    page.locator("#pause").click()
    expect(page.locator("#captions")).to_contain_text("Second.")


@pytest.mark.parametrize("language", ["en", "fr"])
def test_a_session_that_the_desk_ends_is_not_live_any_more(page: Page, program: Program, language: str) -> None:
    name = f"s-desk-{language}"
    program.begin(name, ">> ANNA: Hello.", title="Desk", status="live", languages=["en", "fr"])
    page.goto(f"/s/{name}/follow?lang={language}")
    expect(page.locator("#status")).to_have_text("Live")
    program.client.patch(f"/v1/sessions/{name}", json={"status": "finished"}).raise_for_status()
    expect(page.locator("#status")).to_have_text("This session has ended. This is all of it.")
    expect(page.locator("#state")).to_have_text("Finished")


def test_until_the_last_words_are_there_an_ended_session_says_that_they_come(page: Page, program: Program) -> None:
    def behind(route: Route) -> None:
        if "event-stream" in route.request.headers["accept"]:
            route.abort()
            return
        answer = route.fetch().json()
        events = [one for one in answer.get("events", []) if one["event"] != "finished"]
        route.fulfill(json={**answer, "events": events})

    program.announce("s-ending", title="Ending")
    program.say("s-ending", 0, ">> ANNA: Goodbye.", ends=True)
    page.route(re.compile(r"/events\?"), behind)
    page.goto("/s/s-ending/follow")
    expect(page.locator("#status")).to_have_text("This session has ended. Its last words are coming.")
    page.unroute(re.compile(r"/events\?"))
    expect(page.locator("#status")).to_have_text("This session has ended. This is all of it.")


def test_announcing_is_off_until_asked_and_tells_finished_sentences_once(page: Page, program: Program) -> None:
    program.begin("s-log", ">> ANNA: Before. ", title="Log")
    follow(page, "s-log")
    assert page.locator("#announcer").inner_text() == ""
    page.locator("summary", has_text="More").click()
    page.locator("#announce").check()
    program.say("s-log", 1, "A whole sentence. And half of")
    expect(page.locator("#announcer p")).to_have_text(["A whole sentence."])
    program.say("s-log", 2, "another one. Rest")
    expect(page.locator("#announcer p")).to_have_text(["A whole sentence.", "And half of another one."])


def test_an_unknown_session_begins_by_itself(page: Page, program: Program) -> None:
    answer = page.goto("/s/s-later/follow")
    assert answer is not None
    assert answer.status == 404
    expect(page.locator("h1")).to_have_text("Nothing has been said here yet")
    program.begin("s-later", ">> ANNA: Here I am.", title="Later")
    expect(page.locator("#captions")).to_contain_text("Here I am.")


def test_the_home_page_runs_the_last_words_of_what_is_live(page: Page, program: Program) -> None:
    program.begin("s-home", ">> ANNA: Words at home.", title="At home")
    page.goto("/")
    on = page.locator(".on", has=page.get_by_role("heading", name="At home"))
    expect(on).to_contain_text("Words at home.")
    program.say("s-home", 1, "They run on.")
    expect(on).to_contain_text("They run on.")


def test_of_five_that_are_live_the_fifth_runs_too_and_nothing_is_asked_for_over_and_over(
    page: Page, tmp_path: Path
) -> None:
    events: list[str] = []
    page.on("request", lambda asked: events.append(asked.url) if "/events" in asked.url else None)
    with Program(tmp_path / "data", LOG_LEVEL="warning") as five:
        for n in range(5):
            five.announce(f"h-{n}", title=f"Title {n}", room=f"Room {n}")
            five.say(f"h-{n}", 0, f">> ANNA: Words of {n}.")
        page.goto(five.url)
        on = page.locator(".on")
        expect(on.locator("h2")).to_have_text([f"Title {n}" for n in range(5)])
        for number, (who, words) in enumerate((("BEN", "The fifth runs on."), ("CARLA", "And on.")), start=1):
            five.say("h-4", number, f">> {who}: {words}")
            expect(on.nth(4).locator(".words")).to_have_text(words)
            expect(on.nth(4).locator(".said-by")).to_have_text(who)
        five.say("h-0", 1, "The first does too.")
        expect(on.nth(0).locator(".words")).to_have_text("Words of 0. The first does too.")
        expect(on.nth(3).locator(".words")).to_have_text("Words of 3.")
        assert sorted(re.findall(r"h-\d", " ".join(events))) == ["h-0", "h-1", "h-2"]
        page.goto("about:blank")  # before its server goes


# --- beyond the end ---------------------------------------------------------------------------------------------------


def test_what_is_said_after_an_end_mark_reaches_a_follow_page_that_is_open(page: Page, program: Program) -> None:
    program.begin("s-beyond", ">> ANNA: That is all.", title="Beyond")
    page.clock.install()
    page.goto("/s/s-beyond/follow")
    for number, mark in ((1, "[End of session]"), (4, "(session concluded)")):
        expect(page.locator("#status")).to_have_text("Live")
        program.say("s-beyond", number, mark)
        expect(page.locator("#status")).to_have_text(ENDED)
        expect(page.locator("#pause")).to_be_hidden()
        expect(page).to_have_title("Beyond · Finished · captionflow")
        program.say("s-beyond", number + 1, f">> BEN: One question after mark {number}.")
        page.clock.fast_forward(ASKED)
        expect(page.locator("#captions")).to_contain_text(f"One question after mark {number}.")
        expect(page.locator("#status")).to_have_text("Live")
        expect(page.locator("#state")).to_have_text("Live")
        expect(page.locator("#pause")).to_be_visible()
        expect(page).to_have_title("Beyond · Live · captionflow")
        program.say("s-beyond", number + 2, f">> ANNA: The answer after mark {number}.")
        expect(page.locator("#captions")).to_contain_text(f"The answer after mark {number}.")
    until_same(page, program, "s-beyond")


def test_what_is_said_after_an_end_mark_reaches_a_room_screen_below_what_was_there(
    page: Page, program: Program
) -> None:
    program.begin("s-again", ">> ANNA: That is all.", title="Again", room="Again room")
    page.clock.install()
    page.goto("/rooms/again-room")
    until_on_screen(page, "That is all.")
    program.say("s-again", 1, "[End of session]")
    expect(page).to_have_title("Again room · Finished · captionflow")
    with page.expect_response(re.compile("/events")):
        page.clock.fast_forward(21_000)
    expect(page.locator("#card-state")).to_have_text("This session has ended.")
    expect(page.locator("#lines")).to_have_text("")
    page.evaluate(
        "() => { window.seen = []; new MutationObserver(() => "
        "window.seen.push(document.getElementById('lines').textContent))"
        ".observe(document.getElementById('lines'), {childList: true, subtree: true, characterData: true}); }"
    )
    program.say("s-again", 2, "But for one question.")
    page.clock.fast_forward(ASKED)
    until_on_screen(page, "But for one question.")
    assert all("That is all." in seen for seen in page.evaluate("window.seen"))
    expect(page.locator("#card")).to_be_hidden()
    expect(page).to_have_title("Again room · Live · captionflow")
    program.say("s-again", 3, "And its answer.")
    until_on_screen(page, "And its answer.")


def test_a_screen_shows_what_was_said_although_the_session_ended_once_more(page: Page, program: Program) -> None:
    program.announce("s-twice", title="Twice")
    program.say("s-twice", 0, ">> ANNA: That is all.", ends=True)
    page.clock.install()
    page.goto("/s/s-twice/screen", wait_until="networkidle")  # it has been told of the end
    expect(page.locator("#card-state")).to_have_text("This session has ended.")
    expect(page.locator("#lines")).to_have_text("")
    program.kill()
    program.start()
    program.wait_until_ready()
    program.say("s-twice", 1, "But for one word.", ends=True)
    page.clock.fast_forward(ASKED)
    until_on_screen(page, "But for one word.")
    expect(page.locator("#card")).to_be_hidden()
    page.clock.fast_forward(21_000)
    expect(page.locator("#card")).to_be_visible()
    expect(page.locator("#lines")).to_have_text("")


def test_a_page_whose_session_has_ended_says_nothing_of_the_network_and_asks_when_it_is_back(
    page: Page, program: Program
) -> None:
    program.announce("s-over", title="Over")
    program.say("s-over", 0, ">> ANNA: That is all.", ends=True)
    page.goto("/s/s-over/follow")
    expect(page.locator("#status")).to_have_text(ENDED)
    page.evaluate("addEventListener('offline', () => setTimeout(() => { document.body.dataset.heard = 'offline'; }))")
    page.context.set_offline(True)
    expect(page.locator("body[data-heard=offline]")).to_be_attached()
    expect(page.locator("#status")).to_have_text(ENDED)
    program.say("s-over", 1, "But for one word.")
    page.context.set_offline(False)
    expect(page.locator("#captions")).to_contain_text("But for one word.")
    expect(page.locator("#status")).to_have_text("Live")


def test_a_page_asks_ever_more_rarely_after_the_end(page: Page, program: Program) -> None:
    program.announce("s-rare", title="Rare")
    program.say("s-rare", 0, ">> ANNA: That is all.", ends=True)
    page.clock.install()
    page.add_init_script(
        "window.asked = []; const ask = window.fetch;"
        "window.fetch = (...all) => { window.asked.push(performance.now()); return ask(...all); };"
    )
    page.goto("/s/s-rare/follow")
    expect(page.locator("#status")).to_have_text(ENDED)
    asked: list[float] = []
    for _ in range(400):
        page.clock.run_for(5_000)
        asked = page.evaluate("window.asked")
        if len(asked) > 5:
            break
    waits = [after - before for before, after in pairwise(asked)]
    assert waits[0] < 30_000
    assert all(wait >= 90_000 for wait in waits[3:])
    assert len(waits) == 5
