"""``GET /v1/sources`` and ``GET /v1/desk/events``: who sends, and all that the desk watches, as it changes."""

import asyncio
from collections.abc import AsyncGenerator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.access import Grant
from captionflow.cursors import read_cursor
from captionflow.errors import NotFound, Unavailable
from captionflow.folding import fold_name
from captionflow.identity import session_id
from captionflow.messages import SourceReport
from services.api.context import Context
from services.api.desk.look import DeskReaders, DeskServices, DeskSessions, Look, SourceList, look
from services.api.live import sse
from services.http.access import granted, open_to
from services.http.openapi import answers, event_stream, problems
from services.http.outflow import Streamed
from services.http.paging import NEXT, PAGE, Cursor, Limit, link_next
from services.http.parameters import SessionId
from services.http.provided import provided
from services.http.readiness import Readiness
from services.http.rooms import Room

MAX_DESKS: Final = 50
"""Desks that watch at a time."""
LOOK_SECONDS: Final = 1.0
_HEARTBEAT_LOOKS: Final = 15

_encode = msgspec.json.Encoder().encode


class SessionSources(SourceList, frozen=True, kw_only=True):
    """Those of one session, and what time it is, so that a page can count on from there."""

    now: datetime


class Desks:
    """All desks that watch now. However many there are, what they show is looked at once a second for all of them."""

    def __init__(self, context: Context, readiness: Readiness) -> None:
        self.watching = 0
        self._context = context
        self._readiness = readiness
        self._looking = asyncio.Lock()
        self._look: Look | None = None

    async def look(self) -> Look:
        """What there was to see less than a second ago."""
        async with self._looking:
            now = asyncio.get_running_loop().time()
            if self._look is None or now - self._look.at >= LOOK_SECONDS * 0.9:  # each desk looks once a second
                self._look = await look(self._context, self._readiness, self._look, now)
            return self._look

    def come(self) -> None:
        """One more watches, until it goes.

        Raises:
            Unavailable: there are too many.
        """
        if self.watching >= MAX_DESKS:
            raise Unavailable(f"All {MAX_DESKS} places of desks are taken: close one.", retry_after=10)
        self.watching += 1

    def go(self) -> None:
        """One less."""
        self.watching -= 1


_EXAMPLE = {
    "sources": [
        {
            "session": "opening",
            "language": "en",
            "source": "desk-1",
            "door": "json",
            "process": "5f3a9c01",
            "at": "2026-11-24T09:10:00Z",
            "since": "2026-11-24T09:00:00Z",
            "last_word_at": "2026-11-24T09:09:59Z",
            "words": 1400,
            "words_a_minute": 142,
            "delay_seconds": 0.02,
            "warnings": [],
            "v": 1,
        }
    ]
}
_EVENTS = 'event: readers\ndata: {"readers":{"opening":214}}\n\n'
OfSession = Annotated[str | None, Query(max_length=80, description="Only its sources.", examples=["opening"])]

ReportPlace = tuple[int, str, str, str, str]

routes = APIRouter(tags=["desk"])
ROOM = Room(routes, (SourceList, SessionSources, DeskSessions, DeskReaders, DeskServices))


@routes.get(
    "/v1/sources",
    summary="Who sends",
    description="The sources that were heard lately: by which door, since when, their last word, pace, delay and "
    "warnings. A source that several processes heard has a report of each: words and paces add up, the latest word "
    "counts.",
    response_class=Response,
    responses={
        200: answers("SourceList", _EXAMPLE, f"The newest report comes last. {NEXT}"),
        **problems("bad-message", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def sources(request: Request, session: OfSession = None, limit: Limit = PAGE, cursor: Cursor = "") -> Response:
    """A page of the latest reports. A source that reports meanwhile comes again, and none is left out."""
    after = read_cursor(cursor, ReportPlace) if cursor else None
    found = await _sources(provided(request, Context), granted(request), session)
    ordered = sorted((one for one in found if after is None or report_place(one) > after), key=report_place)
    shown = ordered[:limit]
    more = link_next(request, report_place(shown[-1]) if len(ordered) > limit else None)
    headers = {"Cache-Control": "no-store"} | more
    return Response(_encode(SourceList(tuple(shown))), headers=headers, media_type="application/json")


@routes.get(
    "/v1/sessions/{session}/sources",
    summary="Who sends to a session",
    description="For those who caption it: who else is there, and who hands over to whom.",
    response_class=Response,
    responses={
        200: answers("SessionSources", _EXAMPLE | {"now": "2026-11-24T09:10:01Z"}, "The newest report comes last"),
        **problems("not-found", "invalid", "unavailable"),
    },
)
@open_to("captioner")
async def sources_of_session(request: Request, session: SessionId) -> Response:
    """The latest reports of its sources."""
    reports = await provided(request, Context).ports.source_reports.latest()
    wanted = session_id(session)
    theirs = tuple(one for one in reports if one.session == wanted)
    found = SessionSources(theirs, now=datetime.now(UTC))
    return Response(_encode(found), headers={"Cache-Control": "no-store"}, media_type="application/json")


@routes.get(
    "/v1/desk/events",
    summary="What the desk watches",
    description="Server-sent events: `sources`, `sessions` (the rooms of the day), `readers` and `services`, each "
    "whole, at first and whenever it changes. There is nothing to resume: who connects again gets all four.",
    response_class=Response,
    responses={
        200: event_stream("How it is, and what changes", _EVENTS),
        **problems("unavailable"),
    },
)
@open_to("organiser")
async def desk_events(request: Request) -> Response:
    """The stream of one desk."""
    desks = provided(request, Desks)
    await desks.look()  # so that a refusal is an answer
    desks.come()
    return Streamed(
        _watch(provided(request, Context), desks, granted(request)),
        {"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
        "text/event-stream",
        over=desks.go,
    )


async def _watch(context: Context, desks: Desks, grant: Grant) -> AsyncGenerator[bytes]:
    """All that is shown, and then what is different, until the process stops."""
    shown: dict[str, bytes] = {}
    quiet = 0
    while not context.hub.closed:
        now = (await desks.look()).of(grant)
        changed = {name: data for name, data in now.items() if shown.get(name) != data}
        shown |= changed
        quiet = 0 if changed else quiet + 1
        if changed:
            yield b"".join(sse.event(name, data).frame for name, data in changed.items())
        elif quiet % _HEARTBEAT_LOOKS == 0:
            yield sse.HEARTBEAT
        await asyncio.sleep(LOOK_SECONDS)


def report_place(report: SourceReport) -> ReportPlace:
    """Where it stands in the list: its time in microseconds, then what it is of."""
    return (int(report.at.timestamp() * 1e6), report.session, report.language, report.source, report.process)


async def _sources(context: Context, grant: Grant, session: str | None) -> Sequence[SourceReport]:
    found = await context.ports.source_reports.latest()
    if session is not None:
        found = [one for one in found if one.session == session]
    if grant.session is not None:
        found = [one for one in found if one.session == grant.session]
    if grant.event is not None:
        theirs = await _of_event(context, grant.event, {one.session for one in found})
        found = [one for one in found if one.session in theirs]
    return found


async def _of_event(context: Context, event: str, sessions: set[str]) -> set[str]:
    """Those of these sessions that belong to an event."""
    found = set()
    for name in sessions:
        with suppress(NotFound):
            if fold_name((await context.ports.sessions.get(name)).event) == fold_name(event):
                found.add(name)
    return found
