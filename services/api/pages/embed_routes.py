"""Captions on pages of other sites: what they may frame, and what they are told of an address (oEmbed)."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, Response

from captionflow.errors import NotFound
from captionflow.identity import language_of
from captionflow.messages import Stream
from services.api.context import Context
from services.api.pages import oembed, reading
from services.api.pages.rendering import nothing_yet, page
from services.api.pages.routes import Language, SessionId, base_url, find_session
from services.api.together import answered_together
from services.http.access import granted, open_to, refusal, sees
from services.http.openapi import answers, problems
from services.http.problems import ProblemError
from services.http.provided import provided
from services.http.rooms import Room

MAX_URL_CHARS = 2_000
Theme = Annotated[str | None, Query(max_length=20)]
_EXAMPLE = {
    "type": "rich",
    "version": "1.0",
    "title": "Opening",
    "provider_name": "captionflow",
    "provider_url": "https://captions.example.org",
    "html": '<iframe src="https://captions.example.org/embed/opening" width="600" height="400" '
    'title="Captions: Opening" frameborder="0" loading="lazy"></iframe>',
    "width": 600,
    "height": 400,
}

routes = APIRouter(tags=["pages"])
ROOM = Room(routes, (oembed.OEmbed,))


@routes.get("/embed/{session_id}", include_in_schema=False, response_class=HTMLResponse)
@open_to("reader")
@answered_together
async def embed(session_id: SessionId, request: Request, lang: Language = None, theme: Theme = None) -> Response:
    """The end of a transcript while it grows, for a frame on another site."""
    context = provided(request, Context)
    session = await find_session(context.ports.sessions, session_id)
    if session is None:
        return nothing_yet(session_id, embedded=True)
    language = language_of(session, lang)
    found = (await reading.end(context.ports.turn_store, Stream(session.id, language))).named(session.speakers)
    of = oembed.Cited(session.id, oembed.look(lang and language, theme))
    return await context.rendering.run(
        lambda: page(
            "embed.html",
            session=session,
            language=language,
            turns=found.views,
            full=oembed.address("", "/s/{}/follow", of),
            here=lambda other: oembed.address("", "/embed/{}", of._replace(look=of.look._replace(language=other))),
            oembed=oembed.discovery(base_url(request), "/embed/{}", of),
        )
    )


@routes.get(
    "/oembed",
    summary="What a site that cites an address shows",
    description="oEmbed 1.0. For a session, a frame with its captions (`rich`), or a `link` where "
    "`CAPTIONFLOW_FRAME_ANCESTORS` is not set; for a turn (`?turn=t12` or `#t12`), its words as a quotation. Only "
    "addresses of this installation are known.",
    response_class=Response,
    responses={
        200: answers("OEmbed", _EXAMPLE, "How to show it"),
        **problems("unauthorized", "not-found", "invalid", "not-implemented", "unavailable"),
    },
)
@open_to("anyone")
async def about(
    request: Request,
    url: Annotated[
        str,
        Query(
            max_length=MAX_URL_CHARS,
            description="Of a page of a session.",
            examples=["https://captions.example.org/s/opening"],
        ),
    ],
    maxwidth: Annotated[int, Query(ge=1, description="Pixels that there are.", examples=[600])] = oembed.WIDTH,
    maxheight: Annotated[int, Query(ge=1, description="Pixels that there are.", examples=[400])] = oembed.HEIGHT,
    form: Annotated[str, Query(alias="format", max_length=20, description="Only `json`.", examples=["json"])] = "json",
) -> Response:
    """How to show a session or a turn of it."""
    if form != "json":
        raise ProblemError("not-implemented", "This can be had as json.")
    context, base = provided(request, Context), base_url(request)
    of = oembed.cited(url, base)
    session = await find_session(context.ports.sessions, of.session) if of else None
    if of is None or session is None:
        raise NotFound(f"The url is of no session here: those of this installation begin with {base}/s/.")
    if not sees(granted(request), session):
        raise refusal(request)
    language = language_of(session, of.look.language)
    room = oembed.Room(min(maxwidth, oembed.WIDTH), min(maxheight, oembed.HEIGHT))
    if of.turn:
        quoted = await reading.quoted(context.ports.turn_store, Stream(session.id, language), of.turn)
        views = quoted.named(session.speakers).views if quoted else ()
        if not views:
            raise NotFound(f"The session has no turn {of.turn}.")
        answer = oembed.of_turn(session, language, views[0], of, base, room)
    else:
        framed = bool(context.settings.frame_ancestors)
        answer = oembed.of_session(session, of, base, room, framed=framed)
    return Response(msgspec.json.encode(answer), 200, {"Cache-Control": "no-cache"}, "application/json")
