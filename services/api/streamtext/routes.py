"""``GET /captions``: what StreamText's readers, overlays and watchers ask for every few seconds."""

from contextlib import suppress
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.errors import NotFound
from captionflow.identity import session_id, spelled
from captionflow.messages import Stream
from services.api.context import Context
from services.api.streamtext.caption_texts import CaptionTexts
from services.api.streamtext.lines import FROM_NOW, end_of, read
from services.http.access import granted, open_to, refusal, sees
from services.http.openapi import answers, problems
from services.http.provided import provided
from services.http.rooms import Room

LENGTH: Final = 32
"""Characters of a line, if the reader does not say."""
MAX_LENGTH: Final = 2_000

Event = Annotated[str, Query(description="The session's id.", examples=["opening"])]
Last = Annotated[
    str, Query(description="`lastPosition` of the answer before; -1: from now; 0: from the beginning.", examples=["-1"])
]
Length = Annotated[str, Query(description="Most characters of a line; 32 if it is no number.", examples=["32"])]
Language = Annotated[
    str, Query(description="Any tag of the language; the floor's if there are no captions in it.", examples=["en"])
]

_ANY_ORIGIN: Final = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store"}


class Captions(msgspec.Struct, frozen=True):
    """Some characters of the captions."""

    content: str = ""
    """One line; empty if nothing was said after the position. Joined as they are, the lines are the text."""
    lastPosition: int = FROM_NOW  # noqa: N815 - StreamText's name
    """Where the next line begins."""
    languageCode: str = ""  # noqa: N815 - StreamText's name


_EXAMPLE: Final = {"content": ">> CHAIR: Good morning, ", "lastPosition": 1048601, "languageCode": "en"}

routes = APIRouter(tags=["live"])
ROOM = Room(routes, (Captions,))

_encode = msgspec.json.Encoder().encode


@routes.get(
    "/captions",
    summary="Captions line by line",
    description="As StreamText gives them: any page may ask, and asks again with `lastPosition`. A silence is an empty "
    "line with the same position. 404, with an empty answer, only while nothing at all was said.",
    response_class=Response,
    responses={
        200: answers("Captions", _EXAMPLE),
        404: answers("Captions", {"content": "", "lastPosition": -1, "languageCode": ""}, "Nothing was said yet"),
        **problems("unauthorized", "forbidden", "unavailable"),
    },
)
@open_to("reader")
async def captions(
    request: Request, event: Event = "", last: Last = "-1", length: Length = "", language: Language = ""
) -> Response:
    """The next line after a position."""
    context = provided(request, Context)
    with suppress(NotFound):
        found = await context.ports.sessions.get(session_id(event.strip().lower()))
        if not sees(granted(request), found):
            raise refusal(request)
        stream = Stream(found.id, spelled(found, language.strip()) or found.languages[0])
        position = _number(last, FROM_NOW)
        texts, settled = await provided(request, CaptionTexts).read(stream, found.speakers, position)
        if texts:
            most = min(max(_number(length, LENGTH), 1), MAX_LENGTH)
            if position < 0:
                answer = Captions("", end_of(texts, settled=settled), stream.language)
            else:
                answer = Captions(*read(texts, position, most, settled=settled), stream.language)
            return Response(_encode(answer), 200, _ANY_ORIGIN, "application/json")
    return Response(_encode(Captions()), 404, _ANY_ORIGIN, "application/json")


def _number(text: str, otherwise: int) -> int:
    """The number that a text is, if it is one that a reader can have."""
    digits = text.strip()
    return int(digits) if digits.removeprefix("-").isdecimal() and len(digits) <= len(str(2**53)) else otherwise
