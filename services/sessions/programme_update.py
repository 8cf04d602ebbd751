"""Brings what a programme says to the sessions: new ones are announced, known ones changed, none comes twice."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any, Literal

import msgspec

from captionflow.errors import NotFound
from captionflow.folding import fold_name
from captionflow.identity import slug
from captionflow.messages import Session
from captionflow.ports import SessionFilter, SessionStore
from captionflow.retrying import despite_conflicts
from services.http.problems import ProblemError
from services.sessions.drafts import SessionDraft, SessionPatch, new_session, patched
from services.sessions.programme.planned import Planned, Programme, session_id_of

Outcome = Literal["announced", "changed", "unchanged", "refused"]


class Imported(msgspec.Struct, frozen=True):
    """What became of one session of a programme."""

    title: str
    outcome: Outcome
    session: str = ""
    """Its id."""
    changes: tuple[str, ...] = ()
    """Names of the fields that were changed."""
    why: str = ""
    """Why it was refused."""


@dataclass(frozen=True, slots=True)
class ProgrammeUpdate:
    """How a programme is brought in."""

    sessions: SessionStore
    event: str = ""
    """Stands in where the programme names none."""
    allowed: Callable[[str], bool] = lambda _event: True
    """Whether sessions of an event may be announced and changed."""
    on_change: Callable[[Session], None] = lambda _session: None
    """Told of each session that was announced or changed."""
    try_only: bool = False
    """Say what would be done, and do nothing."""

    async def of(self, programme: Programme) -> tuple[Imported, ...]:
        """Announce or change each session of the programme, in its order; the same again changes nothing.

        A session is known by the programme's name of it; one without a name by its event and title, else by event,
        room and start. Where the programme says nothing (no room, no language), what the organiser has set stays, and
        so do the captions and the status.
        """
        named = frozenset(session_id_of(one, programme.acronym) for one in programme.sessions)
        known = _Known(self.sessions, named)
        found: list[Imported] = []
        seen: set[str] = set()
        for given in programme.sessions:
            planned = msgspec.structs.replace(given, event=given.event or self.event)
            if not self.allowed(planned.event):
                found.append(Imported(planned.title, "refused", why="The key is not for its event."))
                continue
            name = session_id_of(planned, programme.acronym) or await known.find(planned, seen) or _new_id(planned)
            if name in seen:
                found.append(Imported(planned.title, "refused", name, why="The programme has it twice."))
                continue
            seen.add(name)
            try:
                found.append(await despite_conflicts(partial(self._announce_or_change, planned, name)))
            except ProblemError as error:
                found.append(Imported(planned.title, "refused", name, why=str(error)))
        return tuple(found)

    async def _announce_or_change(self, planned: Planned, name: str) -> Imported:
        fields = _said(planned)
        now = datetime.now(UTC)
        try:
            before = await self.sessions.get(name)
        except NotFound:
            new = new_session(SessionDraft(id=name, **fields), now)
            if not self.try_only:
                self.on_change(await self.sessions.create(new))
            return Imported(planned.title, "announced", name)
        after = patched(before, SessionPatch(**fields), now)
        changes = tuple(one for one in fields if getattr(before, one) != getattr(after, one))
        if not changes:
            return Imported(planned.title, "unchanged", name)
        if not self.try_only:
            self.on_change(await self.sessions.replace(after, expected_version=before.version))
        return Imported(planned.title, "changed", name, changes)


@dataclass(slots=True)
class _Known:
    """Finds sessions that are there by what a programme without names says of them; asks once for each event."""

    sessions: SessionStore
    named: Collection[str]
    """Ids of sessions that the programme names; none of them is meant by one without a name."""
    events: dict[str, tuple[Session, ...]] = field(default_factory=dict)

    async def find(self, planned: Planned, seen: Collection[str]) -> str:
        """The id of the session that is meant, none of those that others of the programme were; or nothing."""
        event = fold_name(planned.event)
        if event not in self.events:
            self.events[event] = await self.sessions.list(SessionFilter(event=planned.event or None))
        there = [one for one in self.events[event] if one.id not in self.named and one.id not in seen]
        title, room = fold_name(planned.title), fold_name(planned.room)
        return _only(one.id for one in there if fold_name(one.title) == title) or _only(
            one.id for one in there if one.starts_at == planned.starts_at and fold_name(one.room) == room
        )


def _only(names: Iterable[str]) -> str:
    found = list(names)
    return found[0] if len(found) == 1 else ""


def _new_id(planned: Planned) -> str:
    return slug(planned.day, planned.room, planned.title)


def _said(planned: Planned) -> dict[str, Any]:
    """The fields of a session that the programme says."""
    said = {
        "title": planned.title,
        "event": planned.event,
        "room": planned.room,
        "date": planned.day,
        "languages": planned.languages,
        "starts_at": planned.starts_at,
        "ends_at": planned.ends_at,
        "about": planned.about,
    }
    return {name: value for name, value in said.items() if value}
