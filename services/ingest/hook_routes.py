"""The webhooks of recognisers: one address each, which takes what its recogniser sends as it is.

Bodies come under any content type. Only 200 is success to some.
"""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Path, Request, Response

from captionflow.encoding import from_utf8
from captionflow.errors import BadMessage, NotFound, TooLarge
from captionflow.messages import Stream
from services.http.access import open_to
from services.http.bodies import body_of_any_kind
from services.http.openapi import answers, problems, request_body
from services.http.provided import provided
from services.http.rooms import Room
from services.ingest.door_routes import PARAMETERS, visitor_of
from services.ingest.doors import Doors
from services.ingest.gateway import Gateway
from services.ingest.post_writing import WARNINGS, Door, ToolPost
from services.ingest.protocols.hooks import ADAPTERS, check
from services.ingest.protocols.post_bodies import language_in

_DOORS: Final[Mapping[str, Door]] = {door: door for door in get_args(Door) if door in ADAPTERS}
_ANY_ORIGIN: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "POST, PUT",
    "Access-Control-Allow-Headers": "*",
}
_BODY: Final = {
    "application/json": {"schema": {"type": "object"}, "example": {"transcript": "good morning", "sequence": 0}}
}
_TAKEN: Final = {"status": "ok"}

Tool = Annotated[str, Path(description=f"The recogniser: {', '.join(ADAPTERS)}.", examples=["deepgram"])]

_REPORT: Final[dict[str, Any]] = {
    "description": "In the recogniser's own form. Messages without words are passed over. 200 when the words are "
    "durable.",
    "response_class": Response,
    "responses": {
        200: answers({"type": "object"}, _TAKEN, "Durable"),
        **problems("bad-message", "not-found", "forbidden", "too-large", "unsupported-media-type", "unavailable"),
    },
    "openapi_extra": request_body(_BODY) | {"parameters": PARAMETERS},
}
"""How a call that takes one is described."""

routes = APIRouter(tags=["doors"])
ROOM = Room(routes)


@routes.post("/hooks/{tool}", summary="Post what a recogniser reports", **_REPORT)
@open_to("captioner")
async def report(request: Request, tool: Tool) -> Response:
    """A report of a recogniser."""
    door = _DOORS.get(tool)
    if door is None:
        raise NotFound(f"There is no webhook of this name: it is one of {', '.join(ADAPTERS)}.")
    visitor = await visitor_of(request, door)
    body = from_utf8(await body_of_any_kind(request))
    text = body.text.removeprefix("\ufeff")
    try:
        check(door, text)
    except BadMessage as error:
        code = "too-long" if isinstance(error, TooLarge) else "unreadable"
        language, _ = language_in(visitor.session, visitor.languages)
        sources = provided(request, Gateway).sources
        stream = Stream(visitor.session.id, language)
        sources.warn(stream, visitor.sender.name, code, WARNINGS[code], door=door)
        raise
    oddities = ("guessed-encoding",) if body.guessed else ()
    languages = tuple(visitor.languages)
    post = ToolPost(visitor.session.id, visitor.sender, None, text, datetime.now(UTC), languages, oddities=oddities)
    await provided(request, Doors).take(post)
    return Response(b'{"status":"ok"}', media_type="application/json", headers=_ANY_ORIGIN)


@routes.put("/hooks/{tool}", summary="Put what a recogniser reports", **_REPORT)
@open_to("captioner")
async def put_report(request: Request, tool: Tool) -> Response:
    """The same for a web captioner that puts."""
    return await report(request, tool)


@routes.options("/hooks/{tool}", include_in_schema=False)
@open_to("anyone")
async def may_report(tool: Tool) -> Response:
    """What a browser asks before a page of another origin puts: it may, if it has a key."""
    del tool
    return Response(headers=_ANY_ORIGIN)
