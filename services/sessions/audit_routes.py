"""``/v1/audit``: who did what."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from captionflow.audit import MAX_ENTRIES, AuditEntry
from captionflow.cursors import read_cursor
from services.http.access import granted, open_to
from services.http.openapi import answers, problems
from services.http.paging import NEXT, PAGE, Cursor, Limit, link_next
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.audit_log import AuditLog

_EXAMPLE = {
    "at": "2015-11-12T09:00:02Z",
    "action": "session_finished",
    "by": "igf-2015",
    "subject": "opening",
    "event": "IGF 2015",
    "detail": "",
    "v": 1,
}
Place = Annotated[int, msgspec.Meta(ge=0, le=2**63 - 1)]

routes = APIRouter(tags=["keys"])
ROOM = Room(routes, (AuditEntry,))


@routes.get(
    "/v1/audit",
    summary="Who did what",
    description="Newest first. An organiser of an event gets what was done in it: a page has so many entries at most, "
    "and may have fewer. No text of captions, and no key.",
    response_class=Response,
    responses={
        200: answers(
            {"type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}}, [_EXAMPLE], f"Newest first. {NEXT}"
        ),
        **problems("bad-message", "unauthorized", "forbidden", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def page(request: Request, limit: Limit = PAGE, cursor: Cursor = "") -> Response:
    """A page of the entries that the caller may see."""
    grant = granted(request)
    before = read_cursor(cursor, Place) if cursor else None
    found = await provided(request, AuditLog).trail.page(limit if grant.event is None else MAX_ENTRIES, before)
    seen = [(at, one) for at, one in found.entries if grant.allows("organiser", event=one.event)]
    more = link_next(request, seen[limit - 1][0] if len(seen) > limit else found.next)
    content = msgspec.json.encode([one for _, one in seen[:limit]])
    return Response(content, 200, {"Cache-Control": "no-store"} | more, "application/json")
