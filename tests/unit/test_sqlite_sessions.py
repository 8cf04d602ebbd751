"""What a list of sessions in SQLite costs (captionflow.adapters.sqlite.session_rows)."""

import sqlite3
from datetime import UTC, datetime, timedelta

import pytest

from captionflow.adapters.sqlite.schema import migrate
from captionflow.adapters.sqlite.session_rows import put_session, select_page
from captionflow.messages import Session
from captionflow.ports import SessionFilter

AT = datetime(2026, 9, 14, 9, 0, tzinfo=UTC)
STATUSES = ("finished", "scheduled", "live")


def opened(sessions: int, room: str) -> sqlite3.Connection:
    """A few sessions of the hall, and so many of a room."""
    made = sqlite3.connect(":memory:", isolation_level=None)
    migrate(made)
    for n in range(-30, sessions):
        day = f"2026-09-{n % 28 + 1:02}"
        at = AT + timedelta(seconds=n)
        few = n < 0
        one = Session(
            f"s{n:05}", 1, at, at, room="Hall" if few else room, date=day, status=STATUSES[n % 3], closed=n < -25
        )
        put_session(made, one, frozenset())
    return made


def work(connection: sqlite3.Connection, wanted: SessionFilter) -> int:
    """Instructions of SQLite's machine that a page takes."""
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    statement, values = select_page(wanted)
    connection.set_progress_handler(count, 1)
    assert connection.execute(statement, values).fetchall()
    connection.set_progress_handler(None, 0)
    return steps


@pytest.mark.parametrize(
    "wanted",
    [
        SessionFilter(slug="hall", status="live", limit=5),
        SessionFilter(slug="hall", status="scheduled", since="2026-09-10", closed=False, reverse=True, limit=5),
        SessionFilter(slug="hall", status="scheduled", changed=AT - timedelta(days=1), latest=True, limit=5),
        SessionFilter(slug="hall", status="finished", latest=True, limit=5),
        SessionFilter(closed=True),
    ],
    ids=["live", "coming", "changed", "last", "closed"],
)
@pytest.mark.parametrize("room", ["Elsewhere", "Hall"])
def test_a_page_costs_the_same_however_many_sessions_there_are(wanted: SessionFilter, room: str) -> None:
    few, many = opened(30, room), opened(2_000, room)
    assert work(many, wanted) <= 1.2 * work(few, wanted)
    few.close()
    many.close()
