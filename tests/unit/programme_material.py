"""The session that programmes of all forms plan in these tests, and what was skipped in one."""

from datetime import UTC, datetime, timedelta

from services.sessions.programme.planned import Planned, Programme

NINE = datetime(2015, 11, 12, 8, tzinfo=UTC)
"""9:00 in Berlin."""
OPENING = Planned(
    uid="3f2a9c1b-0000-5000-8000-000000000001",
    title="Opening",
    starts_at=NINE,
    ends_at=NINE + timedelta(minutes=90),
    day="2015-11-12",
    room="Main hall",
    event="IGF 2015",
    languages=("en",),
    about="Who **opens**.\n\nAnd how.",
)


def skipped(programme: Programme) -> list[tuple[str, str]]:
    return [(one.where, one.why) for one in programme.skipped]
