"""Sessions that are captioned and read while something happens, and what became of them."""

import asyncio
import contextlib
import itertools
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Self

import httpx
import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.partitioner.default import murmur2

from captionflow.errors import BadMessage
from captionflow.messages import Draft, Line, LineRecord, Part, StepRecord
from captionflow.records import read_lines
from captionflow.transcript import newest, turns
from services.ingest.pipeline_client import PipelineClient
from services.segment.checkpoint import Checkpoint, valid_records
from services.segment.file_session import EPOCH, segment_lines
from services.segment.segmenter import start
from tests.chaos.outcome import Outcome, advancing, left_out, logged
from tests.distributed.installation import PARTITIONS, Installation, digest_of, served
from tests.distributed.reader import Reader
from tests.waiting import await_true

SENDER = "desk"
PAUSE_SECONDS = 0.06
"""Between two lines of one session: some ten times as fast as people talk."""
WAIT_SECONDS = 120


def covering(name: str, each: int = 1) -> list[str]:
    """Names of sessions, so many for each partition."""
    found: dict[int, list[str]] = defaultdict(list)
    for number in itertools.count():
        if len(found) == PARTITIONS and all(len(names) == each for names in found.values()):
            return sorted(itertools.chain(*found.values()))
        session = f"{name}-{number}"
        names = found[(murmur2(session.encode()) & 0x7FFFFFFF) % PARTITIONS]
        if len(names) < each:
            names.append(session)
    raise AssertionError


@dataclass
class Said:
    """What was acknowledged of one session: (number, text), in order; the last one ends it."""

    session: str
    sent: list[tuple[int, str]] = field(default_factory=list)

    @property
    def digest(self) -> str:
        """Of the turns that the segmenter alone makes of it."""
        lines = [line(number, text, ends=number == len(self.sent) - 1) for number, text in self.sent]
        parts, _ = segment_lines(self.session, "en", lines)
        return digest_of(tuple(turn for turn in turns(parts) if turn.ordinal))


def line(number: int, text: str, *, ends: bool = False) -> Line:
    return Line(sender=SENDER, number=number, text=text, ends=ends, seq=number + 1, received_at=EPOCH)


def row(number: int, text: str, *, ends: bool = False) -> dict[str, Any]:
    """As the door takes it."""
    return {"number": number, "text": text, "eol": False, "ends": ends}


class Watching(Reader):
    """A reader who notes when something new came."""

    def __init__(self, urls: Sequence[str], session: str) -> None:
        self.moments: list[float] = []
        super().__init__(urls, session)

    def _take(self, name: str, number: str | None, data: Any) -> None:
        super()._take(name, number, data)
        if number is not None:
            self.moments.append(time.monotonic())

    @property
    def reached(self) -> int:
        return self.ids[-1] if self.ids else 0

    def has(self, seq: int) -> bool:
        return self.reached >= seq

    @property
    def standstill(self) -> float:
        return max((later - earlier for earlier, later in itertools.pairwise(self.moments)), default=0.0)


class Live:
    """A session for each partition, each with a captioner who types and a reader, until ``outcome`` is asked for."""

    def __init__(self, installation: Installation, name: str, pieces: Sequence[str]) -> None:
        self._installation = installation
        self._pieces = pieces
        self._stopping = threading.Event()
        self._begin = ends(installation, "lines"), ends(installation, "turns")
        self.said = [Said(session) for session in covering(name)]
        self.readers = [Watching([installation.api.url], one.session) for one in self.said]
        self._loop = asyncio.new_event_loop()
        self._sending = self._loop.create_task(self._send_all())
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        for one in self.said:
            self._installation.ingest.announce(one.session)
        self._thread.start()
        try:
            for reader in self.readers:
                reader.__enter__()
            self.wait_for_lines(3)
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._thread.is_alive():  # a test failed, and who is asked to take the lines may not be there
            self._loop.call_soon_threadsafe(self._sending.cancel)
        self._thread.join()
        for reader in self.readers:
            reader.__exit__()

    def wait_for_lines(self, count: int) -> None:
        """Return when every reader has seen so many more lines."""
        goals = [reader.reached + count for reader in self.readers]
        await_true(
            lambda: all(reader.reached >= goal for reader, goal in zip(self.readers, goals, strict=True)),
            f"the readers are at {[reader.reached for reader in self.readers]} and not at {goals}",
            WAIT_SECONDS,
        )

    def outcome(self, *also: Said) -> Outcome:
        """End the sessions, and count; ``also`` are sessions that were written in another way and have no reader."""
        self._stopping.set()
        self._thread.join(WAIT_SECONDS)
        differing = 0
        for one, reader in zip(self.said, self.readers, strict=True):
            await_true(partial(reader.has, len(one.sent)), f"the reader of {one.session} has not all", WAIT_SECONDS)
            differing += digest_of(reader.turns()) != one.digest or reader.ids != sorted(reader.ids)
        lost, repeated, wrong, disordered = counted(self._installation, (*self.said, *also), self._begin)
        standstill = max(reader.standstill for reader in self.readers)
        return Outcome(lost, repeated, wrong, disordered, differing, round(standstill, 1))

    def _run(self) -> None:
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._sending)
        self._loop.close()

    async def _send_all(self) -> None:
        async with httpx.AsyncClient(base_url=self._installation.ingest.url, timeout=10) as client:
            await asyncio.gather(*(self._send(client, one) for one in self.said))

    async def _send(self, client: httpx.AsyncClient, one: Said) -> None:
        target = PipelineClient(client, one.session)
        for number, piece in enumerate(itertools.cycle(self._pieces)):
            ending = self._stopping.is_set()
            await target.send([Draft(SENDER, number, "" if ending else piece, ends=ending)])
            one.sent.append((number, "" if ending else piece))
            if ending:
                return
            await asyncio.sleep(PAUSE_SECONDS)


