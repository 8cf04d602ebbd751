"""How posts of captioning tools become lines in the log: each read beside those of its sender before it.

Any ingest goes on from the log, also where another one took the posts before it: a number that another process has
given meanwhile is a ``Conflict``, and what is known of the sender is read again.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime  # noqa: TC003 - msgspec reads the annotations of structs
from typing import TYPE_CHECKING, Final, Literal, NamedTuple, TypeAlias

import msgspec

from captionflow.messages import Draft, Receipt, Stream
from services.ingest.protocols.hooks import ADAPTERS, report_of
from services.ingest.protocols.post_bodies import language_in
from services.ingest.protocols.post_lines import MAX_RESUMED, Feed
from services.ingest.protocols.posts import Post
from services.ingest.protocols.recognised import Recognised
from services.sessions.passages import turning

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from captionflow.ports import LineLog, SessionStore
    from services.ingest.gateway import Gateway
    from services.ingest.protocols.repeats import Manner

Door = Literal[
    "zoom",
    "youtube",
    "teams",
    "streamtext",
    "webcaptioner",
    "jigasi",
    "deepgram",
    "assemblyai",
    "aws",
    "speechmatics",
    "whisperlive",
    "desk",
]
"""By which a post comes in. What comes from the desk has no words."""

_Feed: TypeAlias = Feed | Recognised
"""What is known of a sender: of one that types, or of a recogniser."""

MAX_FEEDS: Final = 1_000
"""So many senders are remembered; others are read from the log when they post again."""
_MANNERS: Final[dict[Door, Manner]] = {"streamtext": "typed"}
"""How posts are joined where the protocol says it; elsewhere it is learnt."""

WARNINGS: Final = {
    "cut-body": "A post ended inside of a character: the tool counts characters, not bytes. What came is kept.",
    "erased-too-far": "The tool erased more than can be reached; the rest stays as it is.",
    "guessed-encoding": "The text is not UTF-8; it is read as Windows-1252. Set UTF-8 in the tool.",
    "merged": "A post began with all of the one before it; what came twice is shown once.",
    "moved": "A post that others follow grew beyond what a line can take; the rest of it stands behind them.",
    "new-language": "The tool names a language that the session did not have; its captions are a channel of their own.",
    "no-number": "The tool sends no number that can be read, so a repeated post can't be told from new words.",
    "overtaken": "A post came late; its words stand where its number says, or at the end if that is too far back.",
    "refused": "A post could neither be written nor kept on the disk. Most tools don't send it again.",
    "restarted": "The tool's numbers began again, or one came again with other words. All of it is taken as new.",
    "same-number": "The tool always sends the same number. The same words again are taken for a retry.",
    "spooled": "The log is away or slow; posts are safe on the disk and will be shown, in order, when it is back.",
    "too-long": "The webhook sent a report of too many stretches at once; it was refused.",
    "twice": "The same words came twice in a row; both are shown.",
    "unreadable": "The webhook sent what is no report of this recogniser: choose the right one in the address.",
    "unknown-language": "The tool names a language that there is not; its captions go to the floor's language.",
    "withheld": "A post may have repeated what was said off the record, and ingest does not know: it was not kept.",
}
"""What was guessed or went wrong of a post, by code, in words for the technician."""


class Sender(NamedTuple):
    """Who posts: by which door, and the name of its key if it has one."""

    door: Door
    key: str | None = None

    @property
    def name(self) -> str:
        """Its name in the log; no sender of JSON can have it."""
        return f"post:{self.door}" if self.key is None else f"post:{self.door}:{self.key}"


class ToolPost(msgspec.Struct, frozen=True, omit_defaults=True):
    """A post as it came in."""

    session: str
    sender: Sender
    number: str | None
    """As ``plain_number`` gives it."""
    text: str
    """Of a recogniser, its report as it came."""
    at: datetime
    """When it came; no other post has the same."""
    languages: tuple[str, ...] = ()
    """The tags of its query."""
    asked: bool = False
    """Its tool asked for the last number before it."""
    oddities: tuple[str, ...] = ()
    """What was odd of its body and query: keys of ``WARNINGS``."""
    off_record: bool | None = None
    """No tool's post: the desk goes off the record (True), or back on it (False), in the language that is named."""


class _Made(NamedTuple):
    """What was made of a post."""

    drafts: Sequence[Draft]
    guesses: Sequence[str]
    after: Callable[[Sequence[Receipt]], _Feed]
    """What is known of the sender when the log has the drafts."""


class _Place:
    """Where a sender stands."""

    def __init__(self) -> None:
        self.feed: _Feed | None = None
        """None: to be read from the log."""
        self.made: _Made | None = None


