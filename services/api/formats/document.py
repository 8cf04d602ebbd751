"""JSON: the session, and the turns as ``captionflow segment --json`` prints them. Pure."""

import importlib

import msgspec

from captionflow.messages import Session
from captionflow.ports import Turns

_encode = msgspec.json.Encoder().encode


def write(session: Session, language: str, turns: Turns) -> bytes:
    """The transcript as one JSON object."""
    fold = importlib.import_module("captionflow.transcript").turns
    document = {"session": session, "language": language, "last_seq": turns.last_seq, "turns": fold(turns.parts)}
    return _encode(document)
