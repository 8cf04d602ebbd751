"""``serve ingest``: the line log and the sessions on Kafka, the spool on its own disk."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from captionflow.adapters.kafka.audit_trail import KafkaAuditTrail
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.key_store import KafkaKeyStore
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.source_reports import KafkaSourceReports
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.audit import AuditTrail
from captionflow.keys import KeyStore, settings_key
from captionflow.ports import LineLog, SessionStore, SourceReports, Spool
from captionflow.settings import Settings
from captionflow.wiring.shared import Skipped, Watch, close, counts, problem, watch

GATHER_MS: Final = 25
"""How long a line waits for its acknowledgement at most when another ingest wrote to its partition just before."""


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """What ``ingest`` needs."""

    line_log: LineLog
    sessions: SessionStore
    source_reports: SourceReports
    keys: KeyStore
    audit: AuditTrail
    skipped: Skipped
    ready: Callable[[], Awaitable[object]]
    """Returns when lines can be taken; raises ``Misconfigured`` if they never can."""
    reading: Callable[[], str]
    """Why nothing can be taken yet, as far as is known without asking; empty when Kafka has been read."""
    watch: Watch


@asynccontextmanager
async def open_ingest(settings: Settings) -> AsyncIterator[IngestPorts]:
    """Open what ``ingest`` needs, whether or not the servers are there yet.

    Raises:
        Misconfigured: a setting is missing.
    """
    kafka = kafka_from(settings)
    async with AsyncExitStack() as opened:
        line_log = KafkaLineLog(kafka, gather_ms=GATHER_MS)
        sessions = KafkaSessionStore(kafka)
        source_reports = KafkaSourceReports(kafka)
        keys = KafkaKeyStore(kafka, settings_key(settings.ingest_token))
        audit = KafkaAuditTrail(kafka)
        opened.push_async_callback(close, line_log, sessions, source_reports, keys, audit)
        for reading in (line_log, sessions, keys, audit):
            reading.start()
        yield IngestPorts(
            line_log,
            sessions,
            source_reports,
            keys,
            audit,
            skipped=lambda: counts(
                {
                    kafka.lines: line_log.skipped,
                    kafka.sessions: sessions.skipped,
                    kafka.keys: keys.skipped,
                    kafka.audit: audit.skipped,
                }
            ),
            ready=lambda: asyncio.gather(*(one.ready() for one in (line_log, sessions, keys))),
            reading=lambda: problem(line_log.check) or problem(sessions.check) or problem(keys.check),
            watch=partial(watch, line_log.check, sessions.check, keys.check, audit.check),
        )


@asynccontextmanager
async def open_spool(settings: Settings) -> AsyncIterator[Spool | None]:
    """The spool in the data folder, which is made if it isn't there; None if the settings want none.

    Raises:
        Misconfigured: the folder can't be used, or another process does.
    """
    if not settings.spool_bytes:
        yield None
        return
    spool = await SqliteSpool.open(settings.data_folder, settings.spool_bytes)
    try:
        yield spool
    finally:
        await spool.close()
