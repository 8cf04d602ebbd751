"""The step feed within one process: the segmenter's steps handed to the index and to the hub."""

import asyncio
import weakref
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from captionflow.messages import StepRecord

MAX_WAITING = 256
"""Steps that one follower may be behind before ``publish`` waits for it."""


class _Subscription(AsyncIterator[StepRecord]):
    def __init__(self) -> None:
        self._waiting: deque[StepRecord] = deque()
        self.changed = asyncio.Event()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StepRecord:
        while not self._waiting:
            await self.changed.wait()
        step = self._waiting.popleft()
        self._change()
        return step

    def __del__(self) -> None:
        self.changed.set()  # a publisher may be waiting for room that nobody will make any more

    @property
    def full(self) -> bool:
        return len(self._waiting) >= MAX_WAITING

    def put(self, step: StepRecord) -> None:
        self._waiting.append(step)
        self._change()

    def _change(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class MemoryStepFeed:
    """``StepFeed`` in memory. Nothing is kept for who comes later: the line log is the truth, the store is the past.

    A follower that is ``MAX_WAITING`` steps behind slows the publisher down, so memory stays bounded; one that is
    dropped (no reference left) no longer counts.
    """

    def __init__(self) -> None:
        self._subscriptions: weakref.WeakSet[_Subscription] = weakref.WeakSet()

    async def publish(self, step: StepRecord) -> None:
        """See ``StepFeed.publish``."""
        for subscription in [weakref.ref(one) for one in self._subscriptions]:
            while (follower := subscription()) is not None and follower.full:
                changed = follower.changed
                del follower  # while we wait, only its owner keeps it
                await changed.wait()
            if follower is not None:
                follower.put(step)

    def follow(self) -> AsyncIterator[StepRecord]:
        """See ``StepFeed.follow``."""
        subscription = _Subscription()
        self._subscriptions.add(subscription)
        return subscription
