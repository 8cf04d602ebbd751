"""Who speaks in a file of cues, told by its shapes: ``Name:``, ``[Name]``, dashes, names of cues. Pure.

A cue has no memory, so a file may repeat the label in each: the same name goes on with its turn. A shape counts once
the whole file has proved it; what proves nothing stays words, and the segmenter's own rules still read it. What stands
behind ``>>`` is always the segmenter's.
"""

import re
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from captionflow.characters import MARKER
from services.ingest.readers.cue_labels import Beginning, beginning, names_nobody, speaks
from services.ingest.readers.names import is_person, sort_of
from services.ingest.readers.rollup import Cue, Said

_CLOSING = frozenset('.?!\u2026:;)]}"\u201d\u2019\u00bb-\u2010\u2011\u2013\u2014*\u3002\uff1f\uff01\u266a\u266b#')
_MARKER = re.compile(r">[ \t]?>+")
_UNKNOWN = f"{MARKER} "
_OFTEN = 3
_MOST = 0.75
"""In so many cues a label stands where a file has one in each."""


class Spoken(NamedTuple):
    """The cues with the speakers that the file names, and what was read so, in sentences for people."""

    cues: tuple[Cue, ...]
    told: tuple[str, ...]


class _Line(NamedTuple):
    """A line of a cue as it stands in its file."""

    said: Said
    begins: Beginning
    first: bool
    """Of its cue."""
    last: bool
    before: str
    """The line before it; empty for the first."""

    @property
    def closed(self) -> bool:
        """Whether the words before it ended a sentence, or there are none."""
        return not self.before or self.before[-1] in _CLOSING

    @property
    def listed(self) -> bool:
        """Whether the words before it announce a list."""
        return self.before.endswith((":", "\uff1a"))

    @property
    def labelled(self) -> bool:
        """Whether the line before it is a marker with a label and nothing else."""
        return self.listed and _MARKER.match(self.before) is not None

    @property
    def opens(self) -> bool:
        """Whether words follow the beginning, on the line or below it."""
        return bool(self.begins.rest.strip()) or not self.last


def name_speakers(names: Sequence[str | None]) -> frozenset[str]:
    """The names of cues that say who speaks: each cue has one, and they return or are numbered speakers."""
    if None in names or len(names) < 2:  # noqa: PLR2004 - one cue proves nothing
        return frozenset()
    counts = Counter(name for name in names if name is not None)
    numbered = all(sort_of(name) == "numbered" and is_person(name) and _is_voice(name) for name in counts)
    people = all(sort_of(name) is not None and any(map(str.isalpha, name)) for name in counts)
    returning = len(counts) * 2 <= len(names) and len(counts) > 1
    return frozenset(counts) if numbered or (people and returning) else frozenset()


def _is_voice(name: str) -> bool:
    return re.match(r"speaker|spk|person|voice|guest|host|participant|interview", name, re.IGNORECASE) is not None


def speakers(cues: Sequence[Cue]) -> Spoken:
    """The lines with who speaks instead of their labels and dashes, as far as the file proves them."""
    lines = list(_lines(cues))
    flat = [line for some in lines for line in some]
    alone = _alone(lines)
    colons = _colons(lines)
    brackets = _brackets(lines)
    dashes = _dashes(lines, alone | colons | brackets)
    if not (alone or colons or brackets or dashes or any(line.said.speaker is not None for line in flat)):
        return Spoken(tuple(cues), ())
    told = [
        f"{len(found)} lines begin with {what}: read as who speaks."
        for found, what in (
            (alone, "a name alone on it"),
            (colons, "a name and a colon"),
            (brackets, "a name in brackets"),
        )
        if found
    ]
    unnamed = dashes - alone - colons - brackets
    if unnamed:
        told.append(f"{len(unnamed)} lines begin with a dash: read as a change of speaker.")
    number = 0
    spoken: list[Cue] = []
    given: str | None = None
    for cue, some in zip(cues, lines, strict=True):
        now: list[Said] = []
        waiting: str | None = None
        for line in some:
            named = number in colons or number in brackets
            if number in alone:
                line = _named_alone(line)  # noqa: PLW2901 - the same line, with its name seen
                named = True
            for said in _told(line, named=named, dashed=number in dashes):
                speaker = said.speaker if said.speaker is not None else waiting
                waiting = None if said.text.strip() else speaker
                text = said.text
                if speaker == "" and given != "" and not _MARKER.match(text.lstrip()):
                    text = f"{_UNKNOWN}{text}"
                given = given if speaker is None else speaker
                if text.strip():
                    now.append(said._replace(text=text, speaker=speaker))
            number += 1
        spoken.append(cue._replace(lines=tuple(now)))
    return Spoken(tuple(cue for cue in spoken if cue.lines), tuple(told))


