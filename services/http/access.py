"""The one gate: finds the key of each connection of any kind, and asks ``captionflow.access`` what it may do.

``AccessGate`` puts the ``Grant`` into the scope, before anything else sees the connection, and takes the key out of it.
Each call says with ``open_to`` who may make it, and ``admit`` holds it to that; ``check_declared`` refuses an
application with a call that does not say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple, TypeVar

import msgspec
from fastapi.requests import HTTPConnection  # noqa: TC002 - FastAPI reads the annotations of dependencies
from starlette.exceptions import WebSocketException

from captionflow.access import NOBODY, Grant, Role, Who
from captionflow.errors import BadMessage, CaptionflowError, NotFound, Unavailable
from captionflow.identity import session_id
from services.http.problems import ProblemError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from captionflow.messages import Session
    from captionflow.ports import SessionFilter, SessionStore
    from services.http.rooms import Room

GRANT: Final = "grant"
"""Key in the scope."""
KEYED: Final = "captionflow.keyed"
"""Key in the scope: whether the request has a key with it, whatever that may open."""
VISIT: Final = "captionflow.visit"

_DECLARED: Final = "__captionflow_open_to__"
_POLICY_VIOLATION: Final = 1008
"""RFC 6455, 7.4.1. Sent before the handshake is answered, servers make 403 of it."""

_Call = TypeVar("_Call", bound="Callable[..., object]")


class Visit(NamedTuple):
    """What the gate found out about a connection, beside its grant."""

    sessions: SessionStore
    refusal: CaptionflowError
    """Why it may not do what its grant does not allow."""


def open_to(who: Who) -> Callable[[_Call], _Call]:
    """Declares who may make a call. Where its path has a ``session``, what is asked is whether they may there.

    Without one, bounds of the key are for the handler to ask, with ``granted``; everywhere, that to a language.
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


def seen_by(grant: Grant, wanted: SessionFilter) -> SessionFilter:
    """The filter without sessions of which nobody without a key sees any, so that a page has room for the others."""
    return msgspec.structs.replace(wanted, closed=False) if grant.role is None else wanted


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
    given: str | None = connection.path_params.get("session", connection.path_params.get("session_id"))
    match declared(connection.scope["endpoint"]):
        case "anyone":
            return
        case None:
            raise refusal(connection)
        case "reader":
            allowed = given is None or await _reads(connection, given)
        case role if given is None:
            grant = granted(connection)
            allowed = grant.allows(role, session=grant.session, event=grant.event, language=grant.language)
        case role:
            allowed = await _may(connection, role, given)
    if not allowed:
        raise refusal(connection)


def check_granted(
    connection: HTTPConnection,
    role: Role,
    *,
    session: str | None = None,
    event: str | None = None,
    language: str | None = None,
) -> None:
    """Refuse what the grant does not allow there: see ``Grant.allows``, and ``refusal`` for what is raised."""
    if not granted(connection).allows(role, session=session, event=event, language=language):
        raise refusal(connection)


def granted_language(connection: HTTPConnection, given: str | None) -> str | None:
    """The language that is meant; a key for one language means that one, and no other.

    The session is one that ``admit`` has asked about.
    """
    grant = granted(connection)
    language = given or grant.language
    check_granted(connection, "captioner", session=grant.session, event=grant.event, language=language)
    return language


def sees(grant: Grant, session: Session) -> bool:
    """Whether a session is to be read, and known of, with this grant."""
    return not session.closed or grant.allows(
        "viewer", session=session.id, event=session.event, language=grant.language
    )


async def _reads(connection: HTTPConnection, given: str) -> bool:
    grant = granted(connection)
    if grant.allows("viewer", session=given, language=grant.language):
        return True
    found = await _session(connection, given)
    return found is None or sees(grant, found)


async def _may(connection: HTTPConnection, role: Role, given: str) -> bool:
    grant = granted(connection)
    if grant.event is None or not grant.allows(role, session=given, event=grant.event, language=grant.language):
        return grant.allows(role, session=given, language=grant.language)
    found = await _session(connection, given)
    return found is not None and grant.allows(role, session=given, event=found.event, language=grant.language)


async def _session(connection: HTTPConnection, given: str) -> Session | None:
    """The session that a call is about; None if there is none, which the call itself will say."""
    visit: Visit = connection.scope[VISIT]
    try:
        return await visit.sessions.get(session_id(given))
    except (NotFound, BadMessage):
        return None


def refusal(connection: HTTPConnection) -> Exception:
    """Why it is refused: 401 without a key, 403 with one that may not, 503 where that can't be told now."""
    visit: Visit | None = connection.scope.get(VISIT)
    reason = visit.refusal if visit is not None else ProblemError("forbidden", "Nobody is let in here.")
    if connection.scope["type"] != "websocket":
        return reason
    again = 1013 if isinstance(reason, Unavailable) else _POLICY_VIOLATION  # "try again later", IANA's registry
    return WebSocketException(again, str(reason))
