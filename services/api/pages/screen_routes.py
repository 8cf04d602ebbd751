"""Captions on walls and over pictures: screens and overlays of rooms and sessions, and an operator's own sheets."""

from functools import partial
from typing import Annotated, NamedTuple
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from captionflow.errors import NotFound
from captionflow.identity import language_of, spelled
from captionflow.messages import Session
from captionflow.session_order import room_slug
from captionflow.transcript import named
from services.api.context import Context
from services.api.pages.own_sheets import NAME, own_file
from services.api.pages.programme import RoomState, room_path
from services.api.pages.rendering import nothing_yet, page
from services.api.pages.room_routes import Slug
from services.api.pages.routes import Language, SessionId, base_url, find_session, qr_code, state_of_room
from services.api.pages.turn_views import Flow, as_on_screen
from services.api.together import answered_together
from services.http.access import open_to
from services.http.provided import provided
from services.http.rooms import Room

Css = Annotated[str | None, Query(pattern=f"^{NAME}$")]
"""The name of a sheet in the operator's folder: no address, no path, no text."""

FIRST_PARTS = 4
"""Of what was said last, for the first frame: they fill a screen, or nearly so. The rest comes with the stream."""
_NOT_YET = {"position", "contrast", "clear_after", "delay"}
"""Parameters with which only the scripts know which words are shown now, where and how."""

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROOM = Room(routes)


class Dress(NamedTuple):
    """How captions are shown."""

    css: str | None
    overlay: bool = False
    """The captions alone, over whatever is behind the page."""


@routes.get("/rooms/{slug}")
@open_to("anyone")
async def room(slug: Slug, request: Request, lang: Language = None, css: Css = None) -> Response:
    """The screen of a room: what is on there now, whatever it is; in the floor's language where it lacks the wanted."""
    return await _of_room(request, slug, lang, Dress(css))


@routes.get("/rooms/{slug}/overlay")
@open_to("anyone")
async def overlay_of_room(slug: Slug, request: Request, lang: Language = None, css: Css = None) -> Response:
    """The captions of whatever is on in the room, over a picture."""
    return await _of_room(request, slug, lang, Dress(css, overlay=True))


@routes.get("/s/{session_id}/screen")
@open_to("reader")
async def screen(session_id: SessionId, request: Request, lang: Language = None, css: Css = None) -> Response:
    """The room screen of one session."""
    return await _of_session(request, session_id, lang, Dress(css))


@routes.get("/s/{session_id}/overlay")
@open_to("reader")
async def overlay(session_id: SessionId, request: Request, lang: Language = None, css: Css = None) -> Response:
    """The captions of one session, over a picture."""
    return await _of_session(request, session_id, lang, Dress(css, overlay=True))


@routes.get("/rooms/{slug}/screen-qr.svg", response_class=Response)
@open_to("anyone")
@answered_together
async def code_of_room(slug: Slug, request: Request) -> Response:
    """See ``code``: of a room's screen."""
    return await _code(request, f"/rooms/{quote(slug, safe='')}")


@routes.get("/s/{session_id}/screen-qr.svg", response_class=Response)
@open_to("reader")
@answered_together
async def code(session_id: SessionId, request: Request) -> Response:
    """The address of a screen as a QR code, for a technician who has chosen its look: the parameters are the same."""
    return await _code(request, f"/s/{session_id}/screen")


@routes.get("/styles/{name}", response_class=Response)
@open_to("anyone")
async def style(name: str, request: Request) -> Response:
    """A file of the operator's own folder, as it is now.

    Raises:
        NotFound: there is no such file, or it is none that a sheet needs, or no folder was named.
    """
    context = provided(request, Context)
    folder = context.settings.styles
    if folder is None:
        raise NotFound("There are no sheets of the operator's own: CAPTIONFLOW_STYLES names no folder.")
    found = await context.rendering.run(partial(own_file, folder, name))
    return Response(found.content, media_type=found.media_type, headers={"Cache-Control": "no-cache"})


async def _code(request: Request, path: str) -> Response:
    query = request.url.query
    drawn = partial(qr_code, f"{base_url(request)}{path}{'?' if query else ''}{query}", "max-age=300")
    return await provided(request, Context).rendering.run(drawn)


async def _of_room(request: Request, slug: str, lang: str | None, dress: Dress) -> Response:
    state = await state_of_room(request, room_slug(slug))
    if state is None or state.shown is None:
        path = room_path(slug, "overlay") if dress.overlay else f"/rooms/{quote(slug, safe='')}"
        return nothing_yet(slug, path, overlay=dress.overlay)
    language = spelled(state.shown, lang) if lang else None
    return await _screen(request, state.shown, state, language, dress, of_room=lang or "")


async def _of_session(request: Request, session_id: str, lang: str | None, dress: Dress) -> Response:
    session = await find_session(provided(request, Context).ports.sessions, session_id)
    if session is None:
        return nothing_yet(session_id, overlay=dress.overlay)
    language = language_of(session, lang)
    state = await state_of_room(request, room_slug(session.room), session) if session.room else None
    return await _screen(request, session, state, language, dress)


async def _screen(  # noqa: PLR0913 - what a screen of a room knows beside that of a session
    request: Request,
    session: Session,
    room: RoomState | None,
    language: str | None,
    dress: Dress,
    *,
    of_room: str | None = None,
) -> Response:
    """The screen of a session or, with the language that it is wanted in or an empty one, of a room."""
    return page(
        "screen.html",
        session=session,
        room=room,
        alone=of_room is None,
        language=language,
        wanted=of_room or "",
        to_follow=f"/s/{session.id}/follow" if of_room is None else room_path(session.room, "follow", of_room),
        code=f"/s/{session.id}/qr.svg" if of_room is None else room_path(session.room, "qr.svg", of_room),
        look_code=f"/s/{session.id}/screen-qr.svg" if of_room is None else room_path(session.room, "screen-qr.svg"),
        base=base_url(request),
        css=dress.css,
        overlay=dress.overlay,
        first=await _first_words(request, session, language or session.languages[0]),
    )


async def _first_words(request: Request, session: Session, language: str) -> tuple[Flow, ...]:
    """What a screen shows until its scripts have come, which takes seconds on a slow network."""
    if session.status != "live" or not _NOT_YET.isdisjoint(request.query_params):
        return ()
    found = await provided(request, Context).ports.turn_store.window(session.id, language, limit=FIRST_PARTS)
    return as_on_screen(named(found.parts, session.speakers))
