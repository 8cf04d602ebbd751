"""How long a line takes from its sender to a reader through the four services: 200 lines/s in 20 sessions.

As ``live_latency.py``, but ``ingest``, Kafka, ``segment`` and ``api`` are processes of their own. There are two peers,
in the same run and at the same rate. One is the packages that the services are made of, by themselves, on the same
broker and search server (``bare_packages.py``): what a line costs if nothing of ours is in it. The other is the least
that a way through two topics can be: aiokafka writes to a topic, a loop copies to another one, and a reader follows
that, all in this process. What services cost and where the time went is told by their metrics, the time before the
measured run included: each counts from the moment that ``ingest`` numbered the line. All is warmed up first, as an
installation is: a fresh Java server compiles itself for half a minute, and that takes more of a small machine than the
captions do.
"""

import argparse
import asyncio
import time
from contextlib import AsyncExitStack

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from bench.bare_packages import bare_services
from bench.distributed_services import PARTITIONS, Installation, cpu_seconds, installed
from bench.live_latency import line_of, measure, report
from tests.distributed.installation import SERVICES

STAGES = {"ingest": "append", "segment": "segment_delay", "api": "delivery_delay"}


async def relay(servers: str, sessions: int, rate: float, seconds: float) -> None:
    """The peer."""
    topics = [f"bench.{place}" for place in ("first", "second")]
    admin = AIOKafkaAdminClient(bootstrap_servers=servers)
    await admin.start()
    await admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in topics])
    await admin.close()
    async with AsyncExitStack() as opened:
        producers = [AIOKafkaProducer(bootstrap_servers=servers, acks="all", linger_ms=0) for _ in topics]
        consumers = [AIOKafkaConsumer(bootstrap_servers=servers, auto_offset_reset="earliest") for _ in topics]
        for client in (*producers, *consumers):
            await client.start()
            opened.push_async_callback(client.stop)
        for consumer, topic in zip(consumers, topics, strict=True):
            places = [TopicPartition(topic, number) for number in range(PARTITIONS)]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
        seen: dict[tuple[str, int], float] = {}
        sent: dict[tuple[str, int], tuple[float, float]] = {}

        async def copy() -> None:
            async for record in consumers[0]:
                await producers[1].send(topics[1], record.value, key=record.key)

        async def read() -> None:
            async for record in consumers[1]:
                seen[record.key.decode(), int(record.value.split()[0])] = time.monotonic()

        async def send(name: str, due: float, interval: float) -> None:
            for number in range(int(seconds / interval)):
                await asyncio.sleep(max(0.0, due + number * interval - time.monotonic()))
                start = time.monotonic()
                await producers[0].send_and_wait(topics[0], f"{number} {line_of(number)}".encode(), key=name.encode())
                sent[name, number] = (start, time.monotonic())

        tasks = [asyncio.create_task(copy()), asyncio.create_task(read())]
        begun = time.monotonic()
        await asyncio.gather(*(send(f"s{n}", begun + n / rate, sessions / rate) for n in range(sessions)))
        await asyncio.sleep(1)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    report(seen, sent, time.monotonic() - begun)


def mean_ms(installation: Installation, service: str) -> float:
    """Of the histogram of a service's delays."""
    text = installation.services[service].client.get("/metrics").raise_for_status().text
    found = {
        end: float(line.rsplit(" ", 1)[1])
        for line in text.splitlines()
        for end in ("sum", "count")
        if line.startswith(f"captionflow_{STAGES[service]}_seconds_{end}")
    }
    return 1e3 * found["sum"] / max(found["count"], 1.0)


def cost(seconds: float, lines: float) -> str:
    """Of so much processor time for all of them."""
    return f"{1e3 * seconds / lines:.1f} ms of processor a line"


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--sessions", type=int, default=20)
    options.add_argument("--rate", type=float, default=200.0, help="lines a second, all sessions together")
    options.add_argument("--seconds", type=float, default=20.0)
    options.add_argument("--warm", type=float, default=40.0, help="seconds of the same before: Java compiles meanwhile")
    given = options.parse_args()
    how = given.sessions, given.rate, given.seconds
    lines = given.rate * given.seconds
    with installed() as installation:
        print("warming up")
        asyncio.run(measure(installation.ingest.port, installation.api.port, *how[:2], given.warm, "warm"))
        before = {service: cpu_seconds(installation, service) for service in SERVICES}
        print("the four services")
        asyncio.run(measure(installation.ingest.port, installation.api.port, *how))
        for service in SERVICES:
            used = cpu_seconds(installation, service) - before[service]
            done = f", done after {mean_ms(installation, service):.1f} ms in the mean" if service in STAGES else ""
            print(f"{service:<20} {cost(used, lines)}{done}")
        kafka = str(installation.settings["KAFKA"])
        with bare_services(kafka, installation.elasticsearch) as bare:
            print("the same packages by themselves")
            # Java is warm by now.
            asyncio.run(measure(bare.door, bare.screen, *how[:2], given.warm / 4, "warm-bare"))
            began = {service: bare.cpu_seconds(service) for service in SERVICES}
            asyncio.run(measure(bare.door, bare.screen, *how))
            for service in SERVICES:
                print(f"{service:<20} {cost(bare.cpu_seconds(service) - began[service], lines)}")
        print("two topics and a loop")
        asyncio.run(relay(kafka, *how))


if __name__ == "__main__":
    main()
