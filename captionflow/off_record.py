"""Which lines of a stream are withheld, because they were said off the record. Pure.

A line of an organiser begins a passage (``Draft.off_record``), another one ends it. Who numbers a line knows all lines
before it, so that it is decided there, once: a line that was said off the record gets its number, its times and its
place as any other, and is written without what it says. All that is made of the log therefore never has it.

Withheld is also what would tell it later: a revision of a withheld line, or of a line that a withheld one revised; the
final text of an utterance that began off the record; a line that came in, or was said, during a passage and reached the
log when it was over.
"""

from bisect import bisect_right
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec

from captionflow.messages import Draft, Moment, Posted

SENDER: Final = "desk:off-the-record"
"""Whose lines begin and end passages. No sender of lines can have the name."""
SKEW: Final = timedelta(seconds=5)
"""So much earlier than the beginning a line has to have come in to be on the record although it is behind it: clocks of
several processes differ a little."""
FORGOTTEN_AFTER: Final = timedelta(seconds=60)
"""An utterance that was not renewed for so long is over: its name may be used for another one."""
MAX_PASSAGES: Final = 64
"""So many passages are known by their times, the latest."""
MAX_STRETCHES: Final = 1_000
"""So many stretches of withheld lines are told apart. Of more, the oldest become one with what is between them."""
MAX_UTTERANCES: Final = 1_000
"""So many that are not final yet are known, the latest."""


class Passage(msgspec.Struct, frozen=True):
    """When a passage began, and when it ended; None: it goes on."""

    begins: datetime
    ends: datetime | None = None

    def has(self, at: Moment | None) -> bool:
        """Whether a time with a date is in it."""
        return isinstance(at, datetime) and self.begins <= at and (self.ends is None or at < self.ends)

    def meets(self, first: datetime, last: datetime) -> bool:
        """Whether a stretch of time is not all before it or all behind it."""
        return self.begins - SKEW <= last and (self.ends is None or first < self.ends)


class Utterance(msgspec.Struct, frozen=True):
    """What a recogniser has not settled."""

    sender: str
    segment: str | None
    renewed_at: datetime


class Written(Protocol):
    """What of a line in the log is needed: see ``Line``."""

    @property
    def seq(self) -> int:
        """See ``Line.seq``."""

    @property
    def sender(self) -> str:
        """See ``Line.sender``."""

    @property
    def at(self) -> Moment | None:
        """See ``Line.at``."""

    @property
    def received_at(self) -> datetime:
        """See ``Line.received_at``."""

    @property
    def segment(self) -> str | None:
        """See ``Line.segment``."""

    @property
    def final(self) -> bool:
        """See ``Line.final``."""

    @property
    def revises(self) -> int | None:
        """See ``Line.revises``."""

    @property
    def off_record(self) -> bool | None:
        """See ``Line.off_record``."""

    @property
    def withheld(self) -> bool:
        """See ``Line.withheld``."""

    @property
    def shortened(self) -> bool:
        """See ``Line.shortened``."""


class OffRecord(msgspec.Struct, frozen=True):
    """What the lines of a stream say of its passages. Bounded."""

    passages: tuple[Passage, ...]
    """In order; the last one may go on."""
    withheld: tuple[tuple[int, int], ...] = ()
    """First and last ``seq`` of stretches of lines that were withheld or shortened, or revised by such a line."""
    utterances: tuple[Utterance, ...] = ()
    """Those that began off the record, the one that was renewed last at the end."""

    @property
    def now(self) -> Passage | None:
        """The passage that goes on."""
        return self.passages[-1] if self.passages[-1].ends is None else None

    def has(self, draft: Draft, at: Moment | None, arrived: datetime | None) -> bool:
        """Whether the draft is of a passage, if it is the next line: it is written without what it says.

        ``at``: when it was said; ``arrived``: when a process of ours got it, if that was not just now.
        """
        if not _says(draft):
            return False
        if draft.typed_for is not None and isinstance(at, datetime):
            return any(one.meets(at, at + timedelta(seconds=draft.typed_for)) for one in self.passages)
        if any(one.has(at) or one.has(arrived) for one in self.passages if one.ends is not None):
            return True
        going_on = self.now
        return going_on is not None and (arrived is None or arrived >= going_on.begins - SKEW)

    def may_tell(self, draft: Draft, now: datetime) -> bool:
        """Whether the draft tells anew of what was said in a passage: it is written without that, if need be empty."""
        if not _says(draft):
            return False
        if draft.revises is not None and self._has(draft.revises):
            return True
        return any(
            (one.sender, one.segment) == (draft.sender, draft.segment) and now - one.renewed_at < FORGOTTEN_AFTER
            for one in self.utterances
        )

    def _has(self, seq: int) -> bool:
        index = bisect_right(self.withheld, (seq, _NO_SEQ)) - 1
        return index >= 0 and seq <= self.withheld[index][1]


