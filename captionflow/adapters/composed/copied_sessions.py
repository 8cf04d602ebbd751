"""Sessions of which a copy is on this machine's disk: they are known at a start without a broker."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from captionflow.adapters.composed.copied import Copied
from captionflow.errors import Unavailable
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter, SessionStore


class CopiedSessionStore:
    """``SessionStore``, whose ``get`` knows what an earlier process knew. Nothing can be changed without a broker."""

    def __init__(self, sessions: SessionStore, copied: Copied[Session]) -> None:
        """``copied`` is to be told of each change of ``sessions``."""
        self._sessions = sessions
        self._copied = copied

    async def run(self, ready: Callable[[], Awaitable[object]]) -> None:
        """Keep the copy; without an end. ``ready`` returns when all sessions have been read."""
        await self._copied.run(ready, lambda: self._sessions.list(SessionFilter()))

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``."""
        try:
            return await self._sessions.get(session)
        except Unavailable:
            known = self._copied.known
            if known is None or session not in known:  # it may have been announced since
                raise
            return known[session]

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. It is in the copy, too, as is every change made here."""
        return await self._settled(await self._sessions.create(session))

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        return await self._sessions.list(wanted)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``."""
        return await self._settled(await self._sessions.replace(session, expected_version=expected_version))

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``."""
        return await self._settled(await self._sessions.learn(session, facts, at=at))

    async def _settled(self, session: Session) -> Session:
        await self._copied.try_settling()
        return session
