"""The lines API over HTTP. Captions arrive here hundreds of times a second, so bodies go straight to msgspec."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request, Response

from captionflow.identity import LANGUAGE_TAG, MAX_LANGUAGE_CHARS, language_tag, session_id
from services.http.access import granted_language, open_to
from services.http.bodies import read_body
from services.http.frequent_calls import FrequentCall
from services.http.openapi import answers, problems, request_body
from services.http.parameters import SessionId
from services.http.provided import provided
from services.http.rooms import Room
from services.ingest.gateway import Gateway, Receipts
from services.ingest.protocols.json_lines import SENDER_SCHEMA, SentLines, parse, parse_sender
from services.ingest.protocols.typed_ago import reckoned

Language = Annotated[
    str | None,
    Query(
        description="BCP 47 tag; the session's first language when left out.",
        examples=["en"],
        json_schema_extra={"pattern": f"^{LANGUAGE_TAG}$", "maxLength": MAX_LANGUAGE_CHARS},
    ),
]
Sender = Annotated[str | None, Query(description="Who sends, when the body does not say.", examples=["desk-1"])]
AskedSender = Annotated[str, Query(description="Whose number.", examples=["desk-1"], json_schema_extra=SENDER_SCHEMA)]

_RECEIPTS = {
    "session": "ws-245",
    "language": "en",
    "receipts": [{"number": 0, "seq": 1, "received_at": "2015-11-12T14:00:01.250000Z"}],
    "cleaned": 0,
    "missing": [],
}
_BODIES = {
    "application/json": {
        "schema": {"$ref": "#/components/schemas/SentLines"},
        "example": {"sender": "desk-1", "lines": [{"number": 0, "text": ">> CHAIR:  Good morning."}]},
    },
    "application/x-ndjson": {
        "schema": {"type": "string"},
        "example": '{"number":0,"text":">> CHAIR:  Good morning."}\n{"number":1,"text":"Welcome."}\n',
    },
}
_LAST = {"type": "object", "required": ["number"], "properties": {"number": {"type": ["integer", "null"]}}}

routes = APIRouter(prefix="/v1/sessions/{session}/lines", tags=["lines"], route_class=FrequentCall)
ROOM = Room(routes, (SentLines, Receipts))

_encode = msgspec.json.Encoder().encode


@routes.post(
    "",
    status_code=202,
    response_class=Response,
    summary="Send lines",
    description="Accepts lines of one language in order of arrival, and answers 202 when they are durable. Each line "
    "is known by its sender and number: send it again as often as you like, the answer is that of the first time. A "
    "number that was skipped is reported in `missing` and still taken later.",
    responses={
        202: answers("Receipts", _RECEIPTS, "Durable. `missing` has the runs of numbers that this sender skipped."),
        **problems(
            "bad-message",
            "not-found",
            "conflict",
            "too-large",
            "unsupported-media-type",
            "invalid",
            "unavailable",
        ),
    },
    openapi_extra=request_body(_BODIES),
)
@open_to("captioner")
async def accept_lines(request: Request, session: SessionId, lang: Language = None, sender: Sender = None) -> Response:
    """Make lines durable."""
    session, language = session_id(session), granted_language(request, language_given(lang))
    came = datetime.now(UTC)  # a body may be long in coming, and was made before it
    body = await read_body(request)
    parsed = parse(body, request.headers.get("content-type", ""), sender=sender)
    drafts = [reckoned(draft, came) for draft in parsed.drafts]
    receipts = await provided(request, Gateway).accept(
        session, language, drafts, cleaned=parsed.cleaned, undated=parsed.undated
    )
    return Response(_encode(receipts), 202, media_type="application/json")


@routes.get(
    "/last",
    response_class=Response,
    summary="Where a sender stands",
    description="The highest number that is durable from this sender, or null: go on with the next one.",
    responses={
        200: answers(_LAST, {"number": 41}, "The number"),
        **problems("bad-message", "not-found", "invalid", "unavailable"),
    },
)
@open_to("captioner")
async def last_number(request: Request, session: SessionId, sender: AskedSender, lang: Language = None) -> Response:
    """The last number of a sender."""
    gateway = provided(request, Gateway)
    number = await gateway.last_number(
        session_id(session), granted_language(request, language_given(lang)), parse_sender(sender)
    )
    return Response(_encode({"number": number}), media_type="application/json")


def language_given(given: str | None) -> str | None:
    """The tag as it is written here; None if none was given."""
    return None if given is None else language_tag(given)
