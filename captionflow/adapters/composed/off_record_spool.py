"""A spool that puts nothing on the disk of a session that is off the record: its posts wait in memory.

What came before them is on the disk and is given first; what comes behind them waits in memory as well, until they
are gone. They are lost with the process, as whatever is not to be kept may be.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from captionflow.errors import Unavailable
from captionflow.ports import Spool, Spooled

MAX_BYTES: Final = 4 * 1024 * 1024
_FIRST: Final = 2**60
"""Of positions in memory: above all on the disk."""


class OffRecordSpool:
    """``Spool``. ``off_record`` says of a session whether it is, as far as this process knows."""

    def __init__(self, disk: Spool, off_record: Callable[[str], bool]) -> None:
        self._disk = disk
        self._off_record = off_record
        self._waiting: dict[int, Spooled] = {}
        self._next = _FIRST
        self._reached: dict[str, int] = {}
        """The last position on the disk that was given, by session."""

    @property
    def used(self) -> int:
        """See ``Spool.used``: of the disk."""
        return self._disk.used

    @property
    def size(self) -> int:
        """See ``Spool.size``."""
        return self._disk.size

    async def put(self, session: str, body: bytes) -> int:
        """See ``Spool.put``."""
        if not self._off_record(session) and not any(one.session == session for one in self._waiting.values()):
            return await self._disk.put(session, body)
        if sum(len(one.body) for one in self._waiting.values()) + len(body) > MAX_BYTES:
            raise Unavailable("Too much was said off the record that nobody could be shown: it is not taken.")
        self._next += 1
        self._waiting[self._next] = Spooled(self._next, session, body)
        return self._next

    async def replace(self, position: int, body: bytes) -> None:
        """See ``Spool.replace``."""
        if position < _FIRST:
            await self._disk.replace(position, body)
        elif position in self._waiting:
            self._waiting[position] = Spooled(position, self._waiting[position].session, body)

    async def remove(self, position: int) -> None:
        """See ``Spool.remove``."""
        if position < _FIRST:
            await self._disk.remove(position)
        else:
            self._waiting.pop(position, None)

    async def oldest(self, session: str, *, after: int, limit: int) -> Sequence[Spooled]:
        """See ``Spool.oldest``."""
        reached = after if after < _FIRST else self._reached.get(session, 0)
        if found := await self._disk.oldest(session, after=reached, limit=limit):
            self._reached[session] = found[-1].position
            return found
        return [one for one in self._waiting.values() if one.session == session and one.position > after][:limit]

    async def sessions(self) -> Mapping[str, int]:
        """See ``Spool.sessions``: of what an earlier process left there is nothing else than on the disk."""
        return await self._disk.sessions()
