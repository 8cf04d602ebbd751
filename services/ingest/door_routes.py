"""The addresses that captioning tools post to. They stand at the root, since tools replace the path of what is pasted.

Only 200 is success to them, with a body that they parse; what they send is never refused for its form.
"""

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

from fastapi import APIRouter, Request, Response

from captionflow.access import EVERYTHING
from captionflow.identity import session_id
from captionflow.messages import Session
from services.http.access import granted, open_to
from services.http.bodies import body_of_any_kind
from services.http.frequent_calls import FrequentCall
from services.http.openapi import Responses, problems, query, request_body
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room
from services.ingest.doors import Doors
from services.ingest.post_writing import Door, Sender, ToolPost
from services.ingest.protocols.post_bodies import number_of, text_of, without_times

NAMES: Final = ("id", "session", "event", "meetingid", "cid")
"""Parameters that name the session where the key does not, the first that there is."""
PARAMETERS: Final = [
    query(
        "id",
        "The session, where the key does not name it; tools spell it session, event, meetingid or cid, too.",
        "opening",
    ),
    query("seq", "The tool's count of its posts, from 1.", "17"),
    query("lang", "The language, of a key for all of them; the floor's when left out.", "en-US"),
]
_TEXT: Final = {"text/plain": {"schema": {"type": "string"}, "example": ">> CHAIR:  Good morning.\n"}}
_REFUSED: Final = "The key is not one for this session: copy the caption URL again."


def _text(description: str, example: str) -> dict[str, Any]:
    """A response in plain text."""
    return {"description": description, "content": {"text/plain": {"schema": {"type": "string"}, "example": example}}}


_TIME: Final[Responses] = {200: _text("Durable", "2026-11-24T09:00:01.250")}
_NUMBER: Final[Responses] = {200: _text("The number", "17")}
_PROBLEMS: Final = problems("not-found", "forbidden", "too-large", "unsupported-media-type", "unavailable")

routes = APIRouter(tags=["doors"], route_class=FrequentCall)
ROOM = Room(routes)


class Visitor(NamedTuple):
    """Who posts, and to what."""

    session: Session
    languages: list[str]
    sender: Sender


@routes.post(
    "/closedcaption",
    summary="Post as to Zoom or YouTube",
    description="A tool's post, in Zoom's form or in YouTube's. Answers the server's time when the text is durable.",
    response_class=Response,
    responses=_TIME | _PROBLEMS,
    openapi_extra=request_body(_TEXT) | {"parameters": PARAMETERS},
)
@open_to("captioner")
async def closed_caption(request: Request) -> Response:
    """Zoom's and YouTube's door."""
    return await _taken(request, _zoom_or_youtube(request))


@routes.get(
    "/closedcaption/seq",
    summary="The number of a tool's last post",
    description="Digits, `0` before the first one.",
    response_class=Response,
    responses=_NUMBER | _PROBLEMS,
    openapi_extra={"parameters": PARAMETERS},
)
@open_to("captioner")
async def last_number(request: Request) -> Response:
    """Where Zoom's door stands."""
    return await _number(request)


@routes.post(
    "/closedcaption/seq",
    summary="The number of a tool's last post",
    description="As GET, for tools that replace the path and keep the method. A text is taken as any other.",
    response_class=Response,
    responses=_NUMBER | _PROBLEMS,
    openapi_extra=request_body(_TEXT) | {"parameters": PARAMETERS},
)
@open_to("captioner")
async def last_number_posted(request: Request) -> Response:
    """The question as a post, or a post at the address of the question."""
    return await (_taken(request, _zoom_or_youtube(request)) if await body_of_any_kind(request) else _number(request))


@routes.post(
    "/cartcaption",
    summary="Post as to Teams",
    description="A tool's post, which has no number. The answer is the server's time, when the text is durable.",
    response_class=Response,
    responses=_TIME | _PROBLEMS,
    openapi_extra=request_body(_TEXT) | {"parameters": PARAMETERS},
)
@open_to("captioner")
async def cart_caption(request: Request) -> Response:
    """Teams' door."""
    return await _taken(request, "teams")


@routes.post(
    "/streamtext",
    summary="Post as StreamText does",
    description="Pieces of a stream, in which U+0008 takes back the character before it, also of earlier posts.",
    response_class=Response,
    responses=_TIME | _PROBLEMS,
    openapi_extra=request_body(_TEXT) | {"parameters": PARAMETERS},
)
@open_to("captioner")
async def stream_text(request: Request) -> Response:
    """StreamText's door."""
    return await _taken(request, "streamtext")


def _zoom_or_youtube(request: Request) -> Door:
    return "youtube" if "cid" in request.query_params else "zoom"


async def _taken(request: Request, door: Door) -> Response:
    visitor = await visitor_of(request, door)
    body = await body_of_any_kind(request)
    found = text_of(body, request.headers.get("content-type", ""), erasing=door == "streamtext")
    text = found.text if door == "streamtext" else without_times(found.text)
    number, odd = (None, ()) if door == "teams" else number_of(request.query_params.getlist("seq"))
    oddities = (*found.oddities, *odd) if text else found.oddities
    now = datetime.now(UTC)
    await provided(request, Doors).take(
        ToolPost(visitor.session.id, visitor.sender, number, text, now, tuple(visitor.languages), oddities=oddities)
    )
    answer = _answer(f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}"[:-3])
    if not body.isascii():  # a tool that counts characters has sent more, which would spoil its next request
        answer.headers["Connection"] = "close"
    return answer


async def _number(request: Request) -> Response:
    visitor = await visitor_of(request, _zoom_or_youtube(request))
    number = await provided(request, Doors).last_number(visitor.session.id, visitor.languages, visitor.sender)
    return _answer(number)


async def visitor_of(request: Request, door: Door) -> Visitor:
    """Who posts to what.

    Raises:
        NotFound: there is no such session.
        ProblemError: the key is not for it (403).
    """
    grant = granted(request)
    given = request.query_params
    name = grant.session or next((given[one] for one in NAMES if given.get(one)), "")
    languages = [grant.language] if grant.language else given.getlist("lang")
    if not languages and door == "streamtext":
        languages = request.headers.getlist("content-language")
    session = await provided(request, Doors).session(session_id(name), languages, may_open=grant == EVERYTHING)
    if not grant.allows("captioner", session=session.id, event=session.event, language=grant.language):
        raise ProblemError("forbidden", _REFUSED)
    return Visitor(session, languages, Sender(door, grant.key))


def _answer(text: str) -> Response:
    return Response(text, media_type="text/plain", headers={"Access-Control-Allow-Origin": "*"})
