"""The desk: what the technician sees of all rooms, and what they can do."""

import json
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from tests.e2e.conftest import SECONDS, Program, follow
from tests.waiting import await_true

pytestmark = pytest.mark.browser


def test_a_session_is_announced_started_finished_and_reopened_by_keys_alone(page: Page, program: Program) -> None:
    page.goto("/desk")
    page.locator("#open-announce").press("Enter")
    page.keyboard.type("Ceremonia de apertura")
    page.keyboard.press("Tab")
    page.keyboard.type("Desk room")
    page.keyboard.press("Enter")
    room = page.locator(".room", has=page.get_by_role("heading", name="Desk room"))
    expect(room.locator("h3")).to_have_text("Ceremonia de apertura")
    expect(page.locator("#announce")).to_be_hidden()
    room.get_by_role("button", name="Start").press("Enter")
    expect(room.locator(".live")).to_have_text("Live")
    expect(room.locator("h3 a")).to_be_focused()
    room.get_by_role("button", name="Finish").press("Enter")
    page.keyboard.press("Escape")
    expect(room.locator(".live")).to_have_text("Live")
    room.get_by_role("button", name="Finish").press("Enter")
    page.keyboard.press("Enter")
    expect(room.locator(".facts").first).to_contain_text("Finished")
    room.get_by_role("button", name="Reopen").press("Enter")
    expect(room.locator(".live")).to_have_text("Live")
    (found,) = program.client.get("/v1/sessions", params={"room": "Desk room"}).json()
    assert found["status"] == "live"
    assert found["languages"] == ["en"]
    assert "ceremonia-de-apertura" in found["id"]


def test_what_others_change_appears_by_itself_and_leaves_the_focus_where_it_was(page: Page, program: Program) -> None:
    program.announce("d-one", title="One", room="Room of others")
    page.goto("/desk")
    page.locator("#hand-d-one").focus()
    program.announce("d-two", title="Two", room="Room of others")
    room = page.locator(".room", has=page.get_by_role("heading", name="Room of others"))
    expect(room.locator("h3")).to_have_text(["One", "Two"])
    expect(page.locator("#hand-d-one")).to_be_focused()
    for more, link in (3, room.locator("h3 a").first), (4, room.locator("h2 a")):
        link.focus()
        program.announce(f"d-{more}", title="More", room="Room of others")
        expect(room.locator("h3")).to_have_count(more)
        expect(link).to_be_focused()


def test_whoever_goes_on_before_the_rooms_are_drawn_anew_stays_where_they_are(page: Page, program: Program) -> None:
    program.announce("d-quick", title="Quick", room="Quick room")
    page.goto("/desk")
    begin = page.locator("#live-d-quick")
    expect(begin).to_be_visible()
    held: list[Route] = []
    page.route("**/desk", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    with page.expect_request("**/desk"):
        begin.press("Enter")
    page.locator("#open-announce").focus()
    await_true(lambda: bool(held), "the desk was not looked at", SECONDS)
    while held:
        held.pop().continue_()
    expect(page.locator("#finished-d-quick")).to_be_visible()
    expect(page.locator("#open-announce")).to_be_focused()


def test_an_answer_that_comes_late_does_not_bring_back_what_was(page: Page, program: Program) -> None:
    program.announce("d-late-0", title="0", room="Late room")
    page.goto("/desk")
    held: list[tuple[Route, APIResponse]] = []

    def answer(route: Route) -> None:
        if held or route.request.resource_type != "fetch":
            return route.continue_()
        return held.append((route, route.fetch()))

    page.route("**/desk", answer)
    titles = page.locator(".room", has=page.get_by_role("heading", name="Late room")).locator("h3")
    program.announce("d-late-1", title="1", room="Late room")
    while not held:
        page.evaluate("0")  # the answer is taken while the page is asked something
    program.announce("d-late-2", title="2", room="Late room")
    expect(titles).to_have_text(["0", "1", "2"])
    ((route, old),) = held
    with page.expect_event("requestfinished", lambda request: request == route.request):
        route.fulfill(response=old)
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))")
    assert titles.all_text_contents() == ["0", "1", "2"]  # at once: after a while it would be mended


