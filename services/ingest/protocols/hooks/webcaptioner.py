"""Web Captioner's webhook: ``{"transcript", "sequence"}``, some words a post. Pure."""

import msgspec

from services.ingest.protocols.heard import Heard, Report
from services.ingest.protocols.hooks.reading import Document, read_as


class _Words(msgspec.Struct, frozen=True):
    transcript: str = ""
    sequence: float = 0


def report(document: Document) -> Report:
    """What a post says."""
    words = read_as(document, _Words)
    return Report((Heard(words.sequence, words.transcript, once=True),))
