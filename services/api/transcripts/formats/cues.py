"""A transcript as cues that fit a screen. Pure.

Each paragraph begins a cue; where the others end and how their lines are cut is decided in ``cutting`` and ``layout``,
when they are shown in ``timeline``.
"""

import re
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from captionflow.gaps import with_gaps
from captionflow.marked_text import ALONE, ALONE_END, with_lines
from captionflow.messages import Session
from captionflow.transcript import Turn, each_turn
from captionflow.turns import Transcript
from services.api.transcripts.formats.breaks import Piece, pieces
from services.api.transcripts.formats.cutting import cut
from services.api.transcripts.formats.layout import lines
from services.api.transcripts.formats.names import openings
from services.api.transcripts.formats.options import Options
from services.api.transcripts.formats.session_clock import SessionClock, session_clock, stamps
from services.api.transcripts.formats.timeline import Anchor, Timeline, spans
from services.api.transcripts.limits import Limits

_STRETCH = re.compile(f"{ALONE}[^{ALONE_END}]*{ALONE_END}|[^{ALONE}]+|^$")


class Cue(NamedTuple):
    """What is shown for a while."""

    start: float
    """Seconds on the transcript's clock (``session_clock``), or from the beginning."""
    end: float
    speaker: str | None
    number: tuple[int, int, int]
    """Which turn, which paragraph of it, which cue of that, from 1."""
    lines: tuple[str, ...]
    alone: bool = False
    """It is a note that stands on a line of its own."""


class Cues(NamedTuple):
    """All cues, one after the other, and whether their times were guessed."""

    cues: Iterator[Cue]
    estimated: bool


class _Cut(NamedTuple):
    """A cue without its times."""

    place: int
    end: int
    """Where the next one begins; 0 as long as that is not known."""
    columns: int
    speaker: str | None
    number: tuple[int, int, int]
    lines: tuple[str, ...]
    alone: bool


def cues(  # noqa: PLR0913 - what an export depends on
    transcript: Transcript,
    language: str,
    limits: Limits,
    *,
    names: bool,
    typed: bool = False,
    starts_at: datetime | None = None,
    offset: float = 0.0,
) -> Cues:
    """The cues of a transcript, one after the other, within ``limits``.

    ``names``: turns begin with the speaker's, ``typed`` as ``openings`` says. None has words of two cues of the source.
    ``starts_at``: when the session was to begin. ``offset`` is added to all times; a cue that ends before zero then is
    left out.
    """
    on_clock = session_clock(stamps(transcript), starts_at)
    anchors: list[Anchor] = []
    texts: list[str] = []
    speakers: list[str | None] = []
    place = 0
    for turn, text, places in _spoken(transcript):  # what is needed of all of it; the turns themselves are made twice
        anchors.extend(_anchors(turn, places, place, on_clock))
        texts.append(text)
        speakers.append(turn.speaker)
        place += len(text) + 1
    timeline = Timeline("\n".join(texts), anchors)
    opened = openings(speakers, typed=typed) if names else [""] * len(speakers)
    del texts, speakers

    def made() -> Iterator[_Cut]:
        begin = 0
        for name, (turn, text, _) in zip(opened, _spoken(transcript), strict=True):
            yield from _cut(turn, text, name, begin, language, limits, timeline)
            begin += len(text) + 1

    found = (
        Cue(max(start + offset, 0.0), end + offset, one.speaker, one.number, one.lines, one.alone)
        for one, start, end in spans(_with_ends(made(), place), timeline, limits)
        if end + offset > 0
    )
    return Cues(found, estimated=not anchors)


def _spoken(transcript: Transcript) -> Iterator[tuple[Turn, str, list[tuple[int, int]]]]:
    """Each turn with its text, and the places of its notes in that."""
    for turn in each_turn(with_gaps(transcript.parts)):
        if turn.ordinal:
            yield turn, *with_lines(turn, apart=False)


def _with_ends(cuts: Iterator[_Cut], end: int) -> Iterator[_Cut]:
    """Each with the place where the next one begins."""
    last: _Cut | None = None
    for cut_ in cuts:
        if last is not None:
            yield last._replace(end=cut_.place)
        last = cut_
    if last is not None:
        yield last._replace(end=end)


