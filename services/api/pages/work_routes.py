"""The pages of those who work: captioning in a browser, and the desk that watches over all rooms."""

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from captionflow.identity import language_of
from captionflow.ports import SessionFilter
from services.api.context import Context
from services.api.pages.desk_view import desk_rooms, troubles
from services.api.pages.rendering import nothing_yet, page
from services.api.pages.routes import Language, SessionId, base_url, find_session, local_now
from services.http.access import granted, open_to
from services.http.provided import provided
from services.http.readiness import Readiness
from services.http.rooms import Room

routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
ROOM = Room(routes)


@routes.get("/caption/{session}")
@open_to("captioner")
async def caption(session: SessionId, request: Request, lang: Language = None) -> Response:
    """Captioning in the browser: what is typed goes out through ``/v1/sessions/{session}/lines``."""
    found = await find_session(provided(request, Context).ports.sessions, session)
    if found is None:
        return nothing_yet(session)
    return page("caption.html", session=found, language=granted(request).language or language_of(found, lang))


@routes.get("/desk")
@open_to("organiser")
async def desk(request: Request) -> Response:
    """All rooms side by side, for the technician."""
    context = provided(request, Context)
    now = local_now()
    event = granted(request).event
    sessions = await context.ports.sessions.list(SessionFilter(event=event))
    missing = await provided(request, Readiness).missing()
    return page(
        "desk.html",
        rooms=desk_rooms(sessions, now),
        live=sum(one.status == "live" for one in sessions),
        readers=context.hub.readers(),
        troubles=troubles(missing),
        now=now,
        event=event or "",
        base=base_url(request),
    )
