"""What an assembler knows between two steps: the fields of the open part, and the little that the rules remember. Pure.

The fields are written once, in ``AssemblerFields``; ``AssemblerState`` is a value of them.
"""

import msgspec

from captionflow.messages import Apart, Facts, Note, Stamp
from services.segment.joints import Joint
from services.segment.rules.clock_rules import Clock

TURN_CREDIT = 10_000
"""Bytes of records that turns may take beyond what was earned. Without credit no turn opens, and its label is text.

It keeps a line that is all markers from making a record without bound. A roll call never gets near it.
"""


class Floor(msgspec.Struct, frozen=True, array_like=True):
    """Who speaks."""

    speaker: str | None = None
    role: bool = False
    given: bool = False


class AssemblerFields(msgspec.Struct, array_like=True):
    """What later text can still change or depend on: the open part, and the little that the rules remember.

    Values of fields are immutable, so that a copy shares nothing that changes. On the wire it is an array: a new field
    goes to the end, and every change here is a new version of ``segmenter.State``.
    """

    facts: Facts = Facts()
    in_head: bool = True
    """Before the first words that somebody says."""
    seq: int = 0
    """The last line that decided anything."""
    turn: tuple[int, int] = (0, 0)
    """Of the open turn: the line that opened it, and which further turn in that line it is."""
    ordinal: int = 0
    number: int = 0
    """Of the open part in its turn."""
    speaker: str | None = None
    role: bool = False
    paragraphs: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    apart: tuple[Apart, ...] = ()
    stamps: tuple[int | Stamp, ...] = ()
    """As ``Part.times``; version 1 has the stamps themselves."""
    continues: bool = False
    size: int = 0
    """What the open part weighs, in bytes."""
    said: bool = False
    """The open turn has words, in this part or an earlier one."""
    joint: Joint = "line"
    tail: str = ""
    """The last character that was said in the open turn."""
    row_length: int = 0
    """Length of the last row, as typed."""
    armed: int = 0
    """The line of a marker whose turn has not opened yet; 0 for none."""
    last_id: tuple[int, int] = (0, 0)
    credit: int = TURN_CREDIT
    labels: tuple[str, ...] = ()
    """Casefolded, the latest last."""
    heads: tuple[str, ...] = ()
    """Casefolded lines of the head."""
    arrows: bool = False
    """Markers and labels were seen together."""
    over: bool = False
    """The transcript says that the session is over; words open it again."""
    ended: bool = False
    """The session was ended: words that come later are a new turn."""
    interrupted: Floor | None = None
    """Who had the floor before somebody spoke in brackets: words without a label are his again."""
    page: int = 0
    """The number of the last page, where it stands alone behind its word."""
    clock: Clock | None = None
    """The latest clock in the text."""
    shapes: str = ""
    """In which shapes names without a colon have proved to be labels: their opening brackets."""
    quoted: bool = False
    """The marker of ``armed`` may be a mail program's."""
    given: bool = False
    """Of the open turn: see ``Part.given``."""


class AssemblerState(AssemblerFields, frozen=True, omit_defaults=True):  # type: ignore[misc]  # nothing changes it
    """The fields as a value. Bounded: a part, some labels, some lines of the head."""
