"""Makes the index anew from the line log while captions go on, and exchanges it for the one in use once it is right."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

import structlog

from captionflow.errors import Misconfigured, Rejected
from services.index.digests import Stream, Tally, differing, shorter

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from captionflow.messages import StepRecord
    from captionflow.ports import IndexBuilder

log = structlog.get_logger(__name__)

CLOSE = 1_000
"""So few steps behind the log, the index in use is held and the rest is brought in, which takes a second or so."""


class StepSource(Protocol):
    """The steps that the line log gives, made anew."""

    def more(self) -> AsyncIterator[Sequence[StepRecord]]:
        """Those up to the log's end of now that were not given before, each stream's in order; then it ends."""


class Rebuilt(NamedTuple):
    """What a rebuild did."""

    old: str
    new: str
    streams: int
    parts: int
    refused: int
    """Parts that the index can't take."""


class Reindexer:
    """One rebuild. The index in use is not changed, and an index that isn't right never takes its place."""

    def __init__(self, source: StepSource, builder: IndexBuilder) -> None:
        self._source = source
        self._builder = builder
        self._tally = Tally()
        self._refused: set[tuple[str, int]] = set()

    async def run(self) -> Rebuilt:
        """Fill a new index, look whether it is right, and put it in place; the old one stays as it was.

        While the rest is brought in and all of the new index is compared (10,000 parts a second), nothing is written
        into the one in use: who wants to is told ``Unavailable``, waits, and goes on with the new one.

        Raises:
            Misconfigured: the new index isn't what the log says, or has less than the old one: it was not put in place.
            Unavailable: the log or the index can't be reached; the same again later starts anew.
        """
        old = await self._builder.current()
        await self._builder.release(old)  # a rebuild before this one may have been killed
        new = await self._builder.make()
        while await self._fill(new) > CLOSE:
            pass
        await self._builder.hold(old)
        try:
            await self._fill(new)
            rebuilt = await self._checked(old, new)
            await self._builder.exchange(old, new)
        except BaseException:
            await self._builder.release(old)
            raise
        return rebuilt

    async def _fill(self, new: str) -> int:
        """Bring in what the log has more; returns how many steps that were."""
        count = 0
        async for steps in self._source.more():
            try:
                await self._builder.write(new, steps)
            except Rejected as error:
                self._refused |= {(part.turn_id, part.number) for part in error.parts}
                log.warning("parts_refused", index=new, parts=len(error.parts))
            self._tally.add_steps(steps)
            count += len(steps)
        log.info("index_filled", index=new, steps=count)
        return count

    async def _checked(self, old: str, new: str) -> Rebuilt:
        found = Tally()
        async for session, language, part in self._builder.contents(new):
            found.add_parts((session, language), [part])
        for stream, last_seq in (await self._builder.reached(new)).items():
            found.add_progress(stream, last_seq)
        wanted, built = self._tally.without(self._refused).digests(), found.without(self._refused).digests()
        if wrong := differing(wanted, built):
            raise Misconfigured(
                f"{new} is not what the line log says in {_named(wrong)}: it was not put in place. "
                "Run `captionflow reindex` again; if it stays so, report it."
            )
        if less := shorter(built, await self._builder.reached(old)):
            raise Misconfigured(
                f"{new} has less than {old} in {_named(less)}: it was not put in place. "
                "See whether the line log is the right one and whole."
            )
        return Rebuilt(old, new, len(built), sum(digest.parts for digest in built.values()), len(self._refused))


def _named(streams: Sequence[Stream]) -> str:
    more = f" and {len(streams) - 3} more" if len(streams) > 3 else ""  # noqa: PLR2004  a line of them
    return ", ".join(f"{session} ({language})" for session, language in streams[:3]) + more
