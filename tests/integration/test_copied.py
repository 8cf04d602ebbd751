"""What was known is known at a start without a broker, and no longer than that (captionflow.adapters.composed)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from captionflow.adapters.composed.copied import Copied
from captionflow.adapters.composed.copied_keys import CopiedKeyStore
from captionflow.adapters.composed.copied_sessions import CopiedSessionStore
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import NotFound, Unavailable
from captionflow.keys import Key, Keyring, digest_of, revoked
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter
from tests.waiting import until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def key(name: str) -> Key:
    return Key(name, name, "captioner", digest_of(name), NOW)


def session(name: str, title: str = "") -> Session:
    return Session(name, 1, NOW, NOW, title=title)


class Broker:
    """Keys and sessions of a broker that answers, or does not."""

    def __init__(self, *, answers: bool) -> None:
        self.read = asyncio.Event()
        if answers:
            self.read.set()
        self.keys = Keyring()
        self.sessions: dict[str, Session] = {}
        self.on_key: Callable[[Key], None] = lambda _: None
        self.on_session: Callable[[Session], None] = lambda _: None
        self.told: list[str] = []

    def check(self) -> None:
        if not self.read.is_set():
            raise Unavailable("no broker")

    @property
    def ring(self) -> Keyring:
        self.check()
        return self.keys

    async def put(self, one: Key) -> None:
        self.check()
        self.keys.put(one)
        self.on_key(one)

    async def note_uses(self, uses: Mapping[str, datetime]) -> None:
        self.check()
        self.keys.use(uses.items())

    def on_revoked(self, call: Callable[[Key], None]) -> None:
        pass

    async def create(self, one: Session) -> Session:
        self.check()
        self.sessions[one.id] = one
        self.on_session(one)
        return one

    async def get(self, name: str) -> Session:
        self.check()
        if name not in self.sessions:
            raise NotFound(name)
        return self.sessions[name]

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        self.check()
        return tuple(one for one in self.sessions.values() if wanted == SessionFilter())

    async def replace(self, one: Session, *, expected_version: int) -> Session:
        return await self.create(msgspec.structs.replace(one, version=expected_version + 1))

    async def learn(self, name: str, facts: Facts, *, at: datetime) -> Session:
        return await self.create(msgspec.structs.replace(session(name, facts.title or ""), updated_at=at))


class Process(NamedTuple):
    """The stores of one process."""

    sessions: CopiedSessionStore
    keys: CopiedKeyStore
    copies: tuple[Copied[Session], Copied[Key]]
    spool: SqliteSpool

    async def has_copied(self) -> bool:
        return None not in [await self.spool.copy_of(topic).read() for topic in ("t.sessions", "t.keys")]


@asynccontextmanager
async def process(folder: Path, broker: Broker) -> AsyncIterator[Process]:
    spool = await SqliteSpool.open(folder, 1_000_000)
    copies = Copied(spool.copy_of("t.sessions"), Session), Copied(spool.copy_of("t.keys"), Key)
    for one in copies:
        await one.load()
    broker.on_session, broker.on_key = copies[0].note, copies[1].note
    sessions, keys = CopiedSessionStore(broker, copies[0]), CopiedKeyStore(broker, copies[1])
    keys.on_revoked(lambda one: broker.told.append(one.id))
    running = [asyncio.create_task(one.run(broker.read.wait)) for one in (sessions, keys)]
    try:
        yield Process(sessions, keys, copies, spool)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        await spool.close()


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """What a process left that knew two keys, one of them revoked, and two sessions."""
    broker = Broker(answers=True)
    broker.keys.put(key("first"))
    broker.sessions["hall"] = session("hall")
    async with process(tmp_path, broker) as one:
        await until(one.has_copied)
        await one.keys.put(key("lost"))
        await one.keys.put(revoked(key("lost"), NOW))
        await one.sessions.create(session("annex"))
        await one.sessions.replace(session("annex", "Renamed"), expected_version=1)
    return tmp_path


async def test_without_a_broker_it_knows_what_it_knew(left: Path) -> None:
    async with process(left, Broker(answers=False)) as one:
        assert one.keys.ring.find("first") == key("first")
        assert one.keys.ring.find("lost") is None
        assert (await one.sessions.get("annex")).title == "Renamed"
        with pytest.raises(Unavailable):  # it may have been announced since
            await one.sessions.get("later")
        for change in (
            lambda: one.sessions.create(session("new")),
            lambda: one.sessions.list(SessionFilter()),
            lambda: one.keys.put(key("new")),
        ):
            with pytest.raises(Unavailable):
                await change()


async def test_a_process_that_knew_nothing_lets_nobody_in(tmp_path: Path) -> None:
    async with process(tmp_path, Broker(answers=False)) as one:
        with pytest.raises(Unavailable):
            _ = one.keys.ring
        with pytest.raises(Unavailable):
            await one.sessions.get("hall")


async def test_once_the_broker_answers_only_what_it_has_counts(left: Path) -> None:
    broker = Broker(answers=False)
    async with process(left, broker) as one:
        assert one.keys.ring.find("first") is not None
        broker.keys.put(key("other"))
        broker.read.set()
        await until(lambda: broker.told == ["first"])  # its connections end
        assert one.keys.ring.find("first") is None
        with pytest.raises(NotFound):
            await one.sessions.get("hall")
        await until(lambda: one.copies[0].known is None)
        await one.sessions.learn("hall", Facts(title="Anew"), at=NOW)
    async with process(left, Broker(answers=False)) as one:
        assert one.keys.ring.find("other") is not None
        assert one.keys.ring.find("first") is None
        assert (await one.sessions.get("hall")).title == "Anew"


async def test_of_another_installation_nothing_is_known(left: Path) -> None:
    spool = await SqliteSpool.open(left, 1_000_000)
    try:
        other = Copied(spool.copy_of("other.keys"), Key)
        await other.load()
        assert other.known is None
    finally:
        await spool.close()


async def test_a_copy_that_can_not_be_read_counts_as_none(left: Path) -> None:
    spool = await SqliteSpool.open(left, 1_000_000)
    try:
        await spool.copy_of("t.keys").put({"odd": b"{"})
        broken = Copied(spool.copy_of("t.keys"), Key)
        await broken.load()
        assert broken.known is None
    finally:
        await spool.close()