def test_a_title_that_is_refused_says_why(page: Page) -> None:
    page.goto("/desk")
    page.locator("#open-announce").click()
    page.locator("#a-title").fill("A title")
    page.locator("#a-languages").fill("not a language")
    page.locator("#a-send").click()
    expect(page.locator("#a-trouble")).not_to_be_empty()
    page.keyboard.press("Escape")
    expect(page.locator("#announce")).to_be_hidden()


def test_addresses_are_handed_out_for_each_language(page: Page, program: Program) -> None:
    program.announce("d-hand", title="قاعة", room="Handing room", languages=["ar", "en"])
    page.goto("/desk")
    page.locator("#hand-d-hand").click()
    codes = page.locator("#hand code")
    expect(codes.first).to_have_text(f"{program.url}/s/d-hand/follow")
    copy = page.locator("#hand [data-copy]").first
    copy.click()
    says = "(Copied|Selected: copy it with the keys of your system)"
    expect(copy).to_have_text(re.compile(f"^{says}$"))
    expect(copy).to_have_accessible_name(re.compile(f"^{says}: On a phone$"))
    expect(copy).to_have_accessible_name("Copy: On a phone")
    shown = codes.all_inner_texts()
    assert f"{program.url}/rooms/handing-room" in shown
    assert f"{program.url}/caption/d-hand" in shown
    assert f"{program.url}/closedcaption?id=d-hand" in shown
    page.locator("#hand button", has_text="en").click()
    expect(codes.filter(has_text="/closedcaption?id=")).to_have_text(f"{program.url}/closedcaption?id=d-hand&lang=en")
    expect(page.locator("#hand .qr svg")).to_have_count(2)
    page.set_viewport_size({"width": 320, "height": 640})
    page.evaluate("document.documentElement.style.fontSize = '32px'")
    assert page.locator("#hand").evaluate("one => one.scrollWidth - one.clientWidth") <= 0
    page.keyboard.press("Escape")
    expect(codes).to_have_count(0)


def test_a_room_whose_words_stop_is_an_alarm_until_they_go_on(page: Page, program: Program) -> None:
    program.begin("d-alarm", ">> ANNA: We begin.", title="Still", room="Still room")
    page.goto("/desk")
    page.evaluate("document.querySelector('#alarm-after option').value = '1'")  # seconds
    page.locator("#alarm-after").select_option("1")
    page.locator("#alarm-sound").check()
    card = page.locator("[data-session=d-alarm]")
    expect(card.locator(".sources")).to_contain_text("desk")
    expect(card.locator(".sources")).to_contain_text("by JSON")
    expect(card.locator(".sources")).to_contain_text("words a minute")
    expect(card).to_have_class("session alarm")
    expect(card.locator(".stopped")).to_contain_text("No words for 0:0")
    expect(page.locator("#told")).to_contain_text("Still room, Still: no words.")
    expect(page).to_have_title(re.compile("^! [0-9]+ alarms? · The desk"))
    expect(page.locator("#alarm-sound")).to_have_attribute("data-sounded", re.compile("[2-9]"))
    page.locator("#alarm-after").select_option("120")
    expect(card).to_have_class("session")
    expect(card.locator(".stopped")).to_have_text(re.compile(r"^Last word (?:just now|0:\d\d ago)$"))
    program.client.patch("/v1/sessions/d-alarm", json={"status": "finished"}).raise_for_status()
    expect(card.get_by_role("button", name="Reopen")).to_be_visible()
    expect(card.locator(".stopped")).to_be_hidden()


