"""The one place that chooses adapters: from the settings to the ports that the services get."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from captionflow.errors import CaptionflowError, Unavailable
from captionflow.messages import Session
from captionflow.ports import (
    DeadLetterBox,
    DeadLetters,
    Demos,
    IndexBuilder,
    LineLog,
    Search,
    SessionStore,
    StepFeed,
    StepQueue,
    TurnStore,
)
from captionflow.settings import Settings

if TYPE_CHECKING:
    from captionflow.adapters.elastic.client import Client
    from captionflow.adapters.elastic.schema import Names
    from captionflow.adapters.kafka.cluster import Kafka

WATCH_SECONDS = CLOSE_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Adapters:
    """Everything that the services need from the outside."""

    line_log: LineLog
    turn_store: TurnStore
    search: Search
    sessions: SessionStore
    step_feed: StepFeed


@dataclass(frozen=True, slots=True)
class EmbeddedAdapters(Adapters):
    """What one process that is everything has besides: a demo that begins again, and its old sessions."""

    demos: Demos
    index_queues: Callable[[], tuple[StepQueue, StepQueue]]
    """Makes the index's two queues of the steps from now on: facts, and parts of steps whose facts are done."""


@asynccontextmanager
async def open_adapters(settings: Settings) -> AsyncIterator[EmbeddedAdapters]:
    """Open what the settings ask for, and close it at the end, whatever happens in between.

    Raises:
        Misconfigured: the data folder can't be used, or another process uses it.
    """
    # Imported here, so that a process loads only the technology that it was told to use.
    from captionflow.adapters.memory.step_feed import MemoryStepFeed  # noqa: PLC0415  see above
    from captionflow.adapters.memory.step_queue import index_queues  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.database import Database  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.demos import SqliteDemos  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.line_log import SqliteLineLog  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.search import SqliteSearch  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.session_store import SqliteSessionStore  # noqa: PLC0415  see above
    from captionflow.adapters.sqlite.turn_store import SqliteTurnStore  # noqa: PLC0415  see above

    database = Database.open(settings.data_folder / "captionflow.db")
    try:
        yield EmbeddedAdapters(
            line_log=SqliteLineLog(database),
            turn_store=SqliteTurnStore(database),
            search=SqliteSearch(database),
            sessions=SqliteSessionStore(database),
            step_feed=(step_feed := MemoryStepFeed()),
            demos=SqliteDemos(database),
            index_queues=partial(index_queues, step_feed),
        )
    finally:
        await database.close()


Watch = Callable[[], Coroutine[Any, Any, None]]
"""To be run as a part of the process: it ends only with an error, when what it watches can't be used any more."""
Skipped = Callable[[], Mapping[tuple[str, ...], int]]
"""How many records count for nothing: by topic and why."""

PARTS_GROUP = "index"
FACTS_GROUP = "facts"
SEGMENT_GROUP = "segment"
PARTS_LINGER_MS = 200
"""How long the index gathers steps for one bulk."""
FACTS_LINGER_MS = 200
"""How long a session that begins or ends may wait until it is said so; each gathering is read and committed as one."""
INGEST_GATHER_MS = 25
"""How long a line waits for its acknowledgement at most when another ingest wrote to its partition just before."""
API_GATHER_MS = 100
"""The api only wants to know how many lines there are."""


@dataclass(frozen=True, slots=True)
class Door:
    """What ``ingest`` needs."""

    line_log: LineLog
    sessions: SessionStore
    skipped: Skipped
    ready: Callable[[], Awaitable[object]]
    """Returns when lines can be taken; raises ``Misconfigured`` if they never can."""
    takes_lines: Callable[[], bool]
    """Whether lines can be taken now, as far as is known without asking."""
    watch: Watch


@dataclass(frozen=True, slots=True)
class Workshop:
    """What ``segment`` needs."""

    brokers: str
    security: Mapping[str, Any]
    topics: str
    partitions: int
    group: str
    read_log: Callable[[int, int, int], Awaitable[list[tuple[int, bytes | None, bytes | None]]]]
    ready: Callable[[], Awaitable[None]]
    """Returns when the topics are there; raises ``Misconfigured`` if they aren't as they must be."""
    lag: Callable[[], int | None]
    waiting: Callable[[], str]
    """Why Kafka can't be used now; empty otherwise."""
    watch: Watch


@dataclass(frozen=True, slots=True)
class Archive:
    """What ``index`` needs."""

    parts: StepQueue
    facts: StepQueue
    turn_store: TurnStore
    sessions: SessionStore
    dead_letters: DeadLetters
    prepare: Callable[[], Awaitable[object]]
    """Makes the index if there is none; raises ``Misconfigured`` if it isn't as it must be."""
    set_aside: Callable[[], Mapping[tuple[str, ...], int]]
    """How many dead letters there were."""
    lag: Callable[[], int | None]
    waiting: Callable[[], str]
    """Why Kafka can't be used now; empty otherwise."""
    watch: Watch


