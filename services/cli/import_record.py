"""What became of a file, and what ``captionflow import --json`` says of it. Pure."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import msgspec

from captionflow.messages import Part
from captionflow.transcript import turns
from services.ingest.file_report import FileReport
from services.ingest.left_open import told
from services.ingest.readers import Guess, Kind


class Gave(NamedTuple):
    """What the archive has of a file now."""

    turns: int
    words: int
    """Words that somebody said: without labels, notes and head."""
    speakers: int
    title: str
    date: str | None


NOTHING = Gave(0, 0, 0, "", None)


class ImportRecord(msgspec.Struct, frozen=True):
    """One file. Fields stay; new ones may come."""

    file: str
    """As it was given, or found in a folder."""
    outcome: Literal["imported", "unchanged", "empty", "skipped", "failed"]
    error: str | None
    """Why it failed."""
    session: str | None
    """Its id; null where nothing was imported."""
    kind: Kind | None
    encoding: str
    language: str
    """Of the lines, a BCP 47 tag."""
    lines: int
    """That the session has of this file."""
    new: int
    """Of these, those that this import added."""
    turns: int
    words: int
    """That somebody said."""
    speakers: int
    """Different labels."""
    title: str
    date: str | None
    guessed: tuple[Guess, ...]
    oddities: tuple[str, ...]
    """What was left out, guessed or left open, in sentences."""
    v: int = 1


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


def record_of(file: FileReport, gave: Gave) -> ImportRecord:
    """The record of a file and of what the archive has of it."""
    guessed: list[Guess] = [*file.guessed]
    oddities = file.oddities
    if file.session is not None:
        oddities += told(file.left_open, speakers=gave.speakers, day=gave.date)
        if not gave.speakers:
            guessed.append("speakers")
        if file.left_open.dates and gave.date is None:
            guessed.append("date")
    return ImportRecord(
        file=file.path,
        outcome=file.outcome,
        error=file.error,
        session=file.session,
        kind=file.kind,
        encoding=file.encoding,
        language=file.language,
        lines=file.lines,
        new=file.new,
        turns=gave.turns,
        words=gave.words,
        speakers=gave.speakers,
        title=gave.title,
        date=gave.date,
        guessed=tuple(guessed),
        oddities=oddities,
    )
