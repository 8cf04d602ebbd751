"""Which source's words count, where a stream has several: the others are spares, whose words wait. Pure.

A line of the log says which source is on air and which are its spares (``Draft.on_air``). From there on all is decided
by the lines themselves and their times, in the order of the log: so every process, and every replay, decides the same,
and nobody has to be asked. A spare takes over when it has gone on for ``after_seconds`` while the source on air said
nothing, or when a line says so. Its words that waited since then come first, and what the other one had said already is
not said twice. The one that was silent becomes a spare. A source that is neither on air nor a spare counts: words are
not held back because of a name that nobody knew.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from itertools import accumulate, pairwise
from typing import Final

import msgspec

from captionflow.folding import words
from captionflow.messages import Line, Moment, OnAir

MAX_SPARES: Final = 4
MAX_WAITING_CHARS: Final = 1_200
"""Most characters that wait, of all spares; the oldest give way."""
MAX_WAITING_LINES: Final = 120
"""Likewise, with those that were released last; several of one source become one first."""
MAX_BYTES: Final = 24 * 1024
"""What the state weighs at most as JSON."""
_OVERLAP: Final = timedelta(seconds=15)
"""How long before the last words of the source on air a spare may have said the same."""
_TAIL_CHARS: Final = 120
_MOST_WORDS: Final = 8
_NO_LINE: Final = 0
"""A ``seq`` that no line has."""
_LEAST_WORDS: Final = 3
"""So many words in a row are no accident: they are where both sources were."""


class Waiting(msgspec.Struct, frozen=True, array_like=True, omit_defaults=True):
    """A line of a spare."""

    sender: str
    seq: int
    received_at: datetime
    text: str
    at: Moment | None = None
    speaker: str | None = None


class Run(msgspec.Struct, frozen=True, array_like=True):
    """How long a spare has gone on while the source on air said nothing."""

    sender: str
    first: datetime
    last: datetime


class Released(msgspec.Struct, frozen=True, array_like=True):
    """The lines that came into the stream with the line ``seq``, so that they can still be revised."""

    seq: int
    begins: str
    lines: tuple[Waiting, ...]
    cut: int
    """Characters at their beginning that had been said by the other source."""


class OnAirState(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where a stream stands."""

    now: OnAir
    heard_at: datetime
    """When the source on air last said something, or was put on air."""
    tail: str = ""
    """The end of what counted."""
    waiting: tuple[Waiting, ...] = ()
    runs: tuple[Run, ...] = ()
    released: Released | None = None
    since: int = 0
    """``seq`` from which on the lines of the source on air count; those before it waited."""


def admit(state: OnAirState | None, line: Line) -> tuple[OnAirState | None, Line]:
    """The line as it counts: without its words if they wait, with those that had waited if they are used now.

    None is the state of a stream in which everybody's words count.
    """
    if line.withheld:  # it said something, and nobody knows what
        line = msgspec.structs.replace(line, text="", revises=None)
    if line.on_air is not None:  # from here on, who is on air hangs on nothing that was before
        return _put_on_air(state, line, line.on_air)
    if state is None:
        return None, line
    if line.sender in state.now.spares:
        return _wait(state, line)
    return _count(state, line)


def _put_on_air(state: OnAirState | None, line: Line, wanted: OnAir) -> tuple[OnAirState | None, Line]:
    if not wanted.source:
        return None, _silent(line)
    spares = tuple(one for one in dict.fromkeys(wanted.spares) if one != wanted.source)[:MAX_SPARES]
    wanted = msgspec.structs.replace(wanted, spares=spares)
    if state is None:
        return OnAirState(wanted, line.received_at), _silent(line)
    if wanted.source == state.now.source:
        kept = tuple(one for one in state.waiting if one.sender in spares)
        return msgspec.structs.replace(state, now=wanted, waiting=kept, runs=()), _silent(line)
    return _take_over(state, line, wanted)


def _count(state: OnAirState, line: Line) -> tuple[OnAirState, Line]:
    if line.revises is not None and line.revises < state.since and line.sender == state.now.source:
        return _revise_released(state, line)
    if not _says(line):
        return state, line
    if line.sender == state.now.source:
        since = line.received_at - _OVERLAP
        waiting = tuple(one for one in state.waiting if one.received_at >= since)
        state = msgspec.structs.replace(state, heard_at=line.received_at, waiting=waiting, runs=())
    if line.final and line.revises is None:
        state = msgspec.structs.replace(state, tail=(state.tail + line.text)[-_TAIL_CHARS:])
    return state, line


def _wait(state: OnAirState, line: Line) -> tuple[OnAirState, Line]:
    if not line.final:
        return state, _silent(line)
    if line.revises is not None:
        changed = (
            msgspec.structs.replace(one, text=line.text)
            if (one.sender, one.seq) == (line.sender, line.revises)
            else one
            for one in state.waiting
        )
        return _keep(state, changed), _silent(line)
    if not line.withheld:
        new = Waiting(line.sender, line.seq, line.received_at, line.text, line.at, line.speaker)
        state = _keep(state, (*state.waiting, new))
    if _says(line):
        state = msgspec.structs.replace(state, runs=_goes_on(state, line))
    if any(run.last - run.first >= timedelta(seconds=state.now.after_seconds) for run in state.runs):
        others = (state.now.source, *(one for one in state.now.spares if one != line.sender))
        return _take_over(state, line, msgspec.structs.replace(state.now, source=line.sender, spares=others))
    return state, _silent(line)


