"""The ports: what the services need from the outside, each no larger than its callers need.

Each port with several adapters has one contract suite in tests/contract, which runs on all of them. All methods raise
``Unavailable`` when the technology behind them can't be reached (retry), and adapters translate every vendor error.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from datetime import datetime
from typing import NewType, Protocol

from captionflow.messages import (
    Draft,
    Facts,
    Line,
    LineRecord,
    Message,
    OffRecordWords,
    Receipt,
    Session,
    SourceReport,
    Status,
    StepRecord,
    Stream,
)

Position = NewType("Position", str)
"""A position in the whole log. Made by ``LineLog.follow``, opaque to its callers, and valid for good.

Not a number, since a log may have several partitions, between which there is no order.
"""

THE_BEGINNING = Position("")
"""The position before the first record."""


class LineLog(Protocol):
    """The truth: an append-only log of lines per session and language."""

    async def append(
        self,
        session: str,
        language: str,
        drafts: Sequence[Draft],
        *,
        said_at: datetime | None = None,
        arrived: datetime | None = None,
    ) -> tuple[Receipt, ...]:
        """Number the drafts and make them durable, in order. Returns when all are; receipts are in the drafts' order.

        Those that were said off the record are written without what they say (``captionflow.off_record``); their
        receipts say so. When the line that begins a passage has its receipt, nothing that is given to any process from
        then on is written anywhere, until the passage ends. ``arrived``: when a process of ours got the drafts, if that
        was earlier than now.

        A (sender, number) that the log already has is not appended again: it gets its first receipt if the text is the
        same. ``said_at`` is the time of drafts that have none; one that comes again keeps the time of the first time.

        Drafts that fit into one record together (64 kB, some hundred lines) are appended all or none. Of a larger
        batch a failure may leave a beginning: the first so many drafts and none of the others. The very same call
        again appends the rest, and gives all receipts.

        Raises:
            Unavailable: it is not known to be durable; see above for what may be there.
            Conflict: a (sender, number) is in the log with another content. Nothing was appended; only when two
                processes take lines of one sender at the same moment, a beginning may be there as above.
            BadMessage: a draft can't be a line; nothing was appended.
        """

    async def last_number(self, session: str, language: str, sender: str, *, before: int | None = None) -> int | None:
        """The highest number the log has from this sender, or None.

        ``before``: as it was when the line with this ``seq`` came, of which this log has given the receipt.
        """

    async def last_lines(
        self, session: str, language: str, sender: str, *, limit: int, after: int = -1
    ) -> tuple[Line, ...]:
        """Those of this sender with the highest numbers above ``after``, so many at most, by number."""

    async def last_seq(self, session: str, language: str) -> int:
        """``seq`` of the last line; 0 before the first one."""

    def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        """What the log has with ``seq > after`` now, in order, in records of a bounded size; then ends."""

    async def streams(self) -> Sequence[Stream]:
        """Every stream that has lines now, in order."""

    def follow(self, after: Position = THE_BEGINNING) -> AsyncIterator[tuple[Position, LineRecord]]:
        """All sessions' records that were not yielded up to a position, waiting for new ones; never ends by itself.

        Each session's lines come in order, each once. Yields (position after the record, record).
        """


class SearchQuery(Message, frozen=True):
    """``text`` is plain words; ``"…"`` makes a phrase. Everything else in it is searched for, never interpreted."""

    text: str
    speaker: str | None = None
    event: str | None = None
    session: str | None = None
    language: str | None = None
    room: str | None = None
    limit: int = 20
    """Turns a page, 1 to 100."""
    cursor: str | None = None
    """``SearchPage.next`` of the page before. One that no page gave raises ``BadMessage``."""
    hidden: tuple[str, ...] = ()
    """Sessions in which nothing is found and nothing counted."""


class Fragment(Message, frozen=True, omit_defaults=False):
    """A run of words of a turn; ``hit``: what was searched for; ``gap``: it says that words are missing. No markup."""

    text: str
    hit: bool = False
    gap: bool = False


class Hit(Message, frozen=True, omit_defaults=False):
    """One part of a turn that matches."""

    session: str
    session_title: str
    event: str
    room: str
    date: str | None
    language: str
    turn_id: str
    part: int
    ordinal: int
    speaker: str | None
    fragments: tuple[Fragment, ...]
    at: datetime | None = None


class Count(Message, frozen=True):
    """How many hits have this value."""

    value: str
    count: int


class SearchPage(Message, frozen=True, omit_defaults=False):
    """Hits grouped by session in a stable order (newest session first, then by turn), with counts over all hits."""

    hits: tuple[Hit, ...]
    total: int
    speakers: tuple[Count, ...] = ()
    events: tuple[Count, ...] = ()
    languages: tuple[Count, ...] = ()
    next: str | None = None
    behind: int = 0
    """Steps that are not indexed yet, as of some seconds ago; search does not find what they say. 0 if all are."""


class Search(Protocol):
    """Finds turns by their words: case, diacritics and hyphen variants don't matter."""

    async def search(self, query: SearchQuery) -> SearchPage:
        """One page. Paging is stable while nothing is written: no hit comes twice, and none is left out."""


