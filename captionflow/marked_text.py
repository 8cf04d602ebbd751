"""A turn's text with its notes in place, as a captioner would have typed it. Pure."""

import re
from typing import NamedTuple

from captionflow.characters import CLINGING, CLOSING
from captionflow.messages import Part
from captionflow.transcript import Turn

_ENDS = CLOSING | {"", "\n"}
_BRACKETS = re.compile(r"\[[^\[\]]+\]|\([^()]+\)")
ALONE, ALONE_END = "\u2028", "\u2029"
"""Around a note that stands alone, and twice around what is apart. No text of a transcript has such a sign."""
_SIGNS_BEFORE = frozenset(".,;:?!…—–-")  # noqa: RUF001 - dashes as captioned
_SIGNS = re.compile(f"({ALONE}+[^{ALONE_END}]*{ALONE_END}+)")
_NEXT = re.compile(" *[^ ]?")
"""What tells how a note stands before it."""
_BREAKS = re.compile(r" *\n *")


class Mark(NamedTuple):
    """Something that stood in the text without being spoken."""

    text: str
    at: int
    """Offset into the text."""
    apart: bool
    """It stands on a line of its own."""


def marks(part: Part | Turn, *, apart: bool) -> list[Mark]:
    """The notes, and what stood apart if it is wanted, by their place; notes come first at one place."""
    found = [Mark(note.text, note.at, apart=False) for note in part.notes]
    if apart:
        found += [Mark(one.text, one.at, apart=True) for one in part.apart]
    return sorted(found, key=lambda mark: mark.at)


def spaced(note: str, before: str, after: str) -> str:
    """A note with the spaces that are missing between it and its neighbours: none before a comma and the like.

    Between two signs that have no space between them (``...(applause)...``) it has none on either side.
    """
    inside = before[-1:] in _SIGNS_BEFORE and after[:1] in CLINGING
    left = "" if not before or before[-1].isspace() or (inside and after) else " "
    right = "" if not after or after[0].isspace() or after[0] in CLINGING else " "
    return f"{left}{note}{right}"


def placed(note: str, before: str, after: str) -> str:
    """The same, or the note with the signs of one that stands alone."""
    return f"{ALONE}{note}{ALONE_END}" if stands_alone(note, before, after) else spaced(note, before, after)


def stands_alone(note: str, before: str, after: str) -> bool:
    """Whether a note is read as one again only if it begins a line.

    Square brackets are notes anywhere. Parentheses may have been dictated; in the middle of a sentence they stay there.
    """
    if not _BRACKETS.fullmatch(note):
        return True
    goes_on = after.lstrip(" ")[:1]
    return note[0] == "(" and before[-1:] in _ENDS and not (goes_on.islower() or goes_on in CLINGING)


def closed(note: str) -> bool:
    """Whether the bracket of a note is closed; if not, what follows stands on its line."""
    return note[0] not in "[(" or note.rstrip(".")[-1] in ")]"


def with_notes(part: Part | Turn) -> tuple[str, list[tuple[int, int]]]:
    """The text of a part with its notes in place, and for each piece (offset before, offset in the result)."""
    return _with_marks(part, apart=False, alone=False)


def with_lines(part: Part | Turn, *, apart: bool) -> tuple[str, list[tuple[int, int]]]:
    """The same, with the signs of what stands alone; ``apart``: what nobody spoke is in its place as well."""
    return _with_marks(part, apart=apart, alone=True)


def typed(text: str) -> str:
    """A text of ``with_lines`` as it is typed: a blank line between paragraphs, and what stands alone on a line."""
    pieces = [""]
    for piece in _SIGNS.split(text.replace("\n", "\n\n")):
        note = piece.strip(ALONE + ALONE_END)
        if not piece.startswith(ALONE):
            pieces.append(piece)
        else:
            before = next((one for one in reversed(pieces) if one), "\n")
            apart = piece.startswith(ALONE * 2)
            pieces += ["" if before.endswith("\n") else "\n", note, "\n" if apart or closed(note) else " "]
    return _BREAKS.sub("\n", "".join(pieces))


def _with_marks(part: Part | Turn, *, apart: bool, alone: bool) -> tuple[str, list[tuple[int, int]]]:
    text = part.text
    whole: list[str] = []
    length = done = 0
    before = ""
    places: list[tuple[int, int]] = []
    for mark in marks(part, apart=apart):
        places.append((done, length))
        words = text[done : mark.at]
        before = words[-1:] or before
        if mark.apart:
            note = f"{ALONE * 2}{mark.text}{ALONE_END * 2}"
        elif alone and not closed(mark.text) and text.startswith("\n", mark.at) and done <= mark.at:
            note = "\n" + placed(mark.text, "", "")  # so that the paragraph begins on its line
            done = mark.at + 1
        else:
            after = next(_NEXT.finditer(text, mark.at))[0][-2:]
            note = (placed if alone else spaced)(mark.text, before, after)
        whole += words, note
        length += len(words) + len(note)
        before = note[-1:] or before
        done = max(done, mark.at)
    places.append((done, length))
    whole.append(text[done:])
    return "".join(whole), places
