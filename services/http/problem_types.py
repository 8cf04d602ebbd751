"""``GET /problems/{code}``: what a problem's ``type`` leads to."""

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from captionflow.errors import NotFound
from services.http.access import open_to
from services.http.problems import KINDS
from services.http.rooms import Room

routes = APIRouter(include_in_schema=False)
ROOM = Room(routes)


@routes.get("/problems/{code}")
@open_to("anyone")
async def problem_type(code: Annotated[str, Path()]) -> Response:
    """What all problems of one code mean, for people."""
    found = KINDS.get(code)
    if found is None:
        raise NotFound(f"There is no such kind of problem; there are {', '.join(KINDS)}.")
    return Response(f"{found.title} ({found.status})\n\n{found.remedy}\n", media_type="text/plain")
