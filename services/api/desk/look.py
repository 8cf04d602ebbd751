"""What all desks see at one moment: looked at once, and shown to each as far as its key reaches."""

from typing import TYPE_CHECKING, Final

import msgspec

from captionflow.access import Grant
from captionflow.errors import CaptionflowError
from captionflow.folding import fold_name
from captionflow.messages import Session, SourceReport
from services.api.context import Context
from services.api.desk.off_record import OffRecordSession, off_record_sessions
from services.api.desk.sessions_of_day import sessions_of_day
from services.api.pages.desk_view import DeskRoom, Trouble, desk_rooms, troubles
from services.api.pages.routes import local_now
from services.http.readiness import Readiness

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

RARE_SECONDS: Final = 5.0
"""Between two looks at the parts of the process, and at the sessions if this process knows of no change."""

_encode = msgspec.json.Encoder().encode


class SourceList(msgspec.Struct, frozen=True):
    """What is known of sources: a report of each source by each process that heard it."""

    sources: tuple[SourceReport, ...]


class DeskSessions(msgspec.Struct, frozen=True):
    """The rooms of the day, each with its sessions."""

    rooms: tuple[DeskRoom, ...]
    off_record: dict[str, OffRecordSession]
    """The sessions that are off the record, by their ids."""


class DeskReaders(msgspec.Struct, frozen=True):
    """How many read each session at this process; sessions that nobody reads are left out."""

    readers: dict[str, int]


class DeskServices(msgspec.Struct, frozen=True):
    """What does not work, what that means, and what to do."""

    troubles: tuple[Trouble, ...]


class Look:
    """What there was to see at a moment."""

    def __init__(self, at: float) -> None:
        self.at = at
        self.rare_at = at
        """When the parts of the process were asked, and the sessions read."""
        self.changes = -1
        """How many changes of sessions the process knew then."""
        self.missing: Mapping[str, str] = {}
        self.reports: Sequence[SourceReport] | None = None
        self.sessions: Sequence[Session] | None = None
        self.off_record: dict[str, OffRecordSession] = {}
        self.readers: dict[str, int] = {}
        self.wrong: dict[str, str] = {}
        self._shown: dict[tuple[str | None, str | None], dict[str, bytes]] = {}

    def of(self, grant: Grant) -> dict[str, bytes]:
        """What each event has for whoever has this key; made once for all whose keys reach as far."""
        bounds = grant.event, grant.session
        if bounds not in self._shown:
            self._shown[bounds] = self._made(grant)
        return self._shown[bounds]

    def _made(self, grant: Grant) -> dict[str, bytes]:
        found: dict[str, bytes] = {}
        mine = [one for one in self.sessions or () if _reaches(grant, one)]
        theirs = {one.id for one in mine}
        everything = (grant.event, grant.session) == (None, None)
        if self.reports is not None:
            found["sources"] = _encode(SourceList(tuple(r for r in self.reports if everything or r.session in theirs)))
        if self.sessions is not None:
            off_record = {session: one for session, one in self.off_record.items() if session in theirs}
            found["sessions"] = _encode(DeskSessions(desk_rooms(mine, local_now()), off_record))
        readers = {session: count for session, count in self.readers.items() if everything or session in theirs}
        found["readers"] = _encode(DeskReaders(readers))
        found["services"] = _encode(DeskServices(troubles({**self.missing, **self.wrong})))
        return found


async def look(context: Context, readiness: Readiness, before: Look | None, now: float) -> Look:
    """Look now; what changes rarely is as it was in the look before, if that is not old."""
    found = Look(now)
    try:
        found.reports = await context.ports.source_reports.latest()
    except CaptionflowError as error:
        found.wrong["sources"] = str(error)
    found.readers = context.hub.readers()
    found.changes = context.hub.session_changes
    if before is None or now - before.rare_at >= RARE_SECONDS:
        found.missing = await readiness.missing()
    else:
        found.missing, found.rare_at = before.missing, before.rare_at
        if before.sessions is not None and before.changes == found.changes:
            found.sessions = before.sessions
    try:
        if found.sessions is None:
            found.sessions = await sessions_of_day(context.ports.sessions, local_now())
        found.off_record = await off_record_sessions(context, found.sessions)
    except CaptionflowError as error:
        found.wrong["sessions"] = str(error)
    return found


def _reaches(grant: Grant, session: Session) -> bool:
    of_event = grant.event is None or fold_name(grant.event) == fold_name(session.event)
    return of_event and grant.session in {None, session.id}
