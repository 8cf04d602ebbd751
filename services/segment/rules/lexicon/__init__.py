"""The words that the rules know, one module a language.

English words hold in every session, since captioners mix them in, and so do those of scripts that no other language
here has: their letters tell the language. The others hold only in sessions of their language.
"""

from typing import Final

from services.segment.rules.lexicon.ar import ARABIC
from services.segment.rules.lexicon.de import GERMAN
from services.segment.rules.lexicon.en import ENGLISH
from services.segment.rules.lexicon.es import SPANISH
from services.segment.rules.lexicon.fr import FRENCH
from services.segment.rules.lexicon.he import HEBREW
from services.segment.rules.lexicon.pt import PORTUGUESE
from services.segment.rules.lexicon.ru import RUSSIAN
from services.segment.rules.lexicon.words import Lexicon
from services.segment.rules.lexicon.zh import CHINESE

__all__ = ["ENGLISH", "EVERYWHERE", "LANGUAGES", "Lexicon", "for_language"]

LANGUAGES: Final = {
    "ar": ARABIC,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "he": HEBREW,
    "pt": PORTUGUESE,
    "ru": RUSSIAN,
    "zh": CHINESE,
}
"""The words of each language, English aside."""

EVERYWHERE: Final = ENGLISH | ARABIC | CHINESE | HEBREW | RUSSIAN
"""The words that hold in every session."""

_WITH_OTHERS = {tag: EVERYWHERE | lexicon for tag, lexicon in LANGUAGES.items() if tag in {"de", "es", "fr", "pt"}}


def for_language(tag: str) -> Lexicon:
    """The words of a language (a BCP 47 tag; its region and script do not matter) with those that hold everywhere.

    A language without a module gets these alone. The same tag always gives the same object.
    """
    return _WITH_OTHERS.get(tag.partition("-")[0].casefold(), EVERYWHERE)