_NO_SEQ: Final = 2**63


def _says(draft: Draft) -> bool:
    if draft.off_record is not None or draft.on_air is not None:
        return False
    return bool(draft.text) or draft.revises is not None or draft.corrects is not None


class Turning(Protocol):
    """What of a line that begins or ends a passage is needed: see ``Line``."""

    @property
    def at(self) -> Moment | None:
        """See ``Line.at``."""

    @property
    def received_at(self) -> datetime:
        """See ``Line.received_at``."""


def turned_at(line: Turning) -> datetime:
    """When a passage began or ended: when an organiser said so, who may have been heard while the log was away."""
    return line.at if isinstance(line.at, datetime) else line.received_at


def after(state: OffRecord | None, line: Written) -> OffRecord | None:
    """What is known after the next line of the log. None: nothing was ever off the record."""
    if line.off_record is not None:
        return _turned(state, turned_at(line), on=line.off_record)
    if state is None:
        return None
    utterances = state.utterances
    is_off = line.withheld or line.shortened
    if utterances or (is_off and not line.final):
        utterances = tuple(
            one
            for one in utterances
            if (one.sender, one.segment) != (line.sender, line.segment)
            and line.received_at - one.renewed_at < FORGOTTEN_AFTER
        )
        if is_off and not line.final:
            utterances = (*utterances, Utterance(line.sender, line.segment, line.received_at))[-MAX_UTTERANCES:]
    if not is_off:
        return state if utterances == state.utterances else msgspec.structs.replace(state, utterances=utterances)
    withheld = _added(state.withheld, line.seq)
    if line.revises is not None:
        withheld = _added(withheld, line.revises)
    return OffRecord(state.passages, withheld, utterances)


def _turned(state: OffRecord | None, at: datetime, *, on: bool) -> OffRecord | None:
    if state is None:
        return OffRecord((Passage(at),)) if on else None
    going_on = state.now
    if on and going_on is not None and at < going_on.begins:  # elsewhere it was said earlier
        return msgspec.structs.replace(state, passages=(*state.passages[:-1], Passage(at)))
    if on == (going_on is not None):
        return state
    if on:
        passages = (*state.passages, Passage(at))[-MAX_PASSAGES:]
    else:
        last = state.passages[-1]
        passages = (*state.passages[:-1], Passage(last.begins, max(last.begins, at)))
    return msgspec.structs.replace(state, passages=passages)


def _added(stretches: tuple[tuple[int, int], ...], seq: int) -> tuple[tuple[int, int], ...]:
    """The stretches with one more number in them."""
    index = bisect_right(stretches, (seq, _NO_SEQ))
    first = last = seq
    begin, end = index, index
    if index and stretches[index - 1][1] >= seq - 1:
        begin, first, last = index - 1, stretches[index - 1][0], max(seq, stretches[index - 1][1])
    if index < len(stretches) and stretches[index][0] == seq + 1:
        end, last = index + 1, stretches[index][1]
    found = (*stretches[:begin], (first, last), *stretches[end:])
    return found if len(found) <= MAX_STRETCHES else ((found[0][0], found[1][1]), *found[2:])


def kept(draft: Draft) -> Draft:
    """What is written of a draft that is withheld: all but what it says, and what could tell that.

    Of a tool's post its number stays, so that the tool is not asked for it again.
    """
    return msgspec.structs.replace(draft, text="", speaker=None, posted=unsaid(draft.posted), corrects=None)


def unsaid(posted: Posted | None) -> Posted | None:
    """A mark of a post without what could tell its text."""
    return None if posted is None else Posted(0, "", posted.number, posted.manner)
