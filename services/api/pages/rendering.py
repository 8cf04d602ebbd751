"""Templates become pages. Each is whole: readable without a script."""

from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from captionflow.session_order import room_slug
from services.api.pages import languages, programme, turn_views
from services.api.pages.inlining import inlined
from services.api.pages.reading import Piece
from services.api.pages.static_files import read_static_files
from services.http.middleware import EMBEDDED
from services.http.outflow import InPieces

_HERE = Path(__file__).parent

STATIC: Final = read_static_files(_HERE / "static")
INLINED: Final = inlined(STATIC)

_TURNS_HERE: Final = "<!-- turns -->"
"""Where the turns of a page stand that is made while it is sent. No text of a stranger has it: it would be escaped."""

_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"static": STATIC.url, "inlined": INLINED.elements.__getitem__}
_TEMPLATES.filters |= {
    "day": programme.long_day,
    "day_of": programme.day_of,
    "direction": languages.direction,
    "edition": programme.edition_in_words,
    "own_name": languages.own_name,
    "slug": room_slug,
    "state": programme.state_in_words,
    "voice": turn_views.voice,
}


def page(template: str, status: int = 200, **values: object) -> Response:
    """The page that a template makes of these values."""
    html = _TEMPLATES.get_template(template).render(status=status, **values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-cache"})


def streamed_transcript(
    render: Callable[[Callable[[], str]], Awaitable[str]],
    pieces: AsyncGenerator[Piece],
    **values: object,
) -> Response:
    """The page of a whole transcript, made piece by piece while it is sent; ``render`` takes work off the loop."""
    shell = _TEMPLATES.get_template("transcript.html")
    html = shell.render(status=200, turns=(), people=(), piece=None, streamed=True, **values)
    head, _, foot = html.partition(_TURNS_HERE)

    async def body() -> AsyncGenerator[str]:
        yield head
        first = True
        async with aclosing(pieces):
            async for piece in pieces:
                yield await render(partial(_turns, piece, first=first, **values))
                first = False
        yield foot

    return InPieces(body(), {"Cache-Control": "no-cache"}, "text/html")


def _turns(piece: Piece, **values: object) -> str:
    return _TEMPLATES.get_template("turns.html").render(turns=piece.views, **values)


def error_page(request: Request, status: int, title: str, detail: str) -> Response:
    """An error that a person can read: what happened and what they can do, with the way home."""
    path = request.url.path
    embedded = path.startswith(EMBEDDED)
    return page("error.html", status=status, title=title, detail=detail, path=path, embedded=embedded)


def nothing_yet(name: str, path: str | None = None, *, embedded: bool = False, overlay: bool = False) -> Response:
    """The page for a session or room that is not known yet: it asks again by itself, and starts when it is."""
    return page("nothing_yet.html", status=404, name=name, path=path, embedded=embedded, overlay=overlay)
