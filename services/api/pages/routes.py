"""The five pages: home, room screen, follow, transcript and search; and errors, which are pages too.

Rendered by the server, readable without a script; live parts go on over the same ``/v1`` that everybody has.
"""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import quote

import msgspec
import segno
from fastapi import APIRouter, Query, Request
from fastapi import Path as InPath
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from captionflow.errors import BadMessage, NotFound
from captionflow.identity import language_of
from captionflow.messages import Session
from captionflow.ports import SearchPage, SessionFilter
from services.api.pages import programme as page_sessions
from services.api.pages import turn_views as page_turns
from services.api.pages.search_view import search_query, search_view
from services.api.pages.static_files import read_static_files

if TYPE_CHECKING:
    from captionflow.settings import Settings
    from captionflow.wiring import Adapters

_HERE = Path(__file__).parent
_STATIC = read_static_files(_HERE / "static")
_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"static": _STATIC.url}
_TEMPLATES.filters |= {
    "day": page_sessions.long_day,
    "day_of": page_sessions.day_of,
    "edition": page_sessions.edition_in_words,
    "slug": page_sessions.room_slug,
    "state": page_sessions.state_in_words,
}

EARLIER_SHOWN = 50
"""Past sessions on the home page before it says how many there are; ``?earlier=all`` shows them all."""

SessionId = Annotated[str, InPath(max_length=200)]
Language = Annotated[str | None, Query(max_length=35)]


def _today() -> datetime:
    return datetime.now(UTC).astimezone()


def router(adapters: "Adapters", settings: "Settings", *, now: Callable[[], datetime] = _today) -> APIRouter:
    """The pages over these adapters. ``now`` is the organiser's local time: it tells today from earlier."""
    pages = _Pages(adapters, settings, now)
    routes = APIRouter(include_in_schema=False, default_response_class=HTMLResponse)
    routes.get("/")(pages.home)
    routes.get("/search")(pages.search)
    routes.get("/rooms/{slug}")(pages.room)
    routes.get("/s/{session_id}")(pages.transcript)
    routes.get("/s/{session_id}/follow")(pages.follow)
    routes.get("/s/{session_id}/screen")(pages.screen)
    routes.get("/s/{session_id}/qr.svg")(pages.qr)
    routes.get("/static/{version}/{name:path}")(_static)
    return routes


class _Pages:
    """The handlers; each answers with a whole page."""

    def __init__(self, adapters: "Adapters", settings: "Settings", now: Callable[[], datetime]) -> None:
        self._adapters, self._settings, self._now = adapters, settings, now

    async def home(self, request: Request, earlier: str = "") -> Response:
        sessions = await self._adapters.sessions.list(SessionFilter())
        programme = page_sessions.programme(sessions, self._now().date())
        older = 0 if earlier == "all" else max(0, len(programme.earlier) - EARLIER_SHOWN)
        if older:
            programme = msgspec.structs.replace(programme, earlier=programme.earlier[:EARLIER_SHOWN])
        words = {}
        for session in programme.now:
            turns = await self._adapters.turn_store.turns(session.id, session.languages[0], last=1)
            words[session.id] = page_turns.last_words(turns.parts)
        return _page(
            "home.html", programme=programme, older=older, words=words, any=bool(sessions), base=self._base(request)
        )

    async def search(self, request: Request) -> Response:
        query = search_query(request.query_params)
        trouble = None
        page = SearchPage(hits=(), total=0)
        if query.text:
            try:
                page = await self._adapters.search.search(query)
            except BadMessage as error:
                trouble = str(error)
        return _page("search.html", view=search_view(query, page), trouble=trouble)

    async def room(self, slug: str, request: Request) -> Response:
        state = await self._room(slug)
        if state is None or state.shown is None:
            return _nothing_yet(slug, f"/rooms/{quote(slug, safe='')}")
        return _page(
            "screen.html", session=state.shown, room=state, alone=False, language=None, base=self._base(request)
        )

    async def screen(self, session_id: SessionId, request: Request, lang: Language = None) -> Response:
        session = await self._find(session_id)
        if session is None:
            return _nothing_yet(session_id)
        language = language_of(session, lang)
        room = await self._room(page_sessions.room_slug(session.room), session) if session.room else None
        return _page("screen.html", session=session, room=room, alone=True, language=language, base=self._base(request))

    async def qr(self, session_id: SessionId, request: Request) -> Response:
        """The follow page's address, to be read by a phone."""
        session = await self._adapters.sessions.get(session_id)
        drawing = io.BytesIO()
        segno.make(f"{self._base(request)}/s/{session.id}/follow", error="m", micro=False).save(
            drawing, kind="svg", border=2, light="#fff", dark="#000", omitsize=True
        )
        return Response(drawing.getvalue(), media_type="image/svg+xml", headers={"Cache-Control": "max-age=300"})

    async def follow(self, session_id: SessionId, lang: Language = None) -> Response:
        return await self._reading("follow.html", session_id, lang)

    async def transcript(self, session_id: SessionId, lang: Language = None) -> Response:
        return await self._reading("transcript.html", session_id, lang)

    async def _reading(self, template: str, session_id: str, lang: str | None) -> Response:
        session = await self._find(session_id)
        if session is None:
            return _nothing_yet(session_id)
        language = language_of(session, lang)
        stored = await self._adapters.turn_store.turns(session.id, language)
        turns = page_turns.turn_views(stored.parts)
        return _page(template, session=session, language=language, turns=turns, people=page_turns.people(turns))

    async def _find(self, session_id: str) -> Session | None:
        try:
            return await self._adapters.sessions.get(session_id)
        except (NotFound, BadMessage):
            return None

    async def _room(self, slug: str, shown: Session | None = None) -> page_sessions.RoomState | None:
        return page_sessions.room_state(await self._adapters.sessions.list(SessionFilter()), slug, self._now(), shown)

    def _base(self, request: Request) -> str:
        return (self._settings.public_url or str(request.base_url)).rstrip("/")


async def _static(version: str, name: str, request: Request) -> Response:
    return _STATIC.respond(version, name, request)


def error_page(request: Request, status: int, title: str, detail: str) -> Response:
    """An error that a person can read: what happened and what they can do, with the way home."""
    return _page("error.html", status=status, title=title, detail=detail, path=request.url.path)


def _nothing_yet(name: str, path: str | None = None) -> Response:
    """A session or room that is not known yet: the page asks again by itself and begins when it is."""
    return _page("nothing_yet.html", status=404, name=name, path=path)


def _page(template: str, status: int = 200, **values: object) -> Response:
    html = _TEMPLATES.get_template(template).render(status=status, **values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-cache"})
