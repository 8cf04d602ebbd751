"""Templates become pages. Each is whole: readable without a script."""

from pathlib import Path
from typing import Final

from fastapi import Request
from fastapi.responses import HTMLResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.api.pages import languages, programme
from services.api.pages.static_files import read_static_files

_HERE = Path(__file__).parent

STATIC: Final = read_static_files(_HERE / "static")

_TEMPLATES = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_TEMPLATES.globals |= {"static": STATIC.url}
_TEMPLATES.filters |= {
    "day": programme.long_day,
    "day_of": programme.day_of,
    "direction": languages.direction,
    "edition": programme.edition_in_words,
    "own_name": languages.own_name,
    "slug": programme.room_slug,
    "state": programme.state_in_words,
}


def page(template: str, status: int = 200, **values: object) -> Response:
    """The page that a template makes of these values."""
    html = _TEMPLATES.get_template(template).render(status=status, **values)
    return HTMLResponse(html, status_code=status, headers={"Cache-Control": "no-cache"})


def error_page(request: Request, status: int, title: str, detail: str) -> Response:
    """An error that a person can read: what happened and what they can do, with the way home."""
    return page("error.html", status=status, title=title, detail=detail, path=request.url.path)


def nothing_yet(name: str, path: str | None = None) -> Response:
    """The page for a session or room that is not known yet: it asks again by itself, and starts when it is."""
    return page("nothing_yet.html", status=404, name=name, path=path)