def test_readers_and_sources_of_each_session_are_counted_as_they_come(page: Page, program: Program) -> None:
    program.begin("d-count", ">> ANNA: We begin.", title="Count", room="Counting room")
    page.goto("/desk")
    card = page.locator("[data-session=d-count]")
    expect(card.locator(".readers")).to_have_text("0 readers")
    reader = page.context.new_page()
    follow(reader, "d-count")
    expect(card.locator(".readers")).to_have_text("1 reader")
    number = {"sender": "booth", "lines": [{"number": 0, "text": "A word."}, {"number": 9, "text": "More."}]}
    program.client.post("/v1/sessions/d-count/lines", json=number).raise_for_status()
    booth = card.locator(".sources li", has_text="booth")
    expect(booth.locator(".warned")).not_to_be_empty()
    reader.close()
    expect(card.locator(".readers")).to_have_text("0 readers")


def test_a_speaker_of_a_recogniser_is_named_while_they_speak(page: Page, program: Program) -> None:
    program.announce("d-name", title="Name", room="Naming room")

    def hear(number: int, text: str) -> None:
        line = {"number": number, "text": text, "speaker": "speaker 0"}
        program.client.post("/v1/sessions/d-name/lines", json={"sender": "asr", "lines": [line]}).raise_for_status()

    hear(0, "Good morning.")
    reader = page.context.new_page()
    follow(reader, "d-name")
    expect(reader.locator(".speaker")).to_have_text(["speaker 0"])
    page.goto("/desk")
    page.locator("#name-d-name").press("Enter")
    page.get_by_label("speaker 0").fill("Ana Lupu")
    page.keyboard.press("Enter")
    expect(page.locator("#hand")).to_be_hidden()
    expect(reader.locator(".speaker")).to_have_text(["Ana Lupu"])
    hear(1, "And on.")
    hear(0, "Good morning.")  # a retry of what had the label
    expect(reader.locator(".speaker")).to_have_text(["Ana Lupu"])
    assert program.paragraphs("d-name") == ["Good morning. And on."]
    page.locator("#name-d-name").press("Enter")
    expect(page.get_by_label("speaker 0")).to_have_value("Ana Lupu")


def test_one_source_takes_over_from_another(page: Page, program: Program) -> None:
    program.begin("d-air", ">> ANNA: We begin.", title="Air", room="Air room")
    page.goto("/desk")
    card = page.locator("[data-session=d-air]")
    expect(card.locator(".sources li")).to_have_count(1)
    expect(card.locator(".air button")).to_have_count(0)

    def send(sender: str, number: int, text: str) -> None:
        body = {"sender": sender, "lines": [{"number": number, "text": text}]}
        program.client.post("/v1/sessions/d-air/lines", json=body).raise_for_status()

    send("spare", 0, "From the spare.")
    card.get_by_role("button", name="Take over").press("Enter")
    page.get_by_role("button", name="Put spare on air").press("Enter")
    expect(page.locator("#air p", has_text="desk")).to_contain_text("its words wait")
    send("desk", 1, "This waits.")
    send("spare", 1, "And this is said.")
    reader = page.context.new_page()
    reader.goto("/s/d-air/follow")
    expect(reader.locator("#captions")).to_contain_text("And this is said.")
    assert "This waits." not in " ".join(program.paragraphs("d-air"))
    page.get_by_role("button", name="Let the words of all count").press("Enter")
    expect(page.locator("#air p", has_text="desk")).to_contain_text("its words count")


