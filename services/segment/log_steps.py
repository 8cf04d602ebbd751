"""The steps that the segmenter makes of the whole line log, to rebuild the index."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from captionflow.messages import StepRecord, Stream
from captionflow.ports import LineLog
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import State, start

BATCH = 1_000
"""Steps given in one go."""


class LogSteps:
    """``StepSource`` of ``services.index.reindex``. It keeps the segmenter's state of each stream between calls."""

    def __init__(self, log: LineLog) -> None:
        self._log = log
        self._states: dict[Stream, State] = {}

    async def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        """See ``StepSource.more``."""
        batch: list[StepRecord] = []
        for stream in await self._log.streams():
            async for state, steps in _steps(self._log, self._states.get(stream) or start(*stream)):
                self._states[stream] = state
                batch += steps
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
        if batch:
            yield batch


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
