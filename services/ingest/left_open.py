"""What a file leaves open, for those who look at a report: who speaks, and when it was. Pure.

These are hints and change nothing: what is a label or a date is decided by the readers and the segmenter.
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from captionflow.identity import reads_two_ways
from services.ingest.readers import Passage

_HEAD_LINES = 40
_LOOK_CHARS = 100
_COMMONEST = 3
_DECORATION = r"(?:[>\-\u2013\u2014\u2022*#_<\[(\s]|\[?\d{1,2}(?::\d{2}){1,2}\]?){0,12}"
_WORD = r"[^\W\d_a-zß-öø-ÿ][\w.'\u2019\-]{0,30}"  # a capital, or a letter of a script without them
_NAME = rf"{_WORD}(?:[ \t](?:{_WORD}|\d{{1,3}})){{0,3}}"
_NAMED = re.compile(rf"{_DECORATION}(?P<name>{_NAME})(?:[*_)]{{0,4}}\s{{0,3}}(?:[:\uff1a]|$)|[\]>])")
_FIGURES = re.compile(r"(?<![\d/.\-])(\d{1,2})([/.\-])(\d{1,2})\2(\d{4}|\d{2})(?![\d/.\-])")


class LeftOpen(NamedTuple):
    """``names`` are what lines begin with that look like names, most often first, and how often each."""

    lines_like_names: int = 0
    names: tuple[tuple[str, int], ...] = ()
    dates: tuple[str, ...] = ()
    """Dates in figures near the beginning that can be read in two ways."""


def left_open(passages: Iterable[Passage]) -> LeftOpen:
    """What stands in a file that may be meant as names and dates."""
    lines = [line[:_LOOK_CHARS] for passage in passages for line in passage.text.splitlines() if line.strip()]
    names = Counter(found["name"].rstrip(".") for line in lines if (found := _NAMED.match(line)))
    dates = dict.fromkeys(
        found[0]
        for line in lines[:_HEAD_LINES]
        for found in _FIGURES.finditer(line)
        if reads_two_ways(int(found[1]), int(found[3]))
    )
    return LeftOpen(names.total(), tuple(names.most_common(_COMMONEST)), tuple(dates))


def told(found: LeftOpen, *, speakers: int, day: str | None) -> tuple[str, ...]:
    """The same in sentences, as far as it was not answered: ``speakers`` were found, and this day."""
    said = []
    if not speakers:
        if found.names:
            lines = "1 line begins like a name" if found.lines_like_names == 1 else ""
            lines = lines or f"{found.lines_like_names} lines begin like names"
            said.append(f"no label found; {lines}: {', '.join(f'{name} ({count})' for name, count in found.names)}")
        else:
            said.append("no label found; no line begins like a name")
    if day is None:
        said += [f"the date {one} can be read in two ways: it is left open" for one in found.dates]
    return tuple(said)
