"""``GET /v1/sessions/{session}/figures``: what a session amounts to so far."""

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from captionflow.figures import Figures
from captionflow.identity import language_of, session_id
from captionflow.messages import Stream
from services.api.context import Context
from services.api.transcripts.counting import Counting
from services.http.access import open_to
from services.http.openapi import answers, problems
from services.http.parameters import Language, SessionId
from services.http.provided import provided
from services.http.rooms import Room

_EXAMPLE = {
    "session": "opening",
    "language": "en",
    "last_seq": 412,
    "seconds": 720.5,
    "words": 1430,
    "turns": 17,
    "speakers": [{"speaker": "LEON FELIPE", "turns": 4, "words": 310, "first_turn": "opening.en.40"}],
    "more_speakers": False,
}

routes = APIRouter(tags=["transcripts"])
ROOM = Room(routes, (Figures,))


@routes.get(
    "/v1/sessions/{session}/figures",
    summary="What it amounts to so far",
    description="How long it took, how many words, and who spoke: for those who come late.",
    response_class=Response,
    responses={200: answers("Figures", _EXAMPLE, "The figures"), **problems("not-found", "invalid", "unavailable")},
)
@open_to("reader")
async def figures(request: Request, session: SessionId, lang: Language = None) -> Response:
    """As of the last line."""
    found = await provided(request, Context).ports.sessions.get(session_id(session))
    counted = await provided(request, Counting).figures(found, Stream(found.id, language_of(found, lang)))
    return Response(msgspec.json.encode(counted), media_type="application/json", headers={"Cache-Control": "no-cache"})
