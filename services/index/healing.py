"""Makes again, from the line log, the turns whose steps expired before they were indexed."""

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager

import structlog

from captionflow.messages import StepRecord, Stream
from captionflow.ports import LineLog
from captionflow.retrying import Retry
from captionflow.turns import TurnStore

log = structlog.get_logger(__name__)

StepsOf = Callable[[LineLog, Stream], AsyncIterator[Sequence[StepRecord]]]
"""The steps that the segmenter makes of all lines of a stream, in order."""
Write = Callable[[Sequence[StepRecord]], Awaitable[None]]


class Healer:
    """Writes what the archive lacks. What is there already, or comes meanwhile, is not changed by it.

    It reads the whole log, and segments each stream that is behind from its beginning: for the rare case that the index
    was away for longer than turns are kept.
    """

    def __init__(
        self,
        open_log: Callable[[], AbstractAsyncContextManager[LineLog]],
        steps_of: StepsOf,
        turns: TurnStore,
        *writers: Write,
    ) -> None:
        self._open_log = open_log
        self._steps_of = steps_of
        self._turns = turns
        self._writers = writers
        self._retry = Retry("index_heals")
        self.waiting = ""
        """That it is at work, in a sentence; empty while it is not."""
        self.streams = 0
        """How many were made again."""

    async def heal(self) -> None:
        """Return when the archive has all that the log had at the beginning; waits out what is away."""
        self.waiting = "Turns expired before they were indexed: they are made again from the log."
        try:
            await self._retry.call(self._heal)
        finally:
            self.waiting = ""

    async def _heal(self) -> None:
        async with self._open_log() as line_log:
            for stream in await line_log.streams():
                await self._heal_stream(line_log, stream)

    async def _heal_stream(self, line_log: LineLog, stream: Stream) -> None:
        reached = await self._turns.last_seq(*stream)
        async for _ in line_log.read(*stream, reached):
            break
        else:
            return
        async for steps in self._steps_of(line_log, stream):
            for write in self._writers:
                await write(steps)
        self.streams += 1
        log.warning("turns_made_again", session=stream.session, language=stream.language, after=reached)
