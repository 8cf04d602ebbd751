"""Rebuilds the search index from the line log while captions go on, and swaps it in once it is verified."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

from captionflow.errors import Misconfigured, Rejected, Unavailable
from captionflow.index_building import HELD_SECONDS
from captionflow.retrying import Retry
from services.index.digests import Contents, behind, differing

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from captionflow.index_building import IndexBuilder
    from captionflow.messages import StepRecord, Stream
    from captionflow.transcript import PartKey

log = structlog.get_logger(__name__)

CATCH_UP_STEPS = 1_000
"""With no more steps than this left, writes to the index in use are blocked and the rest is added: about a second."""
NAMED_STREAMS = 3
"""Streams that an error message names."""


class StepSource(Protocol):
    """The steps that the segmenter makes of the line log."""

    def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        """The steps up to the present end of the log that were not given before, each stream's in order."""


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    old: str
    new: str
    streams: int
    parts: int
    refused: int
    """Parts that the index can't take."""


class Reindexer:
    """One rebuild. The index in use is not changed, and an index that fails verification never takes its place."""

    def __init__(self, source: StepSource, builder: IndexBuilder) -> None:
        self._source = source
        self._builder = builder
        self._expected = Contents()
        self._refused: set[PartKey] = set()

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
        while await self._fill(new) > CATCH_UP_STEPS:
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
        """Write what the log has more; returns how many steps that were."""
        count = 0
        async for steps in self._source.more():
            try:
                await self._builder.write(new, steps)
            except Rejected as error:
                self._refused |= {(part.turn_id, part.number) for part in error.parts}
                log.warning("parts_refused", index=new, parts=len(error.parts))
            self._expected.add_steps(steps)
            count += len(steps)
        log.info("index_filled", index=new, steps=count)
        return count

    async def _verified(self, old: str, new: str) -> Rebuilt:
        found = Contents()
        async for stream, part in self._builder.parts(new):
            found.add_parts(stream, [part])
        for stream, last_seq in (await self._builder.last_seqs(new)).items():
            found.add_last_seq(stream, last_seq)
        expected, built = self._expected.without(self._refused).digests(), found.without(self._refused).digests()
        if wrong := differing(expected, built):
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
