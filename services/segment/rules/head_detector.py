"""Finds where the talk begins: which of the first rows are about the session, and which are spoken. Pure."""

from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from services.segment.rules.head_rules import HeadLine, classify, is_clock, is_key, is_note, is_subtitle
from services.segment.rules.label_rules import find_label, find_question, shape
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.name_shapes import find_named
from services.segment.rules.note_rules import apart_line, is_recording_clock, leading_time
from services.segment.rules.rows import Row
from services.segment.rules.turn_rules import MARKER, MARKER_INSIDE

MAX_ROWS = 12
"""So many rows wait for evidence at most, blank ones counted,"""
MAX_CHARS = 600
"""and so many characters in them; then they are speech."""
_ENOUGH = 6

Kind = HeadLine | Literal["marker", "opener", "label", "note", "mark"]
_SILENT: frozenset[Kind] = frozenset({"blank", "note", "mark"})
"""Rows that tell nothing of what stands beside them."""


class Decision(NamedTuple):
    """What the first rows are."""

    heads: int
    """So many rows are about the session;"""
    decided: int
    """the offset of the character that showed it;"""
    speaks: bool
    """and with the next one somebody speaks."""


class Around(NamedTuple):
    """What a decision depends on beside the rows."""

    titled: bool
    """Lines about the session came before."""
    last: bool
    """No more rows will come."""
    known: Callable[[str], bool]
    """See ``label_rules.find_label``."""
    lexicon: Lexicon
    opener: bool
    """Behind the last row the source names who speaks."""
    wrapped: bool
    """The first row goes on with a long row of the head."""


def kind_of(row: str, known: Callable[[str], bool], lexicon: Lexicon) -> Kind:
    """What one row is, as if it stood alone."""
    line = row.strip()
    if not line:
        return "blank"
    start = leading_time(row)
    if MARKER.match(row, start):
        return "marker"
    if is_recording_clock(line):
        return "opener"
    if named := find_named(row, start, known=known, lexicon=lexicon):
        return "opener" if start or named.label.time else "greeting"
    kind = _alone(line, lexicon) or _labelled(row, start, known, lexicon)
    return kind or ("speech" if start else classify(line, lexicon))


def _labelled(
    row: str, start: int, known: Callable[[str], bool], lexicon: Lexicon
) -> Literal["opener", "label", "titled"] | None:
    """What a row is by what stands before its colon, from ``start`` on; a title may have a subtitle there."""
    label = find_label(row, start, marked=False, trusted=True, known=known, lexicon=lexicon)
    label = label or find_question(row, start, known=known)
    if label is None:
        return None
    if row.lstrip()[0] in "*_" or shape(label.speaker, lexicon) == "capitals":
        return "opener"
    return "titled" if is_subtitle(row[label.end :].strip(), lexicon) else "label"


def _alone(line: str, lexicon: Lexicon) -> Literal["mark", "head", "note"] | None:
    """What a line is that needs no other to be known; a clock time tells nothing of the lines beside it."""
    if apart_line(line, lexicon) or is_clock(line):
        return "mark"
    if is_key(line, lexicon):
        return "head"
    return "note" if is_note(line, lexicon) else None


def is_about(row: str, lexicon: Lexicon) -> bool:
    """Whether a row that follows the end of a session is surely about it, as those before its beginning."""
    return kind_of(row, lambda _: False, lexicon) in {"head", "note", "mark"}


def begins_head(row: str, lexicon: Lexicon) -> bool:
    """Whether a head may begin with a row behind the end of a session: it is about the session and no mark."""
    return kind_of(row, lambda _: False, lexicon) == "head"


def find_head(rows: list[Row], index: int, around: Around) -> Decision | None:
    """Decide the rows from ``index`` on, seeing no more of them than needed; None when more must be seen.

    A marker inside a row ends the head, wherever it stands: if the head goes on up to there, the row becomes two. It
    stays one if it is spoken, or was not seen: another batch of lines would not have it yet.
    """
    looked, second = _split_at_marker(rows[index : index + MAX_ROWS])
    decision = _decide(looked[:MAX_ROWS], around)
    if decision and 0 < second <= decision.heads:
        rows[index : index + MAX_ROWS] = looked
    return decision


def _split_at_marker(rows: list[Row]) -> tuple[list[Row], int]:
    """The rows, the first one with a marker inside as two, and the index of the second of them; else 0."""
    for at, row in enumerate(rows):
        found = MARKER_INSIDE.search(row.text)
        if found is None:
            continue
        begin = found.start()
        if not any(char.isalnum() for char in row.text[:begin]):
            break
        first = row._replace(text=row.text[:begin], ended=False)
        second = row._replace(text=row.text[begin:], begin=row.begin + begin, starts=False)
        return [*rows[:at], first, second, *rows[at + 1 :]], at + 1
    return rows, 0


def _decide(rows: Sequence[Row], around: Around) -> Decision | None:
    kinds: list[Kind] = []
    chars = 0
    for seen, row in enumerate(rows, 1):
        kind = kind_of(row.text, around.known, around.lexicon)
        waiting = [one for one in kinds if one not in _SILENT]
        if around.wrapped and seen == 1 and row.text.lstrip()[:1].islower() and kind in {"greeting", "speech"}:
            kind = "head"
        if kind in _SILENT and not waiting:
            return Decision(seen, row.decided, speaks=False)
        if kind == "head":
            spoken = _spoken(kinds)
            return Decision(seen if spoken is None else spoken, row.decided, speaks=spoken is not None)
        if kind == "marker" or (kind == "label" and (around.titled or waiting[-1:] == ["label"])):
            kind = "opener"
        kinds.append(kind)
        chars += len(row.text)
        enough = kinds.count("greeting") > 1 or len(waiting) >= _ENOUGH or seen >= MAX_ROWS or chars > MAX_CHARS
        after_label = "label" in waiting and kind not in _SILENT | {"label"}
        if enough or after_label or kind in {"opener", "speech"}:
            heads = _before_opener(kinds, titled=around.titled) if kind == "opener" else _start(kinds)
            return Decision(heads, row.decided, speaks=True)
    if not around.last or not kinds:
        return None
    if around.opener:
        return Decision(_before_opener([*kinds, "opener"], titled=around.titled), rows[-1].decided, speaks=True)
    speaks = not around.titled or bool({"greeting", "label"} & set(kinds))
    return Decision(_start(kinds) if speaks else len(kinds), rows[-1].decided, speaks=speaks)


def _spoken(kinds: Sequence[Kind]) -> int | None:
    """Where speech begins above a line about the session, or None: what sounds spoken is a title beside it alone."""
    for index, kind in enumerate(kinds):
        if kind in {"greeting", "label"} and not _SILENT.isdisjoint(kinds[index:]):
            return _block(kinds, index)
    return None


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
