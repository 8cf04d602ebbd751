"""Sessions that this machine's disk knows from an earlier process, for a start while no broker answers.

Once the topic has been read, the disk knows what the topic says and nothing else. What was changed elsewhere while this
process was away is not known before that.
"""

from collections.abc import Awaitable, Callable

from captionflow.errors import Unavailable
from captionflow.messages import Session
from captionflow.ports import SessionStore


class RememberedSessionStore:
    """``SessionStore``, whose ``get`` knows what an earlier process knew. Nothing can be changed without a broker."""

    def __init__(self, sessions: SessionStore, remembered: Callable[[str], Awaitable[Session | None]]) -> None:
        self._sessions = sessions
        self._remembered = remembered
        self.create = sessions.create
        self.list = sessions.list
        self.replace = sessions.replace
        self.learn = sessions.learn

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``."""
        try:
            return await self._sessions.get(session)
        except Unavailable:
            known = await self._remembered(session)
            if known is None:  # it may have been announced since
                raise
            return known
