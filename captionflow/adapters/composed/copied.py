"""What a process must know to let a sender in, copied to its own disk, for a start while no broker answers.

It goes by the copy until it has read the topic, and by that alone from then on: what is only in the copy counts no
more. What was changed elsewhere while this process was away is not known before that.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from contextlib import suppress
from typing import Final, Generic, Protocol, TypeVar

import msgspec
import structlog

from captionflow.errors import Unavailable
from captionflow.messages import VERSION
from captionflow.notifying import Notifier
from captionflow.retrying import Backoff, Retry

log = structlog.get_logger(__name__)

_LONGEST_WAIT_SECONDS: Final = 5.0


class TopicCopy(Protocol):
    """The newest message of each id that a topic has, on this machine's disk. Other processes see none of it."""

    async def read(self) -> Mapping[str, bytes] | None:
        """All messages by id; None if there never was a whole copy.

        Raises:
            Unavailable: the disk can't be read.
        """

    async def replace(self, messages: Mapping[str, bytes]) -> None:
        """These are all that there are, durably.

        Raises:
            Unavailable: the disk can't be written; what was there is still there.
        """

    async def put(self, messages: Mapping[str, bytes]) -> None:
        """These are new, or newer than before, durably. Raises as ``replace`` does."""


class Identified(Protocol):
    """A message that there is one of for each id."""

    @property
    def id(self) -> str:
        """The id."""

    @property
    def v(self) -> int:
        """See ``captionflow.messages``."""


M = TypeVar("M", bound=Identified)


class Copied(Generic[M]):
    """A copy that is kept up to date by ``run``, and what it said at the start."""

    def __init__(self, copy: TopicCopy, kind: type[M]) -> None:
        self.known: Mapping[str, M] | None = None
        """What an earlier process knew, by id. None: nothing was found, or the topic has been read."""
        self._copy = copy
        self._decode = msgspec.json.Decoder(kind).decode
        self._encode = msgspec.json.Encoder().encode
        self._whole = False
        self._changed: dict[str, M] = {}
        self._heard = Notifier()
        self._writing = asyncio.Lock()

    async def load(self) -> None:
        """Find what an earlier process knew. A copy that can't be read counts as none."""
        try:
            found = await self._copy.read()
            known = None if found is None else {name: self._decode(body) for name, body in found.items()}
        except (Unavailable, msgspec.MsgspecError) as error:
            log.warning("copy_not_read", reason=str(error) if isinstance(error, Unavailable) else type(error).__name__)
            return
        if known is not None and all(one.v <= VERSION for one in known.values()):
            self.known = known

    def note(self, message: M) -> None:
        """The topic has this message, which is new; ``run`` copies it."""
        if self._whole:  # before that, all of the topic will be copied at once
            self._changed[message.id] = message
            self._heard.notify()

    async def try_settling(self) -> None:
        """Have all in the copy that was noted, unless the disk is in trouble; then ``run`` does it later."""
        with suppress(Unavailable):
            await self._settle()

    async def _settle(self) -> None:
        async with self._writing:
            noted = dict(self._changed)
            if noted:
                await self._copy.put(self._encoded(noted.values()))
            for name, message in noted.items():
                if self._changed.get(name) is message:
                    del self._changed[name]

    async def run(self, ready: Callable[[], Awaitable[object]], messages: Callable[[], Awaitable[Iterable[M]]]) -> None:
        """Copy all ``messages`` when the topic is ``ready``, and each change from then on; without an end."""
        await ready()
        self._whole = True
        self.known = None
        retry = Retry("copy_waits", Backoff(longest_seconds=_LONGEST_WAIT_SECONDS))
        await retry.call(lambda: self._begin_again(messages))
        while True:
            heard = self._heard.listen()
            await retry.call(self._settle)
            await heard.wait()

    async def _begin_again(self, messages: Callable[[], Awaitable[Iterable[M]]]) -> None:
        async with self._writing:
            await self._copy.replace(self._encoded(await messages()))

    def _encoded(self, messages: Iterable[M]) -> dict[str, bytes]:
        return {one.id: self._encode(one) for one in messages}
