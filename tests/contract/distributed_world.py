"""The distributed adapters as a world, on the servers of tests/stack."""

import asyncio
import uuid
from dataclasses import replace
from pathlib import Path
from typing import Self

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.elastic.search import ElasticSearch
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.adapters.kafka.audit_trail import KafkaAuditTrail
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.key_store import KafkaKeyStore
from captionflow.adapters.kafka.line_block import BlockSize
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.name_changes import MAX_SESSIONS, KafkaNameChanges
from captionflow.adapters.kafka.off_record_feed import KafkaOffRecordFeed
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.kafka.source_reports import KafkaSourceReports
from captionflow.adapters.kafka.step_feed import KafkaStepFeed
from captionflow.adapters.kafka.step_group import StepGroup
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.audit import AuditTrail
from captionflow.keys import KeyStore
from captionflow.ports import LineLog, OffRecordFeed, Search, SessionStore, SourceReports, StepFeed, StepQueue
from captionflow.turns import TurnStore
from services.index.names_indexer import NamesIndexer
from tests.stack.topics import drop_topics, fresh_topics

NOWHERE = "127.0.0.1:9"
"""Nothing listens at the port of the discard service."""
NAMES = Names(f"test-{uuid.uuid4().hex}")
"""One world after the other has them: a new index, and the templates that were there."""
_closed: list["DistributedWorld"] = []


class DistributedWorld:
    line_log: LineLog
    turn_store: TurnStore
    search: Search
    sessions: SessionStore
    step_feed: StepFeed
    source_reports: SourceReports
    keys: KeyStore
    audit: AuditTrail
    off_record: OffRecordFeed

    def __init__(self, kafka: Kafka, elasticsearch: str, folder: Path) -> None:
        self._kafka = kafka
        self._elasticsearch = elasticsearch
        self._folder = folder
        self._groups: list[StepGroup] = []
        self._followed_until = 0

    @classmethod
    async def open(cls, folder: Path, elasticsearch: str, kafka: str) -> Self:
        world = cls(await fresh_topics(kafka), elasticsearch, folder)
        await world._open(world._kafka, elasticsearch)
        await asyncio.gather(world._ready(), world._indices.prepare())
        return world

    async def _open(self, kafka: Kafka, elasticsearch: str) -> None:
        self._client = connect([elasticsearch])
        self._indices = ElasticIndices(self._client, NAMES)
        self._table = await SqliteSessionTable.open(self._folder, "world")
        self._changes = KafkaNameChanges(kafka, self._table.renamed)
        sessions = KafkaSessionStore(kafka, self._table, on_names=self._changes.note).start()
        self._on_kafka = (
            KafkaLineLog(kafka, seals=True, size=BlockSize(records=3)).start(),
            sessions,
            KafkaStepFeed(kafka).start(),
            KafkaSourceReports(kafka).start(),
            KafkaKeyStore(kafka).start(),
            KafkaAuditTrail(kafka, in_memory=3).start(),
            KafkaOffRecordFeed(kafka).start(),
        )
        (
            self.line_log,
            self.sessions,
            self.step_feed,
            self.source_reports,
            self.keys,
            self.audit,
            self.off_record,
        ) = self._on_kafka
        store = ElasticTurnStore(self._client, read=NAMES.read, write=NAMES.write, names=sessions)
        self._names_indexer = NamesIndexer(self._changes, store.rename, prepare=self._indices.prepare)
        self.turn_store = store
        self._speaker_names = sessions
        self.search = ElasticSearch(self._client, self.sessions, index=NAMES.read)

    def step_queue(self) -> StepQueue:
        self._groups.append(StepGroup(self._kafka, "index", linger_ms=50))
        return self._groups[-1]

    async def settle(self) -> None:
        await self._speaker_names.names(())
        if renamed := await self._table.renamed(self._followed_until, MAX_SESSIONS):
            self._followed_until = renamed[-1][1] + 1
            await self._names_indexer.follow()
        await self._client.indices.refresh(index=NAMES.read)

    async def reopen(self) -> None:
        await self._close()
        await self._open(self._kafka, self._elasticsearch)
        await self._ready()

    async def cut_off(self) -> None:
        await self._close()
        await self._open(replace(self._kafka, servers=NOWHERE), f"http://{NOWHERE}")

    async def _ready(self) -> None:
        await asyncio.gather(*(part.ready() for part in self._on_kafka))

    async def _close(self) -> None:
        parts = self._client, self._changes, *self._on_kafka, *self._groups
        await asyncio.gather(*(part.close() for part in parts))

    async def close(self) -> None:
        """Topics and templates stay until ``clean_up``."""
        await self._close()
        async with connect([self._elasticsearch]) as client:
            await client.indices.delete(index=NAMES.index(1))
        _closed.append(self)


async def clean_up() -> None:
    """Take away what worlds that were closed have left: all at once, which takes as long as one of them."""
    if _closed:
        await drop_topics(*(world._kafka for world in _closed))
        async with connect([_closed[0]._elasticsearch]) as client:
            await client.indices.delete_index_template(name=NAMES.template)
            await client.cluster.delete_component_template(name=f"{NAMES.template}-*")
        _closed.clear()
