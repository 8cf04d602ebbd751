"""What a page says of sessions: where they stand in the day, their rooms, their state in words. Pure."""

import re
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from urllib.parse import quote

import msgspec

from captionflow.errors import BadMessage
from captionflow.identity import language_tag
from captionflow.messages import Session
from captionflow.session_order import room_slug

LATE = timedelta(hours=4)
"""After its start, an announced session may still begin for so long."""
FORGOTTEN = timedelta(days=30)
"""An announcement that names no day counts for so long after its last change."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EDITIONS = {
    "raw": "raw, not yet corrected",
    "rough": "roughly corrected",
    "draft": "a draft",
    "finished": "corrected",
}


class Programme(msgspec.Struct, frozen=True):
    """The sessions as the home page groups them."""

    now: tuple[Session, ...]
    today: tuple[Session, ...]
    coming: tuple[Session, ...]
    earlier: tuple[Session, ...]
    missed: frozenset[str]
    """Ids of those that were announced and never began."""


class RoomState(msgspec.Struct, frozen=True):
    """What a room screen needs."""

    name: str
    shown: Session | None
    """What is on, otherwise what comes next, otherwise what was on last; None if there is none of these."""
    next: Session | None
    """What comes after that, if anything."""


class RoomNow(msgspec.Struct, frozen=True):
    """What a room's screen asks for again and again."""

    on: Session | None
    """The live one that began last."""
    next: Session | None
    """What comes next that is not on the screen already."""
    shown: Session | None
    """What is on the screen, as it is now; None once it has ended."""


def room_path(room: str, kind: str, language: str | None = None) -> str:
    """The address of a page of a room, such as ``follow``, in a language that is wanted. What is no tag is left out."""
    path = f"/rooms/{quote(room_slug(room), safe='')}/{kind}"
    try:
        return f"{path}?lang={language_tag(language)}" if language else path
    except BadMessage:
        return path


def day(text: str | None) -> date | None:
    """An ISO day, or None: what a session's date says may be anything."""
    try:
        return date.fromisoformat(text or "")
    except ValueError:
        return None


def day_of(session: Session) -> date | None:
    """The day a session belongs to: announced, or of its start; None if nobody said."""
    if session.date:
        return day(session.date)
    return session.starts_at.date() if session.starts_at else None


def programme(sessions: Sequence[Session], now: datetime) -> Programme:
    """Live ones by room, then today's in order of time, what is announced for later, and the past, newest first.

    What has no day is never today's: it comes after what has one. What was announced and never began is past.
    """
    rest = [session for session in sessions if session.status != "live"]
    missed = frozenset(one.id for one in rest if one.status == "scheduled" and is_missed(one, now))
    days = {session.id: day_of(session) for session in rest}
    others = [session for session in rest if days[session.id] != now.date()]
    coming = [one for one in others if one.status == "scheduled" and one.id not in missed]
    earlier = [one for one in others if one.status == "finished" or one.id in missed]
    return Programme(
        now=tuple(
            sorted((one for one in sessions if one.status == "live"), key=lambda one: (by_number(one.room), start(one)))
        ),
        today=tuple(sorted((one for one in rest if days[one.id] == now.date()), key=start)),
        coming=tuple(sorted(coming, key=lambda one: (days[one.id] or date.max, start(one)))),
        earlier=tuple(sorted(earlier, key=lambda one: (days[one.id] or date.min, start(one)), reverse=True)),
        missed=missed,
    )


def room_state(sessions: Sequence[Session], slug: str, now: datetime, shown: Session | None = None) -> RoomState | None:
    """What is going on in the room of this slug; None if no session names it.

    ``shown`` is the session that a screen is for, where its address says so. A session that never began does not come
    next.
    """
    here = [session for session in sessions if session.room and room_slug(session.room) == slug]
    if not here:
        return None
    live = [session for session in here if session.status == "live"]
    done = [session for session in here if session.status == "finished"]
    coming = _coming(here, now)
    shown = shown or max(live, key=start, default=None) or next(iter(coming), None)
    shown = shown or max(done, key=lambda one: one.updated_at, default=None)
    after = next((one for one in coming if shown is None or one.id != shown.id), None)
    return RoomState(name=here[0].room, shown=shown, next=after)


def room_now(sessions: Sequence[Session], slug: str, now: datetime, shown: str) -> RoomNow:
    """What goes on in the room of this slug, for a screen that shows the session with this id; of those not ended."""
    here = [session for session in sessions if session.room and room_slug(session.room) == slug]
    live = [session for session in here if session.status == "live"]
    return RoomNow(
        on=max(live, key=start, default=None),
        next=next((one for one in _coming(here, now) if one.id != shown), None),
        shown=next((one for one in here if one.id == shown), None),
    )


def _coming(here: Sequence[Session], now: datetime) -> list[Session]:
    """Those that may still begin, the nearest day first; what has no day comes last."""
    found = (one for one in here if one.status == "scheduled" and not is_missed(one, now))
    return sorted(found, key=lambda one: (day_of(one) or date.max, start(one)))


def state_in_words(session: Session) -> str:
    """``Live``, ``Finished`` or ``Not yet begun``: the state that every title carries."""
    return {"live": "Live", "finished": "Finished", "scheduled": "Not yet begun"}[session.status]


def edition_in_words(session: Session) -> str:
    """How far the text was edited, or nothing."""
    return _EDITIONS.get(session.edition or "", session.edition or "")


def long_day(day: date | None) -> str:
    """``12 November 2015``, or nothing."""
    return f"{day.day} {day:%B %Y}" if day else ""


def is_missed(session: Session, now: datetime) -> bool:
    """Whether an announced session will not begin any more."""
    if session.starts_at:
        return session.starts_at + LATE < now
    announced = day_of(session)
    return session.updated_at + FORGOTTEN < now if announced is None else announced < now.date()


def by_number(room: str) -> tuple[tuple[str, int], ...]:
    """A key that orders ``Room 2`` before ``Room 10``."""
    return tuple((words.casefold(), int(number or 0)) for words, number in re.findall(r"(\D*)([0-9]{0,9})", room))


def start(session: Session) -> tuple[datetime, str]:
    """A key that orders sessions by when they begin."""
    return (session.starts_at or session.created_at or _EPOCH, session.id)
