"""Plain transcripts: the file is the stream."""

import re

from services.ingest.readers.reading import Passage, Reading

_HTML = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)


def read_plain(text: str) -> Reading:
    """The whole text as one passage, unchanged."""
    if not text.strip():
        return Reading("text", (), ("The file has no words.",))
    oddities = ("This looks like an HTML page: its tags are read as words.",) if _HTML.match(text) else ()
    return Reading("text", (Passage(text),), oddities)
