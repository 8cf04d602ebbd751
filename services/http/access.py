"""The one gate: finds the key of each connection of any kind, and asks ``captionflow.access`` what it may do.

``AccessGate`` puts the ``Grant`` into the scope, before anything else sees the connection. Each call says with
``open_to`` who may make it, and ``admit`` holds it to that; ``check_declared`` refuses an application with a call that
does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, TypeVar

from fastapi.requests import HTTPConnection  # noqa: TC002 - FastAPI reads the annotations of dependencies
from starlette.exceptions import WebSocketException

from captionflow.access import EVERYTHING, NOBODY, Grant, Who
from services.http.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from starlette.types import ASGIApp, Receive, Scope, Send

    from captionflow.secret import Secret
    from services.http.rooms import Room

GRANT: Final = "grant"
"""Key in the scope."""

_DECLARED: Final = "__captionflow_open_to__"
_DETAIL: Final = "This needs a key: Authorization: Bearer <key>."
_POLICY_VIOLATION: Final = 1008
"""RFC 6455, 7.4.1. Sent before the handshake is answered, servers make 403 of it."""

_Call = TypeVar("_Call", bound="Callable[..., object]")


def open_to(who: Who) -> Callable[[_Call], _Call]:
    """Declares who may make a call. Where its path has a ``session``, what is asked is whether they may there.

    A bound of a key to an event or a language is for the handler to ask, with ``granted``.
    """

    def declare(call: _Call) -> _Call:
        setattr(call, _DECLARED, who)
        return call

    return declare


def declared(call: object) -> Who | None:
    """Who may make the call; None if it does not say."""
    found: Who | None = getattr(call, _DECLARED, None)
    return found


def granted(connection: HTTPConnection) -> Grant:
    """What this connection may do."""
    found: Grant = connection.scope.get(GRANT, NOBODY)
    return found


def check_declared(rooms: Iterable[Room]) -> None:
    """Make sure that every call says who may make it.

    Raises:
        TypeError: one does not, which is a bug.
    """
    for room in rooms:
        for route in room.routes.routes:
            if declared(getattr(route, "endpoint", None)) is None:
                raise TypeError(f"{route} does not say who may use it: add @open_to.")


async def admit(connection: HTTPConnection) -> None:
    """Let nobody make a call who may not; a dependency of all calls."""
    grant = granted(connection)
    session = connection.path_params.get("session", grant.session)
    match declared(connection.scope["endpoint"]):
        case "anyone" | "reader":
            return
        case None:
            _refuse(connection)
        case role if not grant.allows(role, session=session, event=grant.event, language=grant.language):
            _refuse(connection)


def _refuse(connection: HTTPConnection) -> None:
    if connection.scope["type"] == "websocket":
        raise WebSocketException(_POLICY_VIOLATION, "A key is needed.")
    raise ProblemError("unauthorized", _DETAIL, headers={"WWW-Authenticate": 'Bearer realm="captionflow"'})


class AccessGate:
    """Finds out what a connection may do, and puts it into the scope."""

    def __init__(self, app: ASGIApp, token: Secret | None) -> None:
        self.app = app
        self._token = token

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note it and pass on."""
        if scope["type"] != "lifespan":  # the server's own event for the application, without a connection
            scope[GRANT] = EVERYTHING if self._token is None else self._grant(scope, self._token)
        await self.app(scope, receive, send)

    @staticmethod
    def _grant(scope: Scope, token: Secret) -> Grant:
        given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"authorization"), "")
        scheme, _, key = given.partition(" ")
        known = scheme.casefold() == "bearer" and token.matches(key.strip())
        return Grant(role="admin", key="CAPTIONFLOW_INGEST_TOKEN") if known else NOBODY
