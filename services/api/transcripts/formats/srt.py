"""SubRip. It has no voices, so a speaker's name opens their turn; and no escapes: text goes in as it is. Pure."""

from captionflow.messages import Session
from captionflow.ports import Turns
from services.api.transcripts.formats.cues import Cue, clock, cues


def write(_session: Session, _language: str, turns: Turns) -> bytes:
    """The transcript as SubRip."""
    blocks = (_cue(number, cue) for number, cue in enumerate(cues(turns).cues, 1))
    return "".join(blocks).encode()


def _cue(number: int, cue: Cue) -> str:
    name = f"{' '.join(cue.speaker.split())}: " if cue.speaker and cue.opens else ""
    text = name + "\n".join(cue.lines)
    return f"{number}\n{clock(cue.start, ',')} --> {clock(cue.end, ',')}\n{text.replace('-->', '-- >')}\n\n"
