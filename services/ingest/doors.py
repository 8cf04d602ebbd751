"""The doors for tools that post to a caption URL: whom they let in, and what they remember of those who ask."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec

from captionflow.errors import Conflict, NotFound, Unavailable
from captionflow.messages import Session
from services.ingest.post_writing import PostWriting, Sender, ToolPost
from services.ingest.protocols.post_bodies import known_language
from services.ingest.spooler import PATIENCE_SECONDS, Spooler

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from captionflow.ports import LineLog, SessionStore, Spool
    from services.ingest.gateway import Gateway

MAX_ASKERS: Final = 1_000
"""So many senders that asked for their last number are remembered, and the last numbers of so many."""
Key = tuple[str, Sender]
T = TypeVar("T")
_TICK: Final = timedelta(microseconds=1)


def _now() -> datetime:
    return datetime.now(UTC)


class Doors:
    """Takes posts for sessions that are announced, and for any others where that is allowed."""

    def __init__(
        self,
        gateway: Gateway,
        line_log: LineLog,
        sessions: SessionStore,
        *,
        spool: Spool | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """``spool``: for what the log can't take now; ``spooler`` must run then."""
        self._writing = PostWriting(gateway, line_log, sessions)
        self.spooler = Spooler(self._writing, ToolPost, spool)
        self._sessions = sessions
        self._clock = clock
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._asked: OrderedDict[Key, bool] = OrderedDict()
        self._taken: OrderedDict[Key, str | None] = OrderedDict()
        """The last numbers that came in here; the log may not have them yet."""

    async def session(self, session: str, languages: Sequence[str], *, may_open: bool) -> Session:
        """The session. One that nobody announced is announced where it ``may_open``, in the first of these languages.

        Raises:
            NotFound: there is none.
        """
        try:
            return await self._sessions.get(session)
        except NotFound:
            if not may_open:
                raise NotFound("There is no such session: announce it first, or check the address.") from None
        language = (known_language(languages[0]) if languages else None) or "en"
        now = self._clock()
        try:
            return await self._sessions.create(Session(session, 1, now, now, languages=(language,)))
        except Conflict:
            return await self._sessions.get(session)

    async def take(self, post: ToolPost) -> None:
        """Return when the post can't be lost any more; without a text it says nothing.

        Raises:
            Unavailable: it is safe nowhere: the same again.
        """
        if not post.text:
            return
        asked = self._asked.pop((post.session, post.sender), False)
        post = msgspec.structs.replace(post, at=self._moment(), asked=asked)
        try:
            await self.spooler.take(post)
        except Unavailable:
            await self._writing.warn(post, "refused")
            raise
        if self.spooler.queues(post.session):
            await self._writing.warn(post, "spooled")
        _remember(self._taken, (post.session, post.sender), post.number)

    async def last_number(self, session: str, languages: Sequence[str], sender: Sender) -> str:
        """The number of the sender's latest post; "0" if there is none, or it is too long to go on from."""
        _remember(self._asked, (session, sender), True)
        number = await self._last_number(session, tuple(languages), sender)
        return number if number is not None and number.isdecimal() else "0"

    async def _last_number(self, session: str, languages: tuple[str, ...], sender: Sender) -> str | None:
        """Of the log; of what was taken here while the log is behind that, or away."""
        if self.spooler.queues(session) and (session, sender) not in self._taken:
            return await self._spooled_number(session, sender)
        taken = (session, sender) in self._taken
        if taken and self.spooler.queues(session):
            return self._taken[session, sender]
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                return await self._writing.last_number(session, languages, sender)
        except TimeoutError as error:
            if not taken:
                raise Unavailable("The log does not answer: ask again.") from error
        except Unavailable:
            if not taken:
                raise
        return self._taken[session, sender]

    async def _spooled_number(self, session: str, sender: Sender) -> str | None:
        """Of what an earlier process spooled.

        Raises:
            Unavailable: it spooled nothing of this sender; the log, which may know it, is away.
        """
        numbers = [post.number async for post in self.spooler.queued(session) if post.sender == sender]
        if not numbers:
            raise Unavailable("The log does not answer: ask again.")
        return numbers[-1]

    def _moment(self) -> datetime:
        """Now, and later than all before it: no two posts are alike."""
        self._latest = max(self._clock(), self._latest + _TICK)
        return self._latest


def _remember(known: OrderedDict[Key, T], key: Key, value: T) -> None:
    known[key] = value
    known.move_to_end(key)
    if len(known) > MAX_ASKERS:
        known.popitem(last=False)
