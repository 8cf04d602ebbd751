"""``/v1/sessions/{session}/off-the-record``: live goes on, nothing is kept. A line of the log begins and ends it."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import Final

import msgspec
from fastapi import APIRouter, Request
from msgspec import Struct
from starlette.responses import Response

from captionflow.identity import language_of, session_id
from captionflow.messages import Session, Stream
from captionflow.ports import LineLog
from services.http.access import granted, granted_language, open_to
from services.http.bodies import json_body
from services.http.openapi import answers, body, problems
from services.http.parameters import AnyLanguage, SessionId
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.passages import off_since, turned
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


_AUDIT_SECONDS: Final = 1.0
"""How long the trail is waited for while the log is away."""
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
    "When this is answered, nothing that comes in is written any more. The same again changes nothing. While the line "
    "log is away, the answer is 202: the ingest that answers keeps nothing from now on, and the log is told when it is "
    "back, with the time of this call. Ask the one that takes the session's captions, as the proxies shipped do.",
    response_class=Response,
    responses={
        200: answers("OffRecordNow", _EXAMPLE, "As it is now"),
        202: answers("OffRecordNow", _EXAMPLE, "As it is for this process, until the line log is back"),
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
    turn = partial(turned, desk.line_log) if desk.turn is None else desk.turn
    done = await asyncio.gather(*(turn(Stream(found.id, one), on=draft.on) for one in languages))
    action = "off_record_begun" if draft.on else "off_record_ended"
    shown = ", ".join(one for one, how in zip(languages, done, strict=True) if how != "same")
    recording = partial(desk.audit.record, action, found.id, granted(request).key, event=found.event, detail=shown)
    if "waiting" in done:
        with suppress(TimeoutError):  # the service's log has it
            async with asyncio.timeout(_AUDIT_SECONDS):
                await recording()
        since = datetime.now(UTC) if draft.on else None
        return _shown(tuple(OffRecordLanguage(one, since) for one in languages), 202)
    if shown:
        await recording()
    return await _answer(desk.line_log, found, languages)


def _languages(session: Session, language: str | None) -> tuple[str, ...]:
    return session.languages if language is None else (language_of(session, language),)


async def _answer(line_log: LineLog, session: Session, languages: Sequence[str]) -> Response:
    since = await asyncio.gather(*(off_since(line_log, Stream(session.id, one)) for one in languages))
    return _shown(tuple(OffRecordLanguage(*one) for one in zip(languages, since, strict=True)))


def _shown(found: tuple[OffRecordLanguage, ...], status: int = 200) -> Response:
    shown = OffRecordNow(any(one.since is not None for one in found), found)
    return Response(
        msgspec.json.encode(shown), status, headers={"Cache-Control": "no-store"}, media_type="application/json"
    )
