"""By how much the times of a transcript have to be shifted to fit a recording. Pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

import msgspec

from captionflow.errors import BadMessage, NotFound
from captionflow.folding import words
from captionflow.search.matching import Phrases

MAX_SHOWN: Final = 10
"""Most passages of which one is to be chosen."""
_CONTEXT_CHARS: Final = 40
_TIME = re.compile(r"(?:(?:(\d{1,4}):)?([0-5]?\d):)?(\d{1,6}(?:[.,]\d{1,6})?)")


class AlignedTurn(msgspec.Struct, frozen=True):
    """Of a turn of ``transcript.json``, what counts here."""

    turn_id: str
    speaker: str | None
    paragraphs: tuple[str, ...]


class AlignedStamp(msgspec.Struct, frozen=True):
    """When words were said: of ``transcript.json``."""

    turn_id: str
    offset: int
    start: float | None = None
    end: float | None = None


class AlignedTranscript(msgspec.Struct, frozen=True):
    """A transcript as JSON."""

    turns: tuple[AlignedTurn, ...] = ()
    stamps: tuple[AlignedStamp, ...] = ()


class Passage(NamedTuple):
    """Where the words that were looked for are said."""

    seconds: float
    speaker: str | None
    context: str


def read_time(text: str) -> float:
    """``90``, ``1:30``, ``1:30.5`` or ``1:02:03`` as seconds.

    Raises:
        BadMessage: it is no time.
    """
    found = _TIME.fullmatch(text.strip())
    if found is None:
        raise BadMessage(f"{text[:40]!r} is no time of a recording: write 90, 1:30, 1:30.5 or 1:02:03.")
    hours, minutes, seconds = found.groups(default="0")
    return int(hours) * 3600 + int(minutes) * 60 + float(seconds.replace(",", "."))


def shown_time(seconds: float) -> str:
    """``1:02:03.5``, without what is zero at either end."""
    tenths = round(seconds * 10)
    minutes, rest = divmod(tenths, 600)
    text = f"{minutes // 60}:{minutes % 60:02}" if minutes >= 60 else str(minutes)  # noqa: PLR2004 - of an hour
    return f"{text}:{rest // 10:02}" + (f".{rest % 10}" if rest % 10 else "")


def passages(transcript: AlignedTranscript, wanted: str) -> tuple[Passage, ...]:
    """Where the words are said, in order; case, accents and signs between them do not matter.

    Raises:
        BadMessage: there are no words, or nobody noted a time in this transcript.
        NotFound: nobody says them.
    """
    asked = [word.folded for word in words(wanted).pieces]
    if not asked:
        raise BadMessage("Give some words that are said in the recording, and when.")
    if not any(stamp.start is not None for stamp in transcript.stamps):
        raise BadMessage(
            "Nobody noted times in this transcript, so there is nothing to align: its exports estimate them."
        )
    phrase = Phrases([asked])
    found: list[Passage] = []
    stamps: dict[str, list[AlignedStamp]] = {}
    for stamp in transcript.stamps:
        stamps.setdefault(stamp.turn_id, []).append(stamp)
    last = 0.0
    for turn in transcript.turns:
        text = "\n".join(turn.paragraphs)
        known = [
            (stamp.offset, stamp.start, stamp.end) for stamp in stamps.get(turn.turn_id, ()) if stamp.start is not None
        ]
        pieces = words(text).pieces
        for first, end_word in phrase.runs(word.folded for word in pieces):
            begin, end = pieces[first].start, pieces[end_word].end
            found.append(Passage(_said_at(begin, known, len(text), last), turn.speaker, _context(text, begin, end)))
        if known:
            last = known[-1][1]
    if not found:
        raise NotFound(f"Nobody says {wanted[:60]!r} there: give words as they stand in the transcript.")
    return tuple(found)


def chosen(found: Sequence[Passage], nth: int | None) -> Passage:
    """The only passage, or the one that was chosen, counted from 1.

    Raises:
        BadMessage: there are several and none was chosen, or there are not so many. It lists them.
    """
    if nth is not None and nth <= len(found):
        return found[nth - 1]
    if nth is None and len(found) == 1:
        return found[0]
    listed = [
        f"  {number}. {shown_time(one.seconds)}  {one.speaker or 'unknown speaker'}: {one.context}"
        for number, one in enumerate(found[:MAX_SHOWN], 1)
    ]
    more = [f"  … and {len(found) - MAX_SHOWN} more"] if len(found) > MAX_SHOWN else []
    times = "once" if len(found) == 1 else f"{len(found)} times"
    raise BadMessage(
        "\n".join([f"These words are said {times}: give more words, or --nth and a number.", *listed, *more])
    )


def _said_at(offset: int, known: Sequence[tuple[int, float, float | None]], length: int, before: float) -> float:
    """Between two stamps in proportion; before the first, the last time that is known."""
    following = [*known[1:], (length, None, None)]
    for (begin, start, end), (next_begin, next_start, _) in zip(known, following, strict=False):
        if begin <= offset < max(next_begin, begin + 1):
            until = start if end is None and next_start is None else (end if end is not None else next_start)
            return start + (offset - begin) / max(next_begin - begin, 1) * ((until or start) - start)
    return known[0][1] if known else before


def _context(text: str, begin: int, end: int) -> str:
    first, last = max(begin - _CONTEXT_CHARS, 0), min(end + _CONTEXT_CHARS, len(text))
    cut = " ".join(text[first:last].split())
    return f"{'…' if first else ''}{cut}{'…' if last < len(text) else ''}"
