"""What is held in memory until it has been sent, within a bound."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    LetGo = Callable[[], None]


class Held:
    """Bodies of answers. Equal ones are held once: a crowd takes as much as one of it."""

    def __init__(self, max_bytes: int) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._bodies: dict[bytes, _Shared] = {}

    def hold(self, size: int) -> LetGo | None:
        """So many bytes, until what it gives is called; ``None`` if there is no space for them."""
        if self._bytes + size > self._max_bytes:
            return None
        self._bytes += size
        return partial(self._let_go, size)

    def hold_body(self, body: bytes) -> tuple[bytes, LetGo] | None:
        """The body to send in place of this one, and as ``hold``."""
        shared = self._bodies.get(body)
        if shared is None:
            let_go = self.hold(len(body))
            if let_go is None:
                return None
            shared = self._bodies[body] = _Shared(body, let_go)
        shared.holders += 1
        return shared.body, partial(self._let_go_of, shared)

    def _let_go(self, size: int) -> None:
        self._bytes -= size

    def _let_go_of(self, shared: _Shared) -> None:
        shared.holders -= 1
        if not shared.holders:
            del self._bodies[shared.body]
            shared.let_go()


class _Shared:
    def __init__(self, body: bytes, let_go: LetGo) -> None:
        self.body = body
        self.let_go = let_go
        self.holders = 0
