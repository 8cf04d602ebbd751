"""Equal questions of many at once: what is asked while one of them is answered is answered together, by the next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakValueDictionary

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Hashable

Answer = TypeVar("Answer")


class Crowd(Generic[Answer]):
    """A crowd costs as much as one who asks again and again, and nobody gets what was found before they asked."""

    def __init__(self) -> None:
        self._answering: WeakValueDictionary[Hashable, asyncio.Lock] = WeakValueDictionary()
        self._next: dict[Hashable, asyncio.Task[Answer]] = {}
        """By question, of what has not begun."""

    async def answer(self, question: Hashable, find: Callable[[], Coroutine[None, None, Answer]]) -> Answer:
        """What ``find`` finds, for this one and others who ask the same; who goes takes nothing from them.

        Raises:
            Exception: what ``find`` raises, to all who wait for it.
        """
        coming = self._next.get(question)
        if coming is None:
            coming = self._next[question] = asyncio.create_task(self._find(question, find))
            coming.add_done_callback(_look_at)
        return await asyncio.shield(coming)

    async def _find(self, question: Hashable, find: Callable[[], Coroutine[None, None, Answer]]) -> Answer:
        async with self._answering.setdefault(question, asyncio.Lock()):
            del self._next[question]
            return await find()


def _look_at(done: asyncio.Task[Answer]) -> None:
    """An error is no news if all who waited for it have gone."""
    if not done.cancelled():
        done.exception()
