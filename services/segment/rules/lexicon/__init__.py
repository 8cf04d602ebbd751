"""The words that the rules know, one module a language.

English words hold in every session, since captioners mix them in; the others only in sessions of their language.
"""

from services.segment.rules.lexicon.en import ENGLISH
from services.segment.rules.lexicon.words import Lexicon

__all__ = ["ENGLISH", "Lexicon", "for_language"]

_LEXICONS: dict[str, Lexicon] = {"en": ENGLISH}


def for_language(tag: str) -> Lexicon:
    """The words of a language (a BCP 47 tag; its region and script do not matter) with the English ones.

    A language without a module gets the English words alone. The same tag always gives the same object.
    """
    return _LEXICONS.get(tag.partition("-")[0].casefold(), ENGLISH)
