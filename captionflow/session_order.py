"""The order of sessions. Pure, and the same for every session store."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from captionflow.messages import Session
    from captionflow.ports import SessionPlace


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


def together(pages: Iterable[Iterable[Session]]) -> tuple[Session, ...]:
    """The sessions of several reads, each once, as it was read last.

    One that begins between two reads is in one of them if what is live is read last.
    """
    return tuple({one.id: one for page in pages for one in page}.values())
