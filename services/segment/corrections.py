"""Corrections that an organiser makes while a session runs: a layer over the parts that lines make. Pure.

A correction says what a part's text was and what it is to be. The lines of the senders stay as they are, so a tool that
erases or revises its own words goes on as if nothing had happened. What it then changes and what was corrected are
merged word by word: where both changed the same words, those of the sender count, since they came later. So a
correction is neither undone by what a sender does elsewhere, nor said twice.
"""

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from difflib import SequenceMatcher
from functools import lru_cache
from itertools import groupby
from typing import Final, NamedTuple

import msgspec

from captionflow.common_prefix import common_prefix
from captionflow.messages import Correction, Note, Part, Stamp
from captionflow.stamps import pack, stamps_of

MAX_BYTES: Final = 16 * 1024
"""What all corrections of a state weigh at most as JSON. One more than fits changes nothing."""
_UNSPACED: Final = ("CJK", "HIRAGANA", "KATAKANA", "THAI", "LAO", "KHMER", "MYANMAR")
"""Scripts that put no space between words: there a character is the smallest thing that is corrected."""


class Corrected(msgspec.Struct, frozen=True, array_like=True):
    """A part that was corrected."""

    turn_id: str
    number: int
    ordinal: int
    was: str
    """Its text as the lines made it then."""
    now: str
    """As it was corrected."""


class Edit(NamedTuple):
    """The characters from ``begin`` to ``end`` become ``text``."""

    begin: int
    end: int
    text: str


def corrected(part: Part, corrections: Sequence[Corrected]) -> Part:
    """The part as its readers see it."""
    for one in corrections:
        if (one.turn_id, one.number) == (part.turn_id, part.number) and not part.retracted:
            return _edited(part, _merged(one.was, one.now, part.text))
    return part


def with_correction(corrections: Sequence[Corrected], part: Part, wanted: Correction) -> tuple[Corrected, ...]:
    """The corrections with one more, of a part as its lines make it; the same if it changes nothing or is too much."""
    seen = corrected(part, corrections)
    after = _edited(seen, _merged(wanted.was, wanted.now, seen.text))
    others = tuple(one for one in corrections if (one.turn_id, one.number) != (part.turn_id, part.number))
    found = (*others, Corrected(part.turn_id, part.number, part.ordinal, part.text, after.text))
    too_much = len(msgspec.json.encode(found)) > MAX_BYTES
    return tuple(corrections) if after == seen or too_much else found


def within_reach(corrections: Iterable[Corrected], ordinal: int, number: int) -> tuple[Corrected, ...]:
    """Those of parts that can still change: of this turn and part, and of what comes behind it."""
    return tuple(one for one in corrections if (one.ordinal, one.number) >= (ordinal, number))


def edits(old: str, new: str) -> tuple[Edit, ...]:
    """What makes ``new`` of ``old``, in whole words."""
    if old == new:
        return ()
    begin = _common_words(old, new)
    before, after = _words(old[begin:]), _words(new[begin:])
    places = [begin]
    for word in before:
        places.append(places[-1] + len(word))
    codes = SequenceMatcher(None, before, after).get_opcodes()
    return tuple(
        Edit(places[first], places[last], "".join(after[other:end]))
        for tag, first, last, other, end in codes
        if tag != "equal"
    )


@lru_cache(maxsize=64)
def _merged(was: str, now: str, text: str) -> tuple[Edit, ...]:
    """What a correction from ``was`` to ``now`` changes in ``text``, which ``was`` has become meanwhile."""
    theirs = edits(was, text)
    return tuple(_moved(own, theirs) for own in edits(was, now) if not any(_collide(own, other) for other in theirs))


def _collide(own: Edit, other: Edit) -> bool:
    if own.begin == own.end == other.begin == other.end:  # both say more there: once, if it is the same
        said = [word for word in _words(own.text) if not word.isspace()]
        return [word for word in _words(other.text) if not word.isspace()][: len(said)] == said
    return own.begin < other.end and other.begin < own.end


def _moved(own: Edit, theirs: Sequence[Edit]) -> Edit:
    """The same edit in the text after others that don't collide with it."""
    passed = (one for one in theirs if one.end <= own.begin and one.begin < own.begin)
    begin = own.begin + sum(len(one.text) - (one.end - one.begin) for one in passed)
    return Edit(begin, begin + own.end - own.begin, own.text)


def _edited(part: Part, changes: Sequence[Edit]) -> Part:
    """The part after edits of its text; notes, what stands apart and times keep their words."""
    if not changes:
        return part
    text = _applied(part.text, changes)
    tidied = tuple(_untidy(text))
    text = _applied(text, tidied)

    def place(offset: int) -> int:
        return _shifted(_shifted(offset, changes), tidied)

    return msgspec.structs.replace(
        part,
        paragraphs=tuple(text.split("\n")) if text else (),
        notes=tuple(Note(one.text, place(one.at)) for one in part.notes),
        apart=tuple(msgspec.structs.replace(one, at=place(one.at)) for one in part.apart),
        stamps=(),
        times=pack(Stamp(place(one.offset), one.at, one.until) for one in stamps_of(part)),
    )


def _applied(text: str, changes: Iterable[Edit]) -> str:
    pieces: list[str] = []
    done = 0
    for begin, end, new in changes:
        pieces += (text[done:begin], new)
        done = end
    return "".join((*pieces, text[done:]))


def _shifted(offset: int, changes: Iterable[Edit]) -> int:
    moved = offset
    for begin, end, new in changes:
        if offset >= end and offset > begin:
            moved += len(new) - (end - begin)
        elif offset > begin:
            moved += min(len(new), offset - begin) - (offset - begin)
    return moved


def _untidy(text: str) -> Iterator[Edit]:
    """White space that is no single space between words, nor a single line break between paragraphs."""
    place = 0
    for is_space, run in groupby(text, str.isspace):
        found = "".join(run)
        end = place + len(found)
        if is_space:
            wanted = "" if place == 0 or end == len(text) else "\n" if "\n" in found else " "
            if found != wanted:
                yield Edit(place, end, wanted)
        place = end


def _common_words(old: str, new: str) -> int:
    """How many characters both begin with, up to the last white space among them."""
    common = old[: common_prefix(old, new)]
    return next((place + 1 for place in range(len(common) - 1, -1, -1) if common[place].isspace()), 0)


def _words(text: str) -> list[str]:
    """The words, and what is between them character by character; together they are the text."""
    found: list[str] = []
    inside = False
    for char in text:
        letter = _is_letter(char)
        if letter and inside:
            found[-1] += char
        else:
            found.append(char)
        inside = letter
    return found


@lru_cache(maxsize=4096)
def _is_letter(char: str) -> bool:
    """Whether it is one of a word: a letter, a digit or a mark on one, of a script with spaces."""
    if char.isascii():
        return char.isalnum() or char == "'"
    if not (char.isalnum() or unicodedata.category(char)[0] == "M" or char == "\u2019"):
        return False
    return not unicodedata.name(char, "").startswith(_UNSPACED)
