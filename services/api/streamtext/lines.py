"""A transcript as one long text that is read line by line, each from where the last one ended. Pure.

A position is a turn's ordinal and an offset into its text as one number, so it holds whatever is said later, in every
process and after a restart. Joined as they are, the lines are the text.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from captionflow.characters import CLINGING, CLOSING
from captionflow.marked_text import typed, with_lines
from captionflow.messages import Part
from captionflow.transcript import turns

FROM_NOW: Final = -1
_OFFSETS: Final = 1 << 20
"""Characters of a turn that can be told apart: some 18 hours of one speaker."""
_ENDINGS: Final = CLINGING | CLOSING
"""What a word that may still grow does not end in."""


class Read(NamedTuple):
    """A line, and the position after it."""

    content: str
    position: int


def texts_of(parts: Iterable[Part]) -> dict[int, str]:
    """What each turn says, by its ordinal: ``>> NAME: text`` in one row, notes in their place."""
    found: dict[int, str] = {}
    for turn in turns(parts):
        text = " ".join(typed(with_lines(turn, apart=False)[0]).split())
        if turn.ordinal and text:
            label = f">> {turn.speaker}: " if turn.speaker else ">> "
            found[turn.ordinal] = f" {label}{text}"[:_OFFSETS]
    return found


def ordinal_of(position: int) -> int:
    """Of the turn that a position is in."""
    return position // _OFFSETS


def end_of(texts: Mapping[int, str], *, settled: bool) -> int:
    """The position after all that can be read. ``settled``: the last word has not grown for a while."""
    last = max(texts)
    return last * _OFFSETS + _readable(texts[last], settled=settled)


def read(texts: Mapping[int, str], position: int, length: int, *, settled: bool) -> Read:
    """The next line after a position, of at most ``length`` characters, cut between words where it can be.

    At the end there is none, and the position stays.
    """
    ordinals = sorted(texts)
    ordinal, offset = divmod(max(position, 0), _OFFSETS)
    for index in range(bisect_left(ordinals, ordinal), len(ordinals)):
        found = ordinals[index]
        text = texts[found]
        begin = offset if found == ordinal else 0
        end = len(text) if index < len(ordinals) - 1 else _readable(text, settled=settled)
        if not position and not index:
            begin = 1  # nothing stands before the first marker
        if begin < end:
            cut = _cut(text, begin, min(begin + length, end))
            return Read(text[begin:cut], found * _OFFSETS + cut)
    return Read("", position)


def _readable(text: str, *, settled: bool) -> int:
    """How much of a text that may grow can be read: not the word that is perhaps not complete."""
    if settled or text[-1] in _ENDINGS:
        return len(text)
    return text.rfind(" ")


def _cut(text: str, begin: int, end: int) -> int:
    """Where a line ends: behind a space, or before one, if there is one."""
    if end == len(text) or text[end] == " " or text[end - 1] == " ":
        return end
    space = text.rfind(" ", begin + 1, end)
    return space + 1 if space > 0 else end