def counted(
    installation: Installation, said: Sequence[Said], begin: tuple[dict[int, int], dict[int, int]]
) -> tuple[int, int, int, int]:
    """(lost, repeated, wrong, disordered) of all of them, in the log, the steps, the archive and the api."""
    logs: dict[str, list[tuple[int, LineRecord]]] = defaultdict(list)
    for offset, record in lines_from(installation, begin[0]):
        logs[record.session].append((offset, record))
    steps: dict[str, list[StepRecord]] = defaultdict(list)
    for message in raw(installation, "turns", begin[1]):
        step = msgspec.json.decode(message.value, type=StepRecord)
        steps[step.session].append(step)
    total = [0, 0, 0, 0]
    for one in said:
        seq = len(one.sent)
        await_true(partial(is_archived, installation, one), f"{one.session} is not in the archive", 2 * WAIT_SECONDS)
        installation.wait_until_archived(one.session, seq)
        records = valid_records(Checkpoint(start(one.session, "en")), logs[one.session])
        found = logged(one.sent, [each for _, record in records for each in record.lines])
        total = [before + now for before, now in zip(total, found, strict=True)]
        counting = advancing(steps[one.session])
        total[0] += left_out(counting, seq)
        stepped = digest_of(tuple(turn for turn in turns(newest(counting)) if turn.ordinal))
        digests = (stepped, served(installation.api, one.session, seq), archived(installation, one.session))
        total[2] += sum(digest != one.digest for digest in digests)
    return total[0], total[1], total[2], total[3]


def backlog(installation: Installation, sessions: Sequence[str], lines: int, pieces: Sequence[str]) -> list[Said]:
    """Write so many lines of each session, a record each and in turn, past the door; as fast as it goes."""
    said = [Said(session) for session in sessions]
    producer = KafkaProducer(bootstrap_servers=str(installation.settings["KAFKA"]), linger_ms=5)
    for number in range(lines):
        for one in said:
            text = "" if number == lines - 1 else pieces[number % len(pieces)]
            record = LineRecord(one.session, "en", (line(number, text, ends=number == lines - 1),))
            producer.send(f"{installation.name}.lines", key=one.session.encode(), value=msgspec.json.encode(record))
            one.sent.append((number, text))
    producer.flush()
    producer.close()
    return said


def is_archived(installation: Installation, one: Said) -> bool:
    """Whether Elasticsearch answers, and has all of it."""
    try:
        return installation._archived(one.session) >= len(one.sent)
    except httpx.HTTPError:
        return False


def archived(installation: Installation, session: str) -> str:
    """The digest of what Elasticsearch alone has."""
    query = {"query": {"term": {"session": session}}, "size": 10_000, "_source": ["part"]}
    answer = httpx.post(f"{installation.elasticsearch}/{installation.name}-turns/_search", json=query, timeout=30)
    hits = answer.raise_for_status().json()["hits"]["hits"]
    parts = [msgspec.convert(hit["_source"]["part"], Part) for hit in hits if "part" in hit["_source"]]
    return digest_of(tuple(turn for turn in turns(parts) if turn.ordinal))


def ends(installation: Installation, topic: str) -> dict[int, int]:
    """Where each partition of a topic ends."""
    consumer = KafkaConsumer(bootstrap_servers=str(installation.settings["KAFKA"]), group_id=None)
    try:
        name = f"{installation.name}.{topic}"
        places = [TopicPartition(name, partition) for partition in consumer.partitions_for_topic(name)]
        return {place.partition: offset for place, offset in consumer.end_offsets(places).items()}
    finally:
        consumer.close()


def raw(installation: Installation, topic: str, begin: dict[int, int]) -> Iterator[Any]:
    """The records of a topic from these offsets to its end."""
    end = ends(installation, topic)
    consumer = KafkaConsumer(bootstrap_servers=str(installation.settings["KAFKA"]), group_id=None)
    try:
        places = [TopicPartition(f"{installation.name}.{topic}", partition) for partition in end]
        consumer.assign(places)
        for place in places:
            consumer.seek(place, begin.get(place.partition, 0))
        while any(consumer.position(place) < end[place.partition] for place in places):
            for records in consumer.poll(500).values():
                yield from records
    finally:
        consumer.close()


def lines_from(installation: Installation, begin: dict[int, int]) -> Iterator[tuple[int, LineRecord]]:
    """The records of lines, with their offsets; those that are none are left out."""
    for record in raw(installation, "lines", begin):
        with contextlib.suppress(BadMessage):
            yield record.offset, read_lines(record.key, record.value)
