"""An archive as an import needs it: where the lines of a file go, and what became of them."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import NamedTuple

from captionflow.messages import Part
from captionflow.ports import LineLog, SessionStore
from captionflow.transcript import turns
from services.ingest.cutter import cut, parse_cut
from services.ingest.importer import FileReport, OpenTarget
from services.ingest.readers import read
from services.ingest.target import LogTarget
from services.segment.file_session import lines_of, segment_lines


class Gave(NamedTuple):
    """What the archive has of a file now."""

    turns: int
    words: int
    """Words that somebody said: without labels, notes and head."""
    speakers: int
    title: str
    date: str | None


NOTHING = Gave(0, 0, 0, "", None)


class Archive(NamedTuple):
    """``gave`` waits until the lines of a file that has a session are there."""

    target: OpenTarget
    gave: Callable[[FileReport], Awaitable[Gave]]


def counted(said: Sequence[tuple[str | None, str]], title: str, date: str | None) -> Gave:
    """``said`` is the speaker and the text of each turn, without the head."""
    return Gave(
        turns=len(said),
        words=sum(len(text.split()) for _, text in said),
        speakers=len({speaker for speaker, _ in said if speaker}),
        title=title,
        date=date,
    )


def counted_parts(parts: Sequence[Part], title: str, date: str | None) -> Gave:
    """The same of the parts of a transcript."""
    return counted([(turn.speaker, turn.text) for turn in turns(parts) if turn.ordinal], title, date)


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
