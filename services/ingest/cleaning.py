"""Characters that must not get into the log: nobody can see them, and they change what viewers see.

Nothing is normalised: the letters of a word stay as they were typed. Joiners (ZWJ, ZWNJ), marks (LRM, RLM, ALM), soft
hyphens and every letter pass. Pure.
"""

import re
from typing import NamedTuple

_LINE_ENDS = re.compile(r"\r\n?")
# What Unicode says ends a line, and the separators of old data formats: taking them away would join two words.
_SEPARATORS = re.compile("[\x0b\x0c\x1c-\x1f\x85]")
# C0 and C1 controls, and the bidi embeddings, overrides and isolates of Unicode TR36 ("Trojan source").
_UNWANTED = re.compile("[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]")
_ERASING = re.compile("[\b\x7f]")
_SUSPECT = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


MAX_LABEL_CHARS = 200
"""Longest name of a speaker; nobody's is longer."""


class Cleaned(NamedTuple):
    """A text fit for the log, and how many characters were taken out of it (ends of lines are not counted)."""

    text: str
    removed: int


def clean(text: str) -> Cleaned:
    r"""Make every end of line a ``\n``, form feeds and their like too, and remove controls and bidi overrides."""
    if _SUSPECT.search(text) is None:
        return Cleaned(text, 0)
    text = _LINE_ENDS.sub("\n", text)
    text, separators = _SEPARATORS.subn("\n", text)
    text, unwanted = _UNWANTED.subn("", text)
    return Cleaned(text, separators + unwanted)


def clean_erasing(text: str) -> str:
    """Clean a text in which characters take back the one before them: all of these are U+0008 then."""
    return "\b".join(clean(piece).text for piece in _ERASING.split(text))


def clean_label(text: str) -> Cleaned:
    """Clean a speaker's name: one line, no space around it."""
    cleaned = clean(text)
    return Cleaned(" ".join(cleaned.text.split()), cleaned.removed)
