"""The readers' pages: home, follow, transcript and search.

Rendered by the server, readable without a script; live content comes from the public API, ``/v1``.
"""

import hashlib
import io
from datetime import UTC, datetime
from functools import partial
from typing import Annotated

import msgspec
import segno
from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response

from captionflow.errors import BadMessage, NotFound
from captionflow.identity import is_day, language_of
from captionflow.messages import Session, Stream
from captionflow.ports import SearchPage, SessionStore
from captionflow.transcript import named
from services.api.context import Context
from services.api.pages import reading
from services.api.pages.home import home_of
from services.api.pages.oembed import Cited, discovery, look
from services.api.pages.programme import RoomState, room_now, room_state
from services.api.pages.programme import day as day_given
from services.api.pages.rendering import nothing_yet, page, streamed_transcript
from services.api.pages.room_sessions import last_in_room, open_in_room
from services.api.pages.search_view import search_query, search_view
from services.api.pages.turn_views import last_words, people
from services.api.search.searching import Searching
from services.api.together import answered_together
from services.http.access import open_to
from services.http.middleware import HEAD
from services.http.negotiation import has
from services.http.provided import provided
from services.http.rooms import Room

SessionId = Annotated[str, InPath(max_length=200)]
Language = Annotated[str | None, Query(max_length=35)]
Shown = Annotated[str, Query(max_length=200)]
Whole = Annotated[str, Query(alias="all", max_length=10)]

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROOM = Room(routes)


@routes.get("/")
@open_to("anyone")
@answered_together
async def home(request: Request, day: str = "") -> Response:
    """What is on now, today, and near it; with a day, that day."""
    context = provided(request, Context)
    found = await home_of(request, day_given(day) if is_day(day) else None, local_now())
    now = found.programme
    words = {}
    for session in now.now:
        turns = await context.ports.turn_store.window(session.id, session.languages[0], limit=2)
        words[session.id] = last_words(named(turns.parts, session.speakers))
    # Its script, which looks for what is new, has the page's files.
    linked = request.headers.get("sec-fetch-dest") == "empty"
    base = base_url(request)
    answer = await context.rendering.run(
        partial(page, "home.html", linked=linked, home=found, programme=now, words=words, base=base)
    )
    answer.headers["Vary"] = "Sec-Fetch-Dest"
    return answer


@routes.get("/search")
@open_to("anyone")
async def search(request: Request) -> Response:
    """One page of hits."""
    query = search_query(request.query_params)
    trouble = None
    found = SearchPage(hits=(), total=0)
    if query.text:
        try:
            found = await provided(request, Searching).search(query, request)
        except BadMessage as error:
            trouble = str(error)
    view = search_view(query, found)
    return await provided(request, Context).rendering.run(partial(page, "search.html", view=view, trouble=trouble))


@routes.get("/rooms/{slug}/now", response_class=Response)
@open_to("anyone")
async def now_in_room(slug: str, request: Request, shown: Shown = "") -> Response:
    """What belongs on the screen of a room that shows this session: small, and with an ETag for those who ask again."""
    now = local_now()
    sessions = await open_in_room(request, slug, now, shown)
    content = msgspec.json.encode(room_now(sessions, slug, now, shown))
    etag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    headers = {"ETag": etag, "Cache-Control": "no-cache"}
    if has(request.headers.get("if-none-match"), etag):
        return Response(status_code=304, headers=headers)
    return Response(content, 200, headers, "application/json")


@routes.get("/s/{session_id}")
@open_to("reader")
async def transcript(session_id: SessionId, request: Request, lang: Language = None, *, whole: Whole = "") -> Response:
    """A transcript to be read: a piece of it, or all of it as it is sent, to be printed or searched in."""
    if not whole or request.scope.get(HEAD):
        return await _piece(session_id=session_id, request=request, lang=lang)
    context = provided(request, Context)
    session = await find_session(context.ports.sessions, session_id)
    if session is None:
        return nothing_yet(session_id)
    stream = Stream(session.id, language_of(session, lang))
    pieces = reading.pieces(context.ports.turn_store, stream, session.speakers)
    cited = _discovery(request, session, "/s/{}")
    return streamed_transcript(context.rendering.run, pieces, session=session, language=stream.language, oembed=cited)


