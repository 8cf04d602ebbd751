"""The last process is known at a start without a broker (captionflow.adapters.composed.remembered_sessions)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captionflow.adapters.composed.remembered_sessions import RememberedSessionStore
from captionflow.adapters.kafka.cluster import Kafka
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.errors import NotFound, Unavailable
from captionflow.messages import Facts, Session
from captionflow.ports import SessionFilter

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)
KAFKA = Kafka(servers="127.0.0.1:9", prefix="nowhere")
"""Nothing listens at the port of the discard service."""


def session(name: str, title: str = "") -> Session:
    return Session(name, 1, NOW, NOW, title=title)


@pytest.fixture
async def table() -> AsyncIterator[SqliteSessionTable]:
    """That of a process which had read a topic."""
    made = await SqliteSessionTable.temporary()
    await made.begin("topic", 1)
    await made.put([(session("hall", "Remembered"), frozenset())], {}, 1)
    yield made
    await made.close()


async def test_before_a_broker_has_answered_it_knows_what_the_last_process_knew_and_changes_nothing(
    table: SqliteSessionTable,
) -> None:
    sessions = RememberedSessionStore(KafkaSessionStore(KAFKA, table), table.remembered)
    assert (await sessions.get("hall")).title == "Remembered"
    for wanted in (
        sessions.get("later"),  # it may have been announced since
        sessions.create(session("new")),
        sessions.list(SessionFilter()),
        sessions.learn("hall", Facts(title="Anew"), at=NOW),
        sessions.replace(session("hall", "Anew"), expected_version=1),
    ):
        with pytest.raises(Unavailable):
            await wanted


async def test_what_the_store_itself_can_say_counts(table: SqliteSessionTable, tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    sessions = RememberedSessionStore(SqliteSessionStore(database), table.remembered)
    with pytest.raises(NotFound):
        await sessions.get("hall")
    await sessions.create(session("hall", "Known"))
    assert (await sessions.get("hall")).title == "Known"
    await database.close()
