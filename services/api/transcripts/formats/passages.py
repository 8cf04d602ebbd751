"""A transcript as passages, each with its words and notes in their original order. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from captionflow.messages import Part
from captionflow.ports import Turns

_CLINGS = frozenset(".,;:?!…)]}%”’。，？！")  # noqa: RUF001 - punctuation as captioned


class Mark(NamedTuple):
    """Something that stood in the text without being spoken."""

    text: str
    at: int
    """Offset into the part's text."""
    alone: bool
    """It stands on a line of its own."""


def marks(part: Part, *, apart: bool) -> list[Mark]:
    """The notes, and what stood apart if it is wanted, by their place."""
    found = [Mark(note.text, note.at, alone=False) for note in part.notes]
    if apart:
        found += [Mark(one.text, one.at, alone=True) for one in part.apart]
    return sorted(found, key=lambda mark: mark.at)


def spaced(note: str, before: str, after: str) -> str:
    """A note with the spaces that are missing between it and its neighbours: none before a comma and the like."""
    left = "" if not before or before[-1].isspace() else " "
    right = "" if not after or after[0].isspace() or after[0] in _CLINGS else " "
    return f"{left}{note}{right}"


def with_notes(part: Part) -> tuple[str, list[tuple[int, int]]]:
    """The text of a part with its notes in place, and for each piece (offset before, offset in the result)."""
    text = part.text
    whole = ""
    places: list[tuple[int, int]] = []
    done = 0
    for mark in marks(part, apart=False):
        places.append((done, len(whole)))
        whole += text[done : mark.at]
        whole += spaced(mark.text, whole, text[mark.at :])
        done = max(done, mark.at)
    places.append((done, len(whole)))
    return whole + text[done:], places


def shown(turns: Turns) -> Iterator[Part]:
    """The parts in which somebody speaks or something sounds."""
    return (part for part in turns.parts if not part.retracted and part.ordinal > 0)
