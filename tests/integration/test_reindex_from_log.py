"""The index made anew from a real line log says what was archived while the lines came."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from captionflow.adapters.elastic.index_builder import ElasticIndexBuilder
from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.messages import Draft, Facts
from captionflow.ports import LineLog
from captionflow.transcript import digest, document
from services.index.reindex import Reindexer
from services.segment.log_steps import LogSteps
from services.segment.safe_steps import safe_steps
from services.segment.segmenter import start
from tests.integration.elastic_index import Index, fresh_index
from tests.real_program import run_command
from tests.stack.servers import Server
from tests.stack.topics import drop_topics, fresh_topics
from tests.unit.segment_material import cut

SESSIONS = ("mexico", "rehearsal")


@pytest.fixture
async def index(elasticsearch_node: Server) -> AsyncIterator[Index]:
    async with fresh_index(elasticsearch_node.address) as made:
        yield made


@pytest.fixture
def text(shared: Path) -> str:
    return (shared / "igf" / "igf2015-ws245-mexico.txt").read_text(encoding="utf-8-sig")


async def said(log: LineLog, text: str) -> None:
    drafts = [Draft("desk", number, piece) for number, piece in enumerate(cut(text, "70"))]
    for session in SESSIONS:
        for begin in range(0, len(drafts), 50):
            await log.append(session, "en", drafts[begin : begin + 50])


async def archived(log: LineLog, index: Index) -> None:
    """As it happens live: a step for every line, some steps at a time."""
    for session in SESSIONS:
        state = start(session, "en")
        async for record in log.read(session, "en"):
            steps = []
            for line in record.lines:
                for after, step in safe_steps(state, [line]):
                    state = after
                    steps.append(step)
            await index.store.apply(steps)
    await index.refresh()


async def digests(index: Index) -> list[str]:
    await index.refresh()
    stored = [await index.store.turns(session, "en") for session in SESSIONS]
    assert all(len(turns.parts) > 10 for turns in stored)
    return [digest(document(turns.parts, Facts())) for turns in stored]


async def test_the_new_index_has_the_digests_of_the_old_one(index: Index, text: str, tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    log = SqliteLineLog(database)
    await said(log, text)
    await archived(log, index)
    before = await digests(index)
    rebuilt = await Reindexer(LogSteps(log), ElasticIndexBuilder(index.client, index.names)).run()
    assert (rebuilt.streams, rebuilt.refused) == (2, 0)
    assert await index.indices.check() == rebuilt.new
    assert await digests(index) == before
    await database.close()


async def test_the_command_makes_the_index_anew_from_kafka_and_deletes_the_old_one_when_told(
    index: Index, text: str, kafka_broker: Server, elasticsearch_node: Server
) -> None:
    kafka = await fresh_topics(kafka_broker.address)
    log = await KafkaLineLog(kafka).start().ready()
    await said(log, text)
    await archived(log, index)
    await log.close()
    before = await digests(index)
    settings = {
        "kafka": kafka_broker.address,
        "topics": kafka.prefix,
        "partitions": kafka.partitions,
        "elasticsearch": elasticsearch_node.address,
        "indices": index.names.prefix,
    }
    given = {name.upper(): value for name, value in settings.items()}
    made = await asyncio.to_thread(run_command, "reindex", **given)  # type: ignore[arg-type]
    assert (made.stdout.decode(), made.returncode) == (f"{index.names.index(2)}\n", 0), made.stderr.decode()
    assert await digests(index) == before
    dropped = await asyncio.to_thread(run_command, "reindex", "--drop-old", **given)  # type: ignore[arg-type]
    assert (dropped.stdout.decode(), dropped.returncode) == (f"{index.names.index(1)}\n", 0), dropped.stderr.decode()
    assert await digests(index) == before
    await drop_topics(kafka)
