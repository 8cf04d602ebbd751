"""How words compare in search: pure, and the same for every search adapter, its queries and its highlights.

Case, diacritics, ligatures and widths fold away; invisible characters (soft hyphen, joiners) too. A *joiner* (a hyphen
or an apostrophe of any kind, single, between letters) cuts a word into pieces, and what it joined is a word as well: so
``one-stop`` is found with every kind of hyphen and as ``one stop``, and ``multistakeholder`` finds
``multi-stakeholder``. Scripts that are written without spaces, and Hangul with its attached endings, are cut into
characters: a query in them finds any stretch.
"""

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

MAX_WORD_CHARS = 64
"""Longer words are cut to this, in texts and in queries alike."""

_JOINERS = "-\u2010\u2011\u2013\u2212\ufe63\uff0d'\u2018\u2019\u02bb\u02bc\u00b4`\uff07"
_INVISIBLE = "\u00ad\u034f\u0640\u180e\u200c\u200d\u200e\u200f\u2060\ufeff"
_SPACELESS = (
    "\u0e00-\u0eff"  # Thai, Lao
    "\u1000-\u109f\u1780-\u17ff"  # Myanmar, Khmer
    "\u1100-\u115f\u3130-\u318f\ua960-\ua97f\uac00-\ud7a3"  # Hangul
    "\u3005-\u3007\u3041-\u30ff\u31f0-\u31ff\uff66-\uff9d"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af"  # Han
)
_VOWELS = "\u1160-\u11ff"
"""Hangul written letter by letter: a vowel or a final belongs to the character that it follows."""
_MARKED = (range(0x0300, 0x3100), range(0xA600, 0xAC00), range(0xFB1E, 0xFE30), range(0x10A00, 0x1E94B))
"""Where Unicode has combining marks that belong to words."""

_LETTERS = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i", "ħ": "h"}
)
"""Letters with a stroke and the like, which Unicode does not decompose."""

_PLAIN = {sign: "-" for sign in _JOINERS if not sign.isascii()} | {
    "\u201c": '"',
    "\u201d": '"',
    "\u2014": " ",
    "\u2026": " ",
}
"""Signs of English typography as ASCII, with one joiner for all."""

_ASCII_FOLDED = str.maketrans(
    {char: char.lower() if char.isalnum() else "-" if char in _JOINERS else " " for char in map(chr, range(128))}
)
"""ASCII in small letters, with one joiner for all, and spaces for all other signs."""

_ASCII_JOINED = re.compile("[a-z0-9]++(?:-[a-z0-9]++)+")


class Word(NamedTuple):
    """A folded word and where it stood in the text: ``text[start:end]``."""

    folded: str
    start: int
    end: int


class Words(NamedTuple):
    """The words of a text: ``pieces`` in order, and ``joined``: what joiners joined, as one word each.

    Two letters that are written as one sign are two pieces in one place.
    """

    pieces: tuple[Word, ...]
    joined: tuple[Word, ...]


def words(text: str) -> Words:
    """All words of a text, with their places."""
    pieces: list[Word] = []
    joined: list[Word] = []
    for match in _pattern().finditer(text):
        start, end = match.span()
        word = match.group()
        if word.isascii() and word.isalnum():  # most words there are
            pieces.append(Word(word.lower()[:MAX_WORD_CHARS], start, end))
            continue
        found = _split(word)
        pieces.extend(Word(folded, start + first, start + last) for folded, first, last in found)
        if len(found) > 1:
            joined.append(Word(_join(found), start, end))
    return Words(tuple(pieces), tuple(joined))


def count_words(text: str) -> int:
    """How many words a text has: what joiners joined is one, and so is each character of a spaceless script."""
    return sum(1 for _ in _pattern().finditer(text))


def index_terms(text: str) -> tuple[str, str]:
    """What an index keeps of a text: its folded words in order, and the joined ones, each separated by spaces.

    The same words as ``words`` gives, without their places.
    """
    plain = text
    if not text.isascii():
        for sign, other in _PLAIN.items():  # faster than to translate what has a few of them
            plain = plain.replace(sign, other)
    if plain.isascii():  # most of English
        return _ascii_terms(plain.translate(_ASCII_FOLDED))
    found = words(text)
    return " ".join(word.folded for word in found.pieces), " ".join(word.folded for word in found.joined)


def _ascii_terms(plain: str) -> tuple[str, str]:
    """See ``index_terms``; of a text with small letters, digits, spaces and joiners alone."""
    joined: list[str] = []
    pieces = plain.split()
    if "-" in plain:
        for word in pieces:
            if "-" in word:
                joined += [found.replace("-", "")[:MAX_WORD_CHARS] for found in _ASCII_JOINED.findall(word)]
        pieces = plain.replace("-", " ").split()
    if len(max(pieces, key=len, default="")) > MAX_WORD_CHARS:
        pieces = [piece[:MAX_WORD_CHARS] for piece in pieces]
    return " ".join(pieces), " ".join(joined)


def fold_name(name: str) -> str:
    """A name as it is compared when it is compared whole: ``JEAN-PIERRE  Dupont`` is ``jean pierre dupont``."""
    return index_terms(name)[0]


def _join(pieces: tuple[Word, ...]) -> str:
    return "".join(piece.folded for piece in pieces)[:MAX_WORD_CHARS]


@lru_cache(maxsize=32_768)
def _split(word: str) -> tuple[Word, ...]:
    """The folded pieces of one match of the pattern, with places relative to it; none of them is empty."""
    return tuple(
        Word(found.group(), start, end)
        for piece, start, end in _cut(word)
        for found in _pattern().finditer(_fold(piece))  # one sign may be two letters
    )


def _cut(word: str) -> Iterator[tuple[str, int, int]]:
    for match in re.finditer(f"[^{re.escape(_JOINERS)}]+", word):
        yield match.group(), *match.span()


def _fold(piece: str) -> str:
    decomposed = unicodedata.normalize("NFKD", piece.casefold())
    kept = "".join(char for char in decomposed if not _is_dropped(char))
    return unicodedata.normalize("NFC", kept.casefold().translate(_LETTERS))[:MAX_WORD_CHARS]


@lru_cache(maxsize=4096)
def _is_dropped(char: str) -> bool:
    """Accents and points (Latin, Greek, Cyrillic, Hebrew, Arabic) and the invisible; no Indic vowel signs."""
    kind = unicodedata.combining(char)
    sign = not char.isalnum() and unicodedata.category(char)[0] != "M"  # the stroke of a fraction, brackets of a number
    return sign or char in _INVISIBLE or 10 <= kind <= 36 or kind >= 200  # noqa: PLR2004 - canonical combining classes


@cache
def _pattern() -> re.Pattern[str]:
    """A word: letters and digits with their marks, joined by single joiners; or one character of a spaceless script."""
    marks = _marks() + re.escape(_INVISIBLE)
    joiners = re.escape(_JOINERS)
    letter = rf"[^\W_{_SPACELESS}{joiners}]"
    run = rf"{letter}+(?:[{marks}]+{letter}*)*"
    return re.compile(rf"{run}(?:[{joiners}]{run})*|[{_SPACELESS}][{marks}{_VOWELS}]*")


def _marks() -> str:
    return "".join(char for block in _MARKED for char in map(chr, block) if unicodedata.category(char)[0] == "M")
