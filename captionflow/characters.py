"""Characters that several rules ask for, each set once. Pure."""

from typing import Final

CLOSING: Final = frozenset(".?!…:;)]}\"'”’—-–*。？！")  # noqa: RUF001 - punctuation as captioned
"""A text that ends with one of these ends a sentence, or may."""
CLINGING: Final = frozenset(".,;:?!…)]}%”’。，？！")  # noqa: RUF001 - punctuation as captioned
"""Follows the text before it without a space."""
COMBINING: Final = (
    "\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u064b-\u065f\u0900-\u0dff\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"
)
"""Accents that are characters of their own, and scripts with vowel signs: part of a word, as ``\\w`` does not know. For
a class of a regular expression."""
NO_SPACE: Final = "\u200b"
"""Zero width space: at the end of a line of an export, no space was left out there. Players show nothing of it."""
MARKER: Final = ">>"
"""Somebody else speaks (the convention of real-time captioning)."""
