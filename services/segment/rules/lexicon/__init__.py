"""The words that the rules know, one module a language.

English words hold in every session, since captioners mix them in. So do those of other scripts, which look like no
English word, and of the others the roles, the titles and what is nobody: the language of a file is often not told.
The rest holds in sessions of its language.
"""

from typing import Final

from services.segment.rules.lexicon.ar import ARABIC
from services.segment.rules.lexicon.de import GERMAN
from services.segment.rules.lexicon.en import ENGLISH
from services.segment.rules.lexicon.es import SPANISH
from services.segment.rules.lexicon.fr import FRENCH
from services.segment.rules.lexicon.he import HEBREW
from services.segment.rules.lexicon.it import ITALIAN
from services.segment.rules.lexicon.ja import JAPANESE
from services.segment.rules.lexicon.ko import KOREAN
from services.segment.rules.lexicon.nl import DUTCH
from services.segment.rules.lexicon.pt import PORTUGUESE
from services.segment.rules.lexicon.ru import RUSSIAN
from services.segment.rules.lexicon.words import Lexicon, words
from services.segment.rules.lexicon.zh import CHINESE

__all__ = ["ENGLISH", "EVERYWHERE", "LANGUAGES", "Lexicon", "for_language"]

LANGUAGES: Final = {
    "ar": ARABIC,
    "de": GERMAN,
    "es": SPANISH,
    "fr": FRENCH,
    "he": HEBREW,
    "it": ITALIAN,
    "ja": JAPANESE,
    "ko": KOREAN,
    "nl": DUTCH,
    "pt": PORTUGUESE,
    "ru": RUSSIAN,
    "zh": CHINESE,
}
"""The words of each language, English aside."""

_OTHER_SCRIPTS = ("ar", "he", "ja", "ko", "ru", "zh")
_ENGLISH_TOO = words("assistance bron idea lid moderation public tip")
"""Words of other languages that mean something else in English."""


def _labels_of(lexicon: Lexicon) -> Lexicon:
    """Of a language the words that make labels and nothing else."""
    nothing = frozenset[str]()
    return Lexicon(
        particles=nothing,
        titles=lexicon.titles - words("d exa m me on pr"),
        addresses=lexicon.addresses,
        roles=lexicon.roles - _ENGLISH_TOO,
        modifiers=lexicon.modifiers,
        not_speakers=lexicon.not_speakers - _ENGLISH_TOO,
        starters=nothing,
        predicates=nothing,
        styles=lexicon.styles,
        said=(),
        ends=(),
        end_initials=nothing,
        end_brackets=(),
        keys=(),
        title_keys=(),
        room_keys=(),
        about=(),
        transcripts=(),
        editions=(),
        places=(),
        months=("(?!)",) * 12,
        weekdays=(),
        greetings=(),
        spoken=(),
    )


def _in_every_stream() -> Lexicon:
    """English, with what of the other languages holds in every stream."""
    joined = ENGLISH
    for tag, lexicon in LANGUAGES.items():
        joined |= lexicon if tag in _OTHER_SCRIPTS else _labels_of(lexicon)
    return joined


EVERYWHERE: Final = _in_every_stream()
"""The words of a stream in English, or in a language without a module."""

_OF_LANGUAGE = {
    tag: EVERYWHERE if tag in _OTHER_SCRIPTS else EVERYWHERE | lexicon for tag, lexicon in LANGUAGES.items()
}


def for_language(tag: str) -> Lexicon:
    """The words of a language (a BCP 47 tag; its region and script do not matter) with those that hold everywhere.

    A language without a module gets these alone. The same tag always gives the same object.
    """
    return _OF_LANGUAGE.get(tag.partition("-")[0].casefold(), EVERYWHERE)