SessionPlace = tuple[bool, str, str, str]  # see ``session_order.place``


class SessionFilter(Message, frozen=True):
    """All given must match; ``event`` and ``room`` compare folded and whole, ``slug`` is ``room_slug`` of the room.

    Days from ``since`` to ``until``; a session without one is before all. ``changed``: not before this moment. At most
    ``limit``, behind ``after``. ``latest``: what was changed last comes first, and there is no ``after``.
    """

    status: Status | None = None
    event: str | None = None
    room: str | None = None
    slug: str | None = None
    closed: bool | None = None
    live: bool | None = None
    since: str | None = None
    until: str | None = None
    changed: datetime | None = None
    after: SessionPlace | None = None
    limit: int | None = None
    reverse: bool = False
    latest: bool = False


class SessionStore(Protocol):
    """What is known of each session. A change may take a moment until ``list`` shows it; ``get`` shows it at once."""

    async def create(self, session: Session) -> Session:
        """Store a new session. If the same content is stored under this id already, return that.

        Raises:
            Conflict: the id is used with other content.
        """

    async def get(self, session: str) -> Session:
        """The session.

        Raises:
            NotFound: there is none with this id.
        """

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """Live ones first, then by day and start, newest first. A page costs what it has, however many there are."""

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """Store it with ``expected_version + 1``.

        Raises:
            Conflict: the stored version is not the expected one.
            NotFound: there is none with this id.
        """

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """Fill fields the organiser left open with what the text said, and follow its status. Idempotent.

        A session that was never announced is created.
        """


