"""A line log as whoever makes an index of it reads it."""

import inspect
from collections.abc import AsyncIterator, Callable, Sequence

from captionflow.messages import StepRecord, Stream


class StepLog:
    """Has these steps, and what is added; ``before_look`` is called, and awaited, before each look at its streams."""

    def __init__(
        self, steps: Sequence[StepRecord] = (), *, before_look: Callable[["StepLog"], object] = lambda _: None
    ) -> None:
        self.steps = list(steps)
        self.looks = 0
        """The one that begins now is counted."""
        self.read: list[Stream] = []
        """The streams that were read from their beginning."""
        self._before_look = before_look

    async def streams(self) -> Sequence[Stream]:
        self.looks += 1
        result = self._before_look(self)
        if inspect.isawaitable(result):
            await result
        return sorted({one.stream for one in self.steps})

    async def last_seq(self, stream: Stream) -> int:
        return max(one.last_seq for one in self.steps if one.stream == stream)

    def steps_of(self, stream: Stream) -> "StepsOfStream":
        self.read.append(stream)
        return StepsOfStream(self, stream)


class StepsOfStream:
    """Those of one stream, from the first."""

    def __init__(self, log: StepLog, stream: Stream) -> None:
        self._log = log
        self._stream = stream
        self._given = 0

    async def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        for one in [one for one in self._log.steps if one.stream == self._stream and one.last_seq > self._given]:
            self._given = one.last_seq
            yield [one]
