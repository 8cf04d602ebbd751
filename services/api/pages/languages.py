"""What languages call themselves, and in which direction they are written, as the CLDR says."""

from functools import lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError

_NONE = frozenset({"und", "mul", "mis", "zxx"})
"""Tags that name no language."""
_KNOWN = 256
"""So many languages are remembered."""


@lru_cache(_KNOWN)
def own_name(tag: str) -> str:
    """``français``, ``português (Brasil)``; the tag itself if nobody knows the language by it."""
    locale = _locale(tag)
    return (locale.get_display_name() if locale else None) or tag


@lru_cache(_KNOWN)
def direction(tag: str) -> Literal["ltr", "rtl", "auto"]:
    """How it is written; ``auto`` if nobody knows."""
    locale = _locale(tag)
    if locale is None or tag.lower().split("-", maxsplit=1)[0] in _NONE:
        return "auto"
    return "rtl" if locale.text_direction == "rtl" else "ltr"


def _locale(tag: str) -> Locale | None:
    try:
        return Locale.parse(tag, sep="-")
    except (UnknownLocaleError, ValueError):
        return None
