"""WebVTT (W3C), with a voice for each known speaker. Pure."""

from captionflow.messages import Session
from captionflow.ports import Turns
from services.api.transcripts.formats.cues import Cue, clock, cues


def write(session: Session, language: str, turns: Turns) -> bytes:
    """The transcript as WebVTT."""
    found = cues(turns)
    blocks = ["WEBVTT", _note(f"{session.title or session.id} ({language})")]
    if found.estimated and found.cues:
        blocks.append(_note("Nobody noted the times: they are estimated at 160 words a minute."))
    blocks += [_cue(number, cue) for number, cue in enumerate(found.cues, 1)]
    return ("\n\n".join(blocks) + "\n").encode()


def _cue(number: int, cue: Cue) -> str:
    voice = f"<v {escape(' '.join(cue.speaker.split()))}>" if cue.speaker else ""
    text = "\n".join(map(escape, cue.lines))
    return f"{number}\n{clock(cue.start, '.')} --> {clock(cue.end, '.')}\n{voice}{text}"


def _note(text: str) -> str:
    return f"NOTE {escape(' '.join(text.split()))}"


def escape(text: str) -> str:
    """Text escaped, so that it has no markup and no arrow."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
