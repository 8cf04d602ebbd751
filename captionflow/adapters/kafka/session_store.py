"""The sessions on Kafka: topic ``sessions``, one partition, one record a change; every process keeps all in memory.

The rule for every consumer: **a record is valid if its version follows the last one of its session** (the first may
have any); otherwise it is void. So of two changes to the same version one wins, and all consumers agree which. The
topic is not compacted: that could drop the record that won and keep the one that lost.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from weakref import WeakValueDictionary

import msgspec

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, JournalAdapter, Record
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.errors import NotFound, Unavailable
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter
from captionflow.records import reader
from captionflow.session_facts import Known, created, learnt, replaced
from captionflow.session_order import SessionList

WRITE_SECONDS = 5.0


class SessionRecord(Session, frozen=True, kw_only=True, omit_defaults=False):
    """One record of ``captions.sessions``: a session, and which of its fields were learned from its text."""

    learned: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode
_read = reader(SessionRecord, what="session", key=lambda session: session.id.encode())


class KafkaSessionStore(JournalAdapter):
    """``SessionStore``. Needs no search server, and reads need no broker.

    ``on_change`` is told of each session that was changed, by whatever process; ``on_names`` of each one whose
    speakers got other names, with the offset of the record that says so. Both are told of all there ever were.
    """

    def __init__(
        self,
        kafka: Kafka,
        *,
        on_change: Callable[[Session], None] = lambda _: None,
        on_names: Callable[[str, int], None] = lambda _session, _offset: None,
    ) -> None:
        self.skipped = Skipped()
        self._kafka = kafka
        self._on_change = on_change
        self._on_names = on_names
        self._sessions: dict[str, Known] = {}
        self._listed = SessionList()
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._journal = Journal(kafka, kafka.sessions, self._take, start="beginning")

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. Compared is what organisers give: not status, times, version, learned fields."""
        return await self._change(session.id, lambda known: created(known, session))

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``. One that this process doesn't know is looked for in what others just wrote."""
        self._journal.check()
        if session not in self._sessions:
            await self._catch_up()
        return self._known(session)[0]

    async def names(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """See ``SpeakerNames.names``."""
        await self._catch_up()
        return {one: self._sessions[one][0].speakers if one in self._sessions else {} for one in sessions}

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        self._journal.check()
        return self._listed.page(wanted)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``. A field that it changes is the organiser's from then on."""
        return await self._change(session.id, lambda _: replaced(self._known(session.id), session, expected_version))

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``. It may replace fields that it learned before, but not what an organiser gave."""
        return await self._change(session, lambda known: learnt(known, session, facts, at))

    async def _catch_up(self) -> None:
        await self._journal.catch_up(self._kafka.topic_partition(self._kafka.sessions, b""))

    def _known(self, session: str) -> Known:
        if session not in self._sessions:
            raise NotFound(f"There is no session {session!r}: announce it first.")
        return self._sessions[session]

    async def _change(self, session: str, change: Callable[[Known | None], Known]) -> Session:
        """Write what ``change`` makes of the newest version; if another process was faster, do it again."""
        self._journal.check()
        try:
            async with asyncio.timeout(WRITE_SECONDS), self._locks.setdefault(session, asyncio.Lock()):
                while True:
                    await self._journal.settled(session.encode())
                    before = self._sessions.get(session)
                    after = change(before)
                    if after is before:
                        return after[0]
                    await self._write(after)
                    if self._sessions.get(session) == after:
                        return after[0]
        except TimeoutError as error:
            raise Unavailable(f"The change of session {session!r} is not known to be safe: repeat it.") from error

    async def _write(self, known: Known) -> None:
        session, learned = known
        record = SessionRecord(**msgspec.structs.asdict(session), learned=tuple(sorted(learned)))
        await self._journal.append(session.id.encode(), _encode(record))

    async def _take(self, records: Sequence[Record]) -> None:
        for record, found in self.skipped.readable(records, _read):
            session = Session(**{name: getattr(found, name) for name in Session.__struct_fields__})
            before = self._sessions.get(session.id)
            if before is not None and session.version != before[0].version + 1:
                self.skipped.void(record)
                continue
            self._sessions[session.id] = session, frozenset(found.learned)
            self._listed.put(session)
            self._on_change(session)
            if session.speakers != ({} if before is None else before[0].speakers):
                self._on_names(session.id, record.offset)