def session_cues(
    session: Session, language: str, transcript: Transcript, options: Options, *, typed: bool = False
) -> Cues:
    """The cues of a session's transcript, as they were asked for; ``typed``: see ``cues``."""
    return cues(
        transcript,
        language,
        options.limits,
        names=options.names,
        typed=typed,
        starts_at=session.starts_at,
        offset=options.offset,
    )


def _anchors(turn: Turn, places: list[tuple[int, int]], place: int, on_clock: SessionClock) -> Iterator[Anchor]:
    """The stamps of a turn, placed in its text with notes.

    Where notes stand at the offset of several stamps, each note has one of them, and the words behind have the last.
    """
    timed = [(stamp, on_clock.seconds(stamp.at)) for stamp in turn.stamps]
    stamps = [(stamp, start) for stamp, start in timed if start is not None]
    at_offset = Counter(stamp.offset for stamp, _ in stamps)
    seen: Counter[int] = Counter()
    notes = [note.at for note in turn.notes]
    for stamp, start in stamps:
        first = bisect_left(notes, stamp.offset)
        count = bisect_right(notes, stamp.offset) - first
        number = seen[stamp.offset]
        seen[stamp.offset] += 1
        is_of_words = number == at_offset[stamp.offset] - 1 >= count
        behind, after = places[first + (count if is_of_words else min(number, count))]
        until = None if stamp.until is None else on_clock.seconds(stamp.until)
        yield Anchor(place + after + stamp.offset - behind, start, until)


def _cut(  # noqa: PLR0913, PLR0917 - what a cue is made of
    turn: Turn, text: str, name: str, place: int, language: str, limits: Limits, timeline: Timeline
) -> Iterator[_Cut]:
    label = pieces(name, language, limits.columns)
    if label:
        label[-1] = label[-1]._replace(spaced=True)
    begin = place
    for paragraph_number, paragraph in enumerate(text.split("\n"), 1):
        number = 0
        for stretch in _STRETCH.finditer(paragraph):
            words = pieces(stretch[0].strip(ALONE + ALONE_END), language, limits.columns)
            for own_place, group in _parted(words, begin + stretch.start(), timeline.breaks):
                labelled = [*label, *group]
                for first, end in _cuts(
                    labelled, limits, len(label), of_cue=timeline.until(own_place, own_place) is not None
                ):
                    number += 1
                    own = labelled[first:end]
                    starts = (
                        own_place
                        if first == 0
                        else begin + stretch.start() + (0 if first < len(label) else own[0].offset)
                    )
                    columns = sum(piece.width + piece.spaced for piece in own)
                    numbers = turn.ordinal, paragraph_number, number
                    yield _Cut(
                        starts, 0, columns, turn.speaker, numbers, lines(own, limits), stretch[0].startswith(ALONE)
                    )
                label = []
        begin += len(paragraph) + 1


def _cuts(words: list[Piece], limits: Limits, kept: int, *, of_cue: bool) -> list[tuple[int, int]]:
    """(first, end) of each cue; a cue of the source that fits is not cut, so that it is read as fast as before."""
    if of_cue and words and len(lines(words, limits)) <= limits.lines:
        return [(0, len(words))]
    return list(cut(words, limits, kept=kept))


def _parted(words: list[Piece], place: int, breaks: Sequence[int]) -> Iterator[tuple[int, list[Piece]]]:
    """The pieces of a stretch that begins at a place, parted at the breaks; and where each group begins."""
    group: list[Piece] = []
    begins = place
    index = bisect_left(breaks, place)
    for word in words:
        at = place + word.offset
        passed = bisect_right(breaks, at, index)
        if passed > index:
            if group:
                yield begins, group
                group = []
            begins = breaks[passed - 1]
            index = passed
        group.append(word)
    yield begins, group


def clock(seconds: float, decimal: str) -> str:
    """``01:02:03.456``, with the decimal mark of the format."""
    milliseconds = round(seconds * 1000)
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60:02}:{minutes % 60:02}:{rest // 1000:02}{decimal}{rest % 1000:03}"
