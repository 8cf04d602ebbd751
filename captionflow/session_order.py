"""The order of sessions, and pages of a list in it. Pure, and the same for every session store."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, insort
from datetime import UTC
from itertools import islice
from typing import TYPE_CHECKING, Final

from captionflow.folding import fold_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from captionflow.messages import Session, Status
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


def room_slug(room: str) -> str:
    """``Workshop Room 3`` → ``workshop-room-3``; letters of every script stay."""
    folded = unicodedata.normalize("NFKC", room).casefold()
    return re.sub(r"[^\w]+|_+", "-", folded).strip("-")


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
        and (wanted.slug is None or room_slug(session.room) == wanted.slug)
    )


def together(pages: Iterable[Iterable[Session]]) -> tuple[Session, ...]:
    """The sessions of several reads, each once, as it was read last.

    One that begins between two reads is in one of them if what is live is read last.
    """
    return tuple({one.id: one for page in pages for one in page}.values())


class _Order:
    """Some sessions in their order, and in that of their last changes."""

    def __init__(self) -> None:
        self.places: list[SessionPlace] = []
        self.changes: list[tuple[datetime, str]] = []

    def put(self, at: SessionPlace, changed: datetime) -> None:
        insort(self.places, at)
        insort(self.changes, (changed, at[-1]))

    def remove(self, at: SessionPlace, changed: datetime) -> None:
        del self.places[bisect_left(self.places, at)]
        del self.changes[bisect_left(self.changes, (changed, at[-1]))]


class SessionList:
    """Sessions in memory, in order; those that are closed, and those of a room, are found without the others."""

    def __init__(self) -> None:
        self._sessions: dict[str, Session] = {}
        self._all = _Order()
        self._closed = _Order()
        self._rooms: dict[tuple[str, Status], _Order] = {}

    def put(self, session: Session) -> None:
        """Take it in, in place of what it was before."""
        before = self._sessions.get(session.id)
        if before is not None:
            at = place(before)
            for order in self._having(before):
                order.remove(at, before.updated_at)
        self._sessions[session.id] = session
        at = place(session)
        for order in self._having(session):
            order.put(at, session.updated_at)

    def page(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        found = (session for session in self._walk(wanted) if matches(session, wanted))
        return tuple(islice(found, wanted.limit))

    def _having(self, session: Session) -> Iterator[_Order]:
        yield self._all
        if session.closed:
            yield self._closed
        slug = room_slug(session.room)
        if slug:
            yield self._rooms.setdefault((slug, session.status), _Order())

    def _order(self, wanted: SessionFilter) -> _Order:
        """The one with the fewest of those that have all that are wanted."""
        if wanted.slug is not None and wanted.status is not None:
            return self._rooms.get((wanted.slug, wanted.status), _Order())
        return self._closed if wanted.closed else self._all

    def _walk(self, wanted: SessionFilter) -> Iterator[Session]:
        """All that can match, in order."""
        order = self._order(wanted)
        if wanted.latest:
            return (self._sessions[name] for _, name in reversed(order.changes))
        places = order.places
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
            first = bisect_left(order.changes, (wanted.changed, ""))
            found = sorted(bisect_left(places, place(self._sessions[name])) for _, name in order.changes[first:])
            found = [at for at in found if low <= at < high]
            return (self._sessions[places[at][-1]] for at in (found if wanted.reverse else reversed(found)))
        walked = range(low, high) if wanted.reverse else range(high - 1, low - 1, -1)
        return (self._sessions[places[at][-1]] for at in walked)
