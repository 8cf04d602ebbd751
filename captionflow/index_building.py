"""The port of the search index as a thing that can be made anew. Pure."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Final, Protocol

from captionflow.messages import Part, StepRecord, Stream

HELD_SECONDS: Final = 600.0
"""So long at most a rebuild keeps writers from the index in use; see ``IndexBuilder.block_writes``."""


class IndexBuilder(Protocol):
    """The index in use and others beside it, so that it can be rebuilt while it is used."""

    async def current(self) -> str:
        """The name of the index in use."""

    async def create(self) -> str:
        """A new empty index that nobody uses yet; its name."""

    async def write(self, index: str, steps: Sequence[StepRecord]) -> None:
        """As ``TurnStore.apply``, into this index."""

    def parts(self, index: str) -> AsyncIterator[tuple[Stream, Part]]:
        """All parts of an index, in no order."""

    async def last_seqs(self, index: str) -> Mapping[Stream, int]:
        """How far an index reflects the line log: the last ``seq`` of each stream."""

    async def block_writes(self, index: str) -> None:
        """Return when nothing can be written to the index any more; writes raise ``Unavailable``.

        Whoever calls it calls ``allow_writes`` within HELD_SECONDS. If it was killed, the index service does so later.
        """

    async def allow_writes(self, index: str) -> None:
        """Undo ``block_writes``."""

    async def swap(self, old: str, new: str) -> None:
        """Use the new index in place of the old one, for reads and writes at the same moment; the old one is kept."""

    async def unused(self) -> Sequence[str]:
        """Indices that are not in use, oldest first."""

    async def drop(self, index: str) -> None:
        """Delete an index that isn't in use; one that is raises ``Conflict``."""
