"""JSON as captionflow exports it, or as ``captionflow segment --json`` prints it. Pure."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise, zip_longest
from typing import Annotated, Literal, NamedTuple

import msgspec

from captionflow.errors import UNDECODABLE, BadMessage
from captionflow.identity import language_tag
from captionflow.marked_text import typed, with_lines
from captionflow.messages import Apart, Note
from captionflow.transcript import Turn
from services.ingest.cleaning import clean, clean_label
from services.ingest.readers.exported import opening
from services.ingest.readers.reading import Passage, Reading


class _Note(msgspec.Struct):
    text: str
    at: int = 0


class _Turn(msgspec.Struct):
    paragraphs: list[str]
    turn_id: str = ""
    speaker: str | None = None
    notes: list[_Note] = []


class _Apart(msgspec.Struct):
    text: str
    why: Literal["head", "furniture", "mark", "end"] = "mark"


class _Place(msgspec.Struct):
    turn_id: str
    offset: int


_Seconds = Annotated[float, msgspec.Meta(ge=-1e9, le=1e9)]


class _Stamp(msgspec.Struct):
    turn_id: str
    offset: int
    start: _Seconds | None = None
    """On the clock of the session."""
    end: _Seconds | None = None
    at: Annotated[datetime, msgspec.Meta(tz=True)] | None = None
    """The same with its date, if that is known; alone in files before November 2026."""


class _Time(NamedTuple):
    offset: int
    at: timedelta
    until: timedelta | None


class _Document(msgspec.Struct):
    turns: list[_Turn]
    apart: list[_Apart] = []
    apart_at: list[_Place] = []
    stamps: list[_Stamp] = []
    language: str | None = None


_decode = msgspec.json.Decoder(_Document).decode


def is_exported_json(text: str) -> bool:
    """Whether this is the JSON of a transcript."""
    return _document(text) is not None


def read_exported_json(text: str) -> Reading:
    """The turns as they were, with what stood apart in its place where the file says it."""
    document = _document(text) or _Document([])
    known = {turn.turn_id for turn in document.turns if turn.turn_id}
    apart: dict[str, list[Apart]] = {}
    head: list[str] = []
    unplaced = 0
    for one, place in zip_longest(document.apart, document.apart_at[: len(document.apart)]):
        if place is not None and place.turn_id in known:
            apart.setdefault(place.turn_id, []).append(Apart(_line(one.text), one.why, place.offset))
        elif place is not None or one.why == "head":
            head.append(_line(one.text))
        else:
            unplaced += 1
    times, begun = _times(document.stamps)
    passages = (*_head(head), *_passages(document, apart, times))
    oddities = [f"{unplaced} texts stood apart and have no place: they are left out."] if unplaced else []
    if not passages:
        oddities.append("The file has no words.")
    return Reading("json", passages, tuple(oddities), _language(document.language), begun=begun)


def _document(text: str) -> _Document | None:
    if text[:1] != "{" and text.lstrip()[:1] != "{":
        return None
    try:
        return _decode(text.encode())
    except (*UNDECODABLE, UnicodeError):
        return None


def _language(tag: str | None) -> str | None:
    try:
        return None if tag is None else language_tag(tag)
    except BadMessage:
        return None


def _head(lines: list[str]) -> Iterator[Passage]:
    text = "\n".join(filter(None, lines))
    if text:
        yield Passage(f"{text}\n\n")


def _times(stamps: Sequence[_Stamp]) -> tuple[dict[str, list[_Time]], datetime | None]:
    """When words were said, by turn and offset, and when that clock showed 0, if it is known."""
    begun: datetime | None = None
    times: dict[str, list[_Time]] = {}
    for stamp in stamps:
        if stamp.start is not None:
            at, until = timedelta(seconds=stamp.start), None if stamp.end is None else timedelta(seconds=stamp.end)
            if begun is None and stamp.at is not None:
                begun = stamp.at - at
        elif stamp.at is not None:
            begun = begun or stamp.at
            at, until = stamp.at - begun, None
        else:
            continue
        times.setdefault(stamp.turn_id, []).append(_Time(stamp.offset, at, until))
    return {turn: sorted(found) for turn, found in times.items()}, begun


def _passages(
    document: _Document, apart: Mapping[str, Sequence[Apart]], times: Mapping[str, Sequence[_Time]]
) -> Iterator[Passage]:
    """Each turn, cut where its times are known."""
    given: str | None = None
    for turn in document.turns:
        text, places = _text(turn, apart.get(turn.turn_id, ()))
        cuts = [(0, None), *((places(time.offset), time) for time in times.get(turn.turn_id, ()))]
        pieces = [
            (typed(text[begin:end]), time)
            for (begin, time), (end, _) in pairwise([*cuts, (len(text), None)])
            if end > begin
        ]
        opened = opening(clean_label(turn.speaker or "").text or None, pieces[0][0].lstrip() if pieces else "", given)
        yield from opened.first
        given = opened.given
        for place, (piece, time) in enumerate(pieces or [("", None)]):
            last = place >= len(pieces) - 1
            words = opened.text if place == 0 else piece
            yield Passage(
                f"{words.rstrip()}\n\n" if last else words,
                None if time is None else time.at,
                given,
                None if time is None else time.until,
            )


def _text(turn: _Turn, apart: Sequence[Apart]) -> tuple[str, Callable[[int], int]]:
    """The text with everything in its place, and where an offset of the paragraphs is in it."""
    paragraphs = tuple(map(_line, turn.paragraphs))
    end = len("\n".join(paragraphs))
    notes = tuple(Note(_line(note.text), min(max(note.at, 0), end)) for note in turn.notes if _line(note.text))
    stood = tuple(Apart(one.text, one.why, min(max(one.at, 0), end)) for one in apart if one.text)
    whole = Turn("", 1, 1, "", paragraphs=paragraphs, notes=notes, apart=stood)
    text, places = with_lines(whole, apart=True)

    def place(offset: int) -> int:
        before, after = places[max(bisect_right(places, (offset, len(text))) - 1, 0)]
        return min(max(after + offset - before, 0), len(text))

    return text, place


def _line(text: str) -> str:
    """Cleaned and on one line."""
    return " ".join(clean(text).text.split())
