"""Old records of the line log are sealed on a real broker: the next process does not read them, and knows them."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import msgspec
import pytest

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_block import BlockSize
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.producer import Producer
from captionflow.adapters.kafka.seal import SealChain, seal_key
from captionflow.adapters.kafka.seal_topic import read_seals
from captionflow.adapters.kafka.topics import create_topics
from captionflow.errors import Conflict, Misconfigured
from captionflow.messages import Draft, Receipt
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.waiting import until

BLOCK = BlockSize(records=4)
LINES = 11
"""Of the talk: two whole blocks, and three more."""
Open = Callable[[], Awaitable[KafkaLineLog]]


@pytest.fixture
async def kafka(kafka_broker: Server) -> AsyncIterator[Kafka]:
    kafka = await fresh_topics(kafka_broker.address, partitions=1)
    yield kafka
    await drop_topics(kafka)


@pytest.fixture
async def open_log(kafka: Kafka) -> AsyncIterator[Open]:
    """Opens the log once more, as a process of its own would."""
    opened: list[KafkaLineLog] = []

    async def open_one() -> KafkaLineLog:
        opened.append(KafkaLineLog(kafka, seals=True, size=BLOCK).start())
        return await opened[-1].ready()

    yield open_one
    await asyncio.gather(*(log.close() for log in opened))


@pytest.fixture
async def receipts(kafka: Kafka, open_log: Open) -> Sequence[Receipt]:
    """Of the talk's lines, which are in the log; what is whole of it is sealed."""
    log = await open_log()
    receipts = [(await log.append("talk", "en", [draft(n)]))[0] for n in range(LINES)]
    await until(lambda: sealed(kafka, 2))
    await log.close()
    return receipts


def draft(number: int, text: str = "words") -> Draft:
    return Draft("desk", number, f"{text} {number}\n")


async def sealed(kafka: Kafka, blocks: int) -> bool:
    return set(await asyncio.to_thread(read_seals, kafka) or {}) == {seal_key(0, block, 0) for block in range(blocks)}


async def seqs(log: KafkaLineLog) -> list[int]:
    return [line.seq async for record in log.read("talk", "en") for line in record.lines]


async def write_seal(kafka: Kafka, key: bytes, value: bytes | None) -> None:
    producer = Producer(kafka)
    (tp,) = kafka.topic_partitions(kafka.seals)
    await producer.send(tp, key, value)
    await producer.close()


async def test_a_retry_of_a_line_that_is_sealed_is_answered_as_the_first_time(
    receipts: Sequence[Receipt], open_log: Open
) -> None:
    log = await open_log()
    assert [(await log.append("talk", "en", [draft(n)]))[0] for n in reversed(range(LINES))] == [*reversed(receipts)]
    assert await log.append("talk", "en", [draft(n) for n in range(LINES)]) == tuple(receipts)
    with pytest.raises(Conflict):
        await log.append("talk", "en", [draft(2, "others")])
    (more,) = await log.append("talk", "en", [draft(LINES)])
    assert (more.seq, await log.last_number("talk", "en", "desk")) == (LINES + 1, LINES)
    assert await seqs(log) == list(range(1, LINES + 2))


async def test_a_log_begins_behind_what_is_sealed(kafka: Kafka, receipts: Sequence[Receipt], open_log: Open) -> None:
    """Shown by a seal that says what the log does not: a reader of the log would not believe it."""
    log = await open_log()
    assert log.reached("talk", "en") == len(receipts)
    await log.close()
    wrong, value = await _lying(kafka)
    await write_seal(kafka, wrong, value)
    log = await open_log()
    assert log.reached("gossip", "en") == 99


async def test_a_seal_that_lies_is_taken_away_and_its_records_are_read_again(
    kafka: Kafka, receipts: Sequence[Receipt], open_log: Open
) -> None:
    wrong, value = await _lying(kafka)
    await write_seal(kafka, wrong, value)
    log = await open_log()
    with pytest.raises(Misconfigured, match="is not what they say"):
        await log.append("talk", "en", [draft(5)])
    with pytest.raises(Misconfigured):
        log.check()
    log = await open_log()
    assert await log.append("talk", "en", [draft(n) for n in range(LINES)]) == tuple(receipts)
    assert await log.streams() == [("talk", "en")]
    await until(lambda: sealed(kafka, 2))


@pytest.mark.parametrize("what", ["gone", "not to be read"])
async def test_without_seals_the_log_is_read_and_sealed_again(
    kafka: Kafka, receipts: Sequence[Receipt], open_log: Open, what: str
) -> None:
    await write_seal(kafka, seal_key(0, 0, 0), None if what == "gone" else b"{}")
    log = await open_log()
    assert await log.append("talk", "en", [draft(3)]) == (receipts[3],)
    await until(lambda: sealed(kafka, 2))
    assert (await asyncio.to_thread(read_seals, kafka) or {})[seal_key(0, 0, 0)] != b"{}"


async def test_an_installation_without_the_topic_of_seals_goes_on(
    kafka: Kafka, receipts: Sequence[Receipt], open_log: Open
) -> None:
    admin = kafka.admin()
    await asyncio.to_thread(admin.delete_topics, [kafka.seals])
    admin.close()
    log = await open_log()
    assert [(await log.append("talk", "en", [draft(n)]))[0] for n in range(LINES)] == list(receipts)
    assert await log.append("talk", "en", [draft(n) for n in range(LINES, 2 * LINES)])
    assert await seqs(log) == list(range(1, 2 * LINES + 1))
    await create_topics(kafka)


async def _lying(kafka: Kafka) -> tuple[bytes, bytes]:
    """The seal of the second block, which is well made, with a session that the log never had."""
    seals = await asyncio.to_thread(read_seals, kafka) or {}
    log = KafkaLineLog(kafka, size=BLOCK).start()
    await log.ready()
    chain = SealChain(str(log._journal._topic_id), kafka.partitions, BLOCK)
    await log.close()
    chain.read(seals, 0, 0, 0, 4)
    whole = chain.read(seals, 0, 1, 4, 8)
    assert whole is not None
    chain = SealChain(str(log._journal._topic_id), kafka.partitions, BLOCK)
    chain.read(seals, 0, 0, 0, 4)
    gossip = msgspec.structs.replace(whole.streams[0], session="gossip", first_seq=1, last_seq=99)
    ((key, value),) = chain.made(whole._replace(streams=[*whole.streams, gossip]))
    return key, value