@dataclass(frozen=True, slots=True)
class Live:
    """What ``api`` needs."""

    adapters: Adapters
    ready: Callable[[], Awaitable[object]]
    """Returns when the step feed can be followed."""
    skipped: Skipped
    behind: Callable[[], int | None]
    """Steps that the index has not taken yet."""
    watch: Watch


@asynccontextmanager
async def open_ingest(settings: Settings) -> AsyncIterator[Door]:
    """Open what ``ingest`` needs, whether or not the servers are there yet.

    Raises:
        Misconfigured: a setting is missing.
    """
    from captionflow.adapters.kafka.line_log import KafkaLineLog  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.session_store import KafkaSessionStore  # noqa: PLC0415  as above

    kafka = _kafka(settings)
    async with AsyncExitStack() as opened:
        line_log = KafkaLineLog(kafka, gather_ms=INGEST_GATHER_MS)
        sessions = KafkaSessionStore(kafka)
        opened.push_async_callback(_close, line_log, sessions)
        yield Door(
            line_log,
            sessions,
            skipped=lambda: _counts({kafka.lines: line_log.skipped, kafka.sessions: sessions.skipped}),
            ready=lambda: asyncio.gather(line_log.ready(), sessions.ready()),
            takes_lines=lambda: _passes(line_log.check) and _passes(sessions.check),
            watch=partial(_watch, line_log.check, sessions.check),
        )


@asynccontextmanager
async def open_segment(settings: Settings) -> AsyncIterator[Workshop]:
    """Open what ``segment`` needs; see ``open_ingest``."""
    from captionflow.adapters.kafka.cluster import wait_for_topics  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.group_lag import GroupLag  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.line_ranges import LineStretches  # noqa: PLC0415  as above

    kafka = _kafka(settings)
    async with AsyncExitStack() as opened:
        stretches = LineStretches(kafka)
        opened.push_async_callback(_close, stretches)
        lag = GroupLag(kafka, SEGMENT_GROUP, kafka.lines)
        yield Workshop(
            brokers=kafka.servers,
            security=kafka.security,
            topics=kafka.prefix,
            partitions=kafka.partitions,
            group=f"{kafka.prefix}-{SEGMENT_GROUP}",
            read_log=stretches.read,
            ready=partial(wait_for_topics, kafka, (kafka.lines, kafka.turns, kafka.dead_letters)),
            lag=lambda: lag.records,
            waiting=lambda: lag.waiting,
            watch=lag.run,
        )


@asynccontextmanager
async def open_index(settings: Settings) -> AsyncIterator[Archive]:
    """Open what ``index`` needs; see ``open_ingest``."""
    from captionflow.adapters.elastic.indices import ElasticIndices  # noqa: PLC0415  as above
    from captionflow.adapters.elastic.turn_store import ElasticTurnStore  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.dead_letters import KafkaDeadLetters  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.group_lag import GroupLag  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.session_store import KafkaSessionStore  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.step_group import StepGroup  # noqa: PLC0415  as above

    kafka = _kafka(settings)
    client, names = _elasticsearch(settings)
    async with AsyncExitStack() as opened:
        dead_letters = KafkaDeadLetters(kafka)
        sessions = KafkaSessionStore(kafka)
        parts = StepGroup(kafka, PARTS_GROUP, linger_ms=PARTS_LINGER_MS, dead_letters=dead_letters)
        facts = StepGroup(kafka, FACTS_GROUP, linger_ms=FACTS_LINGER_MS)
        opened.push_async_callback(_close, client, dead_letters, sessions, parts, facts)
        lag = GroupLag(kafka, PARTS_GROUP, kafka.turns)
        yield Archive(
            parts=parts,
            facts=facts,
            turn_store=ElasticTurnStore(client, read=names.read, write=names.write),
            sessions=sessions,
            dead_letters=dead_letters,
            prepare=ElasticIndices(client, names).prepare,
            set_aside=lambda: {(): dead_letters.written},
            lag=lambda: lag.records,
            waiting=lambda: lag.waiting,
            watch=partial(_watch, sessions.check, lag=lag.run),
        )


