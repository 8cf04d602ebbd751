"""The step queue within one process: follows the step feed for one taker, who says what is done."""

from collections import deque
from collections.abc import Sequence
from typing import Final

from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.messages import StepRecord

MAX_WEIGHT: Final = 500
"""What steps weigh that wait before the publisher waits for the taker, and so those that are handed out in one go."""


class MemoryStepQueue:
    """``StepQueue`` in memory: every step that is published from when it was made on, in batches of what has come.

    It ends with its process. Steps that were not done by then are made again from the line log, because the runner goes
    on where the stored turns end.
    """

    def __init__(self, feed: MemoryStepFeed) -> None:
        self.finished = MemoryStepFeed()
        """Publishes each step when it is done; ``done`` waits for its followers."""
        self._subscription = feed.subscribe(MAX_WEIGHT)
        self._taken: deque[StepRecord] = deque()

    async def take(self) -> Sequence[StepRecord]:
        """See ``StepQueue.take``."""
        steps = await self._subscription.next_steps()
        self._taken += steps
        return steps

    async def done(self) -> None:
        """See ``StepQueue.done``."""
        while self._taken:
            await self.finished.publish(self._taken[0])
            self._taken.popleft()


def index_queues(feed: MemoryStepFeed) -> tuple[MemoryStepQueue, MemoryStepQueue]:
    """The queues of the index, for facts and for parts: a step comes to the parts when its facts are done.

    A step that the stored turns reflect is not made again after a crash. If its parts were stored first, a crash in
    between would lose its facts for good. In this order the step only comes again, which changes nothing.
    """
    facts = MemoryStepQueue(feed)
    return facts, MemoryStepQueue(facts.finished)
