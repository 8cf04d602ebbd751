"""``GET /v1/search``: who said what."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.errors import BadMessage
from captionflow.ports import SearchPage, SearchQuery
from services.api.search.searching import SECONDS, Searching
from services.http.access import open_to
from services.http.openapi import answers, problems
from services.http.provided import provided
from services.http.rooms import Room

MAX_FILTER_CHARS = 300
_SAME = "compared as a whole, whatever its case, accents and hyphens."
_EXAMPLE = {
    "hits": [
        {
            "session": "opening",
            "session_title": "Opening",
            "event": "IGF 2015",
            "room": "Room 2",
            "date": "2015-11-12",
            "language": "en",
            "turn_id": "opening.en.40",
            "part": 0,
            "ordinal": 7,
            "speaker": "LEON FELIPE",
            "fragments": [{"text": "a debate on "}, {"text": "net neutrality", "hit": True}, {"text": " in Mexico"}],
            "at": "2015-11-12T09:12:05Z",
        }
    ],
    "total": 31,
    "speakers": [{"value": "LEON FELIPE", "count": 4}],
    "events": [{"value": "IGF 2015", "count": 31}],
    "languages": [{"value": "en", "count": 31}],
    "next": "WyI5ZjM2Il0",
    "behind": 0,
}

routes = APIRouter(tags=["search"])
ROOM = Room(routes, (SearchPage,))


@routes.get(
    "/v1/search",
    summary="Search all transcripts",
    description='Plain words, all of which must occur; `"…"` is a phrase. Nothing else is interpreted. Case, '
    "accents and hyphens don't matter. `next` of a page is the `cursor` of the one that follows. A search that takes "
    f"longer than {SECONDS:g} seconds is given up (503), and who asks for too many at a time is told so (429).",
    response_class=Response,
    responses={
        200: answers("SearchPage", _EXAMPLE, "A page of hits"),
        **problems("bad-message", "invalid", "too-many-requests", "unavailable"),
    },
)
@open_to("anyone")
async def search(  # noqa: PLR0913, PLR0917 - the parameters of the call
    request: Request,
    q: Annotated[str, Query(description="What to find.", examples=['"net neutrality" developing countries'])] = "",
    speaker: Annotated[str | None, Query(description=f"Who said it: {_SAME}", examples=["Leon Felipe"])] = None,
    event: Annotated[str | None, Query(description=f"Of this event: {_SAME}", examples=["IGF 2015"])] = None,
    session: Annotated[str | None, Query(description="In this session: its id.", examples=["opening"])] = None,
    language: Annotated[str | None, Query(description="In this language: its tag.", examples=["en"])] = None,
    room: Annotated[str | None, Query(description=f"In this room: {_SAME}", examples=["Room 2"])] = None,
    limit: Annotated[int, Query(ge=1, le=100, description="Hits a page.", examples=[20])] = 20,
    cursor: Annotated[str | None, Query(description="`next` of the page before.", examples=["WyI5ZjM2Il0"])] = None,
) -> Response:
    """One page of hits."""
    if any(len(value or "") > MAX_FILTER_CHARS for value in (speaker, event, session, language, room, cursor)):
        raise BadMessage(f"A filter has more than {MAX_FILTER_CHARS} characters.")
    wanted = SearchQuery(
        text=q,
        speaker=speaker or None,
        event=event or None,
        session=session or None,
        language=language or None,
        room=room or None,
        limit=limit,
        cursor=cursor or None,
    )
    page = await provided(request, Searching).search(wanted, request)
    return Response(msgspec.json.encode(page), media_type="application/json")
