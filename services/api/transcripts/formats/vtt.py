"""WebVTT (W3C), with a voice for each known speaker. Pure.

The name of a cue says which turn, which paragraph of it and which cue of that it is (``12.1.3``): players show no such
names, and what reads the file in again finds turns and paragraphs.
"""

from captionflow.messages import Session
from captionflow.turns import Turns
from services.api.transcripts.formats.cues import Cue, clock, session_cues
from services.api.transcripts.formats.options import Options


def write(session: Session, language: str, turns: Turns, options: Options) -> bytes:
    """The transcript as WebVTT."""
    found = session_cues(session, language, turns, options)
    blocks = ["WEBVTT", _note(f"{session.title or session.id} ({language})")]
    if found.estimated and found.cues:
        blocks.append(_note("Nobody noted the times: they are estimated at 160 words a minute."))
    blocks += map(_cue, found.cues)
    return ("\n\n".join(blocks) + "\n").encode()


def _cue(cue: Cue) -> str:
    voice = f"<v {escape(' '.join(cue.speaker.split()))}>" if cue.speaker else ""
    text = "\n".join(map(escape, cue.lines))
    if cue.alone:
        text = f"<c.note>{text}</c>"
    return f"{'.'.join(map(str, cue.number))}\n{clock(cue.start, '.')} --> {clock(cue.end, '.')}\n{voice}{text}"


def _note(text: str) -> str:
    return f"NOTE {escape(' '.join(text.split()))}"


def escape(text: str) -> str:
    """Text escaped, so that it has no markup and no arrow."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
