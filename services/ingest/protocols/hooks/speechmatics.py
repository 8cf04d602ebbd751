"""Speechmatics' transcripts: tokens with a type, of which punctuation has no space before it. Pure."""

import msgspec

from services.ingest.protocols.heard import Report, Token, said, speaker_of
from services.ingest.protocols.hooks.reading import Document, passed_over, read_as


class _Alternative(msgspec.Struct, frozen=True):
    content: str = ""
    speaker: str | None = None


class _Token(msgspec.Struct, frozen=True):
    type: str = "word"
    start_time: float = 0
    end_time: float = 0
    attaches_to: str | None = None
    alternatives: list[_Alternative] = []


class _Metadata(msgspec.Struct, frozen=True):
    start_time: float = 0
    end_time: float = 0
    transcript: str = ""


class _Transcript(msgspec.Struct, frozen=True):
    results: list[_Token] = []
    metadata: _Metadata = _Metadata()
    channel: str | None = None


def report(document: Document) -> Report:
    """What a message says."""
    match document.get("message"):
        case "RecognitionStarted":
            return Report(begins=str(document.get("id") or ""))
        case "EndOfUtterance" | "EndOfTranscript":
            return Report(ended=True)
        case "AddTranscript" | "AddPartialTranscript" as message:
            transcript = read_as(document, _Transcript)
        case _:
            return passed_over(document)
    tokens = [
        Token(
            token.alternatives[0].content,
            token.start_time,
            token.end_time,
            speaker_of(token.alternatives[0].speaker),
            clings=token.type == "punctuation" and token.attaches_to in {None, "previous", "both"},
        )
        for token in transcript.results
        if token.alternatives
    ]
    text = "" if tokens else transcript.metadata.transcript
    place = transcript.metadata.start_time if "metadata" in document else tokens[0].place if tokens else 0
    channel = transcript.channel or ""
    return Report(said(tokens, text=text, place=place, final=message == "AddTranscript", channel=channel))
