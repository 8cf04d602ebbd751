"""The pages of those who work: captioning in a browser, and the desk that watches over all rooms."""

from functools import partial

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from captionflow.caption_urls import caption_urls
from captionflow.errors import BadMessage, CaptionflowError, TooLarge
from captionflow.identity import language_of
from captionflow.transcript import named
from services.api.context import Context
from services.api.desk.off_record import off_record_sessions, with_names
from services.api.desk.sessions_of_day import sessions_of_day
from services.api.pages.desk_view import awaited, correctable, desk_rooms, troubles, unnamed
from services.api.pages.rendering import nothing_yet, page
from services.api.pages.routes import Language, SessionId, base_url, find_session, local_now, qr_code
from services.api.together import answered_together
from services.http.access import granted, open_to
from services.http.bodies import body_of_any_kind
from services.http.provided import provided
from services.http.readiness import Readiness
from services.http.rooms import Room

LATELY = 100
"""Parts of turns in which speakers are looked for."""
LATEST = 8
"""Parts whose words can be corrected."""
MAX_QR_BYTES = 1_000
"""More makes a code that no phone reads from a screen."""

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
@answered_together
async def desk(request: Request) -> Response:
    """All rooms side by side, for the technician."""
    context = provided(request, Context)
    now = local_now()
    event = granted(request).event
    sessions = await sessions_of_day(context.ports.sessions, now, event)
    missing = await provided(request, Readiness).missing()
    off_record = await with_names(context, await off_record_sessions(context, sessions))
    try:
        reports = await context.ports.source_reports.latest()
    except CaptionflowError:
        reports = ()  # the desk's feed says what is wrong
    return await context.work_rendering.run(
        lambda: page(
            "desk.html",
            rooms=desk_rooms(sessions, now),
            live=sum(one.status == "live" for one in sessions),
            troubles=troubles(missing),
            now=now,
            off_record=off_record,
            senders=awaited(sessions, reports, now),
            event=event or "",
            keyed=granted(request).key is not None,
            base=base_url(request),
        )
    )


@routes.get("/desk/hand/{session}")
@open_to("organiser")
async def hand(session: SessionId, request: Request, lang: Language = None) -> Response:
    """The addresses of a session, for the desk's dialog; ``{key}`` stands where a key must be put."""
    context = provided(request, Context)
    found = await context.ports.sessions.get(session)
    language = language_of(found, lang)
    keyed = granted(request).key is not None
    base = base_url(request)
    urls = caption_urls(
        base,
        found.id,
        language=None if language == found.languages[0] else language,
        key="{key}" if keyed else None,
    )
    return page("desk_hand.html", session=found, language=language, urls=urls, keyed=keyed, base=base)


@routes.get("/desk/speakers/{session}")
@open_to("organiser")
async def speakers(session: SessionId, request: Request) -> Response:
    """The speakers that a recogniser has told apart lately, for the desk's dialog."""
    ports = provided(request, Context).ports
    found = await ports.sessions.get(session)
    found_in = [await ports.turn_store.window(found.id, language, limit=LATELY) for language in found.languages]
    parts = [part for turns in found_in for part in turns.parts]
    return page("desk_speakers.html", session=found, labels=unnamed(parts, found.speakers))


@routes.get("/desk/correct/{session}")
@open_to("organiser")
async def correct(session: SessionId, request: Request, lang: Language = None) -> Response:
    """The last words of a session, for the desk's dialog."""
    ports = provided(request, Context).ports
    found = await ports.sessions.get(session)
    language = language_of(found, lang)
    turns = await ports.turn_store.window(found.id, language, limit=LATEST)
    parts = named(correctable(turns.parts), found.speakers)
    return page("desk_correct.html", session=found, language=language, parts=parts)


@routes.post("/desk/qr")
@open_to("organiser")
async def qr(request: Request) -> Response:
    """The text of the body as a QR code: an address with a key is in no query, and so in no log.

    Raises:
        BadMessage: there is none, or it is not UTF-8.
        TooLarge: no phone could read it.
    """
    body = await body_of_any_kind(request)
    if len(body) > MAX_QR_BYTES:
        raise TooLarge(f"{MAX_QR_BYTES} bytes are the most that a phone reads from a screen.")
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage("The text is not UTF-8.") from error
    if not text:
        raise BadMessage("There is no text.")
    return await provided(request, Context).work_rendering.run(partial(qr_code, text, "no-store"))
