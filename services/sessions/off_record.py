"""``/v1/sessions/{session}/off-the-record``: live goes on, nothing is kept. A line of the log begins and ends it."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Final

import msgspec
from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.responses import Response

from captionflow.identity import language_of, session_id
from captionflow.messages import Session, Stream
from captionflow.off_record import SENDER
from captionflow.ports import LineLog
from captionflow.retrying import despite_conflicts
from services.http.access import granted, granted_language, open_to
from services.http.bodies import json_body
from services.http.openapi import answers, body, problems
from services.http.parameters import AnyLanguage, SessionId
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.own_lines import append_own
from services.sessions.routes import SessionDesk


class OffRecordDraft(Struct, frozen=True, forbid_unknown_fields=True):
    """The body of ``PUT /v1/sessions/{session}/off-the-record``."""

    on: bool
    """True: from now on nothing is kept. False: what is said from now on is on the record again."""


class OffRecordLanguage(Struct, frozen=True):
    """One language of the session."""

    language: str
    since: datetime | None
    """Since when it is off the record; null: it is on the record."""


class OffRecordNow(Struct, frozen=True):
    """Where a session is off the record."""

    on: bool
    """In one of these languages, at least."""
    languages: tuple[OffRecordLanguage, ...]


_SAID_AGAIN: Final = 100
"""The beginning of a passage is looked for among so many lines of organisers."""
_JUST_BEGUN: Final = timedelta(seconds=5)
_EXAMPLE = {"on": True, "languages": [{"language": "en", "since": "2026-11-24T09:12:05Z"}]}

routes = APIRouter(tags=["sessions"])
ROOM = Room(routes, (OffRecordDraft, OffRecordNow))


@routes.get(
    "/v1/sessions/{session}/off-the-record",
    summary="Whether it is off the record",
    description="Since when, in each language, or in the one that is asked for.",
    response_class=Response,
    responses={
        200: answers("OffRecordNow", _EXAMPLE, "As it is after the last line"),
        **problems("not-found", "unavailable"),
    },
)
@open_to("captioner")
async def is_off_record(request: Request, session: SessionId, lang: AnyLanguage = None) -> Response:
    """How it is after the last line of the log."""
    desk = provided(request, SessionDesk)
    found = await desk.sessions.get(session_id(session))
    return await _answer(desk.line_log, found, _languages(found, granted_language(request, lang)))


@routes.put(
    "/v1/sessions/{session}/off-the-record",
    summary="Go off the record, or back on it",
    description="In all languages, or in the one that is named. Off the record viewers go on reading live, and nothing "
    "of what is said is kept: transcript, exports and search have a note with the length of the passage in its place. "
    "When this is answered, nothing that comes in is written any more. The same again changes nothing.",
    response_class=Response,
    responses={
        200: answers("OffRecordNow", _EXAMPLE, "As it is now"),
        **problems("bad-message", "not-found", "conflict", "unsupported-media-type", "invalid", "unavailable"),
    },
    openapi_extra=body("OffRecordDraft", {"on": True}),
)
@open_to("captioner")
async def put_off_record(request: Request, session: SessionId, lang: AnyLanguage = None) -> Response:
    """Append the lines that say so."""
    desk = provided(request, SessionDesk)
    draft = await json_body(request, OffRecordDraft)
    found = await desk.sessions.get(session_id(session))
    languages = _languages(found, granted_language(request, lang))
    changed = await asyncio.gather(*(turn(desk.line_log, Stream(found.id, one), on=draft.on) for one in languages))
    if any(changed):
        action = "off_record_begun" if draft.on else "off_record_ended"
        shown = ", ".join(one for one, is_new in zip(languages, changed, strict=True) if is_new)
        await desk.audit.record(action, found.id, granted(request).key, event=found.event, detail=shown)
    return await _answer(desk.line_log, found, languages)


def _languages(session: Session, language: str | None) -> tuple[str, ...]:
    return session.languages if language is None else (language_of(session, language),)


async def off_since(line_log: LineLog, stream: Stream) -> datetime | None:
    """Since when a stream is off the record after the last line of the log; None if it is not."""
    since = None
    for line in reversed(await line_log.last_lines(*stream, SENDER, limit=_SAID_AGAIN)):
        if not line.off_record:
            break
        since = line.received_at
    return since


async def turn(line_log: LineLog, stream: Stream, *, on: bool) -> bool:
    """Go off the record, or back on it; whether that was a change."""

    async def attempt() -> bool:
        since = await off_since(line_log, stream)
        changes = on == (since is None)
        # Said again while the first call may not be answered yet: then this one must not be answered before it.
        if changes or (since is not None and datetime.now(UTC) - since < _JUST_BEGUN):
            await append_own(line_log, stream, SENDER, off_record=on)
        return changes

    return await despite_conflicts(attempt)


async def _answer(line_log: LineLog, session: Session, languages: Sequence[str]) -> Response:
    since = await asyncio.gather(*(off_since(line_log, Stream(session.id, one)) for one in languages))
    found = tuple(OffRecordLanguage(*one) for one in zip(languages, since, strict=True))
    shown = OffRecordNow(any(one.since is not None for one in found), found)
    return Response(msgspec.json.encode(shown), headers={"Cache-Control": "no-store"}, media_type="application/json")
