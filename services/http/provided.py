"""What handlers need, by type: put into an application once, when it is made, and asked for by each connection."""

from typing import Any, TypeVar

from starlette.applications import Starlette
from starlette.requests import HTTPConnection

T = TypeVar("T")


def provide(app: Starlette, *needs: object) -> None:
    """Let the handlers of ``app`` have each of these, by its type."""
    known: dict[type, object] = getattr(app.state, "provided", {})
    app.state.provided = known | {type(one): one for one in needs}


def provided(connection: HTTPConnection, wanted: type[T]) -> T:
    """The one of this type. KeyError if it was not provided, which is a bug in how the application is made."""
    found: Any = connection.app.state.provided[wanted]
    return found  # type: ignore[no-any-return] # it is under its own type
