"""What pages say of sessions (services.api.pages.programme)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from captionflow.messages import Session
from captionflow.session_order import room_slug
from services.api.pages.programme import (
    FORGOTTEN,
    LATE,
    RoomNow,
    day,
    day_of,
    edition_in_words,
    long_day,
    programme,
    room_now,
    room_state,
    state_in_words,
)

NOW = datetime(2026, 11, 12, 12, tzinfo=UTC)
TODAY = NOW.date()
HOUR = timedelta(hours=1)


def session(name: str, status: str = "scheduled", **fields: Any) -> Session:
    plain = {"version": 1, "created_at": NOW - 100 * HOUR, "updated_at": NOW, "room": "Room 3", "status": status}
    return Session(**{"id": name, **plain, **fields})


def names(sessions: tuple[Session, ...]) -> list[str]:
    return [one.id for one in sessions]


@pytest.mark.parametrize(
    ("room", "slug"),
    [
        ("Workshop Room 3", "workshop-room-3"),
        ("  Salle XI / Étage 2 ", "salle-xi-étage-2"),
        ("main_hall", "main-hall"),
        ("第一会议室", "第一会议室"),
        ("ROOM３", "room3"),
        ("---", ""),
        ("", ""),
    ],
)
def test_a_room_has_an_address_in_every_script(room: str, slug: str) -> None:
    assert room_slug(room) == slug


@pytest.mark.parametrize(
    ("text", "found"),
    [("2026-11-12", date(2026, 11, 12)), (None, None), ("", None), ("12 November", None), ("0000-01-01", None)],
)
def test_a_date_that_is_none_is_no_day(text: str | None, found: date | None) -> None:
    assert day(text) == found


def test_a_session_is_on_its_date_else_on_the_day_of_its_start() -> None:
    assert day_of(session("a", date="2026-11-01", starts_at=NOW)) == date(2026, 11, 1)
    assert day_of(session("a", starts_at=NOW)) == TODAY
    assert day_of(session("a")) is None
    assert day_of(session("a", date="sometime", starts_at=NOW)) is None


def test_the_programme_is_now_today_coming_and_earlier() -> None:
    found = programme(
        [
            session("on", "live", date="2020-01-01"),
            session("late-today", starts_at=NOW + HOUR),
            session("early-today", "finished", starts_at=NOW - 3 * HOUR),
            session("day-after", date="2026-11-14"),
            session("tomorrow", date="2026-11-13"),
            session("long-ago", "finished", date="2015-11-12"),
            session("yesterday", "finished", starts_at=NOW - 24 * HOUR),
        ],
        NOW,
    )
    assert names(found.now) == ["on"]
    assert names(found.today) == ["early-today", "late-today"]
    assert names(found.coming) == ["tomorrow", "day-after"]
    assert names(found.earlier) == ["yesterday", "long-ago"]


def test_what_is_on_is_in_the_order_of_rooms_and_room_2_comes_before_room_10() -> None:
    rooms = ["Room 10", "", "Main Hall", "room 2", "Room 1b"]
    found = programme([session(f"s{n}", "live", room=room) for n, room in enumerate(rooms)], NOW)
    assert [one.room for one in found.now] == ["", "Main Hall", "Room 1b", "room 2", "Room 10"]


@pytest.mark.parametrize("fields", [{}, {"date": "sometime"}])
def test_what_has_no_date_is_not_of_today_but_at_the_end_of_the_past(fields: dict[str, Any]) -> None:
    found = programme(
        [
            session("imported-now", "finished", created_at=NOW, **fields),
            session("imported-before", "finished", created_at=NOW - HOUR, **fields),
            session("old", "finished", date="1999-01-01"),
            session("on", "live", created_at=NOW, **fields),
        ],
        NOW,
    )
    assert (names(found.now), found.today, found.coming) == (["on"], (), ())
    assert names(found.earlier) == ["old", "imported-now", "imported-before"]


def test_what_is_announced_without_a_date_comes_last_until_it_is_forgotten() -> None:
    open_ = [session("open", created_at=NOW - 2 * FORGOTTEN), session("far", date="2199-12-31")]
    assert names(programme(open_, NOW).coming) == ["far", "open"]
    forgotten = programme([session("forgotten", updated_at=NOW - FORGOTTEN - HOUR)], NOW)
    assert (forgotten.coming, names(forgotten.earlier), forgotten.missed) == ((), ["forgotten"], {"forgotten"})


def test_what_never_began_is_past() -> None:
    found = programme(
        [
            session("of-a-day", date="2026-11-11"),
            session("of-an-hour", starts_at=NOW - 24 * HOUR),
            session("this-morning", starts_at=NOW - LATE - HOUR),
            session("late", starts_at=NOW - LATE),
            session("of-today", date="2026-11-12"),
            session("put-off", date="2026-11-11", starts_at=NOW + 24 * HOUR),
        ],
        NOW,
    )
    assert found.missed == {"of-a-day", "of-an-hour", "this-morning"}
    assert names(found.earlier) == ["of-an-hour", "of-a-day"]
    assert names(found.coming) == ["put-off"]
    assert set(names(found.today)) == {"this-morning", "late", "of-today"}


def test_a_room_that_no_session_names_has_no_state() -> None:
    assert room_state([session("a", room=""), session("b", room="Hall")], "room-3", NOW) is None
    assert room_state([], "", NOW) is None


def test_a_room_shows_what_is_on_and_names_what_comes() -> None:
    sessions = [
        session("next", starts_at=NOW + HOUR),
        session("on", "live", starts_at=NOW - HOUR),
        session("done", "finished", starts_at=NOW - 3 * HOUR),
        session("elsewhere", "live", room="Hall"),
    ]
    state = room_state(sessions, "room-3", NOW)
    assert state is not None
    assert state.shown is not None
    assert state.next is not None
    assert (state.name, state.shown.id, state.next.id) == ("Room 3", "on", "next")


def test_of_two_that_are_on_a_room_shows_the_one_that_began_last() -> None:
    state = room_state([session("b", "live", starts_at=NOW - HOUR), session("a", "live", starts_at=NOW)], "room-3", NOW)
    assert state is not None
    assert state.shown is not None
    assert (state.shown.id, state.next) == ("a", None)


def test_a_room_between_two_sessions_shows_the_one_that_comes() -> None:
    sessions = [
        session("second", starts_at=NOW + 2 * HOUR),
        session("first", starts_at=NOW + HOUR),
        session("done", "finished"),
    ]
    state = room_state(sessions, "room-3", NOW)
    assert state is not None
    assert state.shown is not None
    assert state.next is not None
    assert (state.shown.id, state.next.id) == ("first", "second")


def test_a_screen_is_told_what_is_on_what_comes_and_how_what_it_shows_is_now() -> None:
    sessions = [
        session("later", starts_at=NOW + 2 * HOUR),
        session("next", starts_at=NOW + HOUR),
        session("missed", starts_at=NOW - LATE - HOUR),
        session("before", "live", starts_at=NOW - HOUR),
        session("on", "live", starts_at=NOW),
        session("elsewhere", "live", room="Hall"),
        session("nowhere", "live", room=""),
    ]
    found = room_now(sessions, "room-3", NOW, "next")
    assert found.on is not None
    assert found.next is not None
    assert found.shown is not None
    assert (found.on.id, found.next.id, found.shown.id) == ("on", "later", "next")
    assert room_now([], "room-3", NOW, "next") == RoomNow(on=None, next=None, shown=None)


def test_a_room_after_its_last_session_shows_that() -> None:
    sessions = [
        session("first", "finished", updated_at=NOW - 2 * HOUR),
        session("last", "finished", updated_at=NOW - HOUR),
        session("missed", starts_at=NOW - LATE - HOUR),
    ]
    state = room_state(sessions, "room-3", NOW)
    assert state is not None
    assert state.shown is not None
    assert (state.shown.id, state.next) == ("last", None)


def test_a_room_in_which_all_was_missed_shows_nothing() -> None:
    for missed in (session("a", starts_at=NOW - LATE - HOUR), session("a", date="2026-11-11")):
        state = room_state([missed], "room-3", NOW)
        assert state is not None
        assert (state.name, state.shown, state.next) == ("Room 3", None, None)


@pytest.mark.parametrize("fields", [{"starts_at": NOW - LATE}, {"date": "2026-11-12"}, {"date": "sometime"}, {}])
def test_what_is_a_little_late_or_has_no_time_still_comes(fields: dict[str, Any]) -> None:
    state = room_state([session("a", **fields)], "room-3", NOW)
    assert state is not None
    assert state.shown is not None
    assert state.shown.id == "a"


def test_a_screen_that_is_for_a_session_shows_it_and_names_what_comes_after() -> None:
    own = session("own", starts_at=NOW + HOUR)
    sessions = [own, session("on", "live"), session("later", starts_at=NOW + 2 * HOUR)]
    state = room_state(sessions, "room-3", NOW, shown=own)
    assert state is not None
    assert state.shown is own
    assert state.next is not None
    assert state.next.id == "later"


def test_states_editions_and_days_are_said_in_words() -> None:
    states = [state_in_words(session("a", status)) for status in ("live", "finished", "scheduled")]
    assert states == ["Live", "Finished", "Not yet begun"]
    editions = [
        edition_in_words(session("a", edition=one)) for one in ("raw", "rough", "draft", "finished", "third", None)
    ]
    assert editions == ["raw, not yet corrected", "roughly corrected", "a draft", "corrected", "third", ""]
    assert (long_day(TODAY), long_day(None)) == ("12 November 2026", "")
