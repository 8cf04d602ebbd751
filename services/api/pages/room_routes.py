"""One address for a room, all days: to read along there, whatever is on, and its QR code."""

from functools import partial
from typing import Annotated

from fastapi import APIRouter, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response

from captionflow.errors import NotFound
from captionflow.identity import floor_language, spelled
from captionflow.session_order import room_slug
from services.api.context import Context
from services.api.pages.programme import room_path
from services.api.pages.rendering import nothing_yet, page
from services.api.pages.routes import Language, base_url, follow_page, qr_code, state_of_room
from services.api.together import answered_together
from services.http.access import open_to
from services.http.provided import provided
from services.http.rooms import Room

Slug = Annotated[str, InPath(max_length=200)]

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROOM = Room(routes)


@routes.get("/rooms/{slug}/follow")
@open_to("anyone")
@answered_together
async def follow(slug: Slug, request: Request, lang: Language = None) -> Response:
    """What is on in the room, to read along; what comes next before that, and what was last where nothing comes.

    In the floor's language where the wanted one is lacking: the next session may have it.
    """
    state = await state_of_room(request, room_slug(slug))
    path = room_path(slug, "follow", lang)
    if state is None or state.shown is None:
        return nothing_yet(slug, path)
    session = state.shown
    language = (spelled(session, lang) if lang else None) or floor_language(session)
    return await follow_page(request, session, language, state, path)


@routes.get("/rooms/{slug}/qr.svg", response_class=Response)
@open_to("anyone")
@answered_together
async def qr(slug: Slug, request: Request, lang: Language = None) -> Response:
    """The address to read along in the room, for a phone. It is good before anybody has named the room.

    Raises:
        NotFound: no room can be called so.
    """
    if not room_slug(slug):
        raise NotFound("There is no such room: its name has no letter and no digit.")
    drawn = partial(qr_code, base_url(request) + room_path(slug, "follow", lang), "max-age=300")
    return await provided(request, Context).rendering.run(drawn)


@routes.get("/rooms/{slug}/poster")
@open_to("anyone")
async def poster(slug: Slug, request: Request, lang: Language = None) -> Response:
    """A page to print and put up at the door: the room's name, the code and the address."""
    state = await state_of_room(request, room_slug(slug))
    if state is None:
        return nothing_yet(slug, room_path(slug, "poster", lang))
    address = base_url(request) + room_path(slug, "follow", lang)
    return page("poster.html", room=state.name, code=room_path(slug, "qr.svg", lang), address=address)
