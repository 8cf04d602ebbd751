"""``GET /v1/sessions/{session}/events``: captions as they come, as a stream or by long polling."""

import asyncio
import contextlib
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from captionflow.errors import Unavailable
from captionflow.identity import language_of, session_id
from captionflow.messages import Part, Session, Stream
from captionflow.turns import parsed
from services.api.context import Context
from services.api.live import channel as channels
from services.api.live import sse
from services.api.live.broadcast import DirectViewer, QueueViewer, Viewer
from services.api.live.channel import Channel
from services.api.live.delta import PartDelta
from services.api.live.joining import Position
from services.api.live.schema import EVENTS
from services.api.live.sse import Event
from services.api.live.stretches import Stretch, stretch
from services.api.together import answered_together
from services.http.access import open_to
from services.http.middleware import HEAD
from services.http.negotiation import accepts
from services.http.openapi import answers, event_stream, problems
from services.http.parameters import Language, SessionId
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room
from services.http.transport import take_over, when_over

POLL_SECONDS = 25.0
RETRY_MILLISECONDS = 2_000
FIRST_BEAT_SECONDS = 2.0
"""After what a stream has at once comes a heartbeat: where it is late, something on the way holds streams back."""
After = Annotated[str | None, Query(description="Last position that you have.", examples=["41"])]
Last = Annotated[int | None, Query(ge=1, le=1_000, description="Only so many turns in a snapshot.", examples=[2])]
Wait = Annotated[
    int | None,
    Query(ge=0, le=int(POLL_SECONDS), description="Seconds to wait at most, where JSON is asked for.", examples=[0]),
]
Before = Annotated[
    str,
    Query(
        description="`earlier` of a snapshot or of the answer before.",
        examples=["12.0"],
        json_schema_extra={"pattern": r"^[0-9]{1,15}\.[0-9]{1,15}$"},
    ),
]
_PART = {"turn_id": "igf.en.40", "number": 0, "session": "igf", "language": "en", "ordinal": 7, "version": 42}
_FORMS = ("text/event-stream", "application/json")
_HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-store"),
    (b"x-accel-buffering", b"no"),
]
_EXAMPLE = 'event: delta\nid: 42\ndata: {"seq":42,"parts":[{"turn_id":"igf.en.40","number":0,"version":42,…}]}\n\n'
_POLLED = {"events": [{"event": "finished", "id": 42, "data": {"seq": 42}}]}

routes = APIRouter(tags=["live"])
ROOM = Room(routes, (Session, Part, PartDelta, Stretch), {"Events": EVENTS})


@routes.get(
    "/v1/sessions/{session}/events",
    summary="Captions as they come",
    description="Server-sent events: `snapshot`, `delta`, `session`, `interrupted`, `off_record`, `reset`, "
    "`finished`; see docs/api.md. With `Accept: application/json` it waits up to 25 s for the next events and gives "
    "them as JSON.",
    response_class=Response,
    responses={
        200: {
            "description": "What happened, and what happens",
            "content": event_stream("", _EXAMPLE)["content"] | answers("Events", _POLLED)["content"],
        },
        **problems("not-found", "not-acceptable", "invalid", "unavailable"),
    },
)
@open_to("reader")
async def events(  # noqa: PLR0913, PLR0917 - each is a parameter of the call
    request: Request,
    session: SessionId,
    lang: Language = None,
    after: After = None,
    last: Last = None,
    wait: Wait = None,
) -> Response:
    """A stream, or one answer, as Accept asks for."""
    context = provided(request, Context)
    found = await context.ports.sessions.get(session_id(session))
    language = language_of(found, lang)
    position = _position(request.headers.get("last-event-id") or after)
    wanted = accepts(request.headers.get("accept"), _FORMS)
    if wanted is None:
        raise ProblemError("not-acceptable", f"Events can be had as {' or '.join(_FORMS)}.", available=_FORMS)
    if wanted == "application/json":
        seconds = POLL_SECONDS if wait is None else wait
        return await _poll(context, found, language, position, last, seconds)
    return _Stream(context, found, language, position, last)


@routes.get(
    "/v1/sessions/{session}/parts",
    summary="What was said before",
    description="The parts that end before a place: `earlier` of a snapshot, or of the answer before.",
    response_class=Response,
    responses={
        200: answers(
            "Stretch", {"seq": 42, "parts": [_PART], "earlier": "7.0"}, "Parts in the order of the transcript"
        ),
        **problems("not-found", "invalid", "unavailable"),
    },
)
@open_to("reader")
@answered_together
async def parts(request: Request, session: SessionId, before: Before, lang: Language = None) -> Response:
    """A stretch of a transcript, some 400 parts at most."""
    context = provided(request, Context)
    found = await context.ports.sessions.get(session_id(session))
    place = parsed(before)
    if place is None:
        raise ProblemError("invalid", "`before` is `earlier` of a snapshot or of the answer before, as `12.0`.")
    answer = await stretch(context.ports.turn_store, Stream(found.id, language_of(found, lang)), place)
    return Response(msgspec.json.encode(answer), 200, {"Cache-Control": "no-store"}, "application/json")


