"""``/v1/programme``: announce and change all sessions of a conference from what its own tool exports."""

import asyncio
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from services.http.access import granted, open_to
from services.http.bodies import body_of_any_kind
from services.http.openapi import answers, problems, request_body
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.programme.planned import MAX_NAME_CHARS, Skipped, zone_of
from services.sessions.programme.reading import read
from services.sessions.programme_update import Imported, ProgrammeUpdate
from services.sessions.routes import SessionDesk


class ProgrammeReport(msgspec.Struct, frozen=True):
    """What became of a programme."""

    sessions: tuple[Imported, ...]
    """In its order."""
    skipped: tuple[Skipped, ...] = ()
    """What in it is no session that could be announced."""


_EXAMPLE = {
    "sessions": [{"title": "Opening", "outcome": "announced", "session": "igf2015-42", "changes": [], "why": ""}],
    "skipped": [{"where": "Lunch", "why": "it has a day and no time."}],
}
_TABLE = "title,room,date,start,end\nOpening,Main hall,2015-11-10,09:00,10:30\n"
_BODIES = {
    "text/calendar": {"schema": {"type": "string"}, "example": "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
    "text/csv": {"schema": {"type": "string"}, "example": _TABLE},
    "application/json": {"schema": {"type": "object"}, "example": {"schedule": {"conference": {"days": []}}}},
    "application/xml": {"schema": {"type": "string"}, "example": "<schedule></schedule>"},
}

Event = Annotated[
    str, Query(max_length=MAX_NAME_CHARS, description="Where the programme names no event.", examples=["IGF 2015"])
]
Zone = Annotated[
    str, Query(max_length=80, description="Time zone of times that have none (IANA).", examples=["Europe/Berlin"])
]
DryRun = Annotated[bool, Query(description="Say what would be done, and do nothing.", examples=[True])]

routes = APIRouter(tags=["sessions"])
ROOM = Room(routes, (ProgrammeReport, Imported, Skipped))


@routes.post(
    "/v1/programme",
    summary="Import a programme",
    description="iCalendar, CSV, pretalx's and frab's schedule.json and schedule.xml, Indico's JSON; the form is told "
    "by the content. Each session is announced, or changed if an earlier import announced it; the same programme again "
    "changes nothing, and none is deleted.",
    response_class=Response,
    responses={
        200: answers("ProgrammeReport", _EXAMPLE, "What became of each session"),
        **problems("bad-message", "conflict", "too-large", "unsupported-media-type", "invalid", "unavailable"),
    },
    openapi_extra=request_body(_BODIES),
)
@open_to("organiser")
async def import_programme(
    request: Request, event: Event = "", timezone: Zone = "", dry_run: DryRun = False
) -> Response:
    """Announce and change the sessions of a programme."""
    desk = provided(request, SessionDesk)
    grant = granted(request)
    zone = zone_of(timezone) if timezone else None
    programme = await asyncio.to_thread(read, await body_of_any_kind(request), zone)
    update = ProgrammeUpdate(
        desk.sessions,
        event=event,
        allowed=lambda name: grant.allows("organiser", event=name, session=grant.session, language=grant.language),
        on_change=desk.on_change,
        try_only=dry_run,
    )
    report = ProgrammeReport(await update.of(programme), programme.skipped)
    if not dry_run:
        await desk.audit.record("programme_imported", event or "programme", grant.key, event=event)
    return Response(msgspec.json.encode(report), media_type="application/json")