class SpeakerNames(Protocol):
    """The names that were given to the speakers of recognisers (``Session.speakers``)."""

    async def names(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """Those of each of these sessions, with all that were given before the call; empty where there are none."""


class NameChanges(Protocol):
    """The sessions whose speakers got other names, by whatever process."""

    async def take(self) -> Sequence[str]:
        """Some of them; waits until there are any. Those that nobody is ``done`` with come again after a restart."""

    async def done(self) -> None:
        """Remember that what was taken need not come again."""


class Spooled(Message, frozen=True):
    """What a spool keeps."""

    position: int
    """Higher than that of everything that was put before it."""
    session: str
    body: bytes
    """Empty: it was said off the record, and was lost with the process that took it."""


class Spool(Protocol):
    """Posts on the disk of the process that took them, on their way to the line log. Bounded; other processes see none.

    What was put and not removed is there again after the process was ended in any way, in the same order.
    """

    async def put(self, session: str, body: bytes, *, wordless: bool = False) -> int:
        """Keep it, durably, behind everything of its session; its position.

        ``wordless``: nothing in it was said by anybody.

        Raises:
            Unavailable: the spool is full, or its disk can't be written. Nothing was kept.
        """

    async def replace(self, position: int, body: bytes) -> None:
        """Keep this in its place, durably. What is not there stays away. A full spool takes it, too."""

    async def remove(self, position: int) -> None:
        """Forget it, durably."""

    async def erase(self) -> None:
        """Have nothing on the disk of what was replaced and removed before.

        Raises:
            Unavailable: it can't be done now.
        """

    async def oldest(self, session: str, *, after: int, limit: int) -> Sequence[Spooled]:
        """What the session has behind a position, in order."""

    async def sessions(self) -> Mapping[str, int]:
        """How many there are, by session."""

    @property
    def used(self) -> int:
        """Bytes of all that is kept."""

    @property
    def size(self) -> int:
        """So many bytes fit."""


class Demos(Protocol):
    """Sessions that are marked as a demo: the only ones that may be deleted."""

    async def forget(self, session: str) -> None:
        """Delete a demo session with its lines and turns; any other session stays as it is.

        Positions of the log are not used a second time.
        """


class StepFeed(Protocol):
    """``captions.turns``: the segmenter's steps on their way to the index and to viewers."""

    async def publish(self, step: StepRecord) -> None:
        """Hand a step on; returns when it can't be lost any more (embedded: the line log has it already)."""

    def follow(self) -> AsyncIterator[StepRecord]:
        """Every step from now on, in the order of its session; the subscription stands when this returns.

        Older steps may come first, and steps may come again: callers ignore those that don't advance.
        """


class StepQueue(Protocol):
    """``captions.turns`` shared by all processes of one kind: each step goes to one of them.

    Steps may come again: callers ignore those that don't advance.
    """

    async def take(self) -> Sequence[StepRecord]:
        """The next steps, in order within a session; waits until there are some.

        Steps that were taken but not ``done`` when a process ended, in whatever way, are not lost: they go to another
        process. Where there is only one process, they are published again after it has restarted.
        """

    async def done(self) -> None:
        """Commit everything that was taken so far."""


class OffRecordFeed(Protocol):
    """``captions.off-record``: what is said off the record, on its way to viewers. No disk keeps it for long."""

    async def publish(self, words: Sequence[OffRecordWords]) -> None:
        """Hand them on. They may be lost."""

    def follow(self) -> AsyncIterator[OffRecordWords]:
        """What is published from now on, in its order; of one who does not keep up the oldest are lost."""


class SourceReports(Protocol):
    """``captions.sources``: what the ingest processes know of their sources, for those who watch over the rooms."""

    async def publish(self, reports: Sequence[SourceReport]) -> None:
        """Hand them on. They may be lost: the next ones say all that is still true."""

    async def latest(self) -> Sequence[SourceReport]:
        """The latest report of each source by each process, as far as they are still kept; the newest come last.

        What was published may take a moment until it is among them.
        """


class DeadLetters(Protocol):
    """``captions.dead-letter``: records that can't be used, kept for a person to look at."""

    async def put(self, value: bytes, *, key: bytes | None, origin: str, reason: str) -> None:
        """Keep it for good. ``origin`` is ``topic/partition/offset``; ``reason`` never has caption text."""


class DeadLetter(Message, frozen=True):
    """A dead letter as it is kept."""

    number: int
    """0, 1, 2 …, with gaps; it stays the same."""
    at: datetime
    origin: str
    """Where it was: ``topic/partition/offset``; of a part that the search index refused, its turn's id and number."""
    reason: str
    value: bytes
    key: bytes | None = None
    put_back: str = ""
    """Where a person put it back last, ``topic/partition/offset``; empty if nobody did."""
    came_back: int | None = None
    """The number of the dead letter that was made of it there; None if there is none."""


class DeadLetterBox(Protocol):
    """The dead letters for a person who looks at them."""

    async def letters(self, *, after: int = -1, limit: int) -> Sequence[DeadLetter]:
        """So many that are kept behind a number, oldest first; fewer where they are large, and none at the end."""

    async def end(self) -> int:
        """Higher than the number of all that are there now."""

    async def put_back(self, letter: DeadLetter) -> str:
        """Write the raw record to its topic again, note that, and return where it is now.

        Raises:
            BadMessage: it did not come from a topic of this installation.
        """
