"""The line log on Kafka: how long an append takes, how fast an archive goes in, how soon a log is there again.

The peer is kafka-python's bare producer, which waits for the same acknowledgement and then knows nothing of holes,
repetitions or anybody else. Run: ``python -m bench.kafka_log``; the broker is that of tests/stack.
"""

import asyncio
import logging
import statistics
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

import structlog

from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.messages import Draft
from tests.stack.servers import kafka_server
from tests.stack.topics import fresh_topics

SESSIONS = 20
LINES_A_SECOND = 200
SECONDS = 20
IMPORT_LINES = 100_000
LINES_A_CALL = 500
SENDERS = 4
RECORDS = 100_000
TEXT = "and that is why the working group on access asked for more time, "


def percentiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return f"p50 {cuts[49] * 1000:.1f} ms, p99 {cuts[98] * 1000:.1f} ms"


async def live(send: Callable[[int, int], Awaitable[object]]) -> list[float]:
    """Each session sends a line every so often, whether or not the one before was acknowledged in time."""
    took: list[float] = []

    async def one(session: int, number: int) -> None:
        begin = time.perf_counter()
        await send(session, number)
        took.append(time.perf_counter() - begin)

    async def captioner(session: int, tasks: asyncio.TaskGroup) -> None:
        interval = SESSIONS / LINES_A_SECOND
        due = time.perf_counter() + interval * session / SESSIONS
        for number in range(int(SECONDS / interval)):
            await asyncio.sleep(max(due - time.perf_counter(), 0))
            due += interval
            tasks.create_task(one(session, number))

    async with asyncio.TaskGroup() as tasks:
        for session in range(SESSIONS):
            tasks.create_task(captioner(session, tasks))
    return took


async def bench_live(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka).start().ready()
    await log.append("warm", "en", [Draft("desk", 0, TEXT)])
    took = await live(lambda session, number: log.append(f"s{session}", "en", [Draft("desk", number, TEXT)]))
    print(f"append, {LINES_A_SECOND} lines/s in {SESSIONS} sessions: {percentiles(took)}")
    await log.close()

    producer = await asyncio.to_thread(kafka.producer)
    loop = asyncio.get_running_loop()

    async def bare(session: int, _number: int) -> None:
        done = loop.create_future()
        sent = producer.send(kafka.lines, TEXT.encode(), key=f"s{session}".encode())
        sent.add_callback(lambda _: loop.call_soon_threadsafe(done.set_result, None))
        await done

    await bare(0, 0)
    print(f"  peer, bare producer: {percentiles(await live(bare))}")
    await asyncio.to_thread(producer.close)


async def bench_import(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka).start().ready()

    async def send(sender: int) -> None:
        for first in range(0, IMPORT_LINES // SENDERS, LINES_A_CALL):
            drafts = [Draft("file", number, TEXT) for number in range(first, first + LINES_A_CALL)]
            await log.append(f"talk-{sender}", "en", drafts)

    begin = time.perf_counter()
    await asyncio.gather(*(send(sender) for sender in range(SENDERS)))
    took = time.perf_counter() - begin
    print(f"import, {LINES_A_CALL} lines a call, {SENDERS} files at once: {IMPORT_LINES / took:,.0f} lines/s")
    begin = time.perf_counter()
    await asyncio.gather(*(send(sender) for sender in range(SENDERS)))
    took = time.perf_counter() - begin
    print(f"  the same import again, nothing new: {IMPORT_LINES / took:,.0f} lines/s")
    begin = time.perf_counter()
    lines = [line async for record in log.read("talk-0", "en") for line in record.lines]
    print(f"  reading one of them back: {len(lines) / (time.perf_counter() - begin):,.0f} lines/s")
    await log.close()


async def bench_start(kafka: Kafka) -> None:
    log = await KafkaLineLog(kafka).start().ready()

    async def send(session: int) -> None:
        for number in range(RECORDS // 500):
            await log.append(f"s{session}", "en", [Draft("desk", number, TEXT)])

    begin = time.perf_counter()
    await asyncio.gather(*(send(session) for session in range(500)))
    took = time.perf_counter() - begin
    print(f"one line a record, 500 sessions at once: {RECORDS / took:,.0f} records/s")
    await log.close()
    begin = time.perf_counter()
    log = await KafkaLineLog(kafka).start().ready()
    print(f"start of a log on {RECORDS:,} records: {time.perf_counter() - begin:.1f} s")
    await log.close()


async def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    with tempfile.TemporaryDirectory() as folder, kafka_server(Path(folder) / "kafka") as server:
        for bench in (bench_live, bench_import, bench_start):
            await bench(await fresh_topics(server.address, partitions=12))


if __name__ == "__main__":
    asyncio.run(main())