def _told(line: _Line, *, named: bool, dashed: bool) -> Iterator[Said]:
    """A line with its speaker, in one piece or, where markers stand inside, more.

    A marker stands before somebody unknown; the empty speaker says that who was named before does not go on.
    """
    said, begins = line.said, line.begins
    if named:
        said = said._replace(text=begins.rest, speaker=begins.name)
    elif dashed:
        said = said._replace(text=begins.dashed if said.speaker else f"{_UNKNOWN}{begins.dashed}")
    places = [0, *(mark.start() for mark in _MARKER.finditer(said.text) if mark.start() > 0), len(said.text)]
    for begin, end in pairwise(places):
        piece = said._replace(text=said.text[begin:end], goes_on=said.goes_on and begin == 0)
        yield piece._replace(speaker="") if _MARKER.match(piece.text.lstrip()) else piece


def _lines(cues: Sequence[Cue]) -> Iterator[list[_Line]]:
    before = ""
    for cue in cues:
        some: list[_Line] = []
        for place, said in enumerate(cue.lines):
            begins = Beginning(False, None, None, False, said.text, said.text) if said.goes_on else beginning(said.text)
            some.append(_Line(said, begins, place == 0, place == len(cue.lines) - 1, before))
            before = said.text.strip() or before
        yield some


def _alone(lines: Sequence[Sequence[_Line]]) -> frozenset[int]:
    """The lines that are a name and nothing else, with the words below, in nearly each cue: people who return."""
    names: dict[int, str] = {}
    number = 0
    for some in lines:
        first = " ".join(some[0].said.text.split())
        if len(some) > 1 and some[0].said.speaker is None and " " in first and is_person(first):
            names[number] = first
        number += len(some)
    people = set(names.values())
    proved = len(names) >= max(_OFTEN, len(lines) * _MOST) and 1 < len(people) < len(names)
    return frozenset(names) if proved else frozenset()


def _named_alone(line: _Line) -> _Line:
    name = " ".join(line.said.text.split())
    return line._replace(begins=Beginning(False, name, None, False, "", line.said.text))


def _colons(lines: Sequence[Sequence[_Line]]) -> frozenset[int]:
    """The lines that begin with a name and a colon, and so tell who speaks.

    In a file that has one in each cue, the beginning of a cue is the place of a label whatever its letters. Elsewhere
    names that return, of two people at least, behind the end of a sentence; not where markers tell who speaks.
    """
    flat = [line for some in lines for line in some]
    found = {
        number: line.begins.name or ""
        for number, line in enumerate(flat)
        if line.begins.form == "colon" and line.said.speaker is None and line.opens
    }
    counts = Counter(found.values())
    firsts = [number for number in found if flat[number].first]
    spoken = sum(not some[0].said.goes_on and not _is_note(some[0].said.text) for some in lines)
    sure = [number for number in firsts if speaks(found[number], "colon")]
    every = (
        len(firsts) >= max(2, spoken * _MOST)
        and len(sure) * (3 if len(firsts) == spoken >= _OFTEN else 2) >= len(firsts)
        and len({found[number] for number in sure}) < len(sure)
    )
    if every:
        names = {found[number] for number in firsts if not names_nobody(found[number])}
        strict = len(firsts) < spoken
        people = {name for name in names if not strict or counts[name] > 1 or is_person(name)}
        return frozenset(
            number for number, name in found.items() if name in people and (flat[number].first or is_person(name))
        )
    people = {name for name in counts if is_person(name) and not names_nobody(name)}
    kept = {
        number
        for number, name in found.items()
        if name in people
        and not flat[number].labelled
        and (flat[number].closed or name.isupper() or flat[number].begins.dash)
    }
    names = {found[number] for number in kept}
    dialogue = len(kept) >= _OFTEN and 1 < len(names) < len(kept)
    if not dialogue or _marked(flat) >= len(kept):
        return frozenset()
    return frozenset(
        number for number in kept if counts[found[number]] > 1 or found[number].isupper() or " " in found[number]
    )


