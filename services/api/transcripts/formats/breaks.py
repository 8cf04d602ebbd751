"""Text as the pieces between which it may be cut, each with the cost of a cut behind it. Pure.

Words and the places where a line may end are those of ICU (Unicode UAX 14 and 29), which knows the words of scripts
without spaces (Chinese, Japanese, Thai, Lao, Khmer, Burmese) from its dictionaries.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import accumulate
from typing import Final, NamedTuple

from icu4py.breakers import LineBreaker, WordBreaker

from services.api.transcripts.formats.function_words import function_words
from services.api.transcripts.formats.width import clusters, width

SENTENCE: Final = 0.0
CLAUSE: Final = 4.0
WORD: Final = 60.0
"""Behind a word, in the middle of a clause."""
NAME: Final = 90.0
"""Between two words with capitals, or behind a number: perhaps one name, or a number and its unit."""
BRACKET: Final = 120.0
"""Inside of brackets."""
FUNCTION_WORD: Final = 220.0
INSIDE: Final = 400.0
"""Inside of a word that is wider than a line."""

_CLOSERS = r"[\"'”’»›)\]}）」』】]*"  # noqa: RUF001 - punctuation as captioned
_SENTENCE_END = re.compile(rf"[.?!…。？！｡؟۔।]{_CLOSERS}$")  # noqa: RUF001 - punctuation as captioned
_CLAUSE_END = re.compile(rf"(?:[,;:、，；：،؛—–)\]}}）】」』]|--){_CLOSERS}$")  # noqa: RUF001 - punctuation as captioned
_ABBREVIATION = re.compile(
    r"(?:[A-Z]|Mr|Mrs|Ms|Dr|Prof|St|Sr|Jr|Hon|Rev|Gen|Sen|Rep|Gov|vs|No|Nr|Hr|Fr|Sra?|Mme|M|[a-zA-Z](?:\.[a-zA-Z])+)\."
)
_NO_SPACES = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u2e80-\u2fff\u3005-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef"
    "\U0001f000-\U0001faff\U00020000-\U0003ffff]"
)
"""A word with one of these may be several: scripts without spaces, and emoji."""
_LOOK = 120
"""Characters around a place in which a word is looked for."""
_MAX_BRACKET = 12
"""Words of the longest bracket that is kept together where that is possible."""


class Piece(NamedTuple):
    """A word, or what may stand at the end of a line; the pieces' texts with their spaces are the whole text."""

    text: str
    width: int
    offset: int
    """Where it begins in the whole text."""
    spaced: bool
    """A space follows it."""
    glued: bool
    """No space follows it, though more does: if a line ends here, a mark says so."""
    cost: float
    """Of a cut behind it: 0 at the end of a sentence."""


def pieces(text: str, language: str, columns: int) -> list[Piece]:
    """The pieces of a paragraph; none is wider than ``columns``, less one if it is glued to the next."""
    found = list(_split(text, columns))
    belongs = function_words(language)
    costs = list(_costs([word for word, _, _ in found], belongs))
    last = len(found) - 1
    made: list[Piece] = []
    for place, (word, offset, spaced) in enumerate(found):
        glued = not spaced and place < last
        cost = INSIDE if glued and not _NO_SPACES.search(word) else costs[place]
        made.append(Piece(word, width(word), offset, spaced, glued, cost))
    return made


def from_word(text: str, at: int) -> str:
    """The end of a text, from the first word on that begins behind ``at``; in one long word from a sign on.

    In the browser ``words.js`` does the same.
    """
    head, space, tail = text[at:].partition(" ")
    if space and not _NO_SPACES.search(head):
        return tail
    begin = max(0, at - _LOOK)
    window = text[begin : at + _LOOK]
    ends = [begin + end for end in accumulate(map(len, WordBreaker(window, "en"))) if begin + end > at]
    found = next((end for end in ends if text[end:].strip()), None)
    if found is not None:
        return text[found:].lstrip()
    signs = accumulate(map(len, clusters(window)))
    return text[next((begin + end for end in signs if begin + end >= at), at) :]


def _split(text: str, columns: int) -> Iterator[tuple[str, int, bool]]:
    """(word, offset, whether a space follows)."""
    for match in re.finditer(r"\S+", text):
        word = match[0]
        spaced = match.end() < len(text)
        if (word.isascii() or not _NO_SPACES.search(word)) and width(word) <= columns:
            yield word, match.start(), spaced
            continue
        parts = list(_fitting(_parts(word), columns - 1))
        for part, offset in zip(parts, accumulate(map(len, parts), initial=match.start()), strict=False):
            yield part, offset, spaced and offset + len(part) == match.end()


def _parts(word: str) -> Iterator[str]:
    """A word of a script without spaces, or a very long one, at places where both a word and a line may end."""
    ends = accumulate(map(len, WordBreaker(word, "en")))
    lines = set(accumulate(map(len, LineBreaker(word, "en"))))
    begin = 0
    for end in ends:
        if end in lines:
            yield word[begin:end]
            begin = end
    if begin < len(word):  # pragma: no cover - the end of a text is the end of a word and of a line
        yield word[begin:]


def _fitting(parts: Iterable[str], columns: int) -> Iterator[str]:
    """Those that are wider than a line cut between two signs."""
    for part in parts:
        if width(part) <= columns:
            yield part
            continue
        held, held_width = "", 0
        for cluster in clusters(part):
            more = width(cluster)
            if held and held_width + more > columns:
                yield held
                held, held_width = "", 0
            held += cluster
            held_width += more
        yield held


def _costs(words: list[str], belongs: frozenset[str]) -> Iterator[float]:
    """What a cut behind each word costs."""
    inside = _in_brackets(words)
    for place, word in enumerate(words):
        following = words[place + 1] if place + 1 < len(words) else ""
        if _SENTENCE_END.search(word):
            goes_on = following[:1].islower() or _ABBREVIATION.fullmatch(word)
            cost = (WORD if _ABBREVIATION.fullmatch(word) else CLAUSE) if goes_on else SENTENCE
        elif _CLAUSE_END.search(word):
            cost = CLAUSE
        elif word.strip("“”\"'‘’([").casefold() in belongs:  # noqa: RUF001 - punctuation as captioned
            cost = FUNCTION_WORD
        elif (word[:1].isupper() and following[:1].isupper()) or word[-1:].isdigit():
            cost = NAME
        else:
            cost = WORD
        yield max(cost, BRACKET) if inside[place] else cost


def _in_brackets(words: list[str]) -> list[bool]:
    """Whether a cut behind each word is inside of a short bracket."""
    inside = [False] * len(words)
    opened: int | None = None
    for place, word in enumerate(words):
        if word[0] in "([":
            opened = place
        if opened is not None and re.search(r"[)\]]\W*$", word):
            if place - opened <= _MAX_BRACKET:
                inside[opened:place] = [True] * (place - opened)
            opened = None
    return inside
