"""What a search result shows of a part, and which of its words are hits: pure, and the same for every search adapter.

Hits are found on the original text with the same folding that the index was made with. There are no markers in the
text, so no text can fake one.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from captionflow.folding import Words, words
from captionflow.gaps import OFF_THE_RECORD
from captionflow.marked_text import spaced
from captionflow.messages import Note, Part, Session
from captionflow.ports import Fragment, Hit
from captionflow.search.matching import Phrases
from captionflow.search.query import Term
from captionflow.stamps import stamps_of
from captionflow.transcript import named

STRETCH_CHARS = 280
"""About how much of a part is shown."""

_LEAD_CHARS = 60
"""How much of it stands before the first hit."""

Span = tuple[int, int]


def hits(found: Words, terms: Sequence[Term]) -> list[Span]:
    """Where the terms stand, in order, overlaps merged."""
    merged: list[Span] = []
    for start, end in sorted(_spans(found, terms)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def fragments(text: str, terms: Sequence[Term], gaps: Sequence[Note] = ()) -> tuple[tuple[Fragment, ...], int | None]:
    """A stretch of the text with its hits marked, and where its first hit stands in the text.

    The fragments joined, without those that are gaps, are a verbatim stretch of ``text`` that starts and ends between
    words. It is the one with the most hits; without hits it is the beginning. ``gaps`` stand in their places.
    """
    found = words(text)
    marks = hits(found, terms)
    start, end = _stretch(text, found, marks)
    shown = [span for span in marks if start <= span[0] and span[1] <= end]
    within = [gap for gap in gaps if start <= gap.at <= end]
    return tuple(_cut(text, start, end, shown, within)), shown[0][0] if shown else None


def hit_of(part: Part, session: Session | None, terms: Sequence[Term]) -> Hit:
    """What a search shows of a part, and of its session if that is known."""
    gaps = [note for note in part.notes if note.text.startswith(OFF_THE_RECORD)]
    shown, first = fragments(part.text, terms, gaps)
    (part,) = named([part], session.speakers if session else {})
    return Hit(
        session=part.session,
        session_title=session.title if session else "",
        event=session.event if session else "",
        room=session.room if session else "",
        date=session.date if session else None,
        language=part.language,
        turn_id=part.turn_id,
        part=part.number,
        ordinal=part.ordinal,
        speaker=part.speaker,
        fragments=shown,
        at=_said_at(part, first or 0),
    )


def _said_at(part: Part, offset: int) -> datetime | None:
    """When the words at this offset were said, if that has a date: the time of the last stamp before them."""
    before = [stamp for stamp in stamps_of(part) if stamp.offset <= offset]
    at = max(before, key=lambda stamp: stamp.offset).at if before else None
    return at if isinstance(at, datetime) else None


def _spans(found: Words, terms: Sequence[Term]) -> Iterator[Span]:
    pieces = found.pieces
    for first, last in Phrases(term.words for term in terms).runs(word.folded for word in pieces):
        yield pieces[first].start, pieces[last].end
    joined = {term.words[0] if len(term.words) == 1 else term.joined for term in terms}
    yield from ((word.start, word.end) for word in found.joined if word.folded in joined)


def _stretch(text: str, found: Words, marks: Sequence[Span]) -> Span:
    best = _fullest(marks)
    if best is None:
        wanted_start, wanted_end = 0, STRETCH_CHARS
    else:
        wanted_start = marks[best][0] - _LEAD_CHARS
        wanted_end = max(wanted_start + STRETCH_CHARS, marks[best][1])
    start = 0
    if wanted_start > 0:
        start = next(word.start for word in found.pieces if word.start >= wanted_start)
    if wanted_end >= len(text):
        return start, len(text)
    ends = [word.end for word in found.pieces if word.end > start]
    return start, max((end for end in ends if end <= wanted_end), default=min(ends, default=len(text)))


def _fullest(marks: Sequence[Span]) -> int | None:
    """The hit that a stretch with the most hits begins with, the first such one; hits don't overlap."""
    best, most, last = None, 0, 0
    for index, (start, _) in enumerate(marks):
        while last < len(marks) and marks[last][1] <= start + STRETCH_CHARS - _LEAD_CHARS:
            last += 1
        if best is None or last - index > most:
            best, most = index, last - index
    return best


def _cut(text: str, start: int, end: int, marks: Sequence[Span], gaps: Sequence[Note]) -> Iterator[Fragment]:
    pieces = [*((*mark, None) for mark in marks), *((gap.at, gap.at, gap) for gap in gaps)]
    for at, until, gap in sorted(pieces, key=lambda piece: piece[:2]):
        place = max(at, start)  # a gap inside of a hit stands behind it
        if place > start:
            yield Fragment(text[start:place])
        if gap is None:
            yield Fragment(text[place:until], hit=True)
        else:
            yield Fragment(spaced(gap.text, text[:place], text[place:]), gap=True)
        start = max(until, place)
    if end > start:
        yield Fragment(text[start:end])
