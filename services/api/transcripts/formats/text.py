"""Plain text in the conventions of real-time captioning, so that it can be read in again. Pure."""

from collections.abc import Iterator

from captionflow.gaps import with_gaps
from captionflow.marked_text import typed, with_lines
from captionflow.messages import Session
from captionflow.transcript import Turn, each_turn
from captionflow.turns import Transcript
from services.api.transcripts.formats.options import Options


def write(_session: Session, _language: str, transcript: Transcript, _options: Options) -> Iterator[bytes]:
    """Head, then ``>> NAME:  text`` for each turn, a blank line between paragraphs, all notes and marks in place."""
    held = ""  # white space that something follows, perhaps
    begun = False
    for turn in each_turn(with_gaps(transcript.parts)):
        text = held + _label(turn) + _body(turn)
        kept = text.rstrip()
        held = f"{text[len(kept) :]}\n\n"
        if kept:
            yield (kept if begun else kept.lstrip()).encode()
            begun = True
    yield b"\n"


def _label(turn: Turn) -> str:
    if not turn.ordinal:
        return ""
    return f">> {turn.speaker}:  " if turn.speaker else ">> "


def _body(turn: Turn) -> str:
    return typed(with_lines(turn, apart=True)[0]).strip()