def _says(line: Line) -> bool:
    """Whether somebody says something with it, on the record or off it."""
    return line.withheld or bool(line.text.strip())


def _goes_on(state: OnAirState, line: Line) -> tuple[Run, ...]:
    """The runs with the words of a spare's line."""
    others = tuple(run for run in state.runs if run.sender != line.sender)
    own = next((run for run in state.runs if run.sender == line.sender), None)
    if own is None or line.received_at - own.last > timedelta(seconds=state.now.after_seconds):
        own = Run(line.sender, line.received_at, line.received_at)
    return (*others, msgspec.structs.replace(own, last=line.received_at))


def _take_over(state: OnAirState, line: Line, wanted: OnAir) -> tuple[OnAirState, Line]:
    """The line with the words of the new source that waited; its own are among them."""
    own = tuple(one for one in state.waiting if one.sender == wanted.source)
    cut = _said_already(state, own)
    begins = "\n" if state.tail and not state.tail.endswith("\n") else ""
    released = Released(line.seq, begins, own, cut)
    text = _text(released)
    after = OnAirState(
        now=wanted,
        heard_at=line.received_at,
        tail=(state.tail + text)[-_TAIL_CHARS:],
        waiting=tuple(one for one in state.waiting if one.sender in wanted.spares),
        released=released if text else None,
        since=line.seq if wanted.source in state.now.spares else 0,
    )
    if not text:
        return after, _silent(line)
    first = _first(own, cut)
    used = msgspec.structs.replace(
        _silent(line),
        text=text,
        sender=wanted.source,
        at=first.at,
        speaker=first.speaker,
        ends_utterance=line.ends_utterance,
    )
    return after, used


def _revise_released(state: OnAirState, line: Line) -> tuple[OnAirState, Line]:
    """A revision of what had waited. What was not used, or is not known any more, is out of its reach."""
    released = state.released
    lines = [] if released is None else list(released.lines)
    place = next((n for n, one in enumerate(lines) if one.seq == line.revises), None)
    if released is None or place is None:
        return state, msgspec.structs.replace(line, revises=_NO_LINE)
    lines[place] = msgspec.structs.replace(lines[place], text=line.text)
    after = msgspec.structs.replace(released, lines=tuple(lines))
    state = msgspec.structs.replace(state, released=after, heard_at=line.received_at)
    return state, msgspec.structs.replace(line, revises=released.seq, text=_text(after))


def _text(released: Released) -> str:
    text = "".join(one.text for one in released.lines)[released.cut :]
    return released.begins + text if text.strip() else ""


def _first(lines: Sequence[Waiting], cut: int) -> Waiting:
    """The line with the first character that is not cut off; there is one."""
    ends = accumulate(len(one.text) for one in lines)
    return next(one for one, end in zip(lines, ends, strict=True) if end > cut)


def _said_already(state: OnAirState, lines: Sequence[Waiting]) -> int:
    """How many characters of a spare's lines the source on air had said already, or had the time to say."""
    text = "".join(one.text for one in lines)
    said = [word.folded for word in words(state.tail).pieces]
    found = words(text).pieces
    heard = [word.folded for word in found]
    for count in range(min(_MOST_WORDS, len(said)), _LEAST_WORDS - 1, -1):
        for begin in range(len(heard) - count, -1, -1):
            if heard[begin : begin + count] == said[-count:]:
                return _after_word(text, found[begin + count - 1].end)
    return sum(len(one.text) for one in lines if one.received_at <= state.heard_at)


def _after_word(text: str, end: int) -> int:
    """The place of the next word: the punctuation and the space behind a word belong to it."""
    while end < len(text) and not text[end].isspace():
        end += 1
    while end < len(text) and text[end].isspace():
        end += 1
    return end


def _keep(state: OnAirState, waiting: Iterable[Waiting]) -> OnAirState:
    """The state with these lines, as far as there is room; what was released gives way first."""
    kept = list(waiting)
    released = state.released
    if released is not None and len(kept) + len(released.lines) > MAX_WAITING_LINES:
        released = None
    while len(kept) > MAX_WAITING_LINES:
        place = next((n for n, (one, other) in enumerate(pairwise(kept)) if _is_one(one, other)), None)
        if place is None:
            del kept[0]
        else:
            one, other = kept[place], kept.pop(place + 1)
            kept[place] = msgspec.structs.replace(one, text=one.text + other.text, received_at=other.received_at)
    chars = sum(len(one.text) for one in kept)
    while chars > MAX_WAITING_CHARS:
        chars -= len(kept.pop(0).text)
    return msgspec.structs.replace(state, waiting=tuple(kept), released=released)


def _is_one(one: Waiting, other: Waiting) -> bool:
    return (one.sender, one.speaker) == (other.sender, other.speaker)


def _silent(line: Line) -> Line:
    """The line without what it says."""
    return msgspec.structs.replace(
        line,
        text="",
        at=None,
        until=None,
        speaker=None,
        segment=None,
        final=True,
        revises=None,
        ends=False,
        ends_utterance=False,
        on_air=None,
    )
