"""Follows the line log, steps the segmenter, and publishes what it says. For one process; no Faust here.

It keeps no position: the turn store knows how far each session got, and the line log has the rest. So a runner that was
stopped in any way, at any moment, goes on where the stored turns end; steps that it publishes again change nothing. It
is told where the first line is that they lack, so that it does not read what is long done.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial

import structlog

from captionflow.errors import Unavailable
from captionflow.kept import Kept
from captionflow.messages import Line, LineRecord, StepRecord, Stream
from captionflow.ports import THE_BEGINNING, LineLog, Position, StepFeed
from captionflow.recent import Recent
from captionflow.retrying import Retry
from captionflow.turns import TurnStore
from services.segment.safe_steps import SkippedLine, safe_steps
from services.segment.segmenter import State, start

log = structlog.get_logger(__name__)

MAX_BATCH_LINES = 500
"""Lines of one session that are stepped in one go."""
MAX_WAITING_RECORDS = 64
"""Records that are read ahead of the segmenter."""
LINES_ONE_BY_ONE = 1_000
"""So many lines of a stream that an earlier process took, and did not store, are stepped one by one.

It may have shown a turn and taken it back. For a viewer who saw it, it must be made and taken back once more, and where
several lines are one step it may be as if it had never been. Steps that wait to be stored are fewer.
"""


class Runner:
    """Turns lines into steps, for all sessions of a log, in order and without leaving one out.

    It waits while the log, the feed or the store is unavailable; ``waiting`` says for what, and is empty otherwise.
    """

    def __init__(
        self,
        log: LineLog,
        feed: StepFeed,
        store: TurnStore,
        *,
        begin: Callable[[], Awaitable[Position]] | None = None,
    ) -> None:
        """``begin``: gives a position up to which the store has what all lines say; else it looks at all of them."""
        self._log = log
        self._feed = feed
        self._store = store
        self._states: Kept[Stream, State] = Kept()
        """Of others it is made of the log again when a line comes."""
        self._reached: Recent[Stream, int] = Recent()
        self._one_by_one: Recent[Stream, int] = Recent()
        """Up to which line, of streams that have lines from before."""
        self._began = datetime.now(UTC)
        self._begin = begin
        self._position = THE_BEGINNING
        self._retry = Retry("segment_waits")
        self._retry_reading = Retry("segment_waits")
        self._records: asyncio.Queue[LineRecord] = asyncio.Queue(MAX_WAITING_RECORDS)

    @property
    def waiting(self) -> str:
        """What it waits for now, in a sentence; empty when it goes on."""
        return self._retry.waiting or self._retry_reading.waiting

    async def run(self) -> None:
        """Follow the log until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(self._read())
            while True:
                for stream, lines in await self._batches():
                    await self._take(stream, lines)

    async def _read(self) -> None:
        if self._begin is not None:
            self._position = await self._retry_reading.call(self._begin)
        while True:
            try:
                async for position, record in self._log.follow(self._position):
                    await self._records.put(record)
                    self._position = position
                    self._retry_reading.succeeded()
            except Unavailable as error:
                await self._retry_reading.wait(error)

    async def _batches(self) -> list[tuple[Stream, list[Line]]]:
        """The lines that wait, by session; the order within each is kept."""
        batches: dict[Stream, list[Line]] = {}
        record = await self._records.get()
        while True:
            lines = batches.setdefault(record.stream, [])
            lines += record.lines
            if len(lines) >= MAX_BATCH_LINES or self._records.empty():
                return list(batches.items())
            record = self._records.get_nowait()

    async def _take(self, stream: Stream, lines: Sequence[Line]) -> None:
        if stream not in self._reached:
            self._reached[stream] = await self._retry.call(partial(self._store.last_seq, *stream))
            if lines[0].received_at < self._began:
                self._one_by_one[stream] = self._reached[stream] + LINES_ONE_BY_ONE
        if lines[-1].seq <= self._reached[stream]:
            return
        state = self._states.get(stream)
        if state is None:
            state = await self._retry.call(partial(self._restored, stream))
        if lines[0].seq > state.last_seq + 1:
            log.warning("hole_found", **stream._asdict(), after=state.last_seq, before=lines[0].seq)
            for missed in await self._retry.call(partial(self._missed, stream, state.last_seq, lines[0].seq)):
                state = await self._step(stream, state, missed.lines)
        await self._step(stream, state, lines)

    async def _step(self, stream: Stream, state: State, lines: Sequence[Line]) -> State:
        for after, record in self._made(stream, state, lines):
            state = after
            if isinstance(record, SkippedLine):
                log.error("line_set_aside", **stream._asdict(), seq=record.last_seq, reason=record.reason)
            await self._retry.call(partial(self._feed.publish, record))
            log.debug("step_published", **stream._asdict(), last_seq=record.last_seq)
        self._reached[stream] = max(self._reached[stream], state.last_seq)
        self._states.keep(stream, state, over=state.over)
        return state

    def _made(self, stream: Stream, state: State, lines: Sequence[Line]) -> Iterator[tuple[State, StepRecord]]:
        last = self._one_by_one.get(stream, 0)
        single = [[line] for line in lines if line.seq <= last and line.received_at < self._began]
        if len(single) < len(lines) and stream in self._one_by_one:
            del self._one_by_one[stream]
        for some in (*single, lines[len(single) :]):
            for after, record in safe_steps(state, some):
                state = after
                yield after, record

    async def _restored(self, stream: Stream) -> State:
        """The state at the last step that was published or stored, from the lines before it.

        It stops exactly there: what was shown as undecided then must be known, so that it can be taken back.
        """
        state = start(*stream)
        last = self._reached[stream]
        if last:
            async for record in self._log.read(*stream):
                for after, _ in safe_steps(state, [line for line in record.lines if line.seq <= last]):
                    state = after
                if record.lines[-1].seq >= last:
                    break
                await asyncio.sleep(0)
            log.info("state_restored", **stream._asdict(), last_seq=state.last_seq)
        return state

    async def _missed(self, stream: Stream, after: int, before: int) -> list[LineRecord]:
        found = []
        async for record in self._log.read(*stream, after):
            found.append(record)
            if record.lines[-1].seq >= before - 1:
                break
        return found
