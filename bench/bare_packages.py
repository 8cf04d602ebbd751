"""What the packages cost by themselves: the four services with their libraries, and nothing of ours in them.

``ingest`` is FastAPI and kafka-python's producer, ``segment`` a Faust agent that sends on what it gets, ``index`` a
consumer of kafka-python and a bulk each 0.2 s, ``api`` a consumer of kafka-python and FastAPI's streaming response.
They take and give what ``live_latency.measure`` sends and reads, a record a line, and know no session, no retry, no
turn, no grant, no failure. A peer of ``distributed_latency.py``, which starts them.
"""

import asyncio
import json
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from multiprocessing.context import SpawnProcess

import uvicorn
from elasticsearch import Elasticsearch, helpers
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from pydantic import BaseModel

from bench.distributed_services import PARTITIONS, cpu_seconds_of
from tests.ports import free_port

LINES = "bare.lines"
TURNS = "bare.turns"
INDEX = "bare"
BULK_SECONDS = 0.2


class Line(BaseModel):
    """As a sender numbers it."""

    number: int
    text: str


class Post(BaseModel):
    """As ``live_latency.send`` sends it."""

    sender: str
    lines: list[Line]


class NewSession(BaseModel):
    """Its name."""

    id: str


class Bare:
    """The processes, by service; ``door`` and ``screen`` are where one sends and reads."""

    def __init__(self, processes: Mapping[str, SpawnProcess], door: int, screen: int) -> None:
        self._processes = processes
        self.door = door
        self.screen = screen

    def cpu_seconds(self, service: str) -> float:
        """Processor time that it has used so far."""
        return cpu_seconds_of(self._processes[service].pid or 0)


@contextmanager
def bare_services(kafka: str, elasticsearch: str) -> Iterator[Bare]:
    """All four; ``measure`` waits until they answer."""
    admin = KafkaAdminClient(bootstrap_servers=kafka)
    admin.create_topics([NewTopic(topic, PARTITIONS, 1) for topic in (LINES, TURNS)])
    admin.close()
    door, screen = free_port(), free_port()
    with tempfile.TemporaryDirectory(prefix="captionflow-bench-", ignore_cleanup_errors=True) as folder:
        processes = {
            "ingest": SpawnProcess(target=ingest, args=(kafka, door)),
            "segment": SpawnProcess(target=segment, args=(kafka, folder)),
            "index": SpawnProcess(target=index, args=(kafka, elasticsearch)),
            "api": SpawnProcess(target=api, args=(kafka, screen)),
        }
        for process in processes.values():
            process.start()
        try:
            yield Bare(processes, door, screen)
        finally:
            for process in processes.values():
                process.kill()
                process.join()


def ingest(kafka: str, port: int) -> None:
    app = FastAPI()
    producer = KafkaProducer(bootstrap_servers=kafka, acks="all", enable_idempotence=True, linger_ms=0)
    numbered: Counter[str] = Counter()

    @app.get("/readyz")
    async def ready() -> None: ...

    @app.post("/v1/sessions", status_code=201)
    async def announce(session: NewSession) -> NewSession:
        return session

    @app.post("/v1/sessions/{name}/lines", status_code=202)
    async def take(name: str, post: Post) -> dict[str, list[dict[str, int]]]:
        receipts = []
        for line in post.lines:
            numbered[name] += 1
            value = json.dumps({"session": name, "seq": numbered[name], "text": line.text}).encode()
            loop = asyncio.get_running_loop()
            written = asyncio.Event()
            sent = producer.send(LINES, value, key=name.encode())
            sent.add_callback(lambda _, loop=loop, written=written: loop.call_soon_threadsafe(written.set))
            await written.wait()
            receipts.append({"number": line.number, "seq": numbered[name]})
        return {"receipts": receipts}

    serve(app, port)


def segment(kafka: str, folder: str) -> None:
    import faust  # noqa: PLC0415 - it changes what asyncio does, which the others don't need

    app = faust.App(
        "bare",
        broker=f"kafka://{kafka}",
        datadir=folder,
        web_enabled=False,
        topic_partitions=PARTITIONS,
        producer_acks=-1,
    )
    raw = {"key_serializer": "raw", "value_serializer": "raw", "key_type": bytes, "value_type": bytes}
    turns = app.topic(TURNS, **raw)

    @app.agent(app.topic(LINES, **raw))
    async def relay(stream: faust.StreamT[bytes]) -> None:
        async for event in stream.events():
            await turns.send(key=event.key, value=event.value)

    sys.argv = ["faust", "--quiet", "--loop", "uvloop", "worker"]
    app.main()


def index(kafka: str, elasticsearch: str) -> None:
    client = Elasticsearch(elasticsearch)
    client.indices.create(index=INDEX)
    consumer = KafkaConsumer(TURNS, bootstrap_servers=kafka, group_id="bare-index", auto_offset_reset="earliest")
    while True:
        began = time.monotonic()
        records = [record for batch in consumer.poll(200).values() for record in batch]
        documents = [{"_index": INDEX, "_source": json.loads(record.value)} for record in records]
        helpers.bulk(client, documents)
        time.sleep(max(0.0, began + BULK_SECONDS - time.monotonic()))


def api(kafka: str, port: int) -> None:
    readers: defaultdict[str, list[asyncio.Queue[bytes]]] = defaultdict(list)

    def deliver(value: bytes) -> None:
        record = json.loads(value)
        for waiting in readers[record["session"]]:
            waiting.put_nowait(f"id: {record['seq']}\ndata: {record['text']}\n\n".encode())

    def follow(loop: asyncio.AbstractEventLoop) -> None:
        consumer = KafkaConsumer(bootstrap_servers=kafka)
        consumer.assign([TopicPartition(TURNS, number) for number in range(PARTITIONS)])
        consumer.seek_to_beginning()
        for record in consumer:
            loop.call_soon_threadsafe(deliver, record.value)

    @asynccontextmanager
    async def following(_app: FastAPI) -> AsyncIterator[None]:
        threading.Thread(target=follow, args=(asyncio.get_running_loop(),), daemon=True).start()
        yield

    app = FastAPI(lifespan=following)

    @app.get("/readyz")
    @app.get("/v1/sessions/{name}")
    async def there() -> None: ...

    @app.get("/v1/sessions/{name}/events")
    async def events(name: str) -> StreamingResponse:
        waiting: asyncio.Queue[bytes] = asyncio.Queue()
        readers[name].append(waiting)

        async def stream() -> AsyncIterator[bytes]:
            while True:
                yield await waiting.get()

        return StreamingResponse(stream(), media_type="text/event-stream")

    serve(app, port)


def serve(app: FastAPI, port: int) -> None:
    uvicorn.run(app, port=port, log_level="warning", access_log=False)
