"""Transcripts as documents: each is made once, into a file without a name, and sent from there to all who want it.

A document is of one moment, whatever is said while it is made or sent: it is what its ``ETag`` names. Its making takes
a bounded amount of memory and no time of the event loop; a client that reads slowly holds nothing but a piece of it.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import aclosing
from functools import partial
from threading import Event
from typing import TYPE_CHECKING, Final, NamedTuple
from weakref import WeakSet, WeakValueDictionary

from captionflow.errors import Unavailable
from services.api.transcripts.spool_files import SpooledParts, SpoolFile
from services.http.off_loop import OffLoop
from services.http.outflow import PIECE_BYTES
from services.http.packing import packed_pieces

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator
    from pathlib import Path

    from captionflow.messages import Session, Stream
    from captionflow.ports import SessionStore
    from captionflow.turns import TurnStore
    from services.api.transcripts.formats import Format
    from services.api.transcripts.formats.options import Options

MAX_WAITING: Final = 16
"""Documents that wait to be made."""
MAX_KEPT: Final = 16
"""Documents that are kept for those who ask next."""
MAX_DISK_BYTES: Final = 256 * 1024 * 1024
"""Of all documents that are kept or being sent."""


class Wanted(NamedTuple):
    """A form of a transcript."""

    stream: Stream
    form: Format
    options: Options
    packed: bool = False
    """As gzip."""


class Export:
    """A document."""

    def __init__(self, etag: str, file: SpoolFile) -> None:
        self.etag = etag
        self._file = file

    @property
    def size(self) -> int:
        """Its length in bytes."""
        return self._file.size

    async def pieces(self) -> AsyncGenerator[bytes]:
        """All of it."""
        for at in range(0, self.size, PIECE_BYTES):
            yield await asyncio.to_thread(self._file.read, PIECE_BYTES, at)


class Exports:
    """See the module."""

    def __init__(
        self,
        turns: TurnStore,
        sessions: SessionStore,
        folder: Path,
        *,
        max_disk_bytes: int = MAX_DISK_BYTES,
    ) -> None:
        self._turns = turns
        self._sessions = sessions
        self._folder = folder
        self._max_disk_bytes = max_disk_bytes
        self._work = OffLoop("exports", max_waiting=MAX_WAITING)
        self._kept: OrderedDict[tuple[Wanted, str], Export] = OrderedDict()
        self._all: WeakSet[Export] = WeakSet()
        self._making: WeakValueDictionary[Wanted, asyncio.Lock] = WeakValueDictionary()

    async def made(self, wanted: Wanted, known: str) -> Export:
        """The document with the tag ``known``, or a newer one. A caller that is cancelled has no more made of it.

        Raises:
            Unavailable: too many wait for theirs, or those that are being sent take all the space there is.
        """
        lock = self._making.setdefault(wanted, asyncio.Lock())
        async with lock:  # a crowd that asks together has it made once
            found = self._kept.get((wanted, known))
            if found is None:
                found = await self._make(wanted)
                self._kept[wanted, found.etag] = found
                self._all.add(found)
            self._kept.move_to_end((wanted, found.etag))
            while len(self._kept) > MAX_KEPT or (self._used() > self._max_disk_bytes and len(self._kept) > 1):
                self._kept.popitem(last=False)
            return found

    async def _make(self, wanted: Wanted) -> Export:
        async with self._work.turn() as run:
            if self._used() > self._max_disk_bytes:
                self._kept.clear()
            if self._used() > self._max_disk_bytes:
                raise Unavailable("Too many transcripts are being sent: the same again in a moment.", retry_after=10)
            parts = SpooledParts(self._folder)
            async with aclosing(self._turns.pages(*wanted.stream)) as pages:
                async for page in pages:
                    await run(partial(parts.add, page.parts))
                    parts.last_seq = max(parts.last_seq, page.last_seq)
            # After the turns: what the text said of its session is stored before them, so this is at least as new.
            session = await self._sessions.get(wanted.stream.session)
            parts.names = session.speakers
            given_up = Event()
            try:
                file = await run(partial(self._write, wanted, session, parts, given_up))
            finally:
                given_up.set()
        return Export(etag(session.version, parts.last_seq, wanted), file)

    def _write(self, wanted: Wanted, session: Session, parts: SpooledParts, given_up: Event) -> SpoolFile:
        file = SpoolFile(self._folder)
        pieces = wanted.form.write(session, wanted.stream.language, parts, wanted.options)
        for piece in packed_pieces(pieces) if wanted.packed else pieces:
            if given_up.is_set():
                break  # nobody gets it
            file.write(piece)
        file.flush()
        return file

    def _used(self) -> int:
        return sum(one.size for one in self._all)


def etag(version: int, seq: int, wanted: Wanted) -> str:
    """Strong: what is sent follows from these."""
    form = wanted.form
    return f'"{form.suffix}-{form.revision}-{version}-{seq}{wanted.options.key}{"-gzip" if wanted.packed else ""}"'
