"""The lines API over HTTP. Captions arrive here hundreds of times a second, so bodies go straight to msgspec."""

from typing import Annotated

import msgspec
from fastapi import APIRouter, HTTPException, Path, Query, Request, Response

from captionflow.identity import language_tag, session_id
from captionflow.ports import SessionStore
from captionflow.settings import Settings
from services.http.body_reader import read_body
from services.ingest.gateway import Gateway
from services.ingest.protocols.json_lines import parse, parse_sender
from services.ingest.protocols.json_lines_openapi import LAST, LINES

BODY_SECONDS = 30.0
_encode = msgspec.json.Encoder().encode

SessionId = Annotated[str, Path(description="The session's id.", examples=["opening"])]
Language = Annotated[
    str | None, Query(description="BCP 47 tag; the session's first language when left out.", examples=["en"])
]
Sender = Annotated[str | None, Query(description="Who sends, when the body does not say.", examples=["desk-1"])]
AskedSender = Annotated[str, Query(description="Whose number.", examples=["desk-1"])]


def router(
    gateway: Gateway, sessions: SessionStore, settings: Settings, *, body_seconds: float = BODY_SECONDS
) -> APIRouter:
    """``POST /v1/sessions/{id}/lines`` and ``GET /v1/sessions/{id}/lines/last``.

    All errors are raised; the app turns them into problem documents.
    """
    del sessions  # the gateway knows them
    routes = APIRouter(prefix="/v1/sessions/{session}/lines", tags=["lines"])

    @routes.post("", status_code=202, response_class=Response, **LINES)
    async def accept_lines(
        request: Request, session: SessionId, lang: Language = None, sender: Sender = None
    ) -> Response:
        _authorize(request, settings)
        session, language = session_id(session), _language(lang)
        body = await read_body(request, limit=settings.max_body_bytes, seconds=body_seconds)
        parsed = parse(body, request.headers.get("content-type", ""), sender=sender)
        receipts = await gateway.accept(session, language, parsed.drafts, cleaned=parsed.cleaned)
        return Response(_encode(receipts), 202, media_type="application/json")

    @routes.get("/last", response_class=Response, **LAST)
    async def last_number(session: SessionId, sender: AskedSender, lang: Language = None) -> Response:
        number = await gateway.last_number(session_id(session), _language(lang), parse_sender(sender))
        return Response(_encode({"number": number}), media_type="application/json")

    return routes


def _language(given: str | None) -> str | None:
    return None if given is None else language_tag(given)


def _authorize(request: Request, settings: Settings) -> None:
    token = settings.ingest_token
    if token is None:
        return
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.casefold() != "bearer" or not token.matches(given.strip()):
        raise HTTPException(
            401, "Sending lines here needs the header Authorization: Bearer TOKEN.", {"WWW-Authenticate": "Bearer"}
        )
