"""The organiser's end of a session (services.sessions.end_line)."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.messages import Line, Session
from services.sessions.end_line import end_session

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session(id="opening", version=1, created_at=NOW, updated_at=NOW, languages=("en", "fr"))


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[SqliteLineLog]:
    database = Database.open(tmp_path / "captionflow.db")
    yield SqliteLineLog(database)
    await database.close()


async def lines(log: SqliteLineLog, language: str) -> list[Line]:
    return [line async for record in log.read("opening", language) for line in record.lines]


async def test_each_language_is_ended_by_a_line_of_its_own(log: SqliteLineLog) -> None:
    await end_session(log, SESSION)
    for language in SESSION.languages:
        assert [(line.text, line.ends) for line in await lines(log, language)] == [("", True)]


async def test_a_session_that_was_opened_again_can_be_ended_again(log: SqliteLineLog) -> None:
    for _ in range(3):
        await end_session(log, SESSION)
    assert [(line.number, line.ends) for line in await lines(log, "en")] == [(0, True), (1, True), (2, True)]
