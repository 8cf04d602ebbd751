"""Plain transcripts: the file is the stream, less what only the shape of a file tells. Pure.

A live convention (``>> NAME:``) is left to the segmenter. What needs the whole file is read here, by tables of forms:
``terminal.py`` has cues without a format of their own, ``layout.py`` takes away what stands around lines, ``shapes.py``
has the lines that name who speaks and when.
"""

import re

from services.ingest.readers.layout import without_furniture
from services.ingest.readers.reading import Passage, Reading
from services.ingest.readers.speaker_lines import passages
from services.ingest.readers.terminal import read_terminal

_HTML = re.compile(r"\s*(?:<!doctype html|<html[\s>])", re.IGNORECASE)


def read_plain(text: str) -> Reading:
    """The text as passages: one, unchanged, unless a shape proved itself. What was taken away is told."""
    if not text.strip():
        return Reading("text", (), ("The file has no words.",))
    if (cues := read_terminal(text)) is not None:
        return cues
    oddities = ["This looks like an HTML page: its tags are read as words."] if _HTML.match(text) else []
    lines, taken = without_furniture(text.split("\n"))
    found, told = passages(lines)
    return Reading("text", found or (Passage("\n".join(lines)),), (*oddities, *taken, *told))
