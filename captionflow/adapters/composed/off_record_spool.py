"""A spool that has no words on the disk of a session that is off the record: of its posts there is the place alone.

The words wait in memory and are lost with the process, as whatever is not to be kept may be. What comes before and
behind them is on the disk, and all of it is given in its order.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import takewhile
from typing import Final

import msgspec

from captionflow.errors import Unavailable
from captionflow.ports import Spool, Spooled

MAX_BYTES: Final = 4 * 1024 * 1024
_PLACE: Final = b"\0"
"""With what a place begins on the disk, and nothing else that is spooled."""


class OffRecordSpool:
    """``Spool``. ``off_record`` says of a session whether it is, as far as this process knows.

    ``process`` is what no other process is called.
    """

    def __init__(self, disk: Spool, off_record: Callable[[str], bool], process: bytes) -> None:
        self._disk = disk
        self._off_record = off_record
        self._place = _PLACE + process
        """Other processes have others: nobody has the words of theirs."""
        self._words: dict[int, bytes] = {}
        self._bytes = 0

    @property
    def used(self) -> int:
        """See ``Spool.used``: of the disk."""
        return self._disk.used

    @property
    def size(self) -> int:
        """See ``Spool.size``."""
        return self._disk.size

    async def put(self, session: str, body: bytes, *, wordless: bool = False) -> int:
        """See ``Spool.put``."""
        if wordless or not self._off_record(session):
            return await self._disk.put(session, body, wordless=wordless)
        if self._bytes + len(body) > MAX_BYTES:
            raise Unavailable("Too much was said off the record that nobody could be shown: it is not taken.")
        self._bytes += len(body)  # before it waits for the disk, so that many at once can't be more than fit
        try:
            position = await self._disk.put(session, self._place)
        except BaseException:
            self._bytes -= len(body)
            raise
        self._words[position] = body
        return position

    async def replace(self, position: int, body: bytes) -> None:
        """See ``Spool.replace``."""
        if position in self._words:
            self._bytes += len(body) - len(self._words[position])
            self._words[position] = body
        else:
            await self._disk.replace(position, body)

    async def remove(self, position: int) -> None:
        """See ``Spool.remove``."""
        await self._disk.remove(position)
        self._bytes -= len(self._words.pop(position, b""))

    async def erase(self) -> None:
        """See ``Spool.erase``."""
        await self._disk.erase()

    async def oldest(self, session: str, *, after: int, limit: int) -> Sequence[Spooled]:
        """See ``Spool.oldest``."""
        found = await self._disk.oldest(session, after=after, limit=limit)
        return [self._with_words(one) for one in takewhile(self._is_whole, found)]

    async def sessions(self) -> Mapping[str, int]:
        """See ``Spool.sessions``."""
        return await self._disk.sessions()

    def _is_whole(self, one: Spooled) -> bool:
        """Not one that is just being put."""
        return one.body != self._place or one.position in self._words

    def _with_words(self, one: Spooled) -> Spooled:
        if not one.body.startswith(_PLACE):
            return one
        return msgspec.structs.replace(one, body=self._words.get(one.position, b""))
