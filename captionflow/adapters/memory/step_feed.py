"""The step feed within one process: the segmenter's steps handed to the index and to the hub."""

import weakref
from collections import deque
from collections.abc import AsyncIterator
from typing import Self

from captionflow.messages import StepRecord
from captionflow.notifying import Notifier
from captionflow.transcript import weight

MAX_WAITING = 256
"""What steps weigh that one follower may be behind before ``publish`` waits for it."""


class Subscription(AsyncIterator[StepRecord]):
    """The steps that were published since it was made, in order; ``publish`` waits while they weigh ``max_waiting``."""

    def __init__(self, max_waiting: int) -> None:
        self.changed = Notifier()
        self._max_waiting = max_waiting
        self._waiting: deque[StepRecord] = deque()
        self._weight = 0

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> StepRecord:
        while not self._waiting:
            await self.changed.listen().wait()
        step = self._waiting.popleft()
        self._weight -= weight([step])
        self.changed.notify()
        return step

    def __del__(self) -> None:
        self.changed.notify()  # wake a publisher that waits for room in it

    @property
    def full(self) -> bool:
        """No room for another step."""
        return self._weight >= self._max_waiting

    def put(self, step: StepRecord) -> None:
        """Add a step; the publisher sees to it that there is room."""
        self._waiting.append(step)
        self._weight += weight([step])
        self.changed.notify()

    async def next_steps(self) -> list[StepRecord]:
        """All steps that wait, in order; if there are none, it waits for one."""
        steps = [await anext(self), *self._waiting]
        self._waiting.clear()
        self._weight = 0
        self.changed.notify()
        return steps


class MemoryStepFeed:
    """``StepFeed`` in memory. It keeps nothing: a follower gets what is published from then on.

    A follower whose subscription is full slows the publisher down, so memory stays bounded; one that is dropped (no
    reference left) no longer counts.
    """

    def __init__(self) -> None:
        self._subscriptions: weakref.WeakSet[Subscription] = weakref.WeakSet()

    async def publish(self, step: StepRecord) -> None:
        """See ``StepFeed.publish``."""
        for subscription in [weakref.ref(one) for one in self._subscriptions]:
            while (follower := subscription()) is not None and follower.full:
                changed = follower.changed.listen()
                del follower  # while we wait, only its owner keeps it
                await changed.wait()
            if follower is not None:
                follower.put(step)

    def follow(self) -> AsyncIterator[StepRecord]:
        """See ``StepFeed.follow``."""
        return self.subscribe(MAX_WAITING)

    def subscribe(self, max_waiting: int) -> Subscription:
        """As ``follow``, for a follower that takes all steps that wait at once."""
        subscription = Subscription(max_waiting)
        self._subscriptions.add(subscription)
        return subscription
