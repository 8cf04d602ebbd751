"""Rebuilds the search index from the line log while captions go on, and swaps it in once it is verified."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Final, NamedTuple, Protocol

import structlog

from captionflow.errors import Misconfigured, Rejected, Unavailable
from captionflow.index_building import HELD_SECONDS
from captionflow.retrying import Retry
from captionflow.transcript import weight
from services.index.digests import IndexContents, StreamContents, behind, differing, id_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from captionflow.index_building import IndexBuilder
    from captionflow.messages import StepRecord, Stream
    from services.index.digests import Digest, PartId

log = structlog.get_logger(__name__)

BATCH: Final = 2_000
"""What steps weigh that are written in one go, but for those of the record that was read last."""
CATCH_UP: Final = 1_000
"""With steps left that weigh no more, writes to the index in use are blocked and the rest is added: about a second."""
MAX_GROWING: Final = 256
"""Streams that went on meanwhile of which what is known is kept; of others it is made again from their beginning."""
NAMED_STREAMS: Final = 3
"""Streams that an error message names."""


class StreamSteps(Protocol):
    """The steps of one stream."""

    def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        """Those up to the present end of the stream that were not given before, in order."""


class StepSource(Protocol):
    """The steps that the segmenter makes of the line log."""

    async def streams(self) -> Sequence[Stream]:
        """Every stream that has lines now."""

    async def last_seq(self, stream: Stream) -> int:
        """How many lines a stream has now."""

    def steps_of(self, stream: Stream) -> StreamSteps:
        """Its steps, from its beginning."""


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    old: str
    new: str
    streams: int
    parts: int
    refused: int
    """Parts that the index can't take."""


class _Reading:
    """How far a stream has been read, and what it says so far."""

    def __init__(self, steps: StreamSteps) -> None:
        self.steps = steps
        self.contents = StreamContents()


class Reindexer:
    """One rebuild. The index in use is not changed, and an index that fails verification never takes its place.

    Streams are read one after the other, and a digest of each stays: memory depends on how many there are, on the
    longest of them, and on those that go on meanwhile.
    """

    def __init__(self, source: StepSource, builder: IndexBuilder) -> None:
        self._source = source
        self._builder = builder
        self._expected: dict[Stream, Digest] = {}
        self._growing: OrderedDict[Stream, _Reading] = OrderedDict()
        self._refused: set[PartId] = set()

    async def run(self) -> Rebuilt:
        """Fill a new index, verify it, and swap it in; the old one is kept as it was.

        While the last steps are added and the new index is verified (10,000 parts a second), writes to the index in use
        are blocked: the index service is told ``Unavailable``, waits, and goes on with the new one.

        Whatever ends it, writes are allowed again: that is waited for if Elasticsearch is away.

        Raises:
            Misconfigured: the new index isn't what the log says, or has less than the old one: it was not swapped in.
            Unavailable: the log or the index can't be reached, or verifying takes longer than HELD_SECONDS; the same
                again later starts anew.
        """
        old = await self._builder.current()
        await self._builder.allow_writes(old)  # a rebuild before this one may have been killed
        new = await self._builder.create()
        while await self._fill(new) > CATCH_UP:
            pass
        try:
            async with asyncio.timeout(HELD_SECONDS):
                await self._builder.block_writes(old)
                await self._fill(new)
                rebuilt = await self._verified(old, new)
                await self._builder.swap(old, new)
        except TimeoutError as error:
            await self._let_go(old)
            raise Unavailable(f"{new} was not verified in {HELD_SECONDS:.0f} s: it was not put in place.") from error
        except BaseException:
            await self._let_go(old)
            raise
        return rebuilt

    async def _let_go(self, old: str) -> None:
        await Retry("index_still_held").call(partial(self._builder.allow_writes, old))

    async def _fill(self, new: str) -> int:
        """Write what the log has more; returns how much that weighed."""
        done = waiting = 0
        batch: list[StepRecord] = []
        read: list[tuple[Stream, _Reading]] = []
        for stream in await self._source.streams():
            known = self._expected.get(stream)
            if known is not None and await self._source.last_seq(stream) <= known.last_seq:
                continue
            written = 0 if known is None else known.last_seq
            reading = self._growing.pop(stream, None) or _Reading(self._source.steps_of(stream))
            async for steps in reading.steps.more():
                reading.contents.add(steps)
                more = [step for step in steps if step.last_seq > written]
                batch += more
                waiting += weight(more)
                if waiting >= BATCH:
                    await self._write(new, batch)
                    batch, done, waiting = [], done + waiting, 0
                    self._note(read)
            read.append((stream, reading))
        if batch:
            await self._write(new, batch)
        self._note(read)
        log.info("index_filled", index=new, weight=done + waiting)
        return done + waiting

    async def _write(self, new: str, steps: Sequence[StepRecord]) -> None:
        try:
            await self._builder.write(new, steps)
        except Rejected as error:
            self._refused |= {id_of(part) for part in error.parts}
            log.warning("parts_refused", index=new, parts=len(error.parts))

    def _note(self, read: list[tuple[Stream, _Reading]]) -> None:
        """Keep the digests of streams that are read and written: only now it is known what the index refused."""
        for stream, reading in read:
            if stream in self._expected:  # it goes on while the index is filled, and probably will again
                self._growing[stream] = reading
            self._expected[stream] = reading.contents.digest(without=self._refused)
        read.clear()
        while len(self._growing) > MAX_GROWING:
            self._growing.popitem(last=False)

    async def _verified(self, old: str, new: str) -> Rebuilt:
        found = IndexContents()
        async for stream, part in self._builder.parts(new):
            if not self._refused or id_of(part) not in self._refused:
                found.add(stream, part)
        for stream, last_seq in (await self._builder.last_seqs(new)).items():
            found.add_last_seq(stream, last_seq)
        built = found.digests
        if wrong := differing(self._expected, built):
            raise Misconfigured(
                f"{new} is not what the line log says in {_named(wrong)}: it was not put in place. "
                "Run `captionflow reindex` again; if it stays so, report it."
            )
        if less := behind(built, await self._builder.last_seqs(old)):
            raise Misconfigured(
                f"{new} has less than {old} in {_named(less)}: it was not put in place. "
                "See whether the line log is the right one and whole."
            )
        return Rebuilt(old, new, len(built), sum(digest.parts for digest in built.values()), len(self._refused))


def _named(streams: Sequence[Stream]) -> str:
    more = f" and {len(streams) - NAMED_STREAMS} more" if len(streams) > NAMED_STREAMS else ""
    return ", ".join(f"{session} ({language})" for session, language in streams[:NAMED_STREAMS]) + more
