"""WebVTT (W3C), with a voice for each known speaker. Pure.

The name of a cue says which turn, which paragraph of it and which cue of that it is (``12.1.3``): players show no such
names, and what reads the file in again finds turns and paragraphs.
"""

from collections.abc import Iterator

from captionflow.messages import Session
from captionflow.turns import Transcript
from services.api.transcripts.formats.cues import Cue, clock, session_cues
from services.api.transcripts.formats.options import Options


def write(session: Session, language: str, transcript: Transcript, options: Options) -> Iterator[bytes]:
    """The transcript as WebVTT."""
    found = session_cues(session, language, transcript, options)
    yield f"WEBVTT\n\n{_note(f'{session.title or session.id} ({language})')}".encode()
    for number, cue in enumerate(found.cues):
        if not number and found.estimated:
            yield f"\n\n{_note('Nobody noted the times: they are estimated at 160 words a minute.')}".encode()
        yield f"\n\n{_cue(cue)}".encode()
    yield b"\n"


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