@asynccontextmanager
async def open_api(settings: Settings, *, on_session: Callable[[Session], None]) -> AsyncIterator[Live]:
    """Open what ``api`` needs; see ``open_ingest``. ``on_session`` is told of each session that changed.

    Raises:
        Misconfigured: likewise, or the data folder can't be used.
    """
    from captionflow.adapters.composed.lagging_search import LaggingSearch  # noqa: PLC0415  as above
    from captionflow.adapters.composed.live_turn_store import LiveTurnStore, open_scratch  # noqa: PLC0415  as above
    from captionflow.adapters.elastic.search import ElasticSearch  # noqa: PLC0415  as above
    from captionflow.adapters.elastic.turn_store import ElasticTurnStore  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.group_lag import GroupLag  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.line_log import KafkaLineLog  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.session_store import KafkaSessionStore  # noqa: PLC0415  as above
    from captionflow.adapters.kafka.step_feed import KafkaStepFeed  # noqa: PLC0415  as above
    from captionflow.adapters.sqlite.turn_store import SqliteTurnStore  # noqa: PLC0415  as above

    kafka = _kafka(settings)
    client, names = _elasticsearch(settings)
    async with AsyncExitStack() as opened:
        scratch = open_scratch(settings.data_folder)
        opened.push_async_callback(scratch.close)
        archive = ElasticTurnStore(client, read=names.read, write=names.write)
        line_log = KafkaLineLog(kafka, gather_ms=API_GATHER_MS)

        def check() -> None:
            line_log.check()
            feed.check()

        local = SqliteTurnStore(scratch, searchable=False)  # search asks the archive
        turns = LiveTurnStore(local, archive, check=check, lines=line_log.reached)
        sessions = KafkaSessionStore(kafka, on_change=on_session)
        feed = KafkaStepFeed(kafka, keep=turns.keep)
        opened.push_async_callback(_close, client, line_log, sessions, feed)
        lag = GroupLag(kafka, PARTS_GROUP, kafka.turns)
        search = LaggingSearch(ElasticSearch(client, sessions, index=names.read), lambda: lag.records)
        yield Live(
            adapters=Adapters(line_log, turns, search, sessions, feed),
            ready=feed.ready,
            skipped=lambda: _counts(
                {kafka.lines: line_log.skipped, kafka.sessions: sessions.skipped, kafka.turns: feed.skipped}
            ),
            behind=lambda: lag.records,
            watch=partial(_watch, line_log.check, sessions.check, feed.check, lag=lag.run),
        )


@asynccontextmanager
async def open_index_builder(settings: Settings) -> AsyncIterator[IndexBuilder]:
    """Open what making indices needs; see ``open_ingest``."""
    from captionflow.adapters.elastic.index_builder import ElasticIndexBuilder  # noqa: PLC0415  as above

    client, names = _elasticsearch(settings)
    try:
        yield ElasticIndexBuilder(client, names)
    finally:
        await client.close()


@asynccontextmanager
async def open_line_log(settings: Settings) -> AsyncIterator[LineLog]:
    """Open the line log, read to its end; see ``open_ingest``."""
    from captionflow.adapters.kafka.line_log import KafkaLineLog  # noqa: PLC0415  as above

    line_log = KafkaLineLog(_kafka(settings))
    try:
        yield await line_log.ready()
    finally:
        await line_log.close()


@asynccontextmanager
async def open_turn_archive(settings: Settings) -> AsyncIterator[TurnStore]:
    """Open the turns in the search index, to be read; see ``open_ingest``."""
    from captionflow.adapters.elastic.turn_store import ElasticTurnStore  # noqa: PLC0415  as above

    client, names = _elasticsearch(settings)
    try:
        yield ElasticTurnStore(client, read=names.read, write=names.write)
    finally:
        await client.close()


@asynccontextmanager
async def open_dead_letters(settings: Settings) -> AsyncIterator[DeadLetterBox]:
    """Open the dead letters, to be looked at; see ``open_ingest``."""
    from captionflow.adapters.kafka.dead_letters import KafkaDeadLetterBox  # noqa: PLC0415  as above

    box = KafkaDeadLetterBox(_kafka(settings))
    try:
        yield box
    finally:
        await box.close()


async def create_topics(settings: Settings, *, replication: int) -> tuple[str, ...]:
    """Make the topics that are missing; their names. See ``kafka_topics.create_topics``."""
    from captionflow.adapters.kafka import topics as kafka_topics  # noqa: PLC0415  as above

    return await kafka_topics.create_topics(
        _kafka(settings), replication=replication, turns_hours=settings.turns_retention_hours
    )


async def _watch(*checks: Callable[[], None], lag: Watch | None = None) -> None:
    """End with the error of the first check that no waiting mends."""
    async with asyncio.TaskGroup() as tasks:
        if lag is not None:
            tasks.create_task(lag())
        while True:
            for check in checks:
                with suppress(Unavailable):
                    check()
            await asyncio.sleep(WATCH_SECONDS)


class _Closing(Protocol):
    def close(self) -> Awaitable[None]: ...


async def _close(*parts: _Closing) -> None:
    """Close them together; one that waits for a server which does not answer is left alone after a while."""
    with suppress(TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS):
            await asyncio.gather(*(part.close() for part in parts), return_exceptions=True)


def _passes(check: Callable[[], None]) -> bool:
    try:
        check()
    except CaptionflowError:
        return False
    return True


def _counts(by_topic: Mapping[str, Mapping[str, int]]) -> dict[tuple[str, ...], int]:
    return {(topic, why): count for topic, counted in by_topic.items() for why, count in counted.items()}


def _kafka(settings: Settings) -> "Kafka":
    from captionflow.adapters.kafka.from_settings import kafka_from  # noqa: PLC0415  as above

    return kafka_from(settings)


def _elasticsearch(settings: Settings) -> "tuple[Client, Names]":
    from captionflow.adapters.elastic.from_settings import elasticsearch_from  # noqa: PLC0415  as above

    return elasticsearch_from(settings)
