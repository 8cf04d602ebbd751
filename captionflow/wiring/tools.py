"""Commands that look at the servers beside the services: topics, keys, rebuilding and comparing the index.

Each raises ``Misconfigured`` if a setting is missing. None waits for a server that is away, as a service does: whoever
typed the command is told.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeVar

from captionflow.adapters.elastic.from_settings import elasticsearch_from
from captionflow.adapters.elastic.index_builder import ElasticIndexBuilder
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.kafka import topics
from captionflow.adapters.kafka.audit_trail import KafkaAuditTrail
from captionflow.adapters.kafka.cluster import Kafka, check_topics
from captionflow.adapters.kafka.from_settings import kafka_from
from captionflow.adapters.kafka.journal_adapter import JournalAdapter
from captionflow.adapters.kafka.key_store import KafkaKeyStore
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.audit import AuditTrail
from captionflow.index_building import IndexBuilder
from captionflow.keys import KeyStore, settings_key
from captionflow.ports import LineLog, SpeakerNames
from captionflow.settings import Settings
from captionflow.turns import TurnStore

_Adapter = TypeVar("_Adapter", bound=JournalAdapter)


@asynccontextmanager
async def _read(kafka: Kafka, adapter: _Adapter, topic: str) -> AsyncIterator[_Adapter]:
    """An adapter on a topic, which has been read to its end."""
    try:
        await check_topics(kafka, [topic])
        yield await adapter.start().ready()
    finally:
        await adapter.close()


@asynccontextmanager
async def open_index_builder(settings: Settings, speakers: SpeakerNames | None = None) -> AsyncIterator[IndexBuilder]:
    """Open what making indices needs; ``speakers`` is for filling them."""
    client, names = elasticsearch_from(settings)
    try:
        yield ElasticIndexBuilder(client, names, speakers)
    finally:
        await client.close()


@asynccontextmanager
async def open_speaker_names(settings: Settings) -> AsyncIterator[SpeakerNames]:
    """Open the names of speakers, read to their end.

    Raises:
        Unavailable: no broker answers.
    """
    kafka = kafka_from(settings)
    table = await SqliteSessionTable.open(settings.data_folder, "tools")
    async with _read(kafka, KafkaSessionStore(kafka, table), kafka.sessions) as sessions:
        yield sessions


@asynccontextmanager
async def open_line_log(settings: Settings) -> AsyncIterator[LineLog]:
    """Open the line log, read to its end.

    Raises:
        Unavailable: no broker answers.
    """
    kafka = kafka_from(settings)
    async with _read(kafka, KafkaLineLog(kafka), kafka.lines) as line_log:
        yield line_log


@asynccontextmanager
async def open_turn_archive(settings: Settings) -> AsyncIterator[TurnStore]:
    """Open the turns in the search index, to be read."""
    client, names = elasticsearch_from(settings)
    try:
        yield ElasticTurnStore(client, read=names.read, write=names.write)
    finally:
        await client.close()


@asynccontextmanager
async def open_keys(settings: Settings) -> AsyncIterator[tuple[KeyStore, AuditTrail]]:
    """Open the keys on Kafka and the audit trail, read to their ends.

    Raises:
        Unavailable: no broker answers.
    """
    kafka = kafka_from(settings)
    await check_topics(kafka, [kafka.keys, kafka.audit])
    keys, audit = KafkaKeyStore(kafka, settings_key(settings.ingest_token)), KafkaAuditTrail(kafka)
    try:
        yield await asyncio.gather(keys.start().ready(), audit.start().ready())
    finally:
        await asyncio.gather(keys.close(), audit.close())


async def create_topics(settings: Settings, *, replication: int) -> tuple[str, ...]:
    """Make the topics that are missing; their names. See ``topics.create_topics``."""
    return await topics.create_topics(
        kafka_from(settings), replication=replication, turns_hours=settings.turns_retention_hours
    )
