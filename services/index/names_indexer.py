"""Lets what a recogniser's speakers said be found by the names that they are given later."""

from collections.abc import Awaitable, Callable
from functools import partial

import structlog

from captionflow.ports import NameChanges
from captionflow.retrying import Retry

log = structlog.get_logger(__name__)


class NamesIndexer:
    """Takes the sessions whose names changed, has the archive follow them, and then says that they are done.

    While the archive is unavailable it tries again, and ``waiting`` says why.
    """

    def __init__(
        self,
        changes: NameChanges,
        rename: Callable[[str], Awaitable[None]],
        *,
        prepare: Callable[[], Awaitable[object]],
    ) -> None:
        """``rename`` brings what a session's speakers said under the names that they have now.

        ``prepare`` is called before the first time.
        """
        self._changes = changes
        self._rename = rename
        self._prepare = prepare
        self._retry = Retry("names_wait")

    @property
    def waiting(self) -> str:
        """What it waits for now, in a sentence; empty when it works."""
        return self._retry.waiting

    async def run(self) -> None:
        """Work until cancelled."""
        await self._retry.call(self._prepare)
        while True:
            await self.follow()

    async def follow(self) -> None:
        """Wait for the next changes, and follow them."""
        for session in await self._changes.take():
            await self._retry.call(partial(self._rename, session))
            log.info("speakers_renamed", session=session)
        await self._changes.done()
