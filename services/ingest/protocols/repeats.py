"""How a post repeats the last lines of the one before it, as tools do that show rows which roll up. Pure."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Literal, NamedTuple, Self

from captionflow.common_prefix import common_prefix

_MAX_ROWS = 8
"""No tool shows more rows than that at once; a repetition is looked for in so many."""
_STRONG_WORDS = 4
"""So many repeated words are no accident."""
_GROWN = 3
"""So many posts that all repeat fewer words, and add some, are none either."""
_STREAM_SHARE = 6
"""One joint in so many has white space at least, if posts are pieces of a stream."""
_ENDS = frozenset(".?!:;…。")
"""What ends a line, but never a piece of a stream that goes on without a blank."""

Manner = Literal["stream", "lines", "rolling", "typed"]
"""stream: pieces that are joined as they are; lines: whole lines without line breaks; rolling: the last lines again;
typed: a stream in which U+0008 takes back the character before it. Only ``typed`` is told by the door."""


class Repeat(NamedTuple):
    """A post begins with the last lines of the one before it."""

    until: int
    """What it repeats ends at this offset of the post before; what that had beyond it was corrected."""
    length: int
    """So many of its characters repeat."""
    strong: bool
    """They are too many to be an accident."""
    grows: bool
    """More follows them."""

    @classmethod
    def of(cls, before: str, text: str) -> Self | None:
        """The longest repetition, or None. The first lines may have rolled away, the last words may be corrected."""
        begin = last_rows(before)
        while begin < len(before):
            lasts = before[begin:]
            length = common_prefix(lasts, text)
            strong = "\n" in text[:length].strip() or len(text[:length].split()) >= _STRONG_WORDS
            if length == len(lasts) or (strong and "\n" not in lasts[length:] and 2 * length > len(lasts)):
                return cls(begin + length, length, strong, length < len(text))
            begin = before.find("\n", begin) + 1 or len(before)
        return None


def last_rows(text: str) -> int:
    """The offset of the last rows, as many as a tool may show."""
    begin = len(text)
    for _ in range(_MAX_ROWS):
        begin = text.rfind("\n", 0, max(begin - 1, 0)) + 1
        if not begin:
            break
    return begin


def manner_of(posts: Sequence[str], *, was: Manner) -> Manner:
    """How posts, none of them empty, are joined: from what they look like beside each other, and how it was before.

    Rolling needs a repetition that is no accident, and goes on while most posts repeat something. Pieces of a stream
    have blanks at their joints; lines have none, but a full stop before them or a capital behind them.
    """
    if was == "typed":
        return "typed"
    repeats = [Repeat.of(before, text) for before, text in pairwise(posts)]
    found = [repeat for repeat in repeats if repeat]
    grown = sum(repeat.grows for repeat in found)
    mostly = 2 * len(found) >= len(repeats)
    if was == "rolling" and (mostly or len(repeats) <= _GROWN):
        return "rolling"
    if mostly and (grown >= _GROWN or any(repeat.strong for repeat in found)):
        return "rolling"
    joints = [(before[-1], text[0]) for before, text in pairwise(posts)]
    spaced = sum(one.isspace() or other.isspace() for one, other in joints)
    broken = sum(
        not other.isspace() and (one in _ENDS or (one.islower() and not other.islower() and other.isalpha()))
        for one, other in joints
    )
    if broken > spaced:
        return "lines"
    return "stream" if was == "stream" or (spaced > broken and spaced * _STREAM_SHARE >= len(joints)) else "lines"


def add(texts: list[str], before: str, text: str, manner: Manner) -> int:
    """Add what a post says to the texts; ``before`` is the post before it, or empty.

    Returns how many characters it erased beyond the first of them.
    """
    if manner == "typed":
        erased, own = erasures(text)
        beyond = erase(texts, erased)
        texts.append(own)
        return beyond
    repeat = Repeat.of(before, text) if manner == "rolling" else None
    if repeat:
        beyond = erase(texts, len(before) - repeat.until)
        texts.append(text[repeat.length :])
        return beyond
    joint = "" if manner == "stream" or not before or before[-1].isspace() or text[0].isspace() else "\n"
    texts.append(joint + text)
    return 0


def erasures(text: str) -> tuple[int, str]:
    """How many characters before a text with U+0008 are erased, and what is left of it."""
    erased = 0
    left: list[str] = []
    for character in text:
        if character != "\b":
            left.append(character)
        elif left:
            left.pop()
        else:
            erased += 1
    return erased, "".join(left)


def erase(texts: list[str], count: int) -> int:
    """Take so many characters away at the end of the last texts; returns how many were not there."""
    for index in range(len(texts) - 1, -1, -1):
        if not count:
            break
        kept = max(len(texts[index]) - count, 0)
        count -= len(texts[index]) - kept
        texts[index] = texts[index][:kept]
    return count
