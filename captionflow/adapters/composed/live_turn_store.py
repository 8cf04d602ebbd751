"""The turns that an api process serves: those that the topic still has, merged with the archive.

So snapshots and live captions need no search server and don't wait for the index. The topic may have only the end of
a session; the parts before come from the archive, once it has them.
"""

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.data_folder import FOLDER_MODE
from captionflow.errors import Unavailable
from captionflow.messages import StepRecord, Stream
from captionflow.ports import Turns, TurnStore
from captionflow.transcript import latest, ordered

MAX_UNWRITTEN = 500
"""Steps that are kept in memory before they are written, since they may never be read."""
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


class LiveTurnStore:
    """``TurnStore`` that is written by the step feed alone; ``local`` is empty at first.

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
    ) -> None:
        self._check = check
        self._lines = lines
        self._local = local
        self._archive = archive
        self._kept: dict[Stream, _Kept] = {}
        self._unwritten: list[StepRecord] = []
        self._writing = asyncio.Lock()

    async def keep(self, steps: Sequence[StepRecord]) -> None:
        """Take the next steps of the topic. They are written when there are many, or before the next read."""
        self._unwritten += steps
        if len(self._unwritten) >= MAX_UNWRITTEN:
            await self._write()
        for step in steps:
            stream = step.stream
            kept = self._kept.get(stream)
            if kept is None or (step.first_seq > kept.last_seq + 1 and step.missing is None):
                # The topic lost what came before: from here on the archive is not needed.
                self._kept[stream] = _Kept(step.first_seq, step.last_seq)
            else:
                self._kept[stream] = _Kept(kept.first_seq, step.last_seq)

    async def apply(self, steps: Sequence[StepRecord]) -> None:
        """See ``TurnStore.apply``; the same as ``keep``."""
        await self.keep(steps)

    async def turns(self, session: str, language: str, *, last: int | None = None) -> Turns:
        """See ``TurnStore.turns``.

        Raises:
            Unavailable: the topic has only the end of the session, and the archive is down or has not come that far.
        """
        self._check()
        await self._write()
        kept = self._kept.get(Stream(session, language))
        if kept is None and not self._lines(session, language):
            return Turns((), 0)  # there are no lines yet, so the archive has none either
        if kept is None:
            return await self._archive.turns(session, language, last=last)
        if kept.first_seq == 1:
            return await self._local.turns(session, language, last=last)
        own = await self._local.turns(session, language, retracted=True)
        # One of the archive's last turns may be retracted here: then read all of it.
        before = await self._archive.turns(
            session, language, last=None if any(part.retracted for part in own.parts) else last
        )
        _reaches(kept, before.last_seq)
        return _merged(before, own, last)

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


def _merged(before: Turns, own: Turns, last: int | None) -> Turns:
    parts = latest((*before.parts, *own.parts)).values()
    return Turns(ordered(parts, last=last), max(before.last_seq, own.last_seq))
