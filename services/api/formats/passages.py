"""A transcript as a row of passages, each with its words in the order and the places in which they came. Pure."""

from collections.abc import Iterator
from typing import NamedTuple

from captionflow.messages import Part
from captionflow.ports import Turns


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


def with_notes(part: Part) -> tuple[str, list[tuple[int, int]]]:
    """The text of a part with its notes in place, and for each piece (offset before, offset in the result)."""
    text = part.text
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    done = length = 0
    for mark in marks(part, apart=False):
        stretch = text[done : mark.at]
        places.append((done, length))
        before = "" if not stretch or stretch[-1].isspace() else " "
        after = "" if mark.at < len(text) and text[mark.at].isspace() else " "
        piece = f"{stretch}{before}{mark.text}{after}"
        pieces.append(piece)
        length += len(piece)
        done = max(done, mark.at)
    places.append((done, length))
    pieces.append(text[done:])
    return "".join(pieces), places


def shown(turns: Turns) -> Iterator[Part]:
    """The parts in which somebody speaks or something sounds."""
    return (part for part in turns.parts if not part.retracted and part.ordinal > 0)
