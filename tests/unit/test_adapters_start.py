"""Making an adapter does nothing: what reads in a thread begins when it is told to, and ends when it is closed."""

import asyncio
import threading

import pytest

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.errors import Unavailable

KAFKA = Kafka(servers="127.0.0.1:9", prefix="nowhere")
"""Nothing listens at the port of the discard service."""


def reading() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name.startswith("nowhere.")]


@pytest.mark.parametrize("adapter", [KafkaLineLog, KafkaSessionStore, KafkaStepFeed])
async def test_an_adapter_reads_from_its_start_to_its_end(
    adapter: type[KafkaLineLog | KafkaSessionStore | KafkaStepFeed],
) -> None:
    made = adapter(KAFKA)
    assert reading() == []
    with pytest.raises(Unavailable):
        made.check()
    made.start()
    (thread,) = reading()
    await made.close()
    async with asyncio.timeout(10):
        await asyncio.to_thread(thread.join)


@pytest.mark.parametrize("adapter", [KafkaLineLog, KafkaSessionStore, KafkaStepFeed])
async def test_one_that_was_never_started_can_be_closed(
    adapter: type[KafkaLineLog | KafkaSessionStore | KafkaStepFeed],
) -> None:
    await adapter(KAFKA).close()


@pytest.mark.parametrize("adapter", [KafkaLineLog, KafkaSessionStore, KafkaStepFeed])
async def test_one_that_was_never_started_says_so_to_who_would_wait_for_ever(
    adapter: type[KafkaLineLog | KafkaSessionStore | KafkaStepFeed],
) -> None:
    with pytest.raises(RuntimeError, match=r"call start\(\) before ready\(\)"):
        await adapter(KAFKA).ready()
