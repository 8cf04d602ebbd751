"""SubRip. It has no escapes: text goes in as it is. Pure."""

from collections.abc import Iterator

from captionflow.messages import Session
from captionflow.turns import Transcript
from services.api.transcripts.formats.cues import Cue, clock, session_cues
from services.api.transcripts.formats.options import Options


def write(session: Session, language: str, transcript: Transcript, options: Options) -> Iterator[bytes]:
    """The transcript as SubRip."""
    found = session_cues(session, language, transcript, options, typed=True)
    return (_cue(number, cue).encode() for number, cue in enumerate(found.cues, 1))


def _cue(number: int, cue: Cue) -> str:
    text = "\n".join(cue.lines).replace("-->", "-- >")
    return f"{number}\n{clock(cue.start, ',')} --> {clock(cue.end, ',')}\n{text}\n\n"
