"""Making an adapter does nothing: what reads in a thread begins when it is told to, and ends when it is closed."""

import asyncio
import threading
from collections.abc import Awaitable, Callable

import pytest

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.errors import Unavailable

KAFKA = Kafka(servers="127.0.0.1:9", prefix="nowhere")
"""Nothing listens at the port of the discard service."""


async def line_log(kafka: Kafka) -> KafkaLineLog:
    return KafkaLineLog(kafka)


async def session_store(kafka: Kafka) -> KafkaSessionStore:
    return KafkaSessionStore(kafka, await SqliteSessionTable.temporary())


async def step_feed(kafka: Kafka) -> KafkaStepFeed:
    return KafkaStepFeed(kafka)


ADAPTERS = [line_log, session_store, step_feed]
Adapter = Callable[[Kafka], Awaitable[KafkaLineLog | KafkaSessionStore | KafkaStepFeed]]


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("nowhere.")]


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_an_adapter_reads_from_its_start_to_its_end(
    adapter: Adapter,
) -> None:
    made = await adapter(KAFKA)
    assert reading() == []
    with pytest.raises(Unavailable):
        made.check()
    made.start()
    (thread,) = reading()
    await made.close()
    async with asyncio.timeout(10):
        await asyncio.to_thread(thread.join)


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_one_that_was_never_started_can_be_closed(
    adapter: Adapter,
) -> None:
    await (await adapter(KAFKA)).close()


@pytest.mark.parametrize("adapter", ADAPTERS)
async def test_one_that_was_never_started_says_so_to_who_would_wait_for_ever(
    adapter: Adapter,
) -> None:
    made = await adapter(KAFKA)
    with pytest.raises(RuntimeError, match=r"call start\(\) before ready\(\)"):
        await made.ready()
    await made.close()
