"""``POST /v1/sessions/{session}/lines/presence``: who is at the keys or stands by, and who hands over to whom."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Request, Response

from captionflow.identity import session_id
from services.http.access import granted_language, open_to
from services.http.bodies import json_body
from services.http.openapi import body, problems
from services.http.parameters import SessionId
from services.http.provided import provided
from services.http.rooms import Room
from services.ingest.gateway import Gateway
from services.ingest.protocols.json_lines import SenderName, parse_sender
from services.ingest.routes import Language, language_given

DOOR = "page"
"""The caption page's: it sends lines as JSON, and says besides that it is there."""
MAX_SECONDS = 120
"""Longest countdown."""


class HandingOver(msgspec.Struct, forbid_unknown_fields=True):
    """To whom, and after how many seconds."""

    to: SenderName
    """The sender's name."""
    seconds: Annotated[float, msgspec.Meta(ge=0, le=MAX_SECONDS)] = 0


class Presence(msgspec.Struct, forbid_unknown_fields=True):
    """What a caption page says of itself, now and then."""

    sender: SenderName
    """The name under which it sends lines."""
    hand_over: HandingOver | None = None
    """null: it does not hand over, or does so no more."""


routes = APIRouter(tags=["lines"])
ROOM = Room(routes, (Presence,))


@routes.post(
    "/v1/sessions/{session}/lines/presence",
    summary="Be there",
    description="Whoever may caption a session says that they are there, whether they type or stand by, and when they "
    "hand over to another one. It is forgotten after a while: say it again every 20 s.",
    status_code=204,
    response_class=Response,
    responses={
        204: {"description": "Known to the others a moment later"},
        **problems("bad-message", "not-found", "unsupported-media-type", "invalid", "too-large", "unavailable"),
    },
    openapi_extra=body("Presence", {"sender": "ana-1", "hand_over": {"to": "ben-1", "seconds": 10}}),
)
@open_to("captioner")
async def present(request: Request, session: SessionId, lang: Language = None) -> Response:
    """Note it, and tell the others."""
    said = await json_body(request, Presence)
    gateway = provided(request, Gateway)
    stream = await gateway.stream(session_id(session), granted_language(request, language_given(lang)))
    to = said.hand_over
    gateway.sources.present(
        stream,
        parse_sender(said.sender),
        DOOR,
        to=None if to is None else parse_sender(to.to),
        seconds=0 if to is None else to.seconds,
    )
    return Response(status_code=204)