def test_the_last_words_are_corrected_by_keys_alone_and_what_is_said_meanwhile_is_kept(
    page: Page, program: Program
) -> None:
    program.begin("d-correct", ">> ANNA: We thank mister Lupo", title="Correct", room="Correcting room")
    reader = page.context.new_page()
    follow(reader, "d-correct")
    expect(reader.locator("#captions")).to_contain_text("mister Lupo")
    page.goto("/desk")
    page.locator("#correct-d-correct").press("Enter")
    field = page.locator("#correct textarea")
    expect(field).to_be_focused()
    expect(field).to_have_value("We thank mister Lupo")
    body = {"sender": "other", "lines": [{"number": 0, "text": " for that.", "eol": False}]}
    program.client.post("/v1/sessions/d-correct/lines", json=body).raise_for_status()
    field.press("Backspace")
    page.keyboard.type("u")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#correct")).to_be_hidden()
    expect(reader.locator("#captions")).to_contain_text("We thank mister Lupu for that.")
    page.locator("#audit summary").click()
    expect(page.locator("#audit li").first).to_contain_text("corrected the last words of d-correct")
    page.locator("#correct-d-correct").click()
    expect(field).to_have_value("We thank mister Lupu for that.")
    page.keyboard.press("Escape")
    expect(page.locator("#correct")).to_be_hidden()


def test_a_network_or_a_server_that_is_away_is_told_and_its_return_too(page: Page, program: Program) -> None:
    page.goto("/desk")
    standing = page.locator("#standing")
    expect(standing).to_have_text("Up to date")
    page.context.set_offline(True)
    expect(standing).to_contain_text("Not connected for")
    page.context.set_offline(False)
    expect(standing).to_have_text("Up to date")
    program.kill()
    expect(standing).to_contain_text("Not connected for")
    program.start()
    program.wait_until_ready()
    expect(standing).to_have_text("Up to date")


TABLE = b"title,room,date,start,end\nOpening,Table room,2031-11-10,09:00,10:30\nLunch,,2031-11-10,,\n"


def test_a_programme_is_looked_at_first_then_imported_and_never_twice(page: Page, program: Program) -> None:
    def choose(table: bytes) -> None:
        page.locator("#p-file").set_input_files({"name": "rooms.csv", "mimeType": "text/csv", "buffer": table})

    def found() -> list[str]:
        return [one["title"] for one in program.client.get("/v1/sessions", params={"room": "Table room"}).json()]

    page.goto("/desk")
    page.locator("#open-programme").press("Enter")
    expect(page.locator("#p-zone")).not_to_have_value("")
    page.locator("#p-zone").fill("Nowhere/Land")
    choose(TABLE)
    page.locator("#p-send").press("Enter")
    expect(page.locator("#p-trouble")).to_contain_text("Nowhere/Land")
    page.locator("#p-zone").fill("Europe/Berlin")
    page.locator("#p-event").fill("Forum of tables")
    page.locator("#p-send").press("Enter")
    report = page.locator("#p-report")
    expect(report.get_by_role("status")).to_contain_text("1 would be announced, 0 changed")
    expect(report.locator("li")).to_have_text([re.compile("Opening"), re.compile("Lunch left out")])
    assert found() == []
    page.locator("#p-send").press("Enter")
    expect(report.get_by_role("status")).to_contain_text("1 announced")
    expect(page.locator("#p-send")).to_have_text("Look first")
    assert found() == ["Opening"]
    page.locator("#p-send").press("Enter")
    expect(report.get_by_role("status")).to_contain_text("0 would be announced, 0 changed, 1 are as they were")
    expect(page.locator("#p-send")).to_have_text("Look first")
    choose(TABLE.replace(b"10:30", b"11:00"))
    expect(report).to_be_empty()
    page.locator("#p-send").press("Enter")
    expect(report.locator("li").first).to_contain_text("changed ends_at")
    page.locator("#programme [data-close]").click()
    expect(page.locator("#programme")).to_be_hidden()
    assert found() == ["Opening"]


