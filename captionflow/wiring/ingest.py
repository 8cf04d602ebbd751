"""``serve ingest``: the line log and the sessions on Kafka."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Final

from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.source_reports import KafkaSourceReports
from captionflow.ports import LineLog, SessionStore, SourceReports
from captionflow.settings import Settings
from captionflow.wiring.shared import Skipped, Watch, close, counts, passes, watch

GATHER_MS: Final = 25
"""How long a line waits for its acknowledgement at most when another ingest wrote to its partition just before."""


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """What ``ingest`` needs."""

    line_log: LineLog
    sessions: SessionStore
    source_reports: SourceReports
    skipped: Skipped
    ready: Callable[[], Awaitable[object]]
    """Returns when lines can be taken; raises ``Misconfigured`` if they never can."""
    takes_lines: Callable[[], bool]
    """Whether lines can be taken now, as far as is known without asking."""
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
        opened.push_async_callback(close, line_log, sessions, source_reports)
        line_log.start()
        sessions.start()
        yield IngestPorts(
            line_log,
            sessions,
            source_reports,
            skipped=lambda: counts({kafka.lines: line_log.skipped, kafka.sessions: sessions.skipped}),
            ready=lambda: asyncio.gather(line_log.ready(), sessions.ready()),
            takes_lines=lambda: passes(line_log.check) and passes(sessions.check),
            watch=partial(watch, line_log.check, sessions.check),
        )
