"""Between the posts of a tool and the log: changes become drafts, and lines of the log a window that goes on. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Self

import msgspec

from captionflow.messages import MAX_LINE_CHARS, Draft, Line, Posted, Receipt
from services.ingest.protocols.pieces import cut
from services.ingest.protocols.posts import MAX_POSTS, Change, Post, Reading, Window
from services.ingest.protocols.repeats import Manner

MAX_RESUMED = 400
"""So many of its last lines are read to go on with a sender."""
REPEATED_WITHIN = timedelta(seconds=60)
"""A tool that repeats the last rows has others by then."""
_PIECE = MAX_LINE_CHARS - 100
"""Where a long text is cut, so that each line can grow a little."""

Piece = tuple[int, str]
"""``seq`` and text of a line."""


class Withheld(msgspec.Struct, frozen=True):
    """What was said off the record, of which the log has only that it was."""

    seq: int
    """Of the last such line."""
    until: datetime | None
    """Until then a post may repeat it; None: the next one in any case."""

    @classmethod
    def of(cls, lines: Sequence[Line]) -> Self | None:
        """That of a sender's last lines, if it has not posted enough since then to have it behind it.

        A post that was withheld because of this ``revises`` one that was.
        """
        last = next((line for line in reversed(lines[-MAX_POSTS:]) if line.shortened or _is_new(line)), None)
        if last is None:
            return None
        return cls(last.seq, None if last is lines[-1] else last.received_at + REPEATED_WITHIN)


def _is_new(line: Line) -> bool:
    """Whether something was withheld that revises no other line."""
    return line.withheld and line.revises is None


class Feed(msgspec.Struct, frozen=True):
    """What is known of one sender in one stream: its posts, and the lines that hold their texts."""

    window: Window = Window()
    slots: tuple[tuple[Piece, ...], ...] = ()
    """The lines of each slot of the window."""
    next_number: int = 0
    """Of the sender's next draft."""
    withheld: Withheld | None = None
    """What the sender's next post may repeat, although nobody knows its words any more."""

    @classmethod
    def resumed(cls, lines: Sequence[Line], manner: Manner) -> Self:
        """Where the sender stands whose last lines these are; ``manner`` is that of a new one.

        What was said off the record is not in them, and a tool may repeat it: its next post is withheld, too.
        """
        slots: list[dict[int, str]] = []
        marks: dict[int, Posted] = {}
        for line in lines:
            if line.withheld and line.revises is not None:
                continue
            if line.revises is not None:
                slot = next((at for at, pieces in enumerate(slots) if line.revises in pieces), None)
                if slot is None:
                    continue
                slots[slot][line.revises] = line.text
            elif line.posted or not slots:
                slot = len(slots)
                slots.append({line.seq: line.text})
            else:
                slot = len(slots) - 1
                slots[slot][line.seq] = line.text
            if line.posted:
                marks[slot] = line.posted
                manner = line.posted.manner
        texts = ["".join(pieces.values()) for pieces in slots]
        known = [(slot, Post(one.number, "", one.size, one.digest)) for slot, one in sorted(marks.items())]
        return cls(
            Window.resumed(manner, texts, known),
            tuple(tuple(pieces.items()) for pieces in slots),
            lines[-1].number + 1 if lines else 0,
            Withheld.of(lines),
        )

    def drafts(self, reading: Reading, sender: str, at: datetime) -> tuple[Draft, ...]:
        """What the log has to be told of a reading of this feed's window.

        Each has a time, which makes it unlike any that another process gives the same number. A text that has grown
        out of its lines goes on in new ones at the end.
        """
        found: list[Draft] = []
        rest: list[str] = []
        for change in reading.changes:
            posted = _posted(change, reading.window.manner)
            if change.new:
                for index, text in enumerate(cut(change.text, _PIECE)):
                    found.append(self._draft(len(found), sender, at, text, posted=None if index else posted))
                continue
            lines = self.slots[change.slot - self.window.first_slot]
            pieces = _cut_as(lines, change.text)
            if len(pieces) > len(lines):
                is_last = change.slot == reading.window.first_slot + len(reading.window.told) - 1
                rest += [*([] if is_last else ["\n"]), *pieces[len(lines) :]]
            for index, (seq, was) in enumerate(lines):
                text = pieces[index] if index < len(pieces) else ""
                mark = None if index else posted
                if text != was or mark:
                    found.append(self._draft(len(found), sender, at, text, posted=mark, revises=seq))
        found += [self._draft(len(found) + index, sender, at, text) for index, text in enumerate(rest)]
        off = self.withheld_seq(at)
        if off is not None:  # what revises a withheld line is withheld
            found = [one if one.revises is not None else msgspec.structs.replace(one, revises=off) for one in found]
        return tuple(found)

    def moves(self, reading: Reading) -> bool:
        """Whether text goes on at the end that belongs before other posts, since it has grown out of its lines."""
        last = reading.window.first_slot + len(reading.window.told) - 1
        return any(self._outgrows(change) for change in reading.changes if not change.new and change.slot != last)

    def _outgrows(self, change: Change) -> bool:
        lines = self.slots[change.slot - self.window.first_slot]
        return len(_cut_as(lines, change.text)) > len(lines)

    def withheld_seq(self, at: datetime) -> int | None:
        """The withheld line that a post at this time may repeat."""
        if self.withheld is None or (self.withheld.until is not None and at >= self.withheld.until):
            return None
        return self.withheld.seq

    def _draft(  # noqa: PLR0913, PLR0917 - what a draft is made of
        self,
        index: int,
        sender: str,
        at: datetime,
        text: str,
        posted: Posted | None = None,
        revises: int | None = None,
    ) -> Draft:
        return Draft(sender, self.next_number + index, text, at=at, revises=revises, posted=posted)

    def after(self, reading: Reading, drafts: Sequence[Draft], receipts: Sequence[Receipt]) -> Self:
        """The feed when the log has the drafts."""
        slots = [dict(pieces) for pieces in self.slots]
        at = {seq: index for index, pieces in enumerate(slots) for seq in pieces}
        for draft, receipt in zip(drafts, receipts, strict=True):
            if draft.revises is not None and (self.withheld is None or draft.revises != self.withheld.seq):
                slots[at[draft.revises]][draft.revises] = draft.text
            elif draft.posted:
                slots.append({receipt.seq: draft.text})
            elif sum(map(len, slots[-1].values())) < len(reading.window.told[-1]):
                slots[-1][receipt.seq] = draft.text
        gone = reading.window.first_slot - self.window.first_slot
        kept = tuple(tuple(pieces.items()) for pieces in slots[gone:])
        return type(self)(reading.window, kept, self.next_number + len(drafts))


def _posted(change: Change, manner: Manner) -> Posted | None:
    post = change.post
    return None if post is None else Posted(post.size, post.digest, post.number, manner)


def _cut_as(lines: Sequence[Piece], text: str) -> list[str]:
    """The text in pieces that leave the first lines as they are, as far as they are to be so."""
    kept: list[str] = []
    at = 0
    for _, was in lines[:-1]:
        if not was or not text.startswith(was, at):
            break
        kept.append(was)
        at += len(was)
    return [*kept, *cut(text[at:], MAX_LINE_CHARS)]