class PostWriting:
    """``spooler.Writing``."""

    def __init__(
        self,
        gateway: Gateway,
        line_log: LineLog,
        sessions: SessionStore,
        told: Callable[[ToolPost], None] = lambda _post: None,
    ) -> None:
        """``told``: the log has what the desk asked for with this, or something later."""
        self._told = told
        self._gateway = gateway
        self._log = line_log
        self._sessions = sessions
        self._places: OrderedDict[tuple[Stream, Sender], _Place] = OrderedDict()

    async def drafts(self, post: ToolPost) -> Sequence[Draft]:
        """See ``Writing.drafts``."""
        stream, odd = await self._stream(post)
        if post.off_record is not None:
            if not (drafts := await turning(self._log, stream, on=post.off_record, at=post.at)):
                self._told(post)
            return drafts
        place = self._place(stream, post.sender)
        feed = place.feed or await self._resumed(stream, post.sender)
        made = _made(feed, post)
        if not made.drafts and not await self._is_fresh(feed, stream, post.sender):
            feed = await self._resumed(stream, post.sender)  # beside what came elsewhere it may be no retry
            made = _made(feed, post)
        place.made = made
        if not made.drafts:
            place.feed = made.after(())
            self._tell(stream, post, (*odd, *made.guesses))
        return made.drafts

    async def write(self, post: ToolPost, drafts: Sequence[Draft]) -> None:
        """See ``Writing.write``."""
        stream, odd = await self._stream(post)
        if post.off_record is not None:
            await self._log.append(*stream, drafts)
            self._told(post)
            return
        place = self._place(stream, post.sender)
        made, place.feed, place.made = place.made, None, None
        receipts = (await self._gateway.accept(*stream, drafts, door=post.sender.door, came_at=post.at)).receipts
        if made is not None and made.drafts == drafts:
            place.feed = made.after(receipts)
            odd = (*odd, *made.guesses)
        self._tell(stream, post, odd)

    async def warn(self, post: ToolPost, code: str) -> None:
        """Tell of something else than what was guessed: a key of ``WARNINGS``."""
        stream, _ = await self._stream(post)
        self._tell(stream, post, (code,))

    async def last_number(self, session: str, languages: tuple[str, ...], sender: Sender) -> str | None:
        """The number of the sender's latest post in the log; None if there is none."""
        found = await self._sessions.get(session)
        stream = Stream(session, language_in(found, languages)[0])
        feed = self._place(stream, sender).feed
        if feed is None or not await self._is_fresh(feed, stream, sender):
            feed = await self._resumed(stream, sender)
        return feed.window.number if isinstance(feed, Feed) else None

    async def _stream(self, post: ToolPost) -> tuple[Stream, Sequence[str]]:
        language, odd = language_in(await self._sessions.get(post.session), post.languages)
        return Stream(post.session, language), (*post.oddities, *odd)

    def _place(self, stream: Stream, sender: Sender) -> _Place:
        place = self._places.setdefault((stream, sender), _Place())
        self._places.move_to_end((stream, sender))
        if len(self._places) > MAX_FEEDS:
            self._places.popitem(last=False)
        return place

    async def _is_fresh(self, feed: _Feed, stream: Stream, sender: Sender) -> bool:
        """Whether the log has nothing more of the sender."""
        return (await self._log.last_number(*stream, sender.name)) == (
            feed.next_number - 1 if feed.next_number else None
        )

    async def _resumed(self, stream: Stream, sender: Sender) -> _Feed:
        lines = await self._log.last_lines(*stream, sender.name, limit=MAX_RESUMED)
        if sender.door in ADAPTERS:
            return Recognised.resumed(lines)
        return Feed.resumed(lines, _MANNERS.get(sender.door, "lines"))

    def _tell(self, stream: Stream, post: ToolPost, guessed: Iterable[str]) -> None:
        for code in dict.fromkeys(guessed):
            self._gateway.sources.warn(stream, post.sender.name, code, WARNINGS[code], door=post.sender.door)


def _made(feed: _Feed, post: ToolPost) -> _Made:
    if isinstance(feed, Recognised):
        told = feed.read(report_of(post.sender.door, post.text))
        return _Made(told.drafts(post.sender.name, post.at), told.guesses, told.after)
    reading = feed.window.read(Post.of(post.number, post.text), asked=post.asked)
    drafts = feed.drafts(reading, post.sender.name, post.at)
    guesses = (*reading.guesses, "moved") if feed.moves(reading) else reading.guesses
    withheld = ("withheld",) if drafts and feed.withheld_seq(post.at) is not None else ()
    return _Made(drafts, (*guesses, *withheld), lambda receipts: feed.after(reading, drafts, receipts))
