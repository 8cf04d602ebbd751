"""Imports an archive of transcripts. Done twice, it changes nothing; stopped, it goes on."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import msgspec
import structlog

from captionflow.errors import BadMessage, Conflict
from captionflow.identity import hyphenated, language_tag
from captionflow.messages import Draft, Moment
from services.ingest.cutter import Cut, cut
from services.ingest.file_report import FileReport, path_text
from services.ingest.left_open import left_open
from services.ingest.readers import Reading, read
from services.ingest.target import MAX_DRAFTS, ArchiveTarget, fitting

log = structlog.get_logger(__name__)

SUFFIXES = frozenset({".txt", ".text", ".md", ".vtt", ".srt", ".sbv", ".json"})
"""What is read of a folder; a file that is named itself may end in anything."""
MAX_FILE_BYTES = 64 * 1024 * 1024
"""A day of captions is some 1 MB; what is far above is no transcript."""
_WHOLE = Cut("whole")
_MAX_WORDS_CHARS = 66


class _Loaded(msgspec.Struct, frozen=True):
    reading: Reading
    digest: str


OpenTarget = Callable[[str, str], ArchiveTarget]
"""(session, language) to where its lines go."""


async def import_paths(
    paths: Sequence[Path],
    open_target: OpenTarget,
    *,
    event: str = "",
    language: str | None = None,
    starts_at: datetime | None = None,
) -> AsyncIterator[FileReport]:
    """Import files and folders in order, one report a file; one that can't be read does not stop the others.

    ``language`` is that of all files; None: what each says, else English. ``starts_at`` is when the cues' clock
    showed 0.

    Raises:
        Unavailable: no more can be taken now; the same import again goes on.
    """
    language = None if language is None else language_tag(language)
    for path in paths:
        for file, wanted, unreadable in await asyncio.to_thread(_listed, path):
            if not wanted:
                yield FileReport(path_text(str(file)), "skipped")
                continue
            try:
                if unreadable is not None:
                    raise unreadable
                loaded = await asyncio.to_thread(_load, file)
                report = await _import(file, loaded, open_target, event, language, starts_at)
            except (BadMessage, Conflict, OSError) as error:
                report = FileReport(path_text(str(file)), "failed", error=_told(error))
            log.info("file_imported", outcome=report.outcome, session=report.session, lines=report.lines)
            yield report


def _told(error: Exception) -> str:
    return (error.strerror or type(error).__name__) if isinstance(error, OSError) else str(error)


class _Found(NamedTuple):
    path: Path
    wanted: bool = True
    unreadable: OSError | None = None
    """Why a folder can't be looked into."""


def _listed(path: Path) -> list[_Found]:
    return list(_files(path))


def _files(path: Path) -> Iterator[_Found]:
    """Each file below, in the order of names, without hidden entries and linked folders."""
    if not path.is_dir():
        yield _Found(path)
        return
    try:
        entries = sorted(path.iterdir())
    except OSError as error:
        yield _Found(path, unreadable=error)
        return
    for entry in entries:
        if entry.name.startswith("."):
            continue
        if not entry.is_dir():
            yield _Found(entry, wanted=entry.suffix.casefold() in SUFFIXES)
        elif not entry.is_symlink():
            yield from _files(entry)


def _load(path: Path) -> _Loaded:
    if path.exists() and not path.is_file():
        raise BadMessage("This is no ordinary file.")
    if path.stat().st_size > MAX_FILE_BYTES:
        raise BadMessage(f"The file is above {MAX_FILE_BYTES // 1024 // 1024} MiB: that is no transcript.")
    data = path.read_bytes()
    return _Loaded(read(data, path.name), hashlib.sha256(data).hexdigest())


async def _import(  # noqa: PLR0913, PLR0917 - the inside of import_paths
    path: Path,
    loaded: _Loaded,
    open_target: OpenTarget,
    event: str,
    language: str | None,
    starts_at: datetime | None,
) -> FileReport:
    reading = loaded.reading
    if not reading.passages:
        return FileReport(
            path_text(str(path)),
            "empty",
            reading.kind,
            encoding=reading.encoding,
            guessed=reading.guessed,
            oddities=reading.oddities,
        )
    guessed = [*reading.guessed]
    if language is None and reading.language is None:
        guessed.append("language")
    language = language or reading.language or "en"
    session = session_id(path, loaded.digest)
    drafts = drafts_of(reading, f"file-{loaded.digest[:16]}", starts_at)
    target = open_target(session, language)
    await target.announce(event)
    last = await target.last_number(drafts[0].sender)
    first = 0 if last is None else last + 1
    last_seq = await _send(target, drafts, first)
    oddities = reading.oddities
    if starts_at is None and any(passage.at for passage in reading.passages):
        guessed.append("times")
        oddities = (*oddities, "When the cues' clock began is not known: their times count from 0.")
    return FileReport(
        path=path_text(str(path)),
        outcome="imported" if first < len(drafts) else "unchanged",
        kind=reading.kind,
        session=session,
        language=language,
        lines=len(drafts),
        new=max(0, len(drafts) - first),
        last_seq=last_seq,
        words=sum(len(passage.text.split()) for passage in reading.passages),
        encoding=reading.encoding,
        guessed=tuple(guessed),
        oddities=oddities,
        left_open=left_open(reading.passages),
    )


async def _send(target: ArchiveTarget, drafts: Sequence[Draft], first: int) -> int:
    """Send the drafts from ``first`` on, and the one before once more: the ``seq`` of the last of them.

    That one shows that what is there was read from the file in the same way, and tells its ``seq``.

    Raises:
        Conflict: it was not. Nothing was added, since it would be said twice.
    """
    start, last_seq = max(min(first, len(drafts)) - 1, 0), 0
    try:
        while start < len(drafts):
            end = start + fitting(drafts[start : start + MAX_DRAFTS])
            last_seq = await target.send(drafts[start:end])
            start = end
    except Conflict as error:
        raise Conflict(
            "It was imported before and read otherwise then (by another version, or with other times): that transcript "
            "stays as it is. Rename the file to import it as another session."
        ) from error
    return last_seq


def session_id(path: Path, digest: str) -> str:
    """From the names of the folder and the file, and the content: the same wherever the import is started.

    A file that was changed is another transcript.
    """
    name = f"{path.absolute().parent.name} {path.stem}"
    words = hyphenated(name)[:_MAX_WORDS_CHARS].strip("-")
    return f"{words or 'file'}-{digest[:12]}"


def drafts_of(reading: Reading, sender: str, starts_at: datetime | None) -> tuple[Draft, ...]:
    """The lines of a file, numbered by their place; the last one ends the session.

    Their times have a date if ``starts_at`` or the file says when its clock showed 0.
    """
    begun = starts_at or reading.begun
    pieces = tuple(cut(reading.passages, _WHOLE))
    return tuple(
        Draft(
            sender=sender,
            number=number,
            text=piece.text,
            at=moment_of(piece.at, begun),
            until=moment_of(piece.until, begun),
            speaker=piece.speaker,
            ends=number == len(pieces) - 1,
        )
        for number, piece in enumerate(pieces)
    )


def moment_of(time: timedelta | None, starts_at: datetime | None = None) -> Moment | None:
    """A time of a file as lines have it: with a date if it is known when the file's clock showed 0."""
    if time is None:
        return None
    return time.total_seconds() if starts_at is None else starts_at + time
