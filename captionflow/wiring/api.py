"""``serve api``: Kafka for what is live, Elasticsearch for the archive, SQLite for the turns in between."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Final

from captionflow.adapters.composed.lagging_search import LaggingSearch
from captionflow.adapters.composed.live_turn_store import LiveTurnStore, open_scratch
from captionflow.adapters.elastic.from_settings import elasticsearch_from
from captionflow.adapters.elastic.search import ElasticSearch
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.kafka.audit_trail import KafkaAuditTrail
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.group_lag import GroupLag
from captionflow.adapters.kafka.key_store import KafkaKeyStore
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.off_record_feed import KafkaOffRecordFeed
from captionflow.adapters.kafka.open_dead_letters import OpenDeadLetters
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.source_reports import KafkaSourceReports
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.keys import settings_key
from captionflow.messages import Session
from captionflow.settings import Settings
from captionflow.wiring.shared import PARTS_GROUP, Ports, Skipped, Watch, close, counts, watch

GATHER_MS: Final = 500
"""The api only wants to know how many lines there are."""


@dataclass(frozen=True, slots=True)
class ApiPorts:
    """What ``api`` needs."""

    ports: Ports
    ready: Callable[[], Awaitable[object]]
    """Returns when the step feed can be followed."""
    skipped: Skipped
    behind: Callable[[], int | None]
    """Steps that the index has not taken yet."""
    dead_letters: Callable[[], int | None]
    """Records that could not be used, and that nobody has put back."""
    count_dead_letters: Watch
    watch: Watch


@asynccontextmanager
async def open_api(settings: Settings, *, on_session: Callable[[Session], None]) -> AsyncIterator[ApiPorts]:
    """Open what ``api`` needs, whether or not the servers are there yet.

    ``on_session`` is told of each session that changed.

    Raises:
        Misconfigured: a setting is missing, or the data folder can't be used.
    """
    kafka = kafka_from(settings)
    client, names = elasticsearch_from(settings)
    async with AsyncExitStack() as opened:
        scratch = open_scratch(settings.data_folder)
        opened.push_async_callback(scratch.close)
        archive = ElasticTurnStore(client, read=names.read, write=names.write)
        line_log = KafkaLineLog(kafka, gather_ms=GATHER_MS)

        def check() -> None:
            line_log.check()
            feed.check()

        local = SqliteTurnStore(scratch, searchable=False)  # search asks the archive
        turns = LiveTurnStore(local, archive, check=check, lines=line_log.reached)
        table = await SqliteSessionTable.open(settings.data_folder, "api")
        sessions = KafkaSessionStore(kafka, table, on_change=on_session)
        feed = KafkaStepFeed(kafka, keep=turns.keep)
        source_reports = KafkaSourceReports(kafka)
        keys = KafkaKeyStore(kafka, settings_key(settings.ingest_token))
        audit = KafkaAuditTrail(kafka)
        off_record = KafkaOffRecordFeed(kafka)
        on_kafka = (line_log, sessions, feed, source_reports, keys, audit, off_record)
        opened.push_async_callback(close, client, *on_kafka)
        for reading in on_kafka:
            reading.start()
        lag = GroupLag(kafka, PARTS_GROUP, kafka.turns)
        dead_letters = OpenDeadLetters(kafka)
        search = LaggingSearch(ElasticSearch(client, sessions, index=names.read), lambda: lag.records)
        yield ApiPorts(
            ports=Ports(line_log, turns, search, sessions, feed, source_reports, keys, audit, off_record),
            ready=lambda: asyncio.gather(feed.ready(), keys.ready()),
            skipped=lambda: counts(
                {
                    kafka.lines: line_log.skipped,
                    kafka.sessions: sessions.skipped,
                    kafka.turns: feed.skipped,
                    kafka.keys: keys.skipped,
                    kafka.audit: audit.skipped,
                    kafka.off_record: off_record.skipped,
                }
            ),
            behind=lambda: lag.records,
            dead_letters=lambda: dead_letters.count,
            count_dead_letters=dead_letters.run,
            watch=partial(
                watch,
                line_log.check,
                sessions.check,
                feed.check,
                keys.check,
                audit.check,
                beside=(lag.run, partial(turns.keep_pruned, timedelta(hours=settings.turns_retention_hours))),
            ),
        )
