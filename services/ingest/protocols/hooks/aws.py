"""Amazon Transcribe's results. A partial one and its final one begin at the same time, under one id or two. Pure."""

import msgspec

from services.ingest.protocols.heard import Heard, Report, Token, said, speaker_of
from services.ingest.protocols.hooks.reading import Document, passed_over, read_as


class _Item(msgspec.Struct, frozen=True):
    Content: str = ""
    StartTime: float = 0
    EndTime: float = 0
    Type: str = "pronunciation"
    Speaker: str | None = None


class _Alternative(msgspec.Struct, frozen=True):
    Transcript: str = ""
    Items: list[_Item] = []


class _Result(msgspec.Struct, frozen=True):
    StartTime: float = 0
    EndTime: float = 0
    IsPartial: bool = False
    ChannelId: str | None = None
    Alternatives: list[_Alternative] = []


class _Transcript(msgspec.Struct, frozen=True):
    Results: list[_Result] = []


def report(document: Document) -> Report:
    """What an event says, with or without ``TranscriptEvent`` or ``Transcript`` around its results."""
    inner: object = document
    for name in ("TranscriptEvent", "Transcript"):
        if isinstance(inner, dict) and name in inner:
            inner = inner[name]
    if isinstance(inner, dict) and "Results" not in inner:
        return passed_over(inner)
    heard: list[Heard] = []
    for result in read_as(inner, _Transcript).Results:
        if not result.Alternatives:
            continue
        best = result.Alternatives[0]
        tokens = [
            Token(
                item.Content,
                item.StartTime,
                item.EndTime,
                speaker_of(item.Speaker),
                clings=item.Type.casefold() == "punctuation",
            )
            for item in best.Items
        ]
        heard += said(
            tokens,
            text=best.Transcript,
            place=result.StartTime,
            final=not result.IsPartial,
            ended=not result.IsPartial,
            channel=result.ChannelId or "",
        )
    return Report(tuple(heard))
