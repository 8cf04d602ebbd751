"""When the words of a transcript are shown: the times of the source where it has them, and estimates between. Pure.

A *place* is an offset in the whole text of the export.
"""

import math
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, pairwise
from typing import Final, NamedTuple, Protocol, TypeVar

from services.api.transcripts.limits import Limits

SECONDS_PER_COLUMN: Final = 60 / (160 * 6)
"""160 words a minute, of six characters with the space: the pace of a talk, where nobody noted the time."""
PAUSE_SECONDS: Final = 1.0
"""Typed lines that are further apart than this, and than talking takes, share no cue."""
_LEAST_SECONDS: Final = 2.0
"""Shown at least, where the source does not say how long and the next cue is far away."""
_TINY_SECONDS: Final = 0.1
"""Cues of the source that begin nearer to each other begin at the same time."""
_SENTENCE_ENDS: Final = frozenset(".?!…:;。？！।؟")  # noqa: RUF001 - punctuation as captioned
_CLOSING: Final = "\"'”’»)] \n\u2028\u2029"  # noqa: RUF001 - punctuation as captioned


class Anchor(NamedTuple):
    """A time that the source gives."""

    place: int
    """From here on it was said at this time."""
    seconds: float
    until: float | None = None
    """When the words up to the next anchor had been said."""


class Shown(Protocol):
    """What is to be shown in one cue."""

    @property
    def place(self) -> int:
        """Where its words begin."""

    @property
    def end(self) -> int:
        """Where the next cue begins."""

    @property
    def columns(self) -> int:
        """How wide it is in all."""


AnyShown = TypeVar("AnyShown", bound=Shown)


class Timeline:
    """The times of a text. ``breaks``: where a cue has to begin; ``last_known``: the last place with a time, or -1."""

    def __init__(self, text: str, anchors: Iterable[Anchor]) -> None:
        """``anchors`` in any order; those that go back in time are left out (a correction may be stamped later)."""
        rising: list[Anchor] = []
        for anchor in sorted(anchors, key=lambda one: one.place):
            last = rising[-1] if rising else None
            if last is None or (anchor.place > last.place and anchor.seconds >= last.seconds):
                rising.append(anchor)
        self.breaks = tuple(_breaks(text, rising))
        self._known = list(_cues_of_source(rising))
        self._keys = [anchor.place for anchor in self._known]
        self._end = len(text)
        self.last_known = self._keys[-1] if self._keys else -1

    def at(self, place: int) -> float:
        """When a place is reached: between two known times in proportion, but never slower than a talk."""
        index = bisect_right(self._keys, place) - 1
        if index < 0:
            first = self._known[0] if self._known else Anchor(0, 0.0)
            return max(first.seconds - (first.place - place) * SECONDS_PER_COLUMN, 0.0)
        anchor, following = self._known[index], self._after(index)
        share = (place - anchor.place) / max((following.place if following else self._end) - anchor.place, 1)
        if anchor.until is not None:
            return anchor.seconds + share * (anchor.until - anchor.seconds)
        seconds = (place - anchor.place) * SECONDS_PER_COLUMN
        return anchor.seconds + (min(seconds, share * (following.seconds - anchor.seconds)) if following else seconds)

    def is_known(self, place: int) -> bool:
        """Whether the source gives a time for this very place."""
        index = bisect_right(self._keys, place) - 1
        return index >= 0 and self._keys[index] == place

    def until(self, place: int, end: int) -> float | None:
        """When the words between two places had been said, if they are of one cue of the source."""
        index = bisect_right(self._keys, place) - 1
        anchor = self._known[index] if index >= 0 else None
        if anchor is None or anchor.until is None:
            return None
        following = self._after(index)
        is_last = end >= (following.place if following else self._end)
        return anchor.until if is_last else self.at(end)

    def _after(self, index: int) -> Anchor | None:
        return self._known[index + 1] if index + 1 < len(self._known) else None


def _cues_of_source(rising: Sequence[Anchor]) -> Iterator[Anchor]:
    """The anchors at which cues of the source begin: turns that change inside of one share its time."""
    last: Anchor | None = None
    for anchor in rising:
        if last is None or anchor.until is None or anchor[1:] != last[1:]:
            last = anchor
            yield anchor