@answered_together
async def _piece(session_id: str, request: Request, lang: str | None) -> Response:
    context = provided(request, Context)
    session = await find_session(context.ports.sessions, session_id)
    if session is None:
        return nothing_yet(session_id)
    stream = Stream(session.id, language_of(session, lang))
    found = await reading.piece(context.ports.turn_store, stream, reading.wanted(request.query_params))
    cited = _discovery(request, session, "/s/{}")
    return await context.rendering.run(
        partial(_transcript_page, session, stream.language, found.named(session.speakers), cited)
    )


@routes.get("/s/{session_id}/follow")
@open_to("reader")
@answered_together
async def follow(session_id: SessionId, request: Request, lang: Language = None) -> Response:
    """A transcript to be followed while it grows: the end of it."""
    session = await find_session(provided(request, Context).ports.sessions, session_id)
    if session is None:
        return nothing_yet(session_id)
    return await follow_page(request, session, language_of(session, lang))


@routes.get("/s/{session_id}/qr.svg")
@open_to("reader")
@answered_together
async def qr(session_id: SessionId, request: Request) -> Response:
    """The follow page's address, to be read by a phone."""
    context = provided(request, Context)
    session = await context.ports.sessions.get(session_id)
    return await context.rendering.run(partial(qr_code, f"{base_url(request)}/s/{session.id}/follow", "max-age=300"))


async def follow_page(
    request: Request, session: Session, language: str, room: RoomState | None = None, address: str = ""
) -> Response:
    """The page to read along; that of a room has an address of its own."""
    context = provided(request, Context)
    end = await reading.end(context.ports.turn_store, Stream(session.id, language))
    found = end.named(session.speakers)
    cited = _discovery(request, session, "/s/{}/follow")
    return await context.rendering.run(
        lambda: page(
            "follow.html",
            session=session,
            language=language,
            room=room,
            room_follow=address,
            piece=found,
            turns=found.views,
            oembed=cited,
        )
    )


def _transcript_page(session: Session, language: str, piece: reading.Piece, oembed: str) -> Response:
    turns = piece.views
    return page(
        "transcript.html",
        session=session,
        language=language,
        piece=piece,
        turns=turns,
        people=people(turns),
        streamed=False,
        oembed=oembed,
    )


def _discovery(request: Request, session: Session, of_page: str) -> str:
    """Where a site is told how to cite what this address shows."""
    query = request.query_params
    turn = query.get("turn", "")
    shown = Cited(session.id, look(query.get("lang"), query.get("theme")), turn if reading.is_anchor(turn) else "")
    return discovery(base_url(request), of_page, shown)


async def find_session(sessions: SessionStore, session_id: str) -> Session | None:
    """The session, or None if it is not known."""
    try:
        return await sessions.get(session_id)
    except (NotFound, BadMessage):
        return None


async def state_of_room(request: Request, slug: str, shown: Session | None = None) -> RoomState | None:
    """``None`` if nothing was on there, is on or may begin."""
    now = local_now()
    sessions: tuple[Session, ...] = () if shown is None else (shown,)
    sessions += await open_in_room(request, slug, now)
    return room_state(sessions or await last_in_room(request, slug), slug, now, shown)


def base_url(request: Request) -> str:
    """Where people reach this server, without a slash at its end."""
    return (provided(request, Context).settings.public_url or str(request.base_url)).rstrip("/")


def qr_code(text: str, cache: str) -> Response:
    """The text as a QR code that can be read from a screen, with this ``Cache-Control``.

    Raises:
        BadMessage: it is longer than any code.
    """
    drawing = io.BytesIO()
    try:
        code = segno.make(text, error="m", micro=False)
    except segno.DataOverflowError as error:
        raise BadMessage(f"The address has {len(text)} characters, too many for a QR code.") from error
    code.save(drawing, kind="svg", border=2, light="#fff", dark="#000", omitsize=True)
    return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": cache})


def local_now() -> datetime:
    """The organiser's local time: it tells today from earlier."""
    return datetime.now(UTC).astimezone()
