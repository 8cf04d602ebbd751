"""The order of sessions, and pages of a list in it. Pure, and the same for every session store."""

from __future__ import annotations

from bisect import bisect_left, insort
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Final

from captionflow.folding import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from captionflow.messages import Session
    from captionflow.ports import SessionFilter, SessionPlace

_LAST: Final = "\U0010ffff"
"""Behind every start and every id."""


def day_of(session: Session) -> str:
    """The day a session belongs to: announced, or of its start in UTC; empty if nobody said."""
    return session.date or start_of(session)[:10]


def start_of(session: Session) -> str:
    """Its start in UTC, in a form that sorts; empty if nobody said."""
    starts_at = session.starts_at
    return "" if starts_at is None else sortable(starts_at)


def sortable(at: datetime) -> str:
    """A moment in UTC, in a form that sorts."""
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def place(session: Session) -> SessionPlace:
    """Live or not, the day, the start, the id. ``SessionStore.list`` has the highest first."""
    return session.status == "live", day_of(session), start_of(session), session.id


def matches(session: Session, wanted: SessionFilter) -> bool:
    """Whether it is among those that are wanted, wherever the page begins and ends."""
    return (
        (wanted.status is None or session.status == wanted.status)
        and (wanted.live is None or (session.status == "live") == wanted.live)
        and (wanted.closed is None or session.closed == wanted.closed)
        and (wanted.since is None or day_of(session) >= wanted.since)
        and (wanted.until is None or day_of(session) <= wanted.until)
        and (wanted.changed is None or session.updated_at >= wanted.changed)
        and (wanted.event is None or fold_name(session.event) == fold_name(wanted.event))
        and (wanted.room is None or fold_name(session.room) == fold_name(wanted.room))
    )


def together(pages: Iterable[Iterable[Session]]) -> tuple[Session, ...]:
    """The sessions of several reads, each once, as it was read last.

    One that begins between two reads is in one of them if what is live is read last.
    """
    return tuple({one.id: one for page in pages for one in page}.values())


class SessionList:
    """Sessions in memory, in order; those that are closed are found without looking at the others."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._places: list[SessionPlace] = []
        self._closed: list[SessionPlace] = []
        self._changes: list[tuple[datetime, str]] = []

    def put(self, session: Session) -> None:
        """Take it in, in place of what it was before."""
        before = self._sessions.get(session.id)
        if before is not None:
            for places in self._having(before):
                del places[bisect_left(places, place(before))]
            del self._changes[bisect_left(self._changes, (before.updated_at, before.id))]
        self._sessions[session.id] = session
        for places in self._having(session):
            insort(places, place(session))
        insort(self._changes, (session.updated_at, session.id))

    def page(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        found = (session for session in self._walk(wanted) if matches(session, wanted))
        return tuple(islice(found, wanted.limit))

    def _having(self, session: Session) -> Iterable[list[SessionPlace]]:
        return (self._places, self._closed) if session.closed else (self._places,)

    def _walk(self, wanted: SessionFilter) -> Iterator[Session]:
        """All that can match, in order."""
        places = self._closed if wanted.closed and wanted.changed is None else self._places
        low, high = 0, len(places)
        live = wanted.status == "live" if wanted.status is not None else wanted.live
        if live is not None:
            low = bisect_left(places, (live, wanted.since or "", "", ""))
            high = bisect_left(places, (live, _LAST if wanted.until is None else wanted.until, _LAST, _LAST))
        if wanted.after is not None:
            at = bisect_left(places, wanted.after)
            at += wanted.reverse and at < len(places) and places[at] == wanted.after
            low, high = (max(low, at), high) if wanted.reverse else (low, min(high, at))
        if wanted.changed is not None:
            first = bisect_left(self._changes, (wanted.changed, ""))
            found = sorted(bisect_left(self._places, place(self._sessions[name])) for _, name in self._changes[first:])
            found = [at for at in found if low <= at < high]
            return (self._sessions[self._places[at][-1]] for at in (found if wanted.reverse else reversed(found)))
        order = range(low, high) if wanted.reverse else range(high - 1, low - 1, -1)
        return (self._sessions[places[at][-1]] for at in order)
