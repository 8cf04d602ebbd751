"""How wide text is on a screen, in columns. Pure."""

import unicodedata
from collections.abc import Iterator

from icu4py.breakers import CharacterBreaker

_EMOJI = "\ufe0f"
"""Asks for the picture of a sign: two columns."""


def clusters(text: str) -> Iterator[str]:
    """What a reader takes for one sign (extended grapheme clusters, Unicode UAX 29): never to be cut."""
    return iter(text) if text.isascii() else iter(CharacterBreaker(text, "en"))


def width(text: str) -> int:
    """Columns that a line of text takes: two for an ideograph or an emoji, none for a mark or a sign nobody sees."""
    return len(text) if text.isascii() else sum(map(_cluster_width, CharacterBreaker(text, "en")))


def _cluster_width(cluster: str) -> int:
    first = cluster[0]
    if unicodedata.east_asian_width(first) in "WF" or _EMOJI in cluster:
        return 2
    return 0 if unicodedata.category(first) in {"Mn", "Me", "Cf"} else 1
