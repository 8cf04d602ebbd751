"""Asks ``captionflow.access`` about each connection of any kind, before anything else sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from captionflow.access import action_of
from services.http.problems import problem

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Receive, Scope, Send

    from captionflow.access import Access

_DETAIL: Final = "Changes need the token of this installation: Authorization: Bearer <CAPTIONFLOW_INGEST_TOKEN>."
_POLICY_VIOLATION: Final = 1008
"""RFC 6455, 7.4.1. Sent before the handshake is answered, servers make 403 of it."""


class AccessGate:
    """Passes on what is allowed; all else gets 401, or a closed socket."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self.access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Decide, and pass on or refuse."""
        if scope["type"] == "lifespan":  # the server's own event for the application, without a connection
            await self.app(scope, receive, send)
            return
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")
        if self.access.allows(action_of(scope["type"], scope.get("method", "")), given):
            await self.app(scope, receive, send)
        elif scope["type"] == "http":
            headers = {"WWW-Authenticate": 'Bearer realm="captionflow"'}
            await problem("unauthorized", _DETAIL, headers=headers)(scope, receive, send)
        else:
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "A token is needed."})