def test_words_that_were_lost_are_an_alarm_and_other_warnings_say_when_it_was(page: Page, program: Program) -> None:
    program.begin("d-lost", "Good morning.", title="Lost words", room="Lost room")

    def warning(code: str, count: int, ago: int) -> dict[str, object]:
        at = (datetime.now(UTC) - timedelta(minutes=ago)).isoformat()
        return {"code": code, "detail": f"It was {code}.", "count": count, "first_at": at, "last_at": at}

    now = datetime.now(UTC)
    report: dict[str, object] = {
        "session": "d-lost",
        "language": "en",
        "source": "desk",
        "door": "json",
        "process": "p",
        "at": now.isoformat(),
    }
    report |= {
        "since": now.isoformat(),
        "words": 2,
        "words_a_minute": 2,
        "delay_seconds": None,
        "hands_over": None,
        "v": 1,
    }
    report["last_word_at"] = (now + timedelta(hours=1)).isoformat()  # silence would be told instead
    report["warnings"] = [warning("refused", 3, 1), warning("merged", 1, 1)]
    early = report | {"source": "early", "warnings": [warning("refused", 1, 60)]}

    def told(route: Route) -> None:
        data = json.dumps({"sources": [report, early]})
        route.fulfill(content_type="text/event-stream", body=f"event: sources\ndata: {data}\n\n")

    page.route("**/v1/desk/events", told)
    page.goto("/desk")
    card = page.locator("[data-session='d-lost']")
    lost = card.locator(".warned.lost")
    expect(lost).to_have_text(re.compile(r"^It was refused\. \(3 times, last at .*\d.*\)$"))
    expect(card.locator(".warned:not(.lost)")).to_have_text(
        [re.compile(r"^It was merged\. \(at .*\d.*\)$"), re.compile(r"^It was refused\. \(at .*\d.*\)$")]
    )
    expect(page).to_have_title(re.compile("^! [0-9]+ alarms? · The desk"))
    expect(page.locator("#told")).to_contain_text("Lost words: posts of desk were lost.")


@pytest.mark.parametrize("width", [320, 768, 1280, 1920])
def test_what_stands_in_one_row_stands_at_one_height(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/desk")
    label = page.locator("label", has=page.locator("#alarm-sound"))
    box, words = page.locator("#alarm-sound").bounding_box(), label.bounding_box()
    assert box
    assert words
    assert abs((box["y"] + box["height"] / 2) - (words["y"] + words["height"] / 2)) <= 1
    inside = "() => document.documentElement.scrollWidth <= innerWidth"
    assert page.evaluate(inside)
    middles: dict[int, float] = {}
    for one in page.locator(".head + noscript + .row.keys > *").all():
        place = one.bounding_box()
        assert place
        middle = place["y"] + place["height"] / 2
        row = next((row for row in middles if place["y"] < row < place["y"] + place["height"]), round(middle))
        assert abs(middles.setdefault(row, middle) - middle) <= 1


@pytest.mark.parametrize("width", [412, 1280, 1920])
def test_what_is_read_stays_where_it_is_when_the_sources_come(page: Page, program: Program, width: int) -> None:
    program.begin("d-room-for", ">> ANA: Words.", title="Room for its source")
    held: list[Route] = []
    page.route("**/v1/desk/events", lambda route: held.append(route))  # noqa: PLW0108 - Playwright takes no built-in method
    page.set_viewport_size({"width": width, "height": 900})
    page.goto("/desk")
    expect(page.locator("#standing")).to_have_text("Up to date")
    card = page.locator("[data-session='d-room-for']")
    expect(card.locator(".stopped")).to_have_text("…")  # nothing is claimed that nobody has told yet
    before = height(card)
    held[0].continue_()
    expect(card.locator(".stopped")).to_contain_text("Last word")
    assert height(card) == pytest.approx(before, abs=30)  # a row of facts more or less, as they are long


def height(one: Locator) -> float:
    box = one.bounding_box()
    assert box is not None
    return box["height"]


def test_a_session_that_nobody_sends_to_says_so_once_it_is_known(page: Page, program: Program) -> None:
    program.announce("d-nobody", title="Nobody yet", status="live")
    page.goto("/desk")
    expect(page.locator("[data-session='d-nobody'] .stopped")).to_have_text("No words yet")
