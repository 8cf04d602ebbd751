"""Who may do what: decided here alone, for every kind of connection, and denied by default. Pure."""

from typing import Final, Literal

from captionflow.secret import Secret

Action = Literal["read", "write"]

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def action_of(kind: str, method: str = "") -> Action:
    """What a connection of a kind (``http``, ``websocket``) asks for.

    Only HTTP's safe methods (RFC 9110, 9.2.1) are sure to read; a socket is open in both directions, so it may write.
    """
    return "read" if kind == "http" and method in _SAFE_METHODS else "write"


class Access:
    """The rule of an installation: everybody may read; a write needs the token, where one is set."""

    def __init__(self, write_token: Secret | None) -> None:
        self._write_token = write_token

    def allows(self, action: Action, authorization: str) -> bool:
        """Whether the action is allowed. ``authorization`` is the value of that header; empty if there is none."""
        if action == "read" or self._write_token is None:
            return True
        scheme, _, token = authorization.partition(" ")
        return scheme.casefold() == "bearer" and self._write_token.matches(token.strip())
