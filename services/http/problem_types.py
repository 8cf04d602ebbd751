"""``GET /problems/{code}``: what a problem's ``type`` leads to."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from starlette.responses import Response

from captionflow.errors import NotFound
from services.http.problems import KINDS


def router() -> APIRouter:
    """The route."""
    routes = APIRouter()

    @routes.get("/problems/{code}", include_in_schema=False)
    async def kind(code: Annotated[str, Path()]) -> Response:
        found = KINDS.get(code)
        if found is None:
            raise NotFound(f"There is no such kind of problem; there are {', '.join(KINDS)}.")
        return Response(f"{found.title} ({found.status})\n\n{found.remedy}\n", media_type="text/plain")

    return routes
