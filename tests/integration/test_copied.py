"""What was known is known at a start without a broker, and no longer than that (captionflow.adapters.composed)."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

from captionflow.adapters.composed.copied import Copied
from captionflow.adapters.composed.copied_keys import CopiedKeyStore
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import Unavailable
from captionflow.keys import Key, Keyring, digest_of, revoked
from tests.waiting import until

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


def key(name: str) -> Key:
    return Key(name, name, "captioner", digest_of(name), NOW)


class Broker:
    """Keys of a broker that answers, or does not."""

    def __init__(self, *, answers: bool) -> None:
        self.read = asyncio.Event()
        if answers:
            self.read.set()
        self.keys = Keyring()
        self.on_key: Callable[[Key], None] = lambda _: None
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


class Process(NamedTuple):
    """The store of one process."""

    keys: CopiedKeyStore
    copied: Copied[Key]
    spool: SqliteSpool

    async def has_copied(self) -> bool:
        return await self.spool.copy_of("t.keys").read() is not None


@asynccontextmanager
async def process(folder: Path, broker: Broker) -> AsyncIterator[Process]:
    spool = await SqliteSpool.open(folder, 1_000_000)
    copied = Copied(spool.copy_of("t.keys"), Key)
    await copied.load()
    broker.on_key = copied.note
    keys = CopiedKeyStore(broker, copied)
    keys.on_revoked(lambda one: broker.told.append(one.id))
    running = asyncio.create_task(keys.run(broker.read.wait))
    try:
        yield Process(keys, copied, spool)
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await spool.close()


@pytest.fixture
async def left(tmp_path: Path) -> Path:
    """What a process left that knew two keys, one of them revoked."""
    broker = Broker(answers=True)
    broker.keys.put(key("first"))
    async with process(tmp_path, broker) as one:
        await until(one.has_copied)
        await one.keys.put(key("lost"))
        await one.keys.put(revoked(key("lost"), NOW))
    return tmp_path


async def test_without_a_broker_it_knows_what_it_knew(left: Path) -> None:
    async with process(left, Broker(answers=False)) as one:
        assert one.keys.ring.find("first") == key("first")
        assert one.keys.ring.find("lost") is None
        with pytest.raises(Unavailable):
            await one.keys.put(key("new"))


async def test_a_process_that_knew_nothing_lets_nobody_in(tmp_path: Path) -> None:
    async with process(tmp_path, Broker(answers=False)) as one:
        with pytest.raises(Unavailable):
            _ = one.keys.ring


async def test_once_the_broker_answers_only_what_it_has_counts(left: Path) -> None:
    broker = Broker(answers=False)
    async with process(left, broker) as one:
        assert one.keys.ring.find("first") is not None
        broker.keys.put(key("other"))
        broker.read.set()
        await until(lambda: broker.told == ["first"])  # its connections end
        assert one.keys.ring.find("first") is None
        await until(lambda: one.copied.known is None)
    async with process(left, Broker(answers=False)) as one:
        assert one.keys.ring.find("other") is not None
        assert one.keys.ring.find("first") is None


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
