"""What a page shows of a transcript: turns with their paragraphs, sounds in place, anchors and times. Pure.

The browser builds the same shape from the same parts (static/js/transcript.js). Both are tested with
tests/vectors/transcript.json, so a change of the rules goes into all three.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Final, Literal, NamedTuple

import msgspec

from captionflow.gaps import Listening, clock, with_gaps
from captionflow.messages import Moment, Note, Part
from captionflow.stamps import stamps_of
from captionflow.transcript import by_turn, joined, ordered
from services.api.transcripts.formats.breaks import from_word

_VOICES: Final = 8


class Run(msgspec.Struct, frozen=True):
    """Consecutive characters of a paragraph of one kind. Text, never markup."""

    text: str
    kind: Literal["words", "note"] = "words"


class Paragraph(msgspec.Struct, frozen=True):
    """One paragraph; ``anchor`` is set where a part of the turn begins, so that a search hit can point at it."""

    runs: tuple[Run, ...]
    anchor: str | None = None


class TurnView(msgspec.Struct, frozen=True):
    """One turn as a page shows it."""

    turn_id: str
    anchor: str
    ordinal: int
    speaker: str | None
    role: bool
    paragraphs: tuple[Paragraph, ...]
    at: Moment | None = None
    elapsed: str | None = None
    """Time since the first stamp of the transcript, or of the source's own clock: ``1:02:03`` or ``2:03``."""


class Person(msgspec.Struct, frozen=True):
    """A speaker and where they first speak."""

    name: str
    anchor: str


def anchor(session: str, language: str, turn_id: str, part: int = 0) -> str:
    """The fragment of a turn in its transcript page, ``t12`` or ``t12.1``; of a later part of it ``t12-p3``."""
    name = "t" + turn_id.removeprefix(f"{session}.{language}.")
    return f"{name}-p{part}" if part else name


class Flow(NamedTuple):
    """A turn as one run of text."""

    speaker: str | None
    text: str
    named: bool
    """Whether another one spoke before."""


class Before(NamedTuple):
    """What has to be known of a transcript to show what comes next."""

    begin: datetime | None = None
    """When the first words were said."""
    said: datetime | None = None
    """When the last ones were said."""


NOTHING_BEFORE: Final = Before()


def heard(parts: Iterable[Part], before: Before = NOTHING_BEFORE) -> Before:
    """What is known after these parts, in order, where so much was known before them."""
    begin, listening = before.begin, Listening(before.said)
    for part in parts:
        listening.gaps(part)
        begin = begin or (_begin((part,)) if part.ordinal else None)
    return Before(begin, listening.said)


def turn_views(parts: Iterable[Part], before: Before = NOTHING_BEFORE) -> tuple[TurnView, ...]:
    """The turns of these parts (in any order), without the head, without what was retracted or is empty.

    Where captions were interrupted, a note says for how long.
    """
    spoken = [group for group in by_turn(with_gaps(ordered(parts), before.said)) if group[0].ordinal]
    begin = before.begin or _begin(part for group in spoken for part in group)
    views = (_turn(group, begin) for group in spoken)
    return tuple(view for view in views if view.paragraphs or view.speaker)


def _begin(parts: Iterable[Part]) -> datetime | None:
    times = (stamp.at for part in parts for stamp in stamps_of(part))
    return next((at for at in times if isinstance(at, datetime)), None)


def people(turns: Iterable[TurnView]) -> tuple[Person, ...]:
    """Who speaks, in order of their first words; roles are no people."""
    first: dict[str, str] = {}
    for turn in turns:
        if turn.speaker and not turn.role:
            first.setdefault(turn.speaker, turn.anchor)
    return tuple(Person(name, where) for name, where in first.items())


def voice(speaker: str) -> int:
    """Which of the colours for speakers this one has (static/js/voices.js): the same wherever the name is."""
    return sum(map(ord, speaker)) % _VOICES


def last_words(parts: Iterable[Part], limit: int = 120, step: int = 60) -> tuple[str | None, str]:
    """Who spoke last, and the end of what they said, at most ``limit`` characters, cut before a word.

    The cut moves by ``step`` characters, so that a text that grows by words mostly grows at its end only.
    """
    turns = turn_views(parts)
    if not turns:
        return None, ""
    text = " ".join(run.text.strip() for paragraph in turns[-1].paragraphs for run in paragraph.runs)
    start = max(0, -((limit - len(text)) // step) * step)
    if not start:
        return turns[-1].speaker, text
    return turns[-1].speaker, f"… {from_word(text, start)}"


def as_on_screen(parts: Iterable[Part]) -> tuple[Flow, ...]:
    """Each turn that has words as one run of text, as a room screen shows them (static/js/roll.js)."""
    found: list[Flow] = []
    before = None
    for view in turn_views(parts):
        text = " ".join("".join(run.text for run in paragraph.runs).strip() for paragraph in view.paragraphs)
        if text:
            found.append(Flow(view.speaker, text, named=view.speaker != before))
        before = view.speaker
    return tuple(found)


def _turn(parts: Sequence[Part], begin: datetime | None) -> TurnView:
    first = parts[0]
    at = next((stamp.at for part in parts for stamp in stamps_of(part)), None)
    return TurnView(
        turn_id=first.turn_id,
        anchor=anchor(first.session, first.language, first.turn_id),
        ordinal=first.ordinal,
        speaker=first.speaker,
        role=first.role,
        paragraphs=tuple(joined(parts, _paragraphs, _go_on)),
        at=at,
        elapsed=_elapsed(at, begin),
    )


def _elapsed(at: Moment | None, begin: datetime | None) -> str | None:
    if isinstance(at, datetime):
        return clock(at - begin) if begin else None
    return None if at is None else clock(timedelta(seconds=at))


def _go_on(before: Paragraph, after: Paragraph) -> Paragraph:
    return Paragraph((*before.runs, Run(" "), *after.runs), before.anchor or after.anchor)


def _paragraphs(part: Part) -> list[Paragraph]:
    """The paragraphs of a part; where a later part begins, there is an anchor."""
    where = anchor(part.session, part.language, part.turn_id, part.number) if part.number else None
    return [Paragraph(runs, None if place else where) for place, runs in enumerate(_all_runs(part))]


def _all_runs(part: Part) -> list[tuple[Run, ...]]:
    """The runs of each paragraph: words, and the notes at their offsets."""
    notes = sorted(part.notes, key=attrgetter("at"))
    if not part.paragraphs:
        return [tuple(Run(note.text, "note") for note in notes)] if notes else []
    found: list[tuple[Run, ...]] = []
    start = 0
    for place, text in enumerate(part.paragraphs):
        end = start + len(text)
        last = place == len(part.paragraphs) - 1
        here = [note for note in notes if start <= note.at <= end or (last and note.at > end)]
        found.append(tuple(_runs(text, start, here)))
        start = end + 1
    return found


def _runs(text: str, start: int, notes: Sequence[Note]) -> Iterable[Run]:
    done = 0
    for note in notes:
        here = min(note.at - start, len(text))
        if here > done:
            yield Run(text[done:here])
        yield Run(note.text, "note")
        done = here
    if done < len(text):
        yield Run(text[done:])
