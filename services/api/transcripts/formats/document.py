"""JSON: the session, and the same turns that ``captionflow segment --json`` prints. Pure."""

from collections.abc import Iterable, Iterator
from datetime import datetime

import msgspec

from captionflow.gaps import Gap, Listening
from captionflow.messages import Moment, Part, Session, Stamp
from captionflow.transcript import apart_entries, each_turn, turn_entry
from captionflow.turns import Transcript
from services.api.transcripts.formats.options import Options
from services.api.transcripts.formats.session_clock import SessionClock, session_clock, stamps

_encode = msgspec.json.Encoder().encode


def write(session: Session, language: str, transcript: Transcript, options: Options) -> Iterator[bytes]:
    """The transcript as one JSON object.

    ``turns`` and ``apart`` are those of ``captionflow.transcript.document``, so that their digest is the same wherever
    the transcript comes from. When words were said is in ``stamps``, where what is apart stood in ``apart_at``, and
    where captions were interrupted in ``gaps``. What is apart and the gaps are few: they
    are held until the turns are told.
    """
    apart: list[bytes] = []
    places: list[bytes] = []
    found: list[bytes] = []

    def heard() -> Iterator[Part]:
        listening = Listening()
        for part in transcript.parts:
            found.extend(map(_gap, listening.gaps(part)))
            yield part

    def said() -> Iterator[bytes]:
        for turn in each_turn(heard()):
            apart.extend(map(_encode, apart_entries(turn)))
            places.extend(_encode({"turn_id": turn.turn_id, "offset": one.at}) for one in turn.apart)
            if (entry := turn_entry(turn)) is not None:
                yield _encode(entry)

    yield b'{"session":%s,"turns":' % _encode(session)
    yield from _array(said())
    yield b',"apart":'
    yield from _array(apart)
    yield b',"apart_at":'
    yield from _array(places)
    yield b',"language":%s,"last_seq":%d,"gaps":' % (_encode(language), transcript.last_seq)
    yield from _array(found)
    yield b',"stamps":'
    clock = session_clock(stamps(transcript), session.starts_at, options.offset)
    yield from _array(
        _encode(_stamp(turn.turn_id, stamp, clock))
        for turn in each_turn(transcript.parts)
        if turn.ordinal
        for stamp in turn.stamps
    )
    yield b"}"


def _array(entries: Iterable[bytes]) -> Iterator[bytes]:
    before = b"["
    for entry in entries:
        yield before + entry
        before = b","
    yield b"]" if before == b"," else b"[]"


def _gap(gap: Gap) -> bytes:
    seconds = gap.span.total_seconds()
    return _encode({"turn_id": gap.turn_id, "since": gap.since, "until": gap.until, "seconds": seconds})


def _stamp(turn_id: str, stamp: Stamp, clock: SessionClock) -> dict[str, object]:
    """Seconds on the clock that WebVTT and SubRip have, and the dates if they are known."""
    found: dict[str, object] = {"turn_id": turn_id, "offset": stamp.offset, "start": _seconds(stamp.at, clock)}
    if stamp.until is not None:
        found["end"] = _seconds(stamp.until, clock)
    if isinstance(stamp.at, datetime):
        found["at"] = stamp.at
        if stamp.until is not None:
            found["until"] = stamp.until
    return found


def _seconds(at: Moment, clock: SessionClock) -> float | None:
    seconds = clock.seconds(at)
    return None if seconds is None else round(seconds, 3)
