"""WebVTT as captionflow exports it: the names of its cues say turns and paragraphs, ``12.1.3``. Pure."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from captionflow.characters import MARKER, NO_SPACE
from services.ingest.readers.cue_blocks import Block
from services.ingest.readers.cue_text import unnamed, voiced
from services.ingest.readers.cue_times import Span, read_times
from services.ingest.readers.exported import opening
from services.ingest.readers.reading import Passage

_NAME = re.compile(r"(\d{1,9})\.(\d{1,9})\.\d{1,9}")
_NOTE = "<c.note>"
_OPEN = re.compile(r"[\[(][^\])]*$")
"""A note whose bracket is open: what follows it stands on its line."""


class Exported(NamedTuple):
    """A cue, the words of whose lines are joined."""

    turn: str
    paragraph: str
    speaker: str | None
    text: str
    span: Span
    alone: bool
    """It is a note that stands on a line of its own."""


def exported(blocks: Sequence[Block]) -> list[Exported]:
    """The cues of a file, or none when a cue has another name or times that can't be read."""
    found: list[Exported] = []
    for block in blocks:
        name = _NAME.fullmatch(block.name or "")
        span = read_times(block.times or "", "vtt")
        if name is None or span is None:
            return []
        said = voiced(block.words)
        text = "".join(f"{line.text} " for line in said).replace(f"{NO_SPACE} ", "")
        found.append(
            Exported(
                name[1],
                name[2],
                said[0].speaker if said else None,
                text,
                span,
                any(_NOTE in line for line in block.words),
            )
        )
    return found


def exported_passages(cues: Sequence[Exported]) -> Iterator[Passage]:
    """The turns as they were: a paragraph ends with a blank line, a turn opens where its number changes.

    The name that is shown at the beginning of a turn is its voice's, and no word.
    """
    given: str | None = None
    turn: str | None = None
    for cue, following in zip(cues, [*cues[1:], None], strict=True):
        text = cue.text
        if cue.turn != turn:
            text = text.removeprefix(MARKER).lstrip() if cue.speaker is None else unnamed(text, cue.speaker)
            opened = opening(cue.speaker, text, given)
            yield from opened.first
            turn, text, given = cue.turn, opened.text, opened.given
        if following is None or following.turn != turn:
            text = f"{text.rstrip()}\n"
        elif following.paragraph != cue.paragraph:
            text = f"{text.rstrip()}\n\n"
        elif following.alone or (cue.alone and not _OPEN.search(text)):
            text = f"{text.rstrip()}\n"
        yield Passage(text, cue.span.start, given, cue.span.end)
