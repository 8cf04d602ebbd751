"""The sessions on Kafka: topic ``sessions``, one partition, one record a change; every process keeps all in a file.

In memory are those that were wanted or changed last. A process that starts reads what is newer than its file.

The rule for every consumer: **a record is valid if its version follows the last one of its session** (the first may
have any); otherwise it is void. So of two changes to the same version one wins, and all consumers agree which. The
topic is not compacted: that could drop the record that won and keep the one that lost.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from typing import Final
from weakref import WeakValueDictionary

import msgspec
from kafka import TopicPartition

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.journal import Journal, Record
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.skipped_records import Skipped
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.errors import NotFound, Unavailable
from captionflow.kept import Kept
from captionflow.messages import VERSION, Facts, Session
from captionflow.ports import SessionFilter
from captionflow.records import reader
from captionflow.session_facts import Known, created, learnt, replaced

WRITE_SECONDS: Final = 5.0
MAX_LIVE: Final = 1_000
"""Sessions in memory that are not over: more than are live at once."""
MAX_OVER: Final = 100
"""And those that are over: a page opens one, and asks again for what it has of it."""


class SessionRecord(Session, frozen=True, kw_only=True, omit_defaults=False):
    """One record of ``captions.sessions``: a session, and which of its fields were learned from its text."""

    learned: tuple[str, ...] = ()


_encode = msgspec.json.Encoder().encode
_READ: Final = f"{VERSION} {' '.join(SessionRecord.__struct_fields__)}"
"""What this program reads of a record: what another version skipped or did not know has to be read again."""
_read = reader(SessionRecord, what="session", key=lambda session: session.id.encode())


class KafkaSessionStore(JournalAdapter):
    """``SessionStore``. Needs no search server, and reads need no broker.

    ``on_change`` is told of each session that was changed since the file was written, by whatever process; ``on_names``
    is called when speakers of any got other names. ``close`` closes the table, too.
    """

    def __init__(
        self,
        kafka: Kafka,
        table: SqliteSessionTable,
        *,
        on_change: Callable[[Session], None] = lambda _: None,
        on_names: Callable[[], None] = lambda: None,
    ) -> None:
        self.skipped = Skipped()
        self._kafka = kafka
        self._on_change = on_change
        self._on_names = on_names
        self._table = table
        self._kept: Kept[str, Known] = Kept(live=MAX_LIVE, over=MAX_OVER)
        self._taken = 0
        """Rises with each batch: what was read of the file meanwhile may be older than what is known by now."""
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self._journal = Journal(kafka, kafka.sessions, self._take, start="beginning", resume=self._resume)

    async def close(self) -> None:
        """Stop. Repeating it does nothing."""
        await super().close()
        await self._table.close()

    async def create(self, session: Session) -> Session:
        """See ``SessionStore.create``. Compared is what organisers give: not status, times, version, learned fields."""
        return await self._change(session.id, lambda known: created(known, session))

    async def get(self, session: str) -> Session:
        """See ``SessionStore.get``. One that this process doesn't know is looked for in what others just wrote."""
        self._journal.check()
        known = await self._find(session)
        if known is None:
            await self._catch_up()
            known = await self._find(session)
        return _there(known, session)[0]

    async def names(self, sessions: Collection[str]) -> Mapping[str, Mapping[str, str]]:
        """See ``SpeakerNames.names``."""
        await self._catch_up()
        found = await self._find_all(sessions)
        return {one: found[one][0].speakers if one in found else {} for one in sessions}

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        """See ``SessionStore.list``."""
        self._journal.check()
        return await self._table.list(wanted)

    async def replace(self, session: Session, *, expected_version: int) -> Session:
        """See ``SessionStore.replace``. A field that it changes is the organiser's from then on."""
        return await self._change(
            session.id, lambda known: replaced(_there(known, session.id), session, expected_version)
        )

    async def learn(self, session: str, facts: Facts, *, at: datetime) -> Session:
        """See ``SessionStore.learn``. It may replace fields that it learned before, but not what an organiser gave."""
        return await self._change(session, lambda known: learnt(known, session, facts, at))

    async def _catch_up(self) -> None:
        await self._journal.catch_up(self._kafka.topic_partition(self._kafka.sessions, b""))

    async def _find(self, session: str) -> Known | None:
        return (await self._find_all((session,))).get(session)

    async def _find_all(self, sessions: Collection[str]) -> dict[str, Known]:
        """Those that this process knows, by id."""
        found = {one: known for one in sessions if (known := self._kept.get(one)) is not None}
        others = [one for one in sessions if one not in found]
        if others:
            taken = self._taken
            read = await self._table.find(others)
            if taken == self._taken:
                for known in read.values():
                    self._keep(known)
            found |= read
        return found

    def _keep(self, known: Known) -> None:
        self._kept.keep(known[0].id, known, over=known[0].status == "finished")

    async def _change(self, session: str, change: Callable[[Known | None], Known]) -> Session:
        """Write what ``change`` makes of the newest version; if another process was faster, do it again."""
        self._journal.check()
        try:
            async with asyncio.timeout(WRITE_SECONDS), self._locks.setdefault(session, asyncio.Lock()):
                while True:
                    await self._journal.settled(session.encode())
                    before = await self._find(session)
                    after = change(before)
                    if after is before:
                        return after[0]
                    await self._write(after)
                    if await self._find(session) == after:
                        return after[0]
        except TimeoutError as error:
            raise Unavailable(f"The change of session {session!r} is not known to be safe: repeat it.") from error

    async def _write(self, known: Known) -> None:
        session, learned = known
        record = SessionRecord(**msgspec.structs.asdict(session), learned=tuple(sorted(learned)))
        await self._journal.append(session.id.encode(), _encode(record))

    def _resume(self, topic_id: object, ends: Mapping[TopicPartition, int]) -> Awaitable[Mapping[TopicPartition, int]]:
        return self._begin(None if topic_id is None else f"{topic_id} {_READ}", ends)

    async def _begin(self, topic_id: str | None, ends: Mapping[TopicPartition, int]) -> Mapping[TopicPartition, int]:
        return {tp: await self._table.begin(topic_id, end) for tp, end in ends.items()}  # it has one partition

    async def _take(self, records: Sequence[Record]) -> None:
        read = list(self.skipped.readable(records, _read))
        known = await self._find_all({found.id for _, found in read})
        changed: dict[str, Known] = {}
        renamed: dict[str, int] = {}
        for record, found in read:
            session = Session(**{name: getattr(found, name) for name in Session.__struct_fields__})
            before = known.get(session.id)
            if before is not None and session.version != before[0].version + 1:
                self.skipped.void(record)
                continue
            known[session.id] = changed[session.id] = session, frozenset(found.learned)
            if session.speakers != ({} if before is None else before[0].speakers):
                renamed[session.id] = record.offset
        await self._table.put(changed.values(), renamed, records[-1].offset + 1)
        self._taken += 1
        for one in changed.values():
            self._keep(one)
            self._on_change(one[0])
        if renamed:
            self._on_names()


def _there(known: Known | None, session: str) -> Known:
    if known is None:
        raise NotFound(f"There is no session {session!r}: announce it first.")
    return known
