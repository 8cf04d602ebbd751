"""A transcript as passages, each with its words and notes in their original order. Pure."""

import re
from typing import NamedTuple

from captionflow.messages import Part
from captionflow.transcript import Turn

_CLINGS = frozenset(".,;:?!…)]}%”’。，？！")  # noqa: RUF001 - punctuation as captioned
_ENDS = frozenset({"", *".?!…:;)]}\"'”’—-–*。？！\n"})  # noqa: RUF001 - punctuation as captioned
_BRACKETS = re.compile(r"\[[^\[\]]+\]|\([^()]+\)")
ALONE, ALONE_END = "\u2028", "\u2029"
"""Around a note that stands alone. No text of a transcript has such a sign: they are white space."""


class Mark(NamedTuple):
    """Something that stood in the text without being spoken."""

    text: str
    at: int
    """Offset into the part's text."""
    alone: bool
    """It stands on a line of its own."""


def marks(part: Part | Turn, *, apart: bool) -> list[Mark]:
    """The notes, and what stood apart if it is wanted, by their place."""
    found = [Mark(note.text, note.at, alone=False) for note in part.notes]
    if apart:
        found += [Mark(one.text, one.at, alone=True) for one in part.apart]
    return sorted(found, key=lambda mark: mark.at)


def placed(note: str, before: str, after: str) -> str:
    """A note with what is missing between it and its neighbours: spaces, or the signs of one that stands alone."""
    if not stands_alone(note, before, after):
        return spaced(note, before, after)
    return f"{ALONE}{note}{ALONE_END}"


def closed(note: str) -> bool:
    """Whether the bracket of a note is closed; if not, it ends with its words, and others follow on its line."""
    return note[0] not in "[(" or note.rstrip(".")[-1] in ")]"


def spaced(note: str, before: str, after: str) -> str:
    """A note with the spaces that are missing between it and its neighbours: none before a comma and the like."""
    left = "" if not before or before[-1].isspace() else " "
    right = "" if not after or after[0].isspace() or after[0] in _CLINGS else " "
    return f"{left}{note}{right}"


def stands_alone(note: str, before: str, after: str) -> bool:
    """Whether a note is read as one again only if it has a line of its own.

    Square brackets are notes anywhere. Parentheses may have been dictated; in the middle of a sentence they stay there.
    """
    if not _BRACKETS.fullmatch(note):
        return True
    goes_on = after.lstrip(" ")[:1]
    return note[0] == "(" and before[-1:] in _ENDS and not (goes_on.islower() or goes_on in _CLINGS)


def with_notes(part: Part | Turn, *, lines: bool = False) -> tuple[str, list[tuple[int, int]]]:
    """The text of a part with its notes in place, and for each piece (offset before, offset in the result).

    ``lines``: notes that stand alone are between ``ALONE`` and ``ALONE_END``.
    """
    text = part.text
    whole = ""
    places: list[tuple[int, int]] = []
    done = 0
    for mark in marks(part, apart=False):
        places.append((done, len(whole)))
        whole += text[done : mark.at]
        whole += (placed if lines else spaced)(mark.text, whole, text[mark.at :])
        done = max(done, mark.at)
    places.append((done, len(whole)))
    return whole + text[done:], places
