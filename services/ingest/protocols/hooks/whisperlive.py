"""WhisperLive's segments: the last ones again and again, times as strings, the last one perhaps not complete. Pure."""

import msgspec

from services.ingest.protocols.heard import Heard, Report, speaker_of
from services.ingest.protocols.hooks.reading import Document, read_as


class _Segment(msgspec.Struct, frozen=True):
    start: float = 0
    end: float | None = None
    text: str = ""
    completed: bool | None = None
    speaker: str | int | None = None


class _Message(msgspec.Struct, frozen=True):
    uid: str | None = None
    segments: list[_Segment] = []


def report(document: Document) -> Report:
    """What a message says. ``uid`` is that of the connection, and so of the run."""
    message = read_as(document, _Message)
    last = len(message.segments) - 1
    return Report(
        tuple(
            Heard(
                segment.start,
                segment.text,
                segment.end,
                final=index < last if segment.completed is None else segment.completed,
                speaker=speaker_of(segment.speaker),
                run=message.uid,
            )
            for index, segment in enumerate(message.segments)
        )
    )
