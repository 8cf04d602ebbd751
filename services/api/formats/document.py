"""JSON: the session, and its turns joined from their parts. Pure."""

import msgspec

from captionflow.messages import Session
from captionflow.ports import Turns
from captionflow.transcript import turns as join

_encode = msgspec.json.Encoder().encode


def write(session: Session, language: str, turns: Turns) -> bytes:
    """The transcript as one JSON object."""
    return _encode({"session": session, "language": language, "last_seq": turns.last_seq, "turns": join(turns.parts)})
