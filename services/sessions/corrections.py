"""``POST /v1/sessions/{session}/corrections``: the words of the running turn are corrected, by a line of the log."""

from functools import partial
from typing import Annotated, Final

import msgspec
from fastapi import APIRouter, Request
from msgspec import Meta, Struct
from starlette.responses import Response

from captionflow.identity import language_of, session_id
from captionflow.messages import Correction, Receipt, Stream
from captionflow.retrying import despite_conflicts
from services.http.access import granted, open_to
from services.http.bodies import json_body
from services.http.openapi import answers, body, problems
from services.http.parameters import Language, SessionId
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.drafts import check_characters
from services.sessions.own_lines import append_own
from services.sessions.routes import SessionDesk

SENDER: Final = "desk:correction"
"""Whose lines say it. No sender of lines can have the name."""
MAX_WAS_CHARS: Final = 6_000
MAX_NOW_CHARS: Final = 4_000


class CorrectionDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``POST /v1/sessions/{session}/corrections``."""

    turn_id: Annotated[str, Meta(max_length=200)]
    """Of the turn, as live events and transcripts have it."""
    number: Annotated[int, Meta(ge=0, le=2**31)] = 0
    """Of its part."""
    was: Annotated[str, Meta(max_length=MAX_WAS_CHARS)]
    """The part's paragraphs as you saw them, joined with one line break."""
    now: Annotated[str, Meta(max_length=MAX_NOW_CHARS)]
    """As they are to be."""


_EXAMPLE = {"turn_id": "opening.en.7", "number": 0, "was": "We thank mister Lupo.", "now": "We thank Mr Lupu."}
_RECEIPT = {"number": 0, "seq": 42, "received_at": "2015-11-12T14:00:01.250000Z"}

routes = APIRouter(tags=["sessions"])
ROOM = Room(routes, (Receipt, CorrectionDraft))


@routes.post(
    "/v1/sessions/{session}/corrections",
    status_code=202,
    summary="Correct the running turn",
    description="Changes the words of a part that is open, or that a revision still reaches (2,000 characters back), "
    "for all readers, the transcript and search. The lines of its sender stay as they are: what the sender changes "
    "elsewhere in the part is kept, and so is what was said since you looked; where the sender changes the same words "
    "later, theirs count. What is out of reach stays as it was.",
    response_class=Response,
    responses={
        202: answers("Receipt", _RECEIPT, "Durable; readers have it a moment later"),
        **problems("bad-message", "not-found", "conflict", "unsupported-media-type", "invalid", "unavailable"),
    },
    openapi_extra=body("CorrectionDraft", _EXAMPLE),
)
@open_to("organiser")
async def correct(request: Request, session: SessionId, lang: Language = None) -> Response:
    """Append the line that says so."""
    desk = provided(request, SessionDesk)
    draft = await json_body(request, CorrectionDraft)
    check_characters("now", draft.now, lines=True)
    found = await desk.sessions.get(session_id(session))
    stream = Stream(found.id, language_of(found, lang))
    if not draft.turn_id.startswith(f"{stream.session}.{stream.language}."):
        raise ProblemError("invalid", f"turn_id: it is none of this session in {stream.language}.")
    if draft.was == draft.now:
        raise ProblemError("invalid", "now: it is what it was.")
    wanted = Correction(draft.turn_id, draft.number, draft.was, draft.now)
    receipt = await despite_conflicts(partial(append_own, desk.line_log, stream, SENDER, corrects=wanted))
    if receipt.withheld:
        raise ProblemError("conflict", "It is off the record: nothing is corrected until that ends.")
    await desk.audit.record("words_corrected", found.id, granted(request).key, event=found.event, detail=draft.turn_id)
    return Response(msgspec.json.encode(receipt), 202, media_type="application/json")
