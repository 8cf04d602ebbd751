"""An archive as an import needs it: where the lines of a file go, and what became of them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import NamedTuple

from captionflow.ports import LineLog, SessionStore
from services.cli.import_record import Gave, counted_parts
from services.ingest.cutter import cut, parse_cut
from services.ingest.file_report import FileReport
from services.ingest.importer import OpenTarget
from services.ingest.readers import read
from services.ingest.target import LogTarget
from services.segment.file_session import lines_of, segment_lines


class Archive(NamedTuple):
    """``gave`` waits until the lines of a file that has a session are there."""

    target: OpenTarget
    gave: Callable[[FileReport], Awaitable[Gave]]


def into_log(line_log: LineLog, sessions: SessionStore) -> OpenTarget:
    """Straight into a log that this process has opened."""
    return lambda session, language: LogTarget(line_log, sessions, session, language)


async def forecast(file: FileReport) -> Gave:
    """What those who follow the log will make of a file."""
    return await asyncio.to_thread(_forecast, file)


def _forecast(file: FileReport) -> Gave:
    reading = read(Path(file.path).read_bytes(), Path(file.path).name)
    lines = lines_of(cut(reading.passages, parse_cut("whole")))
    parts, facts = segment_lines(file.session or "", file.language, lines)
    return counted_parts(parts, facts.title or "", facts.date)
