"""What the desk shows of rooms and services (services.api.pages.desk_view)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from captionflow.messages import Part, Session, SourceReport
from services.api.app import ROOMS
from services.api.pages.desk_view import (
    CORRECTABLE_CHARS,
    SHOWN_SOURCES,
    Awaited,
    Trouble,
    awaited,
    correctable,
    desk_rooms,
    troubles,
    unnamed,
)

NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def session(name: str, status: str = "scheduled", **fields: Any) -> Session:
    plain = {"version": 1, "created_at": NOW - 100 * HOUR, "updated_at": NOW - 48 * HOUR, "status": status}
    return Session(**{"id": name, **plain, **fields})


def shown(*sessions: Session) -> dict[str, list[str]]:
    return {room.name: [one.id for one in room.sessions] for room in desk_rooms(sessions, NOW)}


def test_rooms_stand_in_order_of_their_numbers_and_sessions_without_one_come_last() -> None:
    found = shown(
        session("a", "live", room="Room 10"),
        session("b", "live"),
        session("c", "live", room="Room 2"),
        session("d", "live", room="ROOM 2"),
        session("e", "live", room="Annex"),
    )
    assert found == {"Annex": ["e"], "Room 2": ["c", "d"], "Room 10": ["a"], "": ["b"]}
    assert list(found) == ["Annex", "Room 2", "Room 10", ""]


def test_in_a_room_what_is_live_comes_first_then_what_comes_then_what_was_the_latest_first() -> None:
    sessions = [
        session("over-early", "finished", starts_at=NOW - 3 * HOUR),
        session("over-late", "finished", starts_at=NOW - 2 * HOUR),
        session("later", starts_at=NOW + 2 * HOUR),
        session("soon", starts_at=NOW + HOUR),
        session("on", "live", starts_at=NOW - HOUR),
    ]
    assert shown(*sessions) == {"": ["on", "soon", "later", "over-late", "over-early"]}


@pytest.mark.parametrize(
    ("one", "is_shown"),
    [
        (session("x", "live", date="2025-01-01"), True),
        (session("x", date="2026-11-12"), True),
        (session("x", date="2026-11-13"), False),
        (session("x"), True),
        (session("x", updated_at=NOW - timedelta(days=40)), False),
        (session("x", starts_at=NOW - 5 * HOUR), True),
        (session("x", "finished", date="2026-11-12"), True),
        (session("x", "finished", date="2026-11-11"), False),
        (session("x", "finished"), False),
        (session("x", "finished", updated_at=NOW - HOUR), True),
        (session("x", "finished", date="2015-11-12", updated_at=NOW - HOUR), True),
        (session("x", date="2026-11-11", updated_at=NOW - HOUR), False),
    ],
)
def test_the_desk_has_what_is_live_what_is_of_the_day_and_what_changed_today(one: Session, is_shown: bool) -> None:
    assert shown(one) == ({"": ["x"]} if is_shown else {})


def test_what_is_wrong_says_what_it_means_and_what_the_part_says() -> None:
    (log, other) = troubles({"line_log": "no answer within 2 s", "x": "y"})
    assert log.part == "line_log"
    assert log.says == "no answer within 2 s"
    assert "nothing is lost" in log.means
    assert other == Trouble("x", "A part of the service waits.", "y")


def test_speakers_that_a_recogniser_has_numbered_need_names_and_people_do_not() -> None:
    heard = ["speaker 0", "Ana Lupu", "SPEAKER_01", "A", None, "speaker 0", "MR. 3D PRINTER"]
    parts = [Part("x.en.1", 0, "x", "en", n, n, speaker=speaker, given=True) for n, speaker in enumerate(heard, 1)]
    parts.append(Part("x.en.9", 0, "x", "en", 9, 9, speaker="speaker 9"))  # somebody typed it
    assert unnamed(parts, {"speaker 7": "Ben"}) == ("speaker 7", "speaker 0", "SPEAKER_01", "A")


def test_the_pages_of_those_who_work_are_not_for_everybody() -> None:
    open_to = {
        route.path: route.endpoint.__captionflow_open_to__
        for room in ROOMS
        for route in room.routes.routes
        if route.path.startswith(("/caption/", "/desk"))
    }
    assert open_to == {
        "/caption/{session}": "captioner",
        "/desk": "organiser",
        "/desk/correct/{session}": "organiser",
        "/desk/hand/{session}": "organiser",
        "/desk/qr": "organiser",
        "/desk/speakers/{session}": "organiser",
    }


def test_the_last_parts_with_words_can_be_corrected_as_far_as_a_revision_surely_reaches() -> None:
    def part(ordinal: int, *paragraphs: str) -> Part:
        return Part(f"s.en.{ordinal}", 0, "s", "en", ordinal, ordinal, paragraphs=paragraphs)

    parts = [part(0), part(1, "far"), part(2, "x" * CORRECTABLE_CHARS), part(3), part(4, "near", "er")]
    assert [one.ordinal for one in correctable(parts)] == [2, 4]
    assert correctable([]) == ()


def report(
    source: str, language: str = "en", *, spoke: bool = True, process: str = "p", session: str = "s"
) -> SourceReport:
    return SourceReport(session, language, source, "json", process, NOW, NOW, NOW if spoke else None)


def test_a_card_awaits_each_source_once_whichever_process_heard_it() -> None:
    newest = [report("booth", process="q"), report("spare", "fr")]
    found = awaited([], [report("booth"), *newest, report("other", session="t")], NOW)
    assert found == {"s": Awaited(tuple(newest), ()), "t": Awaited((report("other", session="t"),), ())}


@pytest.mark.parametrize(
    ("heard", "several"),
    [
        ([report("booth"), report("late"), report("spare", spoke=False)], ("en",)),
        ([report("booth"), report("spare", spoke=False)], ()),
        ([report("booth"), report("booth", process="q")], ()),
        ([report("booth"), report("booth", "fr")], ()),
        ([report("booth"), report("spare"), report("spare", process="q", spoke=False)], ("en",)),
        ([report(source, language) for source in ("booth", "spare") for language in ("fr", "en")], ("en", "fr")),
    ],
)
def test_one_can_take_over_in_a_language_in_which_several_have_spoken(
    heard: list[SourceReport], several: tuple[str, ...]
) -> None:
    assert awaited([], heard, NOW)["s"].several == several


def test_a_card_awaits_no_more_sources_than_it_shows() -> None:
    many = [report(f"booth-{n}") for n in range(20)]
    assert len(awaited([], many, NOW)["s"].sources) == SHOWN_SOURCES


def test_a_live_session_of_which_nothing_is_told_yet_awaits_one_source() -> None:
    sessions = [session("new", "live"), session("told", "live"), session("later"), session("over", "finished")]
    found = awaited(sessions, [report("booth", session="told")], NOW)
    assert {name: [one.source for one in waits.sources] for name, waits in found.items()} == {
        "new": ["desk"],
        "told": ["booth"],
    }
