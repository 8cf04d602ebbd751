"""The turns that an api process serves: those that the topic still has, merged with the archive.

So snapshots and live captions need no search server and don't wait for the index. The topic may have only the end of
a session; the parts before come from the archive, once it has them. What was said longer ago than the topic keeps it is
forgotten here as well, as soon as the archive has it: if such a session goes on, only what is new is here again.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple, NoReturn

import structlog

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.data_folder import FOLDER_MODE
from captionflow.errors import CaptionflowError, Unavailable
from captionflow.messages import StepRecord, Stream
from captionflow.transcript import latest, ordered
from captionflow.turns import THE_END, THE_START, WINDOW, Place, Turns, TurnStore, Window, merged, place_of, whole

log = structlog.get_logger(__name__)

MAX_UNWRITTEN = 500
"""Steps that are kept in memory before they are written, since they may never be read."""
PRUNE_SECONDS = 600.0
"""Longer than anybody reads a transcript from the database."""
SCRATCH = "live"
"""The subfolder of the data folder for what can be rebuilt."""


def open_scratch(data_folder: Path) -> Database:
    """An empty database for the turns of one process; what an earlier one left is removed.

    Raises:
        Misconfigured: another process uses the folder, or it can't be there.
    """
    data_folder.mkdir(FOLDER_MODE, parents=True, exist_ok=True)
    return Database.open(data_folder / SCRATCH / "live.db", fresh=True)


class _Kept(NamedTuple):
    first_seq: int
    last_seq: int
    at: datetime
    """When its last line was accepted, or its last step came."""


class LiveTurnStore:
    """``LiveTurns`` that is written by the step feed alone; ``local`` is empty at first.

    ``check`` raises ``Unavailable`` as long as topics have not been read; ``lines`` gives the number of lines that the
    log has of a session and language.
    """

    def __init__(
        self,
        local: SqliteTurnStore,
        archive: TurnStore,
        *,
        check: Callable[[], None],
        lines: Callable[[str, str], int],
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._clock = clock
        self._check = check
        self._lines = lines
        self._local = local
        self._archive = archive
        self._kept: dict[Stream, _Kept] = {}
        self._left: set[Stream] = set()
        """Not kept any more, with parts in ``local`` that somebody may still be reading."""
        self._unwritten: list[StepRecord] = []
        self._writing = asyncio.Lock()

    async def keep(self, steps: Sequence[StepRecord]) -> None:
        """Take the next steps of the topic. They are written when there are many, or before the next read."""
        self._unwritten += steps
        for step in steps:
            stream = step.stream
            kept = self._kept.get(stream)
            at = step.received_at or self._clock()
            if kept is None or (step.first_seq > kept.last_seq + 1 and step.missing is None):
                # The topic lost what came before: from here on the archive is not needed.
                self._kept[stream] = _Kept(step.first_seq, step.last_seq, at)
            else:
                self._kept[stream] = _Kept(kept.first_seq, step.last_seq, at)
        if len(self._unwritten) >= MAX_UNWRITTEN:
            await self._write()

    async def prune(self, age: timedelta) -> int:
        """Forget streams in which nothing came for so long and which the archive has; how many those were.

        Their parts are deleted when it is called the next time: until then who reads them is not disturbed.

        Raises:
            Unavailable: the archive is down; what was not looked at yet stays.
        """
        await self._write()
        async with self._writing:  # so that nothing of them is written just now
            for stream in self._left - self._kept.keys():  # the others went on meanwhile
                await self._local.forget(*stream)
        self._left.clear()
        limit = self._clock() - age
        for stream, kept in [(stream, kept) for stream, kept in self._kept.items() if kept.at < limit]:
            archived = await self._archive.last_seq(*stream)
            if archived >= kept.last_seq and self._kept.get(stream) == kept:
                del self._kept[stream]
                self._left.add(stream)
        return len(self._left)

    async def keep_pruned(self, age: timedelta) -> NoReturn:
        """``prune`` again and again until cancelled; while the archive is down, all stays."""
        while True:
            await asyncio.sleep(PRUNE_SECONDS)
            try:
                if count := await self.prune(age):
                    log.info("turns_forgotten", streams=count)
            except CaptionflowError as error:
                log.info("turns_not_forgotten", reason=str(error))

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``; the same as ``keep``."""
        await self.keep(steps)

    async def turns(self, session: str, language: str) -> Turns:
        """See ``TurnStore.turns``; raises as ``window`` does."""
        return await whole(self.pages(session, language))

    async def window(
        self, session: str, language: str, *, after: Place | None = None, before: Place = THE_END, limit: int = WINDOW
    ) -> Window:
        """See ``TurnStore.window``.

        Raises:
            Unavailable: the topic has only the end of the session, and the archive is down or has not come that far.
        """
        stores = await self._stores(session, language)
        if len(stores) == 1:
            return await stores[0].window(session, language, after=after, before=before, limit=limit)
        backwards = after is None
        while True:
            own = await self._local.window(session, language, after=after, before=before, limit=limit, retracted=True)
            old = await self._archive.window(session, language, after=after, before=before, limit=limit)
            found = merged((old, own), limit, backwards=backwards)
            if found.parts or not found.more:
                return found
            last = place_of(own.parts[0 if backwards else -1])  # as many retracted parts as a window has
            after, before = (None, last) if backwards else (last, before)

    async def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        """See ``TurnStore.pages``; raises as ``window`` does.

        Where both stores have some of it, the topic's part of it is read at once: what came in the last days.
        """
        stores = await self._stores(session, language)
        if len(stores) == 1:
            async with aclosing(stores[0].pages(session, language)) as pages:
                async for page in pages:
                    yield page
            return
        own = await self._local.turns(session, language, retracted=True)
        newer = {(part.turn_id, part.number): part for part in own.parts}
        async with aclosing(self._archive.pages(session, language)) as pages:
            async for page in pages:
                end = place_of(page.parts[-1]) if page.parts else THE_START
                here = [part for part in newer.values() if place_of(part) <= end]
                for part in page.parts:
                    key = part.turn_id, part.number
                    if key not in newer:
                        here.append(part)
                    elif part.version > newer[key].version:
                        here.append(part)
                        del newer[key]
                yield Turns(ordered(latest(here).values()), max(page.last_seq, own.last_seq))
                newer = {key: part for key, part in newer.items() if place_of(part) > end}
        for first in range(0, len(newer), WINDOW):
            yield Turns(ordered(list(newer.values())[first : first + WINDOW]), own.last_seq)

    async def place(self, session: str, language: str, turn_id: str, number: int = 0) -> Place | None:
        """See ``TurnStore.place``; raises as ``window`` does."""
        for store in reversed(await self._stores(session, language)):
            if (found := await store.place(session, language, turn_id, number)) is not None:
                behind = Place(found.ordinal, found.number + 1)
                there = (await self.window(session, language, before=behind, limit=1)).parts
                return found if [(one.turn_id, one.number) for one in there] == [(turn_id, number)] else None
        return None

    async def changes(self, session: str, language: str, after: int, *, limit: int = WINDOW) -> Window:
        """See ``LiveTurns.changes``. Known are changes by the steps that the topic has; raises as ``turns`` does."""
        self._check()
        await self._write()
        kept = self._kept.get(Stream(session, language))
        if kept is None or after < kept.first_seq - 1:
            return Window((), await self.last_seq(session, language), more=True)
        return await self._local.changes(session, language, after, limit=limit)

    async def last_seq(self, session: str, language: str) -> int:
        """See ``TurnStore.last_seq``; raises as ``turns`` does."""
        self._check()
        kept = self._kept.get(Stream(session, language))
        if kept is None and not self._lines(session, language):
            return 0
        if kept is None:
            return await self._archive.last_seq(session, language)
        if kept.first_seq == 1:
            return kept.last_seq
        before = await self._archive.last_seq(session, language)
        _reaches(kept, before)
        return max(kept.last_seq, before)

    async def _stores(self, session: str, language: str) -> tuple[TurnStore, ...]:
        """Those that have the transcript: one, or the archive and ours, which has the end of it."""
        self._check()
        await self._write()
        kept = self._kept.get(Stream(session, language))
        if kept is None and self._lines(session, language):
            return (self._archive,)
        if kept is None or kept.first_seq == 1:
            return (self._local,)  # without lines, it has nothing, and neither has the archive
        _reaches(kept, await self._archive.last_seq(session, language))
        return self._archive, self._local

    async def _write(self) -> None:
        async with self._writing:
            steps, self._unwritten = self._unwritten, []
            try:
                await self._local.apply(steps)
            except BaseException:
                self._unwritten = steps + self._unwritten
                raise


def _reaches(kept: _Kept, archived: int) -> None:
    if archived < kept.first_seq - 1:
        raise Unavailable(
            "The beginning of this transcript is not in the archive yet: see that the index service runs, then retry.",
            retry_after=2,
        )
