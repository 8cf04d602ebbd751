"""The doors for tools that post to a caption URL: whom they let in, and what they remember of those who ask."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

import msgspec

from captionflow.errors import Conflict, NotFound, Unavailable
from captionflow.messages import Session, Stream
from services.ingest.post_writing import PostWriting, Sender, ToolPost
from services.ingest.protocols.post_bodies import known_language
from services.ingest.spooler import PATIENCE_SECONDS, Spooler
from services.sessions.passages import Turned, turned

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from captionflow.ports import LineLog, SessionStore, Spool
    from services.ingest.gateway import Gateway

MAX_ASKERS: Final = 1_000
"""So many senders that asked for their last number are remembered, and the last numbers of so many."""
TURN_SECONDS: Final = 3.0
"""How long the desk waits until the log has what it asked for. With a log that is there it takes 1.2 s."""
_DESK: Final = Sender("desk")
Key = tuple[str, Sender]
T = TypeVar("T")
_TICK: Final = timedelta(microseconds=1)


class Passages(Protocol):
    """What is asked of this process counts for its spool before the log has it."""

    def ask(self, stream: Stream, *, on: bool, at: datetime) -> None:
        """It goes off the record, or back on it, at this time."""

    def told(self, stream: Stream, at: datetime) -> None:
        """The log has what was asked for at this time, or never will."""


def _now() -> datetime:
    return datetime.now(UTC)


class Doors:
    """Takes posts for sessions that are announced, and for any others where that is allowed."""

    def __init__(  # noqa: PLR0913 - what a door needs
        self,
        gateway: Gateway,
        line_log: LineLog,
        sessions: SessionStore,
        *,
        spool: Spool | None = None,
        passages: Passages | None = None,
        clock: Callable[[], datetime] = _now,
    ) -> None:
        """``spool``: for what the log can't take now; ``spooler`` must run then. ``passages`` is told what is asked."""
        self._writing = PostWriting(gateway, line_log, sessions, self._told)
        self.spooler = Spooler(self._writing, ToolPost, spool)
        self._sessions = sessions
        self._log = line_log
        self._passages = passages
        self._clock = clock
        self._latest = datetime.min.replace(tzinfo=UTC)
        self._asked: OrderedDict[Key, bool] = OrderedDict()
        self._taken: OrderedDict[Key, str | None] = OrderedDict()
        """The last numbers that came in here; the log may not have them yet."""
        self._turning: Counter[str] = Counter()
        """Sessions that are just going off the record or back on it: what comes meanwhile queues behind that."""

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
        if self.spooler.queues(post.session) and not self._turning[post.session]:
            await self._writing.warn(post, "spooled")
        _remember(self._taken, (post.session, post.sender), post.number)

    async def load(self) -> None:
        """Find what an earlier process left in the spool; before anything is taken."""
        await self.spooler.load()
        for session in self.spooler.queueing:
            async for post in self.spooler.queued(session):
                if post.off_record is not None:
                    self._ask(post, on=post.off_record)

    async def turn(self, stream: Stream, *, on: bool) -> Turned:
        """Take a stream off the record, or back on it, whether or not the log is there.

        It is written in its place among the posts of the session. From the answer on this process has no words on its
        disk that are said off the record; when the log has it, no process has.
        """
        if self._passages is None:
            return await turned(self._log, stream, on=on)
        post = ToolPost(stream.session, _DESK, None, "", self._moment(), (stream.language,), off_record=on)
        try:
            written = await self.spooler.queue(post, before=lambda: self._ask(post, on=on))
        except Unavailable:
            self._passages.told(stream, post.at)
            return await turned(self._log, stream, on=on)
        self._turning[stream.session] += 1
        try:
            async with asyncio.timeout(TURN_SECONDS):
                return "changed" if await asyncio.shield(written) else "same"
        except TimeoutError:
            return "waiting"
        finally:
            self._turning -= Counter([stream.session])

    def _ask(self, post: ToolPost, *, on: bool) -> None:
        if self._passages is not None:
            self._passages.ask(Stream(post.session, post.languages[0]), on=on, at=post.at)

    def _told(self, post: ToolPost) -> None:
        if self._passages is not None:
            self._passages.told(Stream(post.session, post.languages[0]), post.at)

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
