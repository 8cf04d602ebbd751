"""Turns of an export as passages that open the same turns again. Pure."""

import re
from typing import NamedTuple

from captionflow.characters import MARKER
from services.ingest.readers.reading import Passage

_LIKE_LABEL = re.compile(r"[^\s:][^:\n]{0,80}:")
"""Words that would be taken for a label where a turn begins; behind one that is typed they are words."""
_AGAIN = Passage("\n", speaker="")
"""Ends what was given before, so that the same speaker can open a turn again."""


class Opening(NamedTuple):
    """How a turn opens: what is passed first, the words, and who is given as their speaker."""

    first: tuple[Passage, ...]
    text: str
    given: str


def opening(speaker: str | None, text: str, before: str | None) -> Opening:
    """The opening of a turn; ``before`` is who was given as speaker before it."""
    if speaker is None:
        return Opening((), f"{MARKER} {text}", "")
    if _LIKE_LABEL.match(text):
        return Opening((_AGAIN,), f"{MARKER} {speaker}: {text}", "")
    return Opening((_AGAIN,) if speaker == before else (), text, speaker)
