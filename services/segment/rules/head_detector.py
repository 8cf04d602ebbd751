"""Finds where the talk begins: which of the first rows are about the session, and which are spoken. Pure."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from services.segment.rules.head_rules import HeadLine, classify, is_key, is_note
from services.segment.rules.label_rules import find_label, find_question, shape
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.note_rules import apart_line, is_recording_clock, leading_time
from services.segment.rules.rows import Row
from services.segment.rules.turn_rules import MARKER

MAX_ROWS = 12
"""So many rows wait for evidence at most, blank ones counted,"""
MAX_CHARS = 600
"""and so many characters in them; then they are speech."""
_ENOUGH = 6

Kind = HeadLine | Literal["opener", "label", "note"]
_SILENT: frozenset[Kind] = frozenset({"blank", "note"})
"""Rows that tell nothing of what stands beside them."""


class Decision(NamedTuple):
    """What the first rows are."""

    heads: int
    """So many rows are about the session;"""
    seen: int
    """so many rows had to be seen to know it;"""
    speaks: bool
    """and with the next one somebody speaks."""


def kind_of(row: str, known: Callable[[str], bool], lexicon: Lexicon) -> Kind:
    """What one row is, as if it stood alone."""
    line = row.strip()
    if not line:
        return "blank"
    start = leading_time(row)
    if MARKER.match(row, start) or is_recording_clock(line):
        return "opener"
    if apart_line(line, lexicon) or is_key(line, lexicon):
        return "head"
    if is_note(line, lexicon):
        return "note"
    label = find_label(row, start, marked=False, trusted=True, known=known, lexicon=lexicon)
    label = label or find_question(row, start, known=known)
    if label:
        sure = line[0] in "*_" or shape(label.speaker, lexicon) == "capitals"
        return "opener" if sure else "label"
    return "speech" if start else classify(line, lexicon)


def is_about(row: str, lexicon: Lexicon) -> bool:
    """Whether a row that follows the end of a session is surely about it, as those before its beginning."""
    return kind_of(row, lambda _: False, lexicon) in {"head", "note"}


def decide(  # noqa: PLR0913 - what a decision depends on
    rows: Sequence[Row],
    *,
    titled: bool,
    last: bool,
    known: Callable[[str], bool],
    lexicon: Lexicon,
    opener: bool = False,
) -> Decision | None:
    """Decide the first of these rows, seeing no more of them than needed; None when more must be seen.

    ``titled``: lines about the session came before. ``last``: no more rows will come. ``opener``: behind the last one
    the source names who speaks.
    """
    kinds: list[Kind] = []
    chars = 0
    for seen, row in enumerate(rows, 1):
        kind = kind_of(row.text, known, lexicon)
        waiting = [one for one in kinds if one not in _SILENT]
        if kind == "head" or (kind in _SILENT and not waiting):
            return Decision(seen, seen, speaks=False)
        if kind == "label" and (titled or waiting[-1:] == ["label"]):
            kind = "opener"
        kinds.append(kind)
        chars += len(row.text)
        enough = kinds.count("greeting") > 1 or len(waiting) >= _ENOUGH or seen >= MAX_ROWS or chars > MAX_CHARS
        after_label = "label" in waiting and kind not in _SILENT | {"label"}
        if enough or after_label or kind in {"opener", "speech"}:
            heads = _before_opener(kinds, titled=titled) if kind == "opener" else _start(kinds)
            return Decision(heads, seen, speaks=True)
    if not last or not kinds:
        return None
    if opener:
        return Decision(_before_opener([*kinds, "opener"], titled=titled), len(kinds), speaks=True)
    speaks = not titled or bool({"greeting", "label"} & set(kinds))
    return Decision(_start(kinds) if speaks else len(kinds), len(kinds), speaks=speaks)


def _before_opener(kinds: Sequence[Kind], *, titled: bool) -> int:
    """How many rows before a sure speaker are about the session: those before the first one that is spoken.

    An open title costs less than lost words.
    """
    spoken = {"greeting", "label"} if titled or "titled" in kinds else {"greeting", "label", "phrase"}
    return next((_block(kinds, index) for index, kind in enumerate(kinds) if kind in spoken), len(kinds) - 1)


def _block(kinds: Sequence[Kind], index: int) -> int:
    """Where the rows begin that a row goes on with: phrases above it, without a blank between."""
    while index and kinds[index] != "label" and kinds[index - 1] == "phrase":
        index -= 1
    return index


def _start(kinds: Sequence[Kind]) -> int:
    """The row where unlabelled speech begins: the first one that sounds spoken, and what it follows without a blank."""
    sounds = [index for index, kind in enumerate(kinds) if kind in {"greeting", "speech", "label"}]
    if not sounds:
        return 0
    start = sounds[0]
    while start and kinds[start] != "label" and kinds[start - 1] != "blank":
        start -= 1
    return start
