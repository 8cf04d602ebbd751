"""JSON: the session, and the same turns that ``captionflow segment --json`` prints. Pure."""

import msgspec

from captionflow.messages import Facts, Session
from captionflow.ports import Turns
from captionflow.transcript import document
from captionflow.transcript import turns as join
from services.api.transcripts.formats.options import Options

_encode = msgspec.json.Encoder().encode


def write(session: Session, language: str, turns: Turns, _options: Options) -> bytes:
    """The transcript as one JSON object.

    ``turns`` and ``apart`` are those of ``captionflow.transcript.document``, so that their digest is the same wherever
    the transcript comes from. When words were said is in ``stamps``, and where what is apart stood in ``apart_at``.
    """
    found = document(turns.parts, Facts())
    joined = join(turns.parts)
    apart_at = [{"turn_id": turn.turn_id, "offset": one.at} for turn in joined for one in turn.apart]
    stamps = [
        {"turn_id": turn.turn_id, "offset": stamp.offset, "at": stamp.at}
        for turn in joined
        if turn.ordinal
        for stamp in turn.stamps
    ]
    found |= {
        "apart_at": apart_at,
        "session": session,
        "language": language,
        "last_seq": turns.last_seq,
        "stamps": stamps,
    }
    return _encode(found)