def _breaks(text: str, rising: Sequence[Anchor]) -> Iterator[int]:
    """Where a cue of the source begins, and where typed lines are more than a second apart.

    In mid-sentence it takes a longer pause: such lines follow each other as fast as somebody talks.
    """
    if rising:
        yield rising[0].place
    for before, anchor in pairwise(rising):
        if anchor.until is not None or before.until is not None:
            yield anchor.place
            continue
        said = text[before.place : anchor.place].rstrip(_CLOSING)
        talking = 0.0 if said[-1:] in _SENTENCE_ENDS else len(said) * SECONDS_PER_COLUMN
        if anchor.seconds - before.seconds > PAUSE_SECONDS + talking:
            yield anchor.place


def spans(cues: Iterable[AnyShown], timeline: Timeline, limits: Limits) -> Iterator[tuple[AnyShown, float, float]]:
    """Each cue with its start and end in seconds: one behind the other, at the times of the source where it has them.

    Cues are held until the next one of which the source gives the time.
    """
    last: tuple[AnyShown, float] | None = None
    for cue, start in _started(cues, timeline, limits):
        if last is not None:
            yield *last, _end(*last, start, timeline, limits)
        last = cue, start
    if last is not None:
        yield *last, _end(*last, math.inf, timeline, limits)


def _started(cues: Iterable[AnyShown], timeline: Timeline, limits: Limits) -> Iterator[tuple[AnyShown, float]]:
    """Known starts stay; the others keep as much distance as a cue needs, where that is to be had."""
    coming = ((cue, timeline.at(cue.place), _need(cue, limits)) for cue in cues)
    held: list[tuple[AnyShown, float, float]] = []
    is_first_known = False
    for one in coming:
        cue, start, _ = one
        if cue.place > timeline.last_known:  # nothing that is known comes any more
            yield from _spread(chain(held, [one], coming))
            return
        since = held[0][1] if is_first_known else 0.0
        if timeline.is_known(cue.place) and start - since >= _TINY_SECONDS * len(held):
            yield from _fitted(held, start, is_first_known=is_first_known)
            held.clear()
            is_first_known = True
        held.append(one)
    yield from _spread(held)


def _need(cue: Shown, limits: Limits) -> float:
    return max(limits.min_seconds, cue.columns / limits.cps) + limits.gap_seconds


def _spread(cues: Iterable[tuple[AnyShown, float, float]]) -> Iterator[tuple[AnyShown, float]]:
    """The cues (with start and need) and their starts, each at least as long after the one before as that needs."""
    free = -math.inf
    for cue, start, need in cues:
        begin = max(start, free)
        yield cue, begin
        free = begin + need


def _fitted(
    cues: Sequence[tuple[AnyShown, float, float]], following: float, *, is_first_known: bool
) -> Iterator[tuple[AnyShown, float]]:
    """The same of those before a known start: they get the time they need, or a share of the room."""
    starts = [start for _, start in _spread(cues)]
    needs = [need for _, _, need in cues]
    begin = starts[0] if is_first_known else 0.0
    needed = sum(needs)
    if following - begin < needed:
        share = (following - begin) / needed
        for index, need in enumerate(needs):
            starts[index] = begin
            begin += need * share
    else:
        latest = following
        for index in range(len(cues) - 1, 0 if is_first_known else -1, -1):
            latest = min(starts[index], max(latest - needs[index], begin))
            starts[index] = latest
    for (cue, _, _), start in zip(cues, starts, strict=True):
        yield cue, start


def _end(cue: Shown, start: float, following: float, timeline: Timeline, limits: Limits) -> float:
    """Where the source's cue ends; else as long as it takes to read. Never into the next one."""
    gap = min(limits.gap_seconds, (following - start) / 10)
    known = timeline.until(cue.place, cue.end)
    if known is None:
        reading = max(_LEAST_SECONDS, 2 * SECONDS_PER_COLUMN * cue.columns, cue.columns / limits.cps)
        known = start + min(limits.max_seconds, reading)
    return min(following - gap, max(known, start + limits.min_seconds))
