"""A session's fields: what its organiser gave, and what its text says. Pure, and the same for every session store."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final

import msgspec

from captionflow.errors import Conflict
from captionflow.messages import Facts, Session

LEARNABLE: Final = ("title", "date", "room", "edition", "about")
"""Fields that the text may fill. Those that it did fill are remembered, since later lines may correct them."""

_NOT_CONTENT: Final = frozenset({"version", "created_at", "updated_at", "status"})
"""Fields that change by themselves. They don't count when a session is created again."""

Known = tuple[Session, frozenset[str]]
"""A session, and which of its fields were learned from the text."""


def created(known: Known | None, session: Session) -> Known:
    """The session that ``create`` returns: the stored one if it has the same content.

    Raises:
        Conflict: the stored one has other content.
    """
    if known is None:
        return session, frozenset()
    if _given(*known) != _given(session, frozenset()):
        raise Conflict(f"Session {session.id!r} exists with another content: change that one, or take another id.")
    return known


def replaced(known: Known, session: Session, expected_version: int) -> Known:
    """The session that replaces a known one. A field that it changes is the organiser's from then on.

    Raises:
        Conflict: the known one does not have the expected version.
    """
    stored, learned = known
    if stored.version != expected_version:
        raise Conflict(
            f"Session {session.id!r} is at version {stored.version}, not {expected_version}: "
            "read it again, then decide."
        )
    new = msgspec.structs.replace(session, version=expected_version + 1, created_at=stored.created_at)
    return new, frozenset(name for name in learned if getattr(new, name) == getattr(stored, name))


def learnt(known: Known | None, session: str, facts: Facts, at: datetime) -> Known:
    """The session with what its text says of it; the same object if that is nothing new."""
    stored, learned = known or (Session(session, version=0, created_at=at, updated_at=at), frozenset[str]())
    changes = _changes(stored, learned, facts)
    if known is not None and not changes:
        return known
    new = msgspec.structs.replace(stored, version=stored.version + 1, updated_at=at, **changes)
    return new, learned | (changes.keys() & set(LEARNABLE))


def _changes(stored: Session, learned: Collection[str], facts: Facts) -> dict[str, Any]:
    said = {name: getattr(facts, name) for name in LEARNABLE if getattr(facts, name)}
    open_ = {name for name in said if name in learned or not getattr(stored, name)}
    new = {name: value for name, value in said.items() if name in open_} | {"status": facts.status}
    return {name: value for name, value in new.items() if getattr(stored, name) != value}


def _given(session: Session, learned: Collection[str]) -> dict[str, Any]:
    """The content that organisers gave."""
    content = {name: getattr(session, name) for name in session.__struct_fields__ if name not in _NOT_CONTENT}
    return {name: (None if name in learned else value) or None for name, value in content.items()}
