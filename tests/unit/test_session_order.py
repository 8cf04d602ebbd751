"""The order of sessions, and pages of their list (captionflow.session_order)."""

import random
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.cursors import read_cursor, write_cursor
from captionflow.errors import BadMessage
from captionflow.messages import Session
from captionflow.ports import SessionFilter, SessionPlace
from captionflow.session_order import place
from tests.listed_sessions import ListedSessions, matches

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)


def session(name: str = "talk", **fields: object) -> Session:
    return msgspec.structs.replace(Session(name, version=1, created_at=AT, updated_at=AT), **fields)


def listed(sessions: list[Session]) -> ListedSessions:
    made = ListedSessions()
    for one in sessions:
        made.put(one)
    return made


def test_a_filter_folds_names_and_asks_for_all_that_it_names() -> None:
    one = session(event="Forum São Paulo", room="Room 3", status="live", date="2026-09-14")
    assert matches(one, SessionFilter())
    assert matches(
        one,
        SessionFilter(status="live", event="forum sao  paulo", room="ROOM 3", slug="room-3", closed=False, live=True),
    )
    assert matches(one, SessionFilter(since="2026-09-14", until="2026-09-14"))
    for other in (
        SessionFilter(status="finished"),
        SessionFilter(event="Forum"),
        SessionFilter(room="Room 33"),
        SessionFilter(slug="room-33"),
        SessionFilter(live=False),
        SessionFilter(closed=True),
        SessionFilter(since="2026-09-15"),
        SessionFilter(until=""),
        SessionFilter(changed=LATER),
    ):
        assert not matches(one, other)


def test_live_sessions_come_first_then_the_newest_and_those_without_a_day_last() -> None:
    wanted = [
        session("a", status="live"),
        session("b", date="2026-09-15"),
        session("c", starts_at=LATER),
        session("d", date="2026-09-14", starts_at=AT),
        session("f"),
        session("e"),
    ]
    shuffled = random.Random(7).sample(wanted, len(wanted))  # noqa: S311 - any other order
    assert listed(shuffled).page(SessionFilter()) == tuple(wanted)


def test_a_session_that_changed_is_listed_once_and_where_it_belongs_now() -> None:
    made = listed([session("a", date="2026-09-14"), session("b", date="2026-09-15")])
    made.put(session("a", date="2026-09-16"))
    assert [one.id for one in made.page(SessionFilter())] == ["a", "b"]


def test_what_was_changed_last_comes_first_where_that_is_wanted() -> None:
    made = listed([session("a", updated_at=LATER), session("b", status="live"), session("c")])
    assert [one.id for one in made.page(SessionFilter(latest=True))] == ["a", "c", "b"]
    assert [one.id for one in made.page(SessionFilter(latest=True, live=False, limit=1))] == ["a"]


DAYS = ("", "2026-09-14", "2026-09-15", "2026-09-16")
STATUSES = ("live", "finished", "scheduled")
ROOMS = ("", "Hall 1", "hall-1", "Hall 2")


@given(
    st.lists(
        st.tuples(
            st.sampled_from(DAYS),
            st.sampled_from(STATUSES),
            st.sampled_from([AT, LATER]),
            st.booleans(),
            st.sampled_from(ROOMS),
        ),
        max_size=12,
    ),
    st.fixed_dictionaries(
        {},
        optional={
            "live": st.booleans(),
            "closed": st.booleans(),
            "status": st.sampled_from(STATUSES),
            "since": st.sampled_from(DAYS),
            "until": st.sampled_from(DAYS),
            "changed": st.sampled_from([AT, LATER]),
            "slug": st.sampled_from(["hall-1", "hall-2"]),
            "reverse": st.booleans(),
        },
    ),
    st.integers(1, 4),
)
def test_pages_have_all_that_match_once_in_order(
    given_sessions: list[tuple[str, str, datetime, bool, str]], wanted: dict[str, object], limit: int
) -> None:
    sessions = [
        session(f"s{n}", date=day or None, status=status, updated_at=at, closed=closed, room=room)
        for n, (day, status, at, closed, room) in enumerate(given_sessions)
    ]
    made = listed(sessions)
    query = msgspec.structs.replace(SessionFilter(), **wanted)
    expected = [one for one in sessions if matches(one, query)]
    expected.sort(key=place, reverse=not query.reverse)
    paged: list[Session] = []
    page: tuple[Session, ...] = made.page(msgspec.structs.replace(query, limit=limit))
    while page:
        paged += page
        after = read_cursor(write_cursor(place(page[-1])), SessionPlace)
        page = made.page(msgspec.structs.replace(query, limit=limit, after=after))
    assert paged == expected


@pytest.mark.parametrize("cursor", ["", "x", "é", "bnVsbA", "WzEsMl0", "=", "W1tdXQ"])
def test_a_cursor_that_is_none_of_ours_is_refused(cursor: str) -> None:
    with pytest.raises(BadMessage):
        read_cursor(cursor, SessionPlace)
