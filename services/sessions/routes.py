"""``/v1/sessions``: announce sessions, list them, change them."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.cursors import read_cursor
from captionflow.errors import Conflict
from captionflow.identity import FIRST_YEAR, LAST_YEAR, is_day, session_id
from captionflow.messages import Session, Status
from captionflow.ports import LineLog, SessionFilter, SessionPlace, SessionStore
from captionflow.retrying import MAX_TRIES, despite_conflicts
from captionflow.session_order import place
from services.http.access import check_granted, granted, open_to, seen_by, sees
from services.http.bodies import json_body
from services.http.negotiation import has
from services.http.openapi import Responses, answers, body, problems
from services.http.paging import NEXT, PAGE, Cursor, Limit, link_next
from services.http.parameters import SessionId
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.audit_log import AuditLog
from services.sessions.audited import told
from services.sessions.drafts import SessionDraft, SessionPatch, new_session, patched, says_the_same
from services.sessions.end_line import end_session
from services.sessions.passages import Turn

MAX_FILTER_CHARS = 300

_EXAMPLE = {
    "id": "2015-11-12-room-2-opening",
    "version": 1,
    "created_at": "2015-11-12T08:00:00Z",
    "updated_at": "2015-11-12T08:00:00Z",
    "title": "Opening",
    "event": "IGF 2015",
    "room": "Room 2",
    "date": "2015-11-12",
    "languages": ["en"],
    "starts_at": "2015-11-12T09:00:00Z",
    "ends_at": None,
    "status": "scheduled",
    "edition": None,
    "about": "",
    "demo": False,
    "ends_after_minutes": None,
    "closed": False,
    "v": 1,
}
_ANNOUNCEMENT = {"title": "Opening", "event": "IGF 2015", "room": "Room 2", "date": "2015-11-12"}
_ONE: Responses = {200: answers("Session", _EXAMPLE, "The session")}
_MANY = answers(
    {"type": "array", "items": {"$ref": "#/components/schemas/Session"}},
    [_EXAMPLE],
    f"Live ones first. {NEXT}",
)
_UNCHANGED: Responses = {304: {"description": "It is as `If-None-Match` knows it"}}


@dataclass(frozen=True, slots=True)
class SessionDesk:
    """What these calls need."""

    sessions: SessionStore
    line_log: LineLog
    audit: AuditLog
    on_change: Callable[[Session], None] = lambda _: None
    """Told of each session that was changed."""
    turn: Turn | None = None
    """Takes a stream off the record and back on it; None: the line log alone says so."""


routes = APIRouter(tags=["sessions"])
ROOM = Room(routes, (Session, SessionDraft, SessionPatch))


WantedStatus = Annotated[
    Status | Literal[""] | None, Query(description="Only those; empty for all.", examples=["live"])
]
WantedEvent = Annotated[
    str | None, Query(max_length=MAX_FILTER_CHARS, description="Of this event.", examples=["IGF 2015"])
]
WantedRoom = Annotated[str | None, Query(max_length=MAX_FILTER_CHARS, description="In this room.", examples=["Room 2"])]
WantedDay = Annotated[
    str, Query(description="Of this day; its start tells, where none was announced.", examples=["2015-11-12"])
]


@routes.post(
    "/v1/sessions",
    summary="Announce a session",
    description="Idempotent: the same announcement again answers 200 with the session as it is.",
    status_code=201,
    response_class=Response,
    responses={
        201: answers("Session", _EXAMPLE, "Announced; `Location` is its address"),
        200: answers("Session", _EXAMPLE, "It was announced before, in the same words"),
        **problems("bad-message", "conflict", "unsupported-media-type", "invalid", "unavailable"),
    },
    openapi_extra=body("SessionDraft", _ANNOUNCEMENT),
)
@open_to("organiser")
async def announce(request: Request) -> Response:
    """Announce a session; the same announcement again changes nothing."""
    desk = provided(request, SessionDesk)
    draft = await json_body(request, SessionDraft)
    grant = granted(request)
    if grant.event is not None and not draft.event:  # an organiser announces for their own event
        draft = msgspec.structs.replace(draft, event=grant.event)
    wanted = new_session(draft, datetime.now(UTC))
    check_granted(request, "organiser", event=wanted.event)
    try:
        session = await desk.sessions.create(wanted)
    except Conflict:
        session = await desk.sessions.get(wanted.id)
        if not says_the_same(draft, session):
            raise
    if session == wanted:
        desk.on_change(session)
        await desk.audit.record("session_announced", session.id, grant.key, event=session.event)
        return _answer(session, 201, {"Location": f"/v1/sessions/{session.id}"})
    return _answer(session)


@routes.get(
    "/v1/sessions",
    summary="List sessions",
    description="Live ones first, then the newest day first; what has no day comes last. A page has so many at most, "
    "and may have fewer. `event` and `room` compare as a whole, whatever their case, accents and hyphens.",
    response_class=Response,
    responses={200: _MANY, **problems("bad-message", "invalid", "unavailable")},
)
@open_to("anyone")
async def listed(  # noqa: PLR0913, PLR0917 - a parameter for each filter
    request: Request,
    status: WantedStatus = None,
    event: WantedEvent = None,
    room: WantedRoom = None,
    day: WantedDay = "",
    limit: Limit = PAGE,
    cursor: Cursor = "",
) -> Response:
    """A page of the sessions that match the filters."""
    if day and not is_day(day):
        raise ProblemError("invalid", f"day: it is not a day like 2015-11-12 of {FIRST_YEAR} to {LAST_YEAR}.")
    grant = granted(request)
    wanted = SessionFilter(
        status=status or None,
        event=event or None,
        room=room or None,
        since=day or None,
        until=day or None,
        after=read_cursor(cursor, SessionPlace) if cursor else None,
        limit=limit + 1,
    )
    found = await provided(request, SessionDesk).sessions.list(seen_by(grant, wanted))
    shown = [one for one in found[:limit] if sees(grant, one)]
    headers = link_next(request, place(found[limit - 1]) if len(found) > limit else None)
    return Response(msgspec.json.encode(shown), headers=headers, media_type="application/json")


@routes.get(
    "/v1/sessions/{session}",
    summary="One session",
    response_class=Response,
    responses={**_ONE, **_UNCHANGED, **problems("not-found", "unavailable")},
)
@open_to("reader")
async def one(request: Request, session: SessionId) -> Response:
    """A session as it is now."""
    found = await provided(request, SessionDesk).sessions.get(session_id(session))
    return _answer(found, known=request.headers.get("if-none-match"))


@routes.patch(
    "/v1/sessions/{session}",
    summary="Change a session",
    description="Merge patch (RFC 7396). `If-Match` with the ETag, or `version`, refuses the change when somebody "
    "was faster. `status: finished` ends the captions.",
    response_class=Response,
    responses={
        **_ONE,
        **problems(
            "bad-message",
            "not-found",
            "conflict",
            "precondition-failed",
            "unsupported-media-type",
            "invalid",
            "unavailable",
        ),
    },
    openapi_extra=body("SessionPatch", {"room": "Main hall", "status": "live"}, "application/merge-patch+json"),
)
@open_to("organiser")
async def changed(request: Request, session: SessionId) -> Response:
    """Change what the patch names."""
    desk = provided(request, SessionDesk)
    patch = await json_body(request, SessionPatch, kinds=("application/merge-patch+json", "application/json"))
    if patch.event is not msgspec.UNSET:  # nobody gives a session away that is not theirs, or takes one
        check_granted(request, "organiser", event=patch.event or "")
    before, after = await _change(desk.sessions, session_id(session), patch, request.headers.get("if-match"))
    if patch.status == "finished":  # also if it was so before: a try that failed half-way left no end in the log
        await end_session(desk.line_log, after)
    if after != before:
        desk.on_change(after)
        await _record(desk.audit, before, after, granted(request).key)
    return _answer(after)


async def _record(audit: AuditLog, before: Session, after: Session, by: str | None) -> None:
    for action, detail in told(before, after):
        await audit.record(action, after.id, by, event=after.event, detail=detail)


async def _change(
    sessions: SessionStore, session: str, patch: SessionPatch, if_match: str | None
) -> tuple[Session, Session]:
    """The session before and after."""

    async def attempt() -> tuple[Session, Session]:
        before = await sessions.get(session)
        if if_match is not None and not has(if_match, etag(before)):
            raise ProblemError("precondition-failed", f"The session is at version {before.version}: read it again.")
        if patch.version not in {msgspec.UNSET, before.version}:
            raise Conflict(f"The session is at version {before.version}: read it again.")
        wanted = patched(before, patch, datetime.now(UTC))
        if wanted is before:
            return before, before
        return before, await sessions.replace(wanted, expected_version=before.version)

    pinned = if_match is not None or patch.version is not msgspec.UNSET
    return await despite_conflicts(attempt, tries=1 if pinned else MAX_TRIES)


def etag(session: Session) -> str:
    """Strong: equal as long as the session is."""
    return f'"{session.version}"'


def _answer(
    session: Session, status: int = 200, headers: dict[str, str] | None = None, *, known: str | None = None
) -> Response:
    headers = {"ETag": etag(session), **(headers or {})}
    if has(known, etag(session)):
        return Response(status_code=304, headers=headers)
    return Response(msgspec.json.encode(session), status, headers, "application/json")
