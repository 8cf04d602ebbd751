"""Files of cues as blocks with line numbers, so that each line of the file is accounted for.

The libraries for these formats drop what they can't read without saying where: webvtt-py a cue with bad times and
words after a blank line, pysubs2 what stands before the first cue and a last line made of digits. So the file is
divided and its times are read here, and what can't be read is kept as words and reported. Pure.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from services.ingest.readers.cue_times import TIMES


class Block(NamedTuple):
    """Lines that belong together: a cue when ``times`` is there."""

    line: int
    """Number of the first line in the file, from 1."""
    name: str | None
    """The cue's identifier or number."""
    times: str | None
    words: tuple[str, ...]


def divide(lines: Sequence[str]) -> Iterator[Block]:
    """Blocks end at an empty line or where the times of the next cue stand, with the number before them if any."""
    numbered = [(number, line) for number, line in enumerate(lines, 1)]
    starts = [place for place, (_, line) in enumerate(numbered) if TIMES.match(line)]
    names = {place: _name(lines, place) for place in starts}
    name_places = {name for name in names.values() if name is not None}
    held: list[str] = []
    first = 1
    name: str | None = None
    times: str | None = None
    for place, (number, line) in enumerate(numbered):
        if place in name_places or not line or place in names:
            if held or times is not None:
                yield Block(first, name, times, tuple(held))
            held, times, name = [], None, None
        if place in names:
            first, times = number, line
            name_place = names[place]
            name = None if name_place is None else lines[name_place].strip()
        elif line.strip() and place not in name_places:
            if not held and times is None:
                first = number
            held.append(line)
    if held or times is not None:
        yield Block(first, name, times, tuple(held))


def _name(lines: Sequence[str], times: int) -> int | None:
    """Where the identifier of the cue stands: on the line before its times.

    A number may also stand right under the words of the cue before, or have an empty line after it.
    """
    before = times - 1
    if before >= 0 and lines[before].strip():
        alone = before == 0 or not lines[before - 1]  # a line of spaces is no empty one: it is inside of a cue
        return before if alone or lines[before].strip().isdecimal() else None
    if before >= 1 and lines[before - 1].strip().isdecimal() and (before == 1 or not lines[before - 2].strip()):
        return before - 1
    return None
