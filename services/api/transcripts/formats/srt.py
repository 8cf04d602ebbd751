"""SubRip. It has no escapes: text goes in as it is. Pure."""

from captionflow.messages import Session
from captionflow.turns import Turns
from services.api.transcripts.formats.cues import Cue, clock, session_cues
from services.api.transcripts.formats.options import Options


def write(session: Session, language: str, turns: Turns, options: Options) -> bytes:
    """The transcript as SubRip."""
    found = session_cues(session, language, turns, options, typed=True)
    blocks = (_cue(number, cue) for number, cue in enumerate(found.cues, 1))
    return "".join(blocks).encode()


def _cue(number: int, cue: Cue) -> str:
    text = "\n".join(cue.lines).replace("-->", "-- >")
    return f"{number}\n{clock(cue.start, ',')} --> {clock(cue.end, ',')}\n{text}\n\n"
