"""``GET /v1/search``: who said what."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from captionflow.errors import BadMessage
from captionflow.ports import SearchQuery

if TYPE_CHECKING:
    from services.api.context import Context

MAX_QUERY_CHARS = 1_000
MAX_FILTER_CHARS = 300
Name = Annotated[str | None, Query(description="Only hits with exactly this, however it is written.")]


def router(context: Context) -> APIRouter:
    """The route."""
    routes = APIRouter(tags=["search"])

    @routes.get(
        "/v1/search",
        summary="Search all transcripts",
        description='Plain words, all of which must occur; `"…"` is a phrase. Nothing else is interpreted. Case, '
        "accents and hyphens don't matter. `next` of a page is the `cursor` of the one that follows.",
        response_class=Response,
        responses={200: {"content": {"application/json": {"schema": {"$ref": "#/components/schemas/SearchPage"}}}}},
    )
    async def search(  # noqa: PLR0913, PLR0917 - the parameters of the call
        q: Annotated[str, Query(description="What to find.", examples=['"net neutrality" developing countries'])] = "",
        speaker: Name = None,
        event: Name = None,
        session: Name = None,
        language: Name = None,
        room: Name = None,
        limit: Annotated[int, Query(ge=1, le=100, description="Hits a page.")] = 20,
        cursor: Annotated[str | None, Query(description="`next` of the page before.")] = None,
    ) -> Response:
        if len(q) > MAX_QUERY_CHARS:
            raise BadMessage(f"q has {len(q)} characters; {MAX_QUERY_CHARS} are enough for any phrase.")
        if any(len(value or "") > MAX_FILTER_CHARS for value in (speaker, event, session, language, room, cursor)):
            raise BadMessage(f"A filter has more than {MAX_FILTER_CHARS} characters.")
        wanted = SearchQuery(
            text=q,
            speaker=speaker or None,
            event=event or None,
            session=session or None,
            language=language or None,
            room=room or None,
            limit=limit,
            cursor=cursor or None,
        )
        page = await context.adapters.search.search(wanted)
        return Response(msgspec.json.encode(page), media_type="application/json")

    return routes
