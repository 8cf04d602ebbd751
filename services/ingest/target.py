"""Where the lines of a file go: a stream of the log, opened here or in a running captionflow (``pipeline_client``)."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Protocol

from captionflow.errors import Conflict, NotFound
from captionflow.messages import Draft, Session
from captionflow.ports import LineLog, SessionStore
from services.ingest.gateway import Gateway

MAX_DRAFTS = 500
"""Most drafts of one call."""
MAX_CHARS = 100_000
"""Most characters of one call: far below the smallest body limit, in UTF-8 too."""


class Target(Protocol):
    """One stream. Each method retries by itself, and raises captionflow's errors when that makes no sense."""

    async def last_number(self, sender: str) -> int | None:
        """The highest number of this sender that is durable."""

    async def send(self, drafts: Sequence[Draft]) -> int:
        """Return when the drafts, all of one sender, are durable: the ``seq`` of the last of them."""


class ArchiveTarget(Target, Protocol):
    """One stream of a session that is made for a file. Its drafts have no time unless they bring one."""

    async def announce(self, event: str) -> None:
        """Make the session if it is not there. Title, date and room are left open: the segmenter finds them."""


class LogTarget:
    """``ArchiveTarget`` of a line log that this process has opened."""

    def __init__(self, line_log: LineLog, sessions: SessionStore, session: str, language: str) -> None:
        self._gateway = Gateway(line_log, sessions)
        self._sessions = sessions
        self._session = session
        self._language = language

    async def announce(self, event: str) -> None:
        """See ``ArchiveTarget``."""
        try:
            await self._sessions.get(self._session)
        except NotFound:
            now = datetime.now(UTC)
            try:
                await self._sessions.create(
                    Session(
                        self._session,
                        version=1,
                        created_at=now,
                        updated_at=now,
                        event=event,
                        languages=(self._language,),
                    )
                )
            except Conflict:  # somebody else imports it at this moment
                await self._sessions.get(self._session)

    async def last_number(self, sender: str) -> int | None:
        """See ``Target``."""
        return await self._gateway.last_number(self._session, self._language, sender)

    async def send(self, drafts: Sequence[Draft]) -> int:
        """See ``Target``."""
        accepted = await self._gateway.accept(self._session, self._language, drafts, undated=True)
        return accepted.receipts[-1].seq


def fitting(drafts: Sequence[Draft]) -> int:
    """How many of these go into one call: as many as fit, at least one."""
    chars = 0
    for count, draft in enumerate(drafts[:MAX_DRAFTS]):
        chars += len(draft.text)
        if chars > MAX_CHARS and count:
            return count
    return min(len(drafts), MAX_DRAFTS)
