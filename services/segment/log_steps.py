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
            state = self._states.get(stream) or start(*stream)
            async for record in self._log.read(*stream, state.last_seq):
                for after, step in safe_steps(state, record.lines):
                    state = after
                    batch.append(step)
                await asyncio.sleep(0)
                if len(batch) >= BATCH:
                    yield batch
                    batch = []
            self._states[stream] = state
        if batch:
            yield batch
