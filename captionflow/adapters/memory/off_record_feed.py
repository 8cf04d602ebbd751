"""What is said off the record, on its way to viewers within one process: kept nowhere."""

import weakref
from collections import deque
from collections.abc import AsyncIterator, Sequence
from typing import Final, Self

from captionflow.messages import OffRecordWords
from captionflow.notifying import Notifier

MAX_WAITING: Final = 1_000
"""Of one who does not keep up, the oldest are lost."""


class _Following(AsyncIterator[OffRecordWords]):
    def __init__(self) -> None:
        self._waiting: deque[OffRecordWords] = deque(maxlen=MAX_WAITING)
        self._put = Notifier()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> OffRecordWords:
        while not self._waiting:
            await self._put.listen().wait()
        return self._waiting.popleft()

    def put(self, words: Sequence[OffRecordWords]) -> None:
        self._waiting.extend(words)
        self._put.notify()


class MemoryOffRecordFeed:
    """``OffRecordFeed`` in memory."""

    def __init__(self) -> None:
        self._following: weakref.WeakSet[_Following] = weakref.WeakSet()

    async def publish(self, words: Sequence[OffRecordWords]) -> None:
        """See ``OffRecordFeed.publish``."""
        for one in list(self._following):
            one.put(words)

    def follow(self) -> AsyncIterator[OffRecordWords]:
        """See ``OffRecordFeed.follow``."""
        following = _Following()
        self._following.add(following)
        return following
