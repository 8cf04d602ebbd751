"""``/v1/audit``: who did what."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.audit import MAX_ENTRIES, AuditEntry
from services.http.access import granted, open_to
from services.http.openapi import answers, problems
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
Limit = Annotated[int, Query(ge=1, le=MAX_ENTRIES, description="Entries at most.", examples=[100])]

routes = APIRouter(tags=["keys"])
ROOM = Room(routes, (AuditEntry,))


@routes.get(
    "/v1/audit",
    summary="Who did what",
    description="Newest first. An organiser of an event gets what was done in it. No text of captions, and no key.",
    response_class=Response,
    responses={
        200: answers(
            {"type": "array", "items": {"$ref": "#/components/schemas/AuditEntry"}}, [_EXAMPLE], "Newest first"
        ),
        **problems("unauthorized", "forbidden", "invalid", "unavailable"),
    },
)
@open_to("organiser")
async def latest(request: Request, limit: Limit = 100) -> Response:
    """The last entries."""
    grant = granted(request)
    wanted = limit if grant.event is None else MAX_ENTRIES
    entries = await provided(request, AuditLog).trail.latest(wanted)
    seen = [one for one in entries if grant.allows("organiser", event=one.event)]
    return Response(msgspec.json.encode(seen[:limit]), 200, {"Cache-Control": "no-store"}, "application/json")
