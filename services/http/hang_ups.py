"""Clients that hang up while they are answered: told at debug, in one line, and no fault of anybody."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import structlog
from starlette.requests import ClientDisconnect
from starlette.websockets import WebSocketDisconnect

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger(__name__)

HUNG_UP: Final = "captionflow.hung_up"
"""Key in the scope of a request whose client has gone."""

_GONE: Final = (ClientDisconnect, WebSocketDisconnect)


class HangUps:
    """Ends a request whose client has gone, by whatever way the application noticed. Other errors pass."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""

        async def send_or_end(message: Message) -> None:
            try:
                await send(message)
            except OSError as error:  # of the connection: nothing else is done there
                raise ClientDisconnect from error

        try:
            await self.app(scope, receive, send_or_end)
        except _GONE:
            _note(scope)
        except BaseExceptionGroup as errors:  # of tasks that answer together
            _, others = errors.split(_GONE)
            if others is not None:
                raise
            _note(scope)


def _note(scope: Scope) -> None:
    """For who tells how a request ended; nobody does of a socket."""
    scope[HUNG_UP] = True
    if scope["type"] == "websocket":
        log.debug("client_hung_up", path=scope["path"])
