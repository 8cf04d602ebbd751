"""The desk reads the sessions that it shows, and no others (services.api.desk.sessions_of_day)."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, cast

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Session
from captionflow.ports import SessionFilter, SessionStore
from services.api.desk.sessions_of_day import sessions_of_day
from services.api.pages.desk_view import desk_rooms
from tests.listed_sessions import ListedSessions

NOW = datetime(2026, 11, 12, 1, tzinfo=timezone(timedelta(hours=5)))


class Store:
    """Sessions in memory that count how many were read."""

    def __init__(self, sessions: list[Session], later: Sequence[Session] = ()) -> None:
        """``later``: how a session becomes, one step before each read."""
        self.read = 0
        self._later = list(later)
        self._list = ListedSessions()
        for one in sessions:
            self._list.put(one)

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        if self._later:
            self._list.put(self._later.pop(0))
        found = self._list.page(wanted)
        self.read += len(found)
        return found


def session(name: str, **fields: Any) -> Session:
    plain = Session(name, 1, NOW - timedelta(days=400), NOW - timedelta(days=100), room="Hall")
    return msgspec.structs.replace(plain, **fields)


def seen(store: Store, event: str | None = None) -> tuple[Session, ...]:
    return asyncio.run(sessions_of_day(cast("SessionStore", store), NOW, event))


SESSIONS = st.lists(
    st.fixed_dictionaries(
        {"status": st.sampled_from(["live", "scheduled", "finished"])},
        optional={
            "date": st.sampled_from(["2026-11-11", "2026-11-12", "2026-11-13", "2015-11-12"]),
            "starts_at": st.integers(-60, 60).map(lambda hours: (NOW + timedelta(hours=hours)).astimezone(UTC)),
            "updated_at": st.integers(-900, 1).map(lambda hours: NOW + timedelta(hours=hours)),
        },
    ),
    max_size=12,
)


@given(SESSIONS)
def test_what_is_read_for_the_desk_is_shown_as_if_all_were_read(fields: list[dict[str, Any]]) -> None:
    sessions = [session(f"s{n}", **one) for n, one in enumerate(fields)]
    assert desk_rooms(seen(Store(sessions)), NOW) == desk_rooms(sessions, NOW)


def test_what_is_read_for_the_desk_does_not_grow_with_the_years() -> None:
    today = [session("live", status="live", event="IGF"), session("next", date="2026-11-12", event="Other")]
    years = [session(f"old-{n}", status="finished", date=f"20{n % 25:02}-01-01") for n in range(2_000)]
    store = Store([*today, *years])
    assert {one.id for one in seen(store)} == {"live", "next"}
    assert store.read == 2
    assert {one.id for one in seen(store, "IGF")} == {"live"}


@pytest.mark.parametrize("date", ["", "2026-11-12"])
@pytest.mark.parametrize("begins", range(5))
@pytest.mark.parametrize("ends", range(5))
def test_what_begins_or_ends_while_the_desk_looks_is_shown(date: str, begins: int, ends: int) -> None:
    announced = session("talk", status="scheduled", updated_at=NOW, date=date)
    live = msgspec.structs.replace(announced, status="live")
    over = msgspec.structs.replace(announced, status="finished")
    later = [over if n >= max(begins, ends) else live if n >= begins else announced for n in range(4)]
    assert [one.id for one in seen(Store([announced], later))] == ["talk"]