def _position(text: str | None) -> int | None:
    """The position that a client claims to have; one that this server can't have given counts as too new: reset."""
    if text is None:
        return None
    known = sse.position(text)
    return 2**62 if known is None else known


async def _poll(  # noqa: PLR0913, PLR0917 - the parameters of the call
    context: Context, session: Session, language: str, after: int | None, last: int | None, seconds: float
) -> Response:
    with context.hub.reading(session.id, language) as channel:
        position = await context.hub.position(channel, session, after, last)
        if position.resumed and not channel.since(position.seq) and not _is_finished(channel, session):
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await channel.changed()
        events, whole = _events(channel, session, position)
        if channel.closed_since(session):
            raise Unavailable("The session was closed to the public just now: ask again.")
        if not whole:
            events = [channels.reset("You were away for too long.")]
        document = {"events": [{"event": one.name, "id": one.id, "data": msgspec.Raw(one.data)} for one in events]}
    return Response(msgspec.json.encode(document), 200, {"Cache-Control": "no-store"}, "application/json")


def _events(channel: Channel, session: Session, position: Position) -> tuple[list[Event], bool]:
    """All that a viewer has to be told now; False if the channel has a hole after it."""
    since = channel.since(position.seq)
    events = [*position.events, *(since or ())]
    if channel.told is not None and channel.told.version > position.session_version:
        events.append(channels.about(channel.told))
    if (off_record := channel.off_record.whole()) is not None:
        events.append(off_record)
    elif channel.silent_since is not None and not _is_finished(channel, session):
        events.append(channels.interrupted(channel.silent_since, datetime.now(UTC)))
    if _is_finished(channel, session) and not any(one.name == "finished" for one in events):
        events.append(channels.finished(max(channel.last_seq or 0, position.seq)))
    return events, since is not None


def _is_finished(channel: Channel, session: Session) -> bool:
    return session.status == "finished" if channel.finished is None else channel.finished


class _Stream(Response):
    """The response of one viewer. From the first event on nothing is left of it but the connection, if that can be had.

    Otherwise its task sends what comes until the viewer has gone.
    """

    def __init__(self, context: Context, session: Session, language: str, after: int | None, last: int | None) -> None:
        super().__init__()
        self.context, self.session, self.language, self.after, self.last = context, session, language, after, last

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer."""
        hub = self.context.hub
        channel = hub.enter(self.session.id, self.language)
        viewer: Viewer | None = None
        try:
            position = await hub.position(channel, self.session, self.after, self.last)
            await send({"type": "http.response.start", "status": 200, "headers": _HEADERS})
            if scope.get(HEAD):
                await send({"type": "http.response.body", "body": b""})
                return
            # Nothing waits from here until the viewer is attached: so there is no hole.
            taken = take_over(scope)
            viewer = QueueViewer() if taken is None else DirectViewer(taken)
            self._attach(channel, viewer, position)
            if isinstance(viewer, QueueViewer):
                await _send_queued(viewer, receive, send)
        finally:
            when_over(scope, partial(hub.leave, channel, viewer))

    def _attach(self, channel: Channel, viewer: Viewer, position: Position) -> None:
        hub = self.context.hub
        events, whole = _events(channel, self.session, position)
        hub.attach(channel, viewer, sse.retry(RETRY_MILLISECONDS) + b"".join(one.frame for one in events))
        if not whole or _is_finished(channel, self.session) or channel.closed_since(self.session):
            hub.detach(channel, viewer)
            viewer.end()
        else:
            asyncio.get_running_loop().call_later(FIRST_BEAT_SECONDS, _beat, viewer)


def _beat(viewer: Viewer) -> None:
    if not viewer.gone:
        viewer.write(sse.HEARTBEAT)


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


async def _send_queued(viewer: QueueViewer, receive: Receive, send: Send) -> None:
    gone = asyncio.create_task(_gone(receive))
    gone.add_done_callback(lambda _: viewer.drop())
    try:
        while (payload := await viewer.next()) is not None:
            await send({"type": "http.response.body", "body": payload, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    except (ClientDisconnect, OSError):
        pass
    finally:
        gone.cancel()
