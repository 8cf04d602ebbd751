"""``/v1/sessions``: announce sessions, list them, change them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.errors import Conflict
from captionflow.messages import Status  # noqa: TC001 - FastAPI reads the annotation
from captionflow.ports import SessionFilter
from services.api.identity import known_id
from services.api.problems import ProblemError
from services.api.session_drafts import SessionDraft, SessionPatch, new_session, patched, says_the_same

if TYPE_CHECKING:
    from captionflow.messages import Session
    from services.api.context import Context

MAX_TRIES = 5
"""Of a change that says nothing of versions and meets another one."""

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
    "v": 1,
}
_ONE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/Session"}, "example": _EXAMPLE}}}
}
_MANY: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {
            "application/json": {
                "schema": {"type": "array", "items": {"$ref": "#/components/schemas/Session"}},
                "example": [_EXAMPLE],
            }
        }
    }
}


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["sessions"])
    sessions = context.adapters.sessions

    @routes.post(
        "/v1/sessions",
        summary="Announce a session",
        description="Idempotent: the same announcement again answers 200 with the session as it is.",
        status_code=201,
        response_class=Response,
        responses={201: {**_ONE[200], "description": "Announced"}, **_ONE},
        openapi_extra=_body(
            "SessionDraft", {"title": "Opening", "event": "IGF 2015", "room": "Room 2", "date": "2015-11-12"}
        ),
    )
    async def announce(request: Request) -> Response:
        draft = msgspec.json.decode(await request.body(), type=SessionDraft)
        wanted = new_session(draft, datetime.now(UTC))
        try:
            session = await sessions.create(wanted)
        except Conflict:
            session = await sessions.get(wanted.id)
            if not says_the_same(draft, session):
                raise
        if session == wanted:
            return _answer(session, 201, {"Location": f"/v1/sessions/{session.id}"})
        return _answer(session)

    @routes.get("/v1/sessions", summary="List sessions", response_class=Response, responses=_MANY)
    async def listed(
        status: Annotated[Status | None, Query(description="Only those.")] = None,
        event: Annotated[str | None, Query(max_length=300, examples=["IGF 2015"])] = None,
        room: Annotated[str | None, Query(max_length=300, examples=["Room 2"])] = None,
    ) -> Response:
        found = await sessions.list(SessionFilter(status=status, event=event or None, room=room or None))
        return Response(msgspec.json.encode(found), media_type="application/json")

    @routes.get("/v1/sessions/{session}", summary="One session", response_class=Response, responses=_ONE)
    async def one(session: str) -> Response:
        return _answer(await sessions.get(known_id(session)))

    @routes.patch(
        "/v1/sessions/{session}",
        summary="Change a session",
        description="Merge patch (RFC 7396). `If-Match` with the ETag, or `version`, refuses the change when somebody "
        "was faster. `status: finished` ends the captions.",
        response_class=Response,
        responses=_ONE,
        openapi_extra=_body("SessionPatch", {"room": "Main hall", "status": "live"}, "application/merge-patch+json"),
    )
    async def changed(request: Request, session: str) -> Response:
        patch = msgspec.json.decode(await request.body(), type=SessionPatch)
        before, after = await _change(context, known_id(session), patch, request.headers.get("if-match"))
        if after.status == "finished" and before.status != "finished":
            await context.end_session(after)
        if after != before:
            context.hub.session_changed(after)
        return _answer(after)

    return routes


async def _change(context: Context, session: str, patch: SessionPatch, if_match: str | None) -> tuple[Session, Session]:
    """The session before and after."""
    sessions = context.adapters.sessions
    pinned = if_match is not None or patch.version is not msgspec.UNSET
    for tries_left in reversed(range(1 if pinned else MAX_TRIES)):
        before = await sessions.get(session)
        if (
            if_match is not None
            and if_match != "*"
            and etag(before) not in [one.strip() for one in if_match.split(",")]
        ):
            raise ProblemError(
                412, "precondition-failed", f"The session is at version {before.version}: read it again."
            )
        if patch.version not in {msgspec.UNSET, before.version}:
            raise Conflict(f"The session is at version {before.version}: read it again.")
        wanted = patched(before, patch, datetime.now(UTC))
        if wanted is before:
            return before, before
        try:
            return before, await sessions.replace(wanted, expected_version=before.version)
        except Conflict:
            if not tries_left:
                raise
    raise AssertionError  # pragma: no cover - the last try returns or raises


def etag(session: Session) -> str:
    """Strong: equal as long as the session is."""
    return f'"{session.version}"'


def _answer(session: Session, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    headers = {"ETag": etag(session), **(headers or {})}
    return Response(msgspec.json.encode(session), status, headers, "application/json")


def _body(schema: str, example: dict[str, Any], kind: str = "application/json") -> dict[str, Any]:
    content = {kind: {"schema": {"$ref": f"#/components/schemas/{schema}"}, "example": example}}
    return {"requestBody": {"required": True, "content": content}}
