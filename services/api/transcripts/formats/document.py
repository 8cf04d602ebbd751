"""JSON: the session, and the same turns that ``captionflow segment --json`` prints. Pure."""

from datetime import datetime

import msgspec

from captionflow.gaps import gaps
from captionflow.messages import Facts, Moment, Session, Stamp
from captionflow.transcript import document
from captionflow.transcript import turns as join
from captionflow.turns import Turns
from services.api.transcripts.formats.options import Options
from services.api.transcripts.formats.session_clock import SessionClock, session_clock

_encode = msgspec.json.Encoder().encode


def write(session: Session, language: str, turns: Turns, options: Options) -> bytes:
    """The transcript as one JSON object.

    ``turns`` and ``apart`` are those of ``captionflow.transcript.document``, so that their digest is the same wherever
    the transcript comes from. When words were said is in ``stamps``, where what is apart stood in ``apart_at``, and
    where captions were interrupted in ``gaps``.
    """
    found = document(turns.parts, Facts())
    joined = join(turns.parts)
    spoken = [turn for turn in joined if turn.ordinal]
    clock = session_clock((stamp for turn in spoken for stamp in turn.stamps), session.starts_at, options.offset)
    found |= {
        "apart_at": [{"turn_id": turn.turn_id, "offset": one.at} for turn in joined for one in turn.apart],
        "session": session,
        "language": language,
        "last_seq": turns.last_seq,
        "gaps": [
            {"turn_id": gap.turn_id, "since": gap.since, "until": gap.until, "seconds": gap.span.total_seconds()}
            for gap in gaps(turns.parts)
        ],
        "stamps": [_stamp(turn.turn_id, stamp, clock) for turn in spoken for stamp in turn.stamps],
    }
    return _encode(found)


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
