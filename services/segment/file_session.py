"""A whole file through the segmenter, as ``captionflow segment`` does it. Pure."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol

from captionflow.messages import MAX_LINE_CHARS, Facts, Line, Part, StepRecord
from captionflow.transcript import newest
from services.segment.segmenter import start, step

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""When lines of a file are received, which no rule reads. Their times have no date."""

_BATCH = 500
_LATE = 7


class Passage(Protocol):
    """A stretch of a file's text, with its time and speaker where the format has them."""

    @property
    def text(self) -> str:
        """Verbatim; the passages' texts joined are the stream."""

    @property
    def at(self) -> timedelta | None:
        """When it was said, from the beginning."""

    @property
    def until(self) -> timedelta | None:
        """When that ended, from the beginning."""

    @property
    def speaker(self) -> str | None:
        """Who said it, if the format tells."""


def lines_of(passages: Iterable[Passage]) -> list[Line]:
    """The passages as the log would number them; the last one ends the session."""
    lines: list[Line] = []
    for passage in passages:
        for begin in range(0, max(len(passage.text), 1), MAX_LINE_CHARS):
            number = len(lines)
            lines.append(
                Line(
                    sender="file",
                    number=number,
                    text=passage.text[begin : begin + MAX_LINE_CHARS],
                    at=None if passage.at is None else passage.at.total_seconds(),
                    until=None if passage.until is None else passage.until.total_seconds(),
                    speaker=passage.speaker,
                    seq=number + 1,
                    received_at=EPOCH,
                )
            )
    end = Line(sender="file", number=len(lines), text="", ends=True, seq=len(lines) + 1, received_at=EPOCH)
    return [*lines, end]


def segment_lines(
    session: str, language: str, lines: Sequence[Line], *, repeat: bool = False
) -> tuple[tuple[Part, ...], Facts]:
    """The parts of a transcript, in order, and its facts.

    ``repeat``: every line is delivered twice and every seventh once more when later ones have come: nothing changes.
    """
    state = start(session, language)
    steps: list[StepRecord] = []
    for begin in range(0, len(lines), _BATCH):
        batch = list(lines[begin : begin + _BATCH])
        if repeat:
            batch = [line for one in batch for line in (one, one)] + batch[::_LATE]
        state, records = step(state, batch)
        steps += records
    return newest(steps), state.facts
