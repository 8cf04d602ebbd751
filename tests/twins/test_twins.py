"""Every tool in every trouble, on both backends: the transcript is what was typed, or the difference was told."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import msgspec
import pytest
from fastapi import FastAPI

from captionflow.adapters.kafka.line_log import KafkaLineLog
from captionflow.adapters.kafka.session_store import KafkaSessionStore
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.session_table import SqliteSessionTable
from captionflow.messages import Line, Session
from captionflow.ports import LineLog, SessionStore
from services.segment.file_session import segment_lines
from tests.stack.topics import drop_topics, fresh_topics
from tests.twins.ingest import ingest
from tests.twins.tools import TOOLS, Tool
from tests.twins.wire import TROUBLES, Gate, GatedLog, Trouble, Wire

if TYPE_CHECKING:
    from services.ingest.sources import Sources

LINES = (
    ">> CHAIR:  Good morning everybody, and welcome to the third day.",
    "We have a full house today.",
    "Thank you.",
    "Thank you very much for that.",
    "Yes.",
    "The first item is the new pier, which was built in 1912.",
    "It is nine hundred metres long.",
    "Señora Muñoz, the floor is yours.",
    ">> MUÑOZ:  Muchas gracias, señor presidente.",
    "Yes.",
    "We come to the cranes, and they are old.",
    "Are there any questions?",
    "No?",
    "Then we close here, at a quarter past ten.",
)

PATIENCE_SECONDS = 60
"""For a log on a busy machine: that a log which takes too long is told of is promised elsewhere."""

TELL_A_DIFFERENCE = {"cut-body", "erased-too-far", "merged", "overtaken", "restarted", "same-number", "twice"}
NOBODY_CAN_KNOW: dict[Trouble, set[str]] = {
    "dropped": {"Teams, retrying"},
    "502": {"Teams, retrying"},
    "slow": set(TOOLS),  # which request is read first is chance
    "tool restarts": {"Y2"},
    "repeated": {"Teams", "Teams, retrying", "Z5"},
}
"""The tools whose transcript may differ: they have no number, always the same, or none that goes on."""


class Backend(NamedTuple):
    """What two ingests know the world by."""

    logs: tuple[LineLog, LineLog]
    sessions: tuple[SessionStore, SessionStore]


@contextlib.asynccontextmanager
async def embedded(folder: Path, _servers: str) -> AsyncIterator[Backend]:
    database = Database.open(folder / "captionflow.db")
    log, sessions = SqliteLineLog(database), SqliteSessionStore(database)
    try:
        yield Backend((log, log), (sessions, sessions))
    finally:
        await database.close()


@contextlib.asynccontextmanager
async def distributed(_folder: Path, servers: str) -> AsyncIterator[Backend]:
    kafka = await fresh_topics(servers)
    first, second = (KafkaLineLog(kafka, append_seconds=PATIENCE_SECONDS).start() for _ in range(2))
    logs = first, second
    tables = [await SqliteSessionTable.temporary() for _ in range(2)]
    sessions = KafkaSessionStore(kafka, tables[0]).start(), KafkaSessionStore(kafka, tables[1]).start()
    try:
        await asyncio.gather(*(one.ready() for one in (*logs, *sessions)))
        yield Backend(logs, sessions)
    finally:
        await asyncio.gather(*(one.close() for one in (*logs, *sessions)))
        await drop_topics(kafka)


class Outcome(NamedTuple):
    said: str
    typed: str
    shown: list[object]
    """What the segmenter makes of the lines, and"""
    wanted: list[object]
    """of the same text in one piece."""
    told: set[str]

    @property
    def differs(self) -> bool:
        return self.said.split() != self.typed.split()


async def outcome(kind: type[Tool], trouble: Trouble, backend: Backend, session: str) -> Outcome:
    gate = Gate()
    sources: list[Sources] = []

    def fresh(index: int) -> FastAPI:
        app, heard = ingest(GatedLog(backend.logs[index], gate), backend.sessions[index])
        sources.append(heard)
        return app

    now = datetime.now(UTC)
    await backend.sessions[0].create(Session(session, 1, now, now, title="Harbour", languages=("en",)))
    wire = Wire(trouble, fresh, gate)
    half = len(LINES) // 2
    parts = (LINES[:half], LINES[half:]) if trouble == "tool restarts" else (LINES,)
    for lines in parts:
        tool = kind(wire, session)
        await tool.start()
        await tool.type(lines)
    await wire.settle()
    log = [line async for record in backend.logs[0].read(session, "en") for line in record.lines]
    texts: dict[int, str] = {}
    for line in log:
        texts[line.revises or line.seq] = line.text
    said = "".join(texts.values())
    told = {warning.code for one in sources for report in one.reports() for warning in report.warnings}
    return Outcome(
        said,
        "\n".join(kind.typed(lines) for lines in parts),
        _shown(session, log),
        _shown(session, [msgspec.structs.replace(log[0], text=said, seq=1)]),
        told,
    )


def _shown(session: str, lines: Sequence[Line]) -> list[object]:
    parts, _ = segment_lines(session, "en", lines)
    return [
        (part.speaker, " ".join(part.paragraphs).split(), [note.text for note in part.notes])
        for part in parts
        if not part.retracted
    ]


@pytest.mark.parametrize("trouble", TROUBLES)
@pytest.mark.parametrize(
    "backend",
    [pytest.param(embedded, id="embedded"), pytest.param(distributed, id="distributed", marks=pytest.mark.stack)],
)
async def test_what_was_typed_is_said_or_the_difference_is_told(
    backend: Callable[[Path, str], contextlib.AbstractAsyncContextManager[Backend]],
    trouble: Trouble,
    tmp_path: Path,
    request: pytest.FixtureRequest,
) -> None:
    servers = request.getfixturevalue("kafka_broker").address if backend is distributed else ""
    async with backend(tmp_path, servers) as world:
        outcomes = [
            outcome(kind, trouble, world, f"{trouble.replace(' ', '-')}-{place}")
            for place, kind in enumerate(TOOLS.values())
        ]
        found = dict(zip(TOOLS, await asyncio.gather(*outcomes), strict=True))
    different = {name: one for name, one in found.items() if one.differs}
    assert {name: one.said for name, one in different.items() if not one.told & TELL_A_DIFFERENCE} == {}
    assert different.keys() <= NOBODY_CAN_KNOW.get(trouble, set()), different
    assert {name: one.shown for name, one in found.items()} == {name: one.wanted for name, one in found.items()}
