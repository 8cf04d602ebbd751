"""Plain text in the conventions of real-time captioning, so that it can be read in again. Pure."""

from captionflow.messages import Part, Session
from captionflow.ports import Turns
from services.api.formats.passages import marks


def write(_session: Session, _language: str, turns: Turns) -> bytes:
    """Head, then ``>> NAME:  text`` for each turn, a blank line between paragraphs, all notes and marks in place."""
    out: list[str] = []
    for part in turns.parts:
        if part.retracted:
            continue
        body = _body(part)
        if part.ordinal > 0 and part.number == 0:
            label = f"{part.speaker}:  " if part.speaker else ""
            out.append(f"\n\n>> {label}{body.lstrip()}")
        elif part.continues:
            out.append(f" {body}")
        else:
            out.append(f"\n\n{body}")
    return ("".join(out).strip() + "\n").encode()


def _body(part: Part) -> str:
    text = part.text
    pieces: list[str] = []
    done = 0
    for mark in marks(part, apart=True):
        pieces.append(text[done : mark.at].replace("\n", "\n\n"))
        before = pieces[-1][-1:]
        if mark.alone:
            pieces.append(f"\n\n{mark.text}\n\n")
        else:
            pieces.append(f"{'' if not before or before.isspace() else ' '}{mark.text} ")
        done = max(done, mark.at)
    pieces.append(text[done:].lstrip(" ").replace("\n", "\n\n") if pieces else text.replace("\n", "\n\n"))
    return "".join(pieces).strip()
