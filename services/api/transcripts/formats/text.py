"""Plain text in the conventions of real-time captioning, so that it can be read in again. Pure."""

from captionflow.gaps import with_gaps
from captionflow.marked_text import typed, with_lines
from captionflow.messages import Session
from captionflow.transcript import Turn
from captionflow.transcript import turns as joined
from captionflow.turns import Turns
from services.api.transcripts.formats.options import Options


def write(_session: Session, _language: str, turns: Turns, _options: Options) -> bytes:
    """Head, then ``>> NAME:  text`` for each turn, a blank line between paragraphs, all notes and marks in place."""
    return ("\n\n".join(_label(turn) + _body(turn) for turn in joined(with_gaps(turns.parts))).strip() + "\n").encode()


def _label(turn: Turn) -> str:
    if not turn.ordinal:
        return ""
    return f">> {turn.speaker}:  " if turn.speaker else ">> "


def _body(turn: Turn) -> str:
    return typed(with_lines(turn, apart=True)[0]).strip()
