"""``/v1/keys``: make keys, list them, rotate and revoke them."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from captionflow.access import Role
from captionflow.cursors import read_cursor
from captionflow.errors import NotFound
from captionflow.keys import Key, KeyPlace, place_of
from services.http.access import check_granted, granted, open_to
from services.http.bodies import json_body
from services.http.openapi import answers, body, problems
from services.http.paging import NEXT, PAGE, Cursor, Limit, link_next
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.key_desk import KeyDesk
from services.sessions.key_drafts import KeyDraft, bounds
from services.sessions.key_view import KeyView, MadeKey, made, view
from services.sessions.routes import SessionDesk

_EXAMPLE = {
    "id": "9f2c61d07be4",
    "name": "room-2",
    "role": "captioner",
    "event": "IGF 2015",
    "session": "opening",
    "language": "en",
    "created_at": "2015-11-12T08:00:00Z",
    "created_by": "admin",
    "last_used_at": "2015-11-12T09:30:00Z",
    "revoked_at": "2015-11-13T18:00:00Z",
}
_MADE = _EXAMPLE | {"key": "cfk_…"}
_DRAFT = {"name": "room-2", "role": "captioner", "session": "opening"}
_SECRET = {"Cache-Control": "no-store"}
_FAILURES = ("bad-message", "conflict", "unsupported-media-type", "invalid", "unavailable")
Name = Annotated[str, Path(max_length=80, description="The key's name or id.", examples=["room-2"])]

routes = APIRouter(prefix="/v1/keys", tags=["keys"])
ROOM = Room(routes, (KeyView, MadeKey, KeyDraft))


@routes.get(
    "",
    summary="List keys",
    description="All that an admin, or an organiser of their event, may revoke: those in use, then those that were "
    "revoked. No key itself, since none is kept. A page has so many at most, and may have fewer.",
    response_class=Response,
    responses={
        200: answers(
            {"type": "array", "items": {"$ref": "#/components/schemas/KeyView"}}, [_EXAMPLE], f"Newest first. {NEXT}"
        ),
        **problems("bad-message", "unauthorized", "forbidden", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def listed(request: Request, limit: Limit = PAGE, cursor: Cursor = "") -> Response:
    """A page of the keys that the caller may look after."""
    ring = provided(request, KeyDesk).keys.ring
    found = ring.page(read_cursor(cursor, KeyPlace) if cursor else None, limit + 1)
    shown = [view(key, ring) for key in found[:limit] if await _looks_after(request, key)]
    more = link_next(request, place_of(found[limit - 1]) if len(found) > limit else None)
    return Response(msgspec.json.encode(shown), 200, _SECRET | more, "application/json")


@routes.post(
    "",
    summary="Make a key",
    description="The answer has the key, once: only its hash is kept. An organiser makes keys of captioners and "
    "viewers for their event and its sessions. The first key of an installation must be an admin's.",
    status_code=201,
    response_class=Response,
    responses={201: answers("MadeKey", _MADE, "Made"), **problems("unauthorized", "forbidden", *_FAILURES)},
    openapi_extra=body("KeyDraft", _DRAFT),
)
@open_to("organiser")
async def created(request: Request) -> Response:
    """Make a key, and show it."""
    desk = provided(request, KeyDesk)
    draft = await json_body(request, KeyDraft)
    wanted = bounds(draft)
    await _check_looks_after(request, draft.role, wanted.event, wanted.session)
    key, secret = await desk.create(draft, granted(request).key)
    return _made(made(key, secret), 201)


@routes.post(
    "/{name}/rotate",
    summary="Put another key in its place",
    description="Under the same name, for the same. The old one is refused from now on, and its connections end.",
    response_class=Response,
    responses={
        200: answers("MadeKey", _MADE, "The new key"),
        **problems("unauthorized", "forbidden", "not-found", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def rotated(request: Request, name: Name) -> Response:
    """Make a new one, and revoke the old one."""
    desk = provided(request, KeyDesk)
    for key in desk.find(name):
        await _check_looks_after(request, key.role, key.event, key.session)
    key, secret = await desk.rotate(name, granted(request).key)
    return _made(made(key, secret), 200)


@routes.delete(
    "/{name}",
    summary="Revoke a key",
    description="At once, on all processes; open connections with it end. The last key of an admin can't be revoked.",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "Revoked"},
        **problems("unauthorized", "forbidden", "not-found", "conflict", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def revoked(request: Request, name: Name) -> Response:
    """Let nobody in with it any more."""
    desk = provided(request, KeyDesk)
    for key in desk.find(name):
        await _check_looks_after(request, key.role, key.event, key.session)
    await desk.revoke(name, granted(request).key)
    return Response(status_code=204)


async def _looks_after(request: Request, key: Key) -> bool:
    grant = granted(request)
    if key.role in {"admin", "organiser"}:
        return grant.allows("admin")
    return grant.allows("organiser", event=await _event(request, key.event, key.session))


async def _check_looks_after(request: Request, role: Role, event: str | None, session: str | None) -> None:
    """Refuse a key that is not for the caller to make, rotate or revoke."""
    if role in {"admin", "organiser"}:
        check_granted(request, "admin")
    else:
        check_granted(request, "organiser", event=await _event(request, event, session))


async def _event(request: Request, event: str | None, session: str | None) -> str | None:
    """Which event a key belongs to; None if to none, or to all."""
    if session is None or granted(request).event is None:  # who may do so in all events is not asked for one
        return event
    try:
        return (await provided(request, SessionDesk).sessions.get(session)).event
    except NotFound:
        return None


def _made(found: MadeKey, status: int) -> Response:
    return Response(msgspec.json.encode(found), status, _SECRET, "application/json")
