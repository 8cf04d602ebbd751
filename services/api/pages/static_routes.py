"""The files of the pages. Who opens a page for the first time asks for some fifty of them."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from services.api.pages.rendering import STATIC
from services.http.access import open_to
from services.http.frequent_calls import FrequentCall
from services.http.rooms import Room

routes = APIRouter(include_in_schema=False, route_class=FrequentCall)
ROOM = Room(routes)


@routes.get("/static/{version}/{name:path}")
@open_to("anyone")
async def static(version: str, name: str, request: Request) -> Response:
    """A script, a style sheet, a font."""
    return STATIC.respond(version, name, request)
