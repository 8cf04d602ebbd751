"""``GET /v1/sessions/{session}/transcript``: all that was said so far, as JSON, text, WebVTT or SubRip."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from captionflow.identity import language_of, session_id
from captionflow.messages import Stream
from services.api.context import Context
from services.api.transcripts import formats
from services.api.transcripts.exports import Exports, Wanted, etag
from services.api.transcripts.formats import Format
from services.api.transcripts.parameters import Given
from services.api.transcripts.schema import TRANSCRIPT
from services.http.access import open_to
from services.http.negotiation import accepts, has, takes_gzip
from services.http.openapi import Responses, problems
from services.http.outflow import InPieces
from services.http.parameters import Language, SessionId
from services.http.presence import while_connected
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room

Download = Annotated[bool, Query(description="Answer as a file to keep.", examples=[True])]

_EXAMPLES: dict[str, object] = {
    "json": {
        "session": {
            "id": "opening",
            "version": 3,
            "created_at": "2015-11-12T08:00:00Z",
            "updated_at": "2015-11-12T09:00:02Z",
            "title": "Opening",
            "status": "live",
        },
        "language": "en",
        "last_seq": 2,
        "turns": [
            {
                "turn_id": "opening.en.1",
                "ordinal": 1,
                "version": 2,
                "speaker": "CHAIR",
                "role": True,
                "language": "en",
                "paragraphs": ["Good morning, everyone."],
                "notes": [{"text": "[Applause]", "at": 23}],
            }
        ],
        "apart": [],
        "apart_at": [],
        "gaps": [],
        "stamps": [{"turn_id": "opening.en.1", "offset": 0, "start": 0.0, "at": "2015-11-12T09:00:01.25Z"}],
    },
    "txt": ">> CHAIR:  Good morning, everyone. [Applause]\n",
    "vtt": (
        "WEBVTT\n\nNOTE Opening (en)\n\n1.1.1\n00:00:00.000 --> 00:00:02.000\n<v CHAIR>CHAIR: Good morning, everyone.\n"
    ),
    "srt": "1\n00:00:00,000 --> 00:00:02,000\nCHAIR: Good morning, everyone.\n\n",
}


def _responses(*forms: Format) -> Responses:
    content = {
        form.media_type: {
            "schema": {"$ref": "#/components/schemas/Transcript"} if form.suffix == "json" else {"type": "string"},
            "example": _EXAMPLES[form.suffix],
        }
        for form in forms
    }
    return {
        200: {"description": "All that was said so far", "content": content},
        304: {"description": "Nothing was said since the one that `If-None-Match` knows"},
        **problems("not-found", "invalid", "unavailable"),
    }


routes = APIRouter(tags=["transcripts"])
ROOM = Room(routes, schemas={"Transcript": TRANSCRIPT})


@routes.get(
    "/v1/sessions/{session}/transcript",
    summary="The transcript",
    description="In the form that Accept asks for; or with a suffix: .json, .txt, .vtt, .srt.",
    response_class=Response,
    responses=_responses(*formats.ALL) | problems("not-acceptable"),
)
@open_to("reader")
async def negotiated(
    request: Request, session: SessionId, given: Given, lang: Language = None, download: Download = False
) -> Response:
    """In the form that the client likes best."""
    kind = accepts(request.headers.get("accept"), [name for one in formats.ALL for name in one.accepted])
    if kind is None:
        offered = [one.media_type for one in formats.ALL]
        raise ProblemError("not-acceptable", f"It can be had as {', '.join(offered)}.", available=offered)
    form = next(one for one in formats.ALL if kind in one.accepted)
    answer = await _answer(request, session, lang, form, given, download=download)
    answer.headers["Vary"] = "Accept, Accept-Encoding"
    return answer


@open_to("reader")
async def in_form(
    request: Request, session: SessionId, given: Given, lang: Language = None, download: Download = False
) -> Response:
    """In the form that the address ends in."""
    suffix = request.url.path.rpartition(".")[2]
    form = next(one for one in formats.ALL if one.suffix == suffix)
    return await _answer(request, session, lang, form, given, download=download)


for _form in formats.ALL:
    routes.add_api_route(
        f"/v1/sessions/{{session}}/transcript.{_form.suffix}",
        in_form,
        summary=f"The transcript as {_form.name}",
        description="Whatever Accept says. `ETag` is strong, and rises with every word.",
        response_class=Response,
        responses=_responses(_form),
        operation_id=f"transcript_{_form.suffix}",
    )


async def _answer(  # noqa: PLR0913 - what can be asked of a transcript
    request: Request, session: str, lang: str | None, form: Format, given: Given, *, download: bool
) -> Response:
    ports = provided(request, Context).ports
    found = await ports.sessions.get(session_id(session))
    language = language_of(found, lang)
    packed = takes_gzip(request.headers.get("accept-encoding"))
    wanted = Wanted(Stream(found.id, language), form, given.options(language), packed)
    seq = await ports.turn_store.last_seq(found.id, language)
    known = etag(found.version, seq, wanted)
    if has(request.headers.get("if-none-match"), known):
        return Response(status_code=304, headers=_headers(known))
    made = await while_connected(request, provided(request, Exports).made(wanted, known))
    headers = _headers(made.etag)
    headers["Content-Language"] = language
    headers["Content-Length"] = str(made.size)
    if packed:
        headers["Content-Encoding"] = "gzip"
    if download:
        headers["Content-Disposition"] = f'attachment; filename="{found.id}.{language}.{form.suffix}"'
    return InPieces(made.pieces(), headers, form.content_type)


def _headers(tag: str) -> dict[str, Any]:
    return {"ETag": tag, "Cache-Control": "no-cache", "Vary": "Accept-Encoding"}
