"""``/v1/sessions/{session}/type``: typing over a WebSocket. docs/ingest.md describes the messages."""

from typing import Final

from fastapi import APIRouter, WebSocket

from captionflow.errors import BadMessage, NotFound
from captionflow.identity import language_tag, session_id
from services.http.access import granted_language, open_to
from services.http.provided import provided
from services.http.rooms import Room
from services.ingest.protocols.json_lines import parse_sender
from services.ingest.typing_connection import INVALID, NOT_FOUND, Writers

ANYBODY: Final = "anybody"

routes = APIRouter()
ROOM = Room(routes)


@routes.websocket("/v1/sessions/{session}/type")
@open_to("captioner")
async def type_text(socket: WebSocket, session: str, writer: str = ANYBODY, lang: str | None = None) -> None:
    """Take what is typed. Without a name of its own, a writer is the one who typed without a name before."""
    try:
        known, language = session_id(session), None if lang is None else language_tag(lang)
        name = parse_sender(writer)
    except (BadMessage, NotFound) as error:  # a browser shows the code of a close, and not that of a refusal
        await socket.accept()
        await socket.close(NOT_FOUND if isinstance(error, NotFound) else INVALID, str(error))
        return
    await provided(socket, Writers).serve(socket, known, granted_language(socket, language), name)
