"""The steps that the segmenter makes of the whole line log, to rebuild the index."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from captionflow.messages import StepRecord, Stream
from captionflow.ports import LineLog
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import State, start


class LogSteps:
    """``StepSource`` of ``services.index.reindex``. It remembers nothing of a stream; what ``steps_of`` gives does."""

    def __init__(self, log: LineLog) -> None:
        self._log = log

    async def streams(self) -> Sequence[Stream]:
        """See ``StepSource.streams``."""
        return await self._log.streams()

    async def last_seq(self, stream: Stream) -> int:
        """See ``StepSource.last_seq``."""
        return await self._log.last_seq(*stream)

    def steps_of(self, stream: Stream) -> "StreamSteps":
        """See ``StepSource.steps_of``."""
        return StreamSteps(self._log, stream)


class StreamSteps:
    """The steps of one stream. It keeps the segmenter's state between calls."""

    def __init__(self, log: LineLog, stream: Stream) -> None:
        self._log = log
        self._state = start(*stream)

    async def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        """The steps up to the present end of the stream that were not given before, record by record."""
        async for state, steps in _steps(self._log, self._state):
            self._state = state
            yield steps


async def steps_of(log: LineLog, stream: Stream) -> AsyncIterator[Sequence[StepRecord]]:
    """The steps of one stream from its beginning: ``StepsOf`` of ``services.index.healing``."""
    async for _, steps in _steps(log, start(*stream)):
        yield steps


async def _steps(log: LineLog, state: State) -> AsyncIterator[tuple[State, list[StepRecord]]]:
    """The steps after a state, record by record, each with the state behind it."""
    async for record in log.read(state.session, state.language, state.last_seq):
        made: list[StepRecord] = []
        for after, step in safe_steps(state, record.lines):
            state = after
            made.append(step)
        await asyncio.sleep(0)
        yield state, made
