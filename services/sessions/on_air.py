"""``/v1/sessions/{session}/on-air``: whose words count, and who is a spare. A line of the log says so."""

import asyncio
from collections import OrderedDict
from functools import partial
from typing import Annotated, Final, NamedTuple

import msgspec
from fastapi import APIRouter, Request
from msgspec import Meta, Struct
from starlette.responses import Response

from captionflow.identity import language_of, session_id
from captionflow.messages import OnAir, Stream
from captionflow.on_air import MAX_SPARES, OnAirState, admit
from captionflow.ports import LineLog
from captionflow.retrying import despite_conflicts
from services.http.access import granted, granted_language, open_to
from services.http.bodies import json_body
from services.http.openapi import answers, body, problems
from services.http.parameters import Language, SessionId
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room
from services.sessions.audited import MAX_DETAIL_CHARS
from services.sessions.own_lines import append_own
from services.sessions.routes import SessionDesk

SENDER: Final = "on-air"
"""Whose lines say it."""
MAX_KNOWN: Final = 64
"""Streams that are known, those that were asked for last."""

SourceName = Annotated[str, Meta(max_length=200, description="A sender's name, as `/v1/sources` has it.")]


class OnAirDraft(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The body of ``PUT /v1/sessions/{session}/on-air``."""

    source: SourceName
    """Whose words count. Empty: everybody's."""
    spares: Annotated[tuple[SourceName, ...], Meta(max_length=MAX_SPARES)] = ()
    """Whose words wait."""
    after_seconds: Annotated[float, Meta(ge=2, le=600)] = 10.0
    """A spare takes over when it has gone on for so long while the source said nothing."""


_EXAMPLE = {"source": "desk-1", "spares": ["asr"], "after_seconds": 10.0}

routes = APIRouter(tags=["sessions"])
ROOM = Room(routes, (OnAir, OnAirDraft))


@routes.get(
    "/v1/sessions/{session}/on-air",
    summary="Who is on air",
    description="Whose words count in a language, and whose wait; an empty source: everybody's count. A spare that "
    "has taken over is the source, and the one that was silent is a spare.",
    response_class=Response,
    responses={200: answers("OnAir", _EXAMPLE, "As it is after the last line"), **problems("not-found", "unavailable")},
)
@open_to("captioner")
async def who(request: Request, session: SessionId, lang: Language = None) -> Response:
    """Who is on air after the last line of the log."""
    found = await provided(request, SessionDesk).sessions.get(session_id(session))
    stream = Stream(found.id, language_of(found, granted_language(request, lang)))
    return _answer(await provided(request, OnAirKnown).now(stream))


@routes.put(
    "/v1/sessions/{session}/on-air",
    summary="Put a source on air",
    description="From now on the words of this source count, and those of its spares wait. A spare takes over by "
    "itself when it has gone on for `after_seconds` while the source said nothing; naming it here does so at once. Its "
    "words that waited since the last ones come first, and what was said already is not said twice. A source that is "
    "neither counts.",
    response_class=Response,
    responses={
        200: answers("OnAir", _EXAMPLE, "As it is now"),
        **problems("bad-message", "not-found", "conflict", "unsupported-media-type", "invalid", "unavailable"),
    },
    openapi_extra=body("OnAirDraft", _EXAMPLE),
)
@open_to("organiser")
async def put(request: Request, session: SessionId, lang: Language = None) -> Response:
    """Append the line that says so."""
    desk = provided(request, SessionDesk)
    draft = await json_body(request, OnAirDraft)
    if draft.source in draft.spares or len(set(draft.spares)) != len(draft.spares) or "" in draft.spares:
        raise ProblemError("invalid", "spares: each is another source, once, and not the one on air.")
    found = await desk.sessions.get(session_id(session))
    stream = Stream(found.id, language_of(found, lang))
    wanted = OnAir(draft.source, draft.spares, draft.after_seconds)
    await despite_conflicts(partial(append_own, desk.line_log, stream, SENDER, on_air=wanted))
    shown = f"{stream.language}: {draft.source or 'everybody'}"
    if draft.spares:
        shown += f"; spares: {', '.join(draft.spares)}"
    shown = shown[:MAX_DETAIL_CHARS]
    await desk.audit.record("source_put_on_air", found.id, granted(request).key, event=found.event, detail=shown)
    return _answer(await provided(request, OnAirKnown).now(stream))


class OnAirKnown:
    """Who is on air in the streams that were asked for lately.

    It hangs on the last line that says so and on those behind it. Each of them is read once, as long as the stream is
    asked for; a stream of which nothing was ever said is not read.
    """

    def __init__(self, line_log: LineLog) -> None:
        self._line_log = line_log
        self._known: OrderedDict[Stream, _Known] = OrderedDict()
        self._reading = asyncio.Lock()

    async def now(self, stream: Stream) -> OnAir:
        """Whose words count after the last line of the log."""
        async with self._reading:
            said = await self._line_log.last_lines(*stream, SENDER, limit=1)
            if not said:
                return OnAir("")
            known = self._known.pop(stream, _NOTHING)
            if known.said != said[-1].seq:
                known = _Known(said[-1].seq, said[-1].seq - 1)
            async for record in self._line_log.read(*stream, known.seq):
                for line in record.lines:
                    known = _Known(known.said, line.seq, admit(known.state, line)[0])
            self._known[stream] = known
            if len(self._known) > MAX_KNOWN:
                self._known.popitem(last=False)
        return OnAir("") if known.state is None else known.state.now


class _Known(NamedTuple):
    """What is known of a stream: ``seq`` of the line that said who is on air, and the state after the line ``seq``."""

    said: int
    seq: int
    state: OnAirState | None = None


_NOTHING: Final = _Known(0, 0)


def _answer(found: OnAir) -> Response:
    shown = {"source": found.source, "spares": found.spares, "after_seconds": found.after_seconds}
    return Response(msgspec.json.encode(shown), headers={"Cache-Control": "no-store"}, media_type="application/json")
