"""The line log and the sessions while their broker goes away and comes back."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import replace
from functools import partial

import pytest

from captionflow.adapters.kafka import producer as kafka_producer
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.errors import Unavailable
from captionflow.messages import Draft, Facts, Receipt
from captionflow.ports import SessionFilter
from tests.needs import missing
from tests.stack.gate import Gate
from tests.stack.places import CannotStart, listens
from tests.stack.servers import Control, Server
from tests.stack.topics import fresh_topics
from tests.waiting import OUTAGE_SECONDS, insist, until

SENDERS = ("a", "b", "c")
STOP_SECONDS = 5


@pytest.fixture
async def broker(kafka_broker: Server) -> AsyncIterator[Control]:
    if kafka_broker.control is None:
        missing("the broker was given by TEST_KAFKA and is not ours to disturb")
    yield kafka_broker.control
    await asyncio.to_thread(_revive, kafka_broker)


def _revive(kafka_broker: Server) -> None:
    """A test that failed may have left it killed or stalled."""
    assert kafka_broker.control is not None
    with suppress(CannotStart):  # most likely it is not stalled
        kafka_broker.control.go_on()
    if not listens(int(kafka_broker.address.rpartition(":")[2])):
        kafka_broker.control.start()


@pytest.fixture
async def kafka(kafka_broker: Server) -> Kafka:
    return await fresh_topics(kafka_broker.address)


@pytest.fixture
async def log(kafka: Kafka) -> AsyncIterator[KafkaLineLog]:
    log = KafkaLineLog(kafka, append_seconds=1).start()
    yield await log.ready()
    await log.close()


class Captioners:
    """Three who caption at once into two sessions, and send again what was not acknowledged."""

    def __init__(self, log: KafkaLineLog) -> None:
        self.receipts: dict[tuple[str, int], Receipt] = {}
        self.refused = 0
        self._log = log
        self._stopping = asyncio.Event()
        self._tasks = [asyncio.create_task(self._send(sender)) for sender in SENDERS]

    async def _send(self, sender: str) -> None:
        number = 0
        while True:  # whoever leaves has no line on the way of which nobody will know
            try:
                (receipt,) = await self._log.append(session(sender), "en", [Draft(sender, number, f"{number}\n")])
            except Unavailable:
                self.refused += 1
            else:
                self.receipts[sender, number] = receipt
                number += 1
                if self._stopping.is_set():
                    return
            await asyncio.sleep(0.01)

    async def acknowledged(self, more: int) -> None:
        """Return when so many lines more than now are acknowledged."""
        wanted = len(self.receipts) + more
        await until(lambda: len(self.receipts) >= wanted)

    async def turned_away(self) -> None:
        """Return when somebody was told to come back."""
        before = self.refused
        await until(lambda: self.refused > before)

    async def stop(self) -> None:
        self._stopping.set()
        await asyncio.gather(*self._tasks)


def session(sender: str) -> str:
    return "shared" if sender in "ab" else "alone"


async def check(log: KafkaLineLog, receipts: dict[tuple[str, int], Receipt]) -> None:
    """Nothing acknowledged is lost, nothing is there twice, and no seq is left out."""
    stored = {}
    for name in ("shared", "alone"):
        lines = [line async for record in log.read(name, "en") for line in record.lines]
        assert [line.seq for line in lines] == list(range(1, len(lines) + 1))
        for sender in (sender for sender in SENDERS if session(sender) == name):
            numbers = [line.number for line in lines if line.sender == sender]
            assert numbers == list(range(len(numbers)))
        stored |= {(line.sender, line.number): Receipt(line.number, line.seq, line.received_at) for line in lines}
    assert stored == receipts


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_a_broker_that_goes_away_and_comes_back_costs_no_line_and_repeats_none(
    broker: Control, kafka: Kafka, log: KafkaLineLog, end: str
) -> None:
    captioners = Captioners(log)
    await captioners.acknowledged(100)
    await asyncio.to_thread(getattr(broker, end))
    await captioners.turned_away()
    await asyncio.to_thread(broker.start)
    await captioners.acknowledged(100)
    await captioners.stop()
    await check(log, captioners.receipts)
    fresh = await KafkaLineLog(kafka).start().ready()
    await check(fresh, captioners.receipts)
    await fresh.close()


@pytest.mark.parametrize("end", ["kill", "stop"])
async def test_a_broker_that_is_away_until_records_time_out_costs_no_line_and_repeats_none(
    broker: Control, log: KafkaLineLog, end: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(kafka_producer, "_DELIVERY_MS", 2_000)
    monkeypatch.setattr(kafka_producer, "_REQUEST_MS", 1_500)
    captioners = Captioners(log)
    await captioners.acknowledged(100)
    await asyncio.to_thread(getattr(broker, end))
    for _ in range(5 * len(SENDERS)):  # each of them a second: records that were on their way have timed out
        await captioners.turned_away()
    await asyncio.to_thread(broker.start)
    await captioners.acknowledged(100)
    await captioners.stop()
    await check(log, captioners.receipts)


async def test_a_broker_that_answers_too_slowly_costs_no_line_and_repeats_none(
    broker: Control, log: KafkaLineLog
) -> None:
    captioners = Captioners(log)
    await captioners.acknowledged(50)
    await asyncio.to_thread(broker.stall)
    await captioners.turned_away()
    await asyncio.to_thread(broker.go_on)
    await captioners.acknowledged(50)
    await captioners.stop()
    await check(log, captioners.receipts)


async def test_a_log_ends_soon_also_while_no_broker_takes_its_lines(broker: Control, log: KafkaLineLog) -> None:
    await insist(partial(log.append, "talk", "en", [Draft("a", 0, "here\n")]))
    await asyncio.to_thread(broker.kill)
    with pytest.raises(Unavailable):
        await log.append("talk", "en", [Draft("a", 1, "lost?\n")])
    async with asyncio.timeout(STOP_SECONDS):  # a promise: a service that is told to stop ends in time
        await log.close()
    await asyncio.to_thread(broker.start)


async def test_sessions_are_read_while_no_broker_answers_and_changed_when_one_does(
    broker: Control, kafka: Kafka, log: KafkaLineLog
) -> None:
    sessions = await KafkaSessionStore(kafka, await SqliteSessionTable.temporary()).start().ready()
    (receipt,) = await insist(partial(log.append, "talk", "en", [Draft("a", 0, "here\n")]))
    at = receipt.received_at
    known = await sessions.learn("talk", Facts(title="Known"), at=at)
    await asyncio.to_thread(broker.kill)
    assert await sessions.get("talk") == known
    assert await sessions.list(SessionFilter()) == (known,)
    with pytest.raises(Unavailable):
        await sessions.learn("talk", Facts(title="Better"), at=at)
    with pytest.raises(Unavailable):
        await sessions.get("announced-elsewhere")
    await asyncio.to_thread(broker.start)
    better = await insist(partial(sessions.learn, "talk", Facts(title="Better"), at=at))
    assert (better.title, better.version) == ("Better", 2)
    await sessions.close()


async def test_who_starts_before_the_broker_waits_for_it(kafka: Kafka) -> None:
    with Gate() as gate:
        log = KafkaLineLog(replace(kafka, servers=gate.address)).start()
        with pytest.raises(Unavailable):
            await log.append("talk", "en", [Draft("a", 0, "early\n")])
        gate.open(kafka.servers)
        async with asyncio.timeout(OUTAGE_SECONDS):
            await log.ready()
        (receipt,) = await insist(partial(log.append, "talk", "en", [Draft("a", 0, "early\n")]))
        assert receipt.seq == 1
        await log.close()
