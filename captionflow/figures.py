"""What a session amounts to so far: how long it took, how many words, who spoke. Pure.

A session of any length is counted once. What is settled is kept as a few numbers, and only what follows is read anew.
"""

import copy
from collections.abc import Iterable, Mapping
from typing import Final, Self

from captionflow.folding import count_words
from captionflow.messages import Message, Part
from captionflow.stamps import is_dated, stamps_of, ticks

MAX_SPEAKERS: Final = 1_000
"""Names that are told apart; a session has some dozens. The words of all others count, too."""


class SpeakerFigures(Message, frozen=True, omit_defaults=False):
    """What one speaker said."""

    speaker: str
    """The label as captioned, or the name that was given to it."""
    turns: int
    words: int
    first_turn: str
    """The id of their first turn."""


class Figures(Message, frozen=True, omit_defaults=False):
    """What a session amounts to so far."""

    session: str
    language: str
    last_seq: int
    """They reflect every line up to this one, and perhaps some after it."""
    seconds: float
    """From the first word to the last, by the stamps; 0 without any."""
    words: int
    """As search counts them: what a hyphen joins is one, and each character of a script without spaces, or Hangul."""
    turns: int
    speakers: tuple[SpeakerFigures, ...]
    """In the order in which they first spoke, roles too."""
    more_speakers: bool = False
    """There are others than these."""


class Tally:
    """Counts parts, which come in the order of the transcript, each once."""

    def __init__(self) -> None:
        self._words = self._turns = 0
        self._ordinal = 0
        self._first: int | None = None
        self._last = 0
        self._speakers: dict[tuple[str, bool], SpeakerFigures] = {}
        self._more = False

    def copy(self) -> Self:
        """One that goes on from here by itself."""
        return copy.deepcopy(self)

    def add(self, parts: Iterable[Part]) -> None:
        """The next parts; the head is nobody's and has no words."""
        for part in parts:
            self._time(part)
            if not part.ordinal:
                continue
            words = sum(map(count_words, part.paragraphs))
            begins = part.ordinal != self._ordinal
            self._ordinal = part.ordinal
            self._words += words
            self._turns += begins
            if part.speaker is not None:
                self._said(part, part.speaker, words, turns=int(begins))

    def _said(self, part: Part, speaker: str, words: int, *, turns: int) -> None:
        known = self._speakers.get((speaker, part.given))
        if known is None and len(self._speakers) >= MAX_SPEAKERS:
            self._more = True
            return
        first = part.turn_id if known is None else known.first_turn
        before = SpeakerFigures(speaker, 0, 0, first) if known is None else known
        self._speakers[speaker, part.given] = SpeakerFigures(speaker, before.turns + turns, before.words + words, first)

    def _time(self, part: Part) -> None:
        for stamp in stamps_of(part):
            begin = ticks(stamp.at)
            end = begin if stamp.until is None else ticks(stamp.until)
            if self._first is None:
                self._first = self._last = begin
            if is_dated(begin) == is_dated(self._first):
                self._first = min(self._first, begin)
            if is_dated(end) == is_dated(self._first):
                self._last = max(self._last, end)

    def figures(self, session: str, language: str, last_seq: int, names: Mapping[str, str]) -> Figures:
        """What was counted; a recogniser's speakers by the names that were given to them."""
        told: dict[str, SpeakerFigures] = {}
        for (label, given), one in self._speakers.items():
            name = names.get(label, label) if given else label
            before = told.get(name, SpeakerFigures(name, 0, 0, one.first_turn))
            told[name] = SpeakerFigures(name, before.turns + one.turns, before.words + one.words, before.first_turn)
        return Figures(
            session,
            language,
            last_seq,
            seconds=0.0 if self._first is None else (self._last - self._first) / 1_000,
            words=self._words,
            turns=self._turns,
            speakers=tuple(told.values()),
            more_speakers=self._more,
        )