def _marked(lines: Sequence[_Line]) -> int:
    """How many lines begin with a marker."""
    return sum(_MARKER.match(line.said.text.lstrip()) is not None for line in lines)


def _brackets(lines: Sequence[Sequence[_Line]]) -> frozenset[int]:
    """The lines that begin with a name in brackets, and so tell who speaks: no sound, and never a cue of its own."""
    flat = [line for some in lines for line in some]
    alone = {
        (line.begins.name or "").casefold()
        for some in lines
        for line in some
        if line.begins.form == "bracket" and len(some) == 1 and not line.opens
    }
    found = {
        number: line.begins
        for number, line in enumerate(flat)
        if line.begins.form == "bracket" and line.said.speaker is None and line.opens
    }
    colons = sum(begins.colon for begins in found.values())
    every = colons >= _OFTEN or (colons and colons == len(lines))
    kept = {
        number: begins.name or ""
        for number, begins in found.items()
        if (begins.name or "").casefold() not in alone
        and (speaks(begins.name or "", "bracket") or (every and begins.colon and not names_nobody(begins.name or "")))
    }
    numbered = all(sort_of(name) == "numbered" for name in kept.values())
    names = set(kept.values())
    returning = len(kept) >= _OFTEN and (1 < len(names) < len(kept) or every)
    return frozenset(kept) if (returning and _marked(flat) < len(kept)) or (len(kept) > 1 and numbered) else frozenset()


def _dashes(lines: Sequence[Sequence[_Line]], named: Collection[int]) -> frozenset[int]:
    """The lines that begin with a dash before another who speaks.

    Proved by a cue with two, by a name behind one, or by two that begin a sentence behind the end of another. No dash
    in the middle of a sentence, before a figure or in a list behind a colon is one.
    """
    kept: set[int] = set()
    proved = False
    number = 0
    for some in lines:
        dashed = [place for place, line in enumerate(some) if line.begins.dash and line.begins.dashed.strip()]
        capitals = all(_begins_sentence(some[place].begins.dashed) for place in dashed)
        listed = bool(dashed) and some[dashed[0]].listed
        pair = len(dashed) > 1 and not listed and (capitals or (some[0].closed and len(dashed) == len(some)))
        for place in dashed:
            line = some[place]
            single = line.closed and not listed and _begins_sentence(line.begins.dashed)
            if pair or single or number + place in named:
                kept.add(number + place)
        proved = proved or pair or any(number + place in named for place in dashed)
        number += len(some)
    return frozenset(kept) if proved or len(kept) > 1 else frozenset()


def _begins_sentence(words: str) -> bool:
    first = words.lstrip("\u00bf\u00a1\"'\u201c\u2018\u00ab([\u2026. ")[:1]
    return first.isalpha() and not first.islower()


def _is_note(text: str) -> bool:
    return re.fullmatch(r"\s*(?:[\[(][^\[\]()]*[\])]|[\u266a\u266b#].*)\s*", text) is not None
