"""``serve ingest``: the line log and the sessions on Kafka, the spool on its own disk."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Final, NamedTuple

from captionflow.adapters.composed.copied import Copied
from captionflow.adapters.composed.copied_keys import CopiedKeyStore
from captionflow.adapters.composed.known_passages import KnownPassages, OffRecordLanguages
from captionflow.adapters.composed.off_record_spool import OffRecordSpool
from captionflow.adapters.composed.remembered_sessions import RememberedSessionStore
from captionflow.adapters.kafka.audit_trail import KafkaAuditTrail
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.key_store import KafkaKeyStore
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.off_record_feed import KafkaOffRecordFeed
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.source_reports import KafkaSourceReports
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.audit import AuditTrail
from captionflow.keys import Key, KeyStore, settings_key
from captionflow.ports import LineLog, OffRecordFeed, SessionStore, SourceReports, Spool
from captionflow.settings import Settings
from captionflow.wiring.shared import Skipped, Watch, close, counts, problem, watch

GATHER_MS: Final = 100
"""How long what others write is gathered, while no line of ours waits for it."""


@dataclass(frozen=True, slots=True)
class IngestPorts:
    """What ``ingest`` needs."""

    line_log: LineLog
    sessions: SessionStore
    source_reports: SourceReports
    keys: KeyStore
    audit: AuditTrail
    off_record: OffRecordFeed
    skipped: Skipped
    ready: Callable[[], Awaitable[object]]
    """Returns when lines can be taken; raises ``Misconfigured`` if they never can."""
    reading: Callable[[], str]
    """Why lines can't be taken yet, as far as is known without asking; empty when Kafka has been read."""
    watch: Watch
    spool: Spool | None = None
    passages: KnownPassages | None = None
    """With a spool: which sessions are off the record, as far as can be known without asking."""
    remembers: bool = False
    """Sessions and keys are known from an earlier process, so posts can be spooled before Kafka has been read."""
    copying: Sequence[Watch] = ()
    """Keep what a later process will remember; to be run as parts."""


@asynccontextmanager
async def open_ingest(settings: Settings, *, spooling: bool = False) -> AsyncIterator[IngestPorts]:
    """Open what ``ingest`` needs, whether or not the servers are there yet.

    With ``spooling``, the spool in the data folder, too, and a copy of keys beside it, unless the settings want none.

    Raises:
        Misconfigured: a setting is missing, or the data folder can't be used.
        InUse: another process has the data folder.
    """
    kafka = kafka_from(settings)
    fixed = settings_key(settings.ingest_token)
    async with AsyncExitStack() as opened:
        spool = await _open_spool(settings, opened) if spooling else None
        copies = None if spool is None else await _load_copies(spool, kafka)
        line_log = KafkaLineLog(
            kafka,
            gather_ms=GATHER_MS,
            on_passage=lambda one: passages.note(one),  # noqa: PLW0108 - it is made of the log
            seals=True,
        )
        passages = KnownPassages(line_log, None if copies is None else copies.passages)
        table = await SqliteSessionTable.open(settings.data_folder, "ingest" if spooling else "tools")
        remembers = await table.remembers()
        sessions = KafkaSessionStore(kafka, table)
        source_reports = KafkaSourceReports(kafka)
        keys = KafkaKeyStore(kafka, fixed, on_change=_ignore if copies is None else copies.keys.note)
        audit = KafkaAuditTrail(kafka)
        off_record = KafkaOffRecordFeed(kafka)
        opened.push_async_callback(close, line_log, sessions, source_reports, keys, audit, off_record)
        for reading in (line_log, sessions, keys, audit):
            reading.start()
        ports = IngestPorts(
            line_log,
            sessions,
            source_reports,
            keys,
            audit,
            off_record,
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
            spool=None if spool is None else OffRecordSpool(spool, passages, secrets.token_bytes(8)),
            passages=None if spool is None else passages,
        )
        if copies is None:
            yield ports
            return
        remembers = remembers and copies.keys.known is not None
        remembered_sessions = RememberedSessionStore(sessions, table.remembered)
        copied_keys = CopiedKeyStore(keys, copies.keys, fixed)
        copying = (
            partial(copied_keys.run, keys.ready),
            partial(passages.run, copies.passages),
        )
        yield replace(ports, sessions=remembered_sessions, keys=copied_keys, remembers=remembers, copying=copying)


class _Copies(NamedTuple):
    keys: Copied[Key]
    passages: Copied[OffRecordLanguages]


async def _load_copies(spool: SqliteSpool, kafka: Kafka) -> _Copies:
    """What an earlier process knew of these topics; of the lines, which sessions were off the record."""
    copies = _Copies(
        Copied(spool.copy_of(kafka.keys), Key),
        Copied(spool.copy_of(kafka.lines), OffRecordLanguages),
    )
    for one in copies:
        await one.load()
    return copies


async def _open_spool(settings: Settings, opened: AsyncExitStack) -> SqliteSpool | None:
    """The spool in the data folder, which is made if it isn't there; None if the settings want none."""
    if not settings.spool_bytes:
        return None
    spool = await SqliteSpool.open(settings.data_folder, settings.spool_bytes)
    opened.push_async_callback(spool.close)
    return spool


def _ignore(_: object) -> None:
    pass
