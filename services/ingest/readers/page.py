"""The lines of a plain text and what shapes ask of them: paragraphs, clocks, live labels. Pure."""

import re
from collections.abc import Sequence
from functools import cached_property

from services.ingest.readers.names import is_person

MAX_HEADER = 160
"""Longest beginning of a line in which a name and a clock are looked for; longer lines are not theirs alone."""

_BOLD = re.compile(r"\*\*|__")
_DECORATION = re.compile(r"^(?:#{1,6}\s+|[-*\u2022]\s+)")
_CLOCK_LIKE = re.compile(r"\d:[0-5]\d|\d\s?[MmSs]")
_MARKER = re.compile(r"\s*(?:\*\*|__)?(?:\\?>|&gt;)")
_LABEL = re.compile(r"(?:\*\*|__)?([^\W\d_][^:\uff1a\n]{0,60}?)(?:\*\*|__)?[:\uff1a](?:\*\*|__)?(?=\s|$)")
_BULLET = re.compile(r"(?:[-*\u2022+]|\d{1,3}[.)])\s|\|")
_CLOSING = frozenset('.?!\u2026"\u201d\u2019)]:\u3002\uff1f\uff01')


class Page:
    """The physical lines of a text."""

    def __init__(self, lines: Sequence[str]) -> None:
        """Without their line breaks."""
        self.lines = lines
        self.stripped = [line.strip() for line in lines]

    @cached_property
    def undecorated(self) -> list[str]:
        """The lines without the sign of a heading or of a list before them."""
        return [_DECORATION.sub("", line, count=1) for line in self.stripped]

    @cached_property
    def bare(self) -> list[str]:
        """The short lines also without signs of bold type; the long ones are empty."""
        return [_BOLD.sub("", line).strip() if len(line) <= MAX_HEADER else "" for line in self.undecorated]

    @cached_property
    def words(self) -> int:
        """How many lines have words."""
        return sum(map(bool, self.stripped))

    @cached_property
    def beginnings(self) -> list[int]:
        """The lines that begin a paragraph."""
        return [line for line in self.sentences if self.begins_paragraph(line)]

    @cached_property
    def sentences(self) -> list[int]:
        """The lines that begin a paragraph, or follow one that ended a sentence."""
        return [line for line, text in enumerate(self.stripped) if text and self.begins(line)]

    @cached_property
    def clocked(self) -> list[int]:
        """The lines that may have a clock in their beginning."""
        return [line for line, text in enumerate(self.stripped) if text and _CLOCK_LIKE.search(text, 0, MAX_HEADER)]

    @cached_property
    def first(self) -> int:
        """The first line that has words; one of them must."""
        return next(line for line, text in enumerate(self.stripped) if text)

    @cached_property
    def items(self) -> int:
        """How many lines are items of a list."""
        return sum(self.is_item(line) for line in range(len(self.lines)))

    @cached_property
    def following(self) -> list[int]:
        """The next line with words behind each; the number of lines where there is none."""
        found = [len(self.lines)] * len(self.lines)
        for line in range(len(self.lines) - 2, -1, -1):
            found[line] = line + 1 if self.stripped[line + 1] else found[line + 1]
        return found

    @cached_property
    def labelled(self) -> int:
        """How many lines name or mark the speaker as captioners do live."""
        return sum(_MARKER.match(line) is not None or label_of(line) is not None for line in self.stripped if line)

    @cached_property
    def shouts(self) -> bool:
        """Whether nearly everything is in capitals."""
        small = sum(not line.isupper() for line in self.stripped if line)
        return small * 3 < self.words

    def begins(self, line: int) -> bool:
        """Whether a line begins a paragraph, or the one before it ended a sentence."""
        return line == 0 or not self.stripped[line - 1] or self.stripped[line - 1][-1] in _CLOSING

    def begins_paragraph(self, line: int) -> bool:
        """Whether a line is the first, or has an empty one before it."""
        return line == 0 or not self.stripped[line - 1]

    def is_item(self, line: int) -> bool:
        """Whether a line is an item of a list or a row of a table."""
        return line < len(self.lines) and _BULLET.match(self.stripped[line]) is not None


def label_of(text: str) -> str | None:
    """The name before the colon with which a text begins, if it can be a person's."""
    found = _LABEL.match(text)
    return found[1] if found and is_person(found[1]) else None
