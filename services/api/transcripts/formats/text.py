"""Plain text in the conventions of real-time captioning, so that it can be read in again. Pure."""

from captionflow.messages import Part, Session
from captionflow.ports import Turns
from services.api.transcripts.formats.passages import marks, spaced


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
    body = ""
    done = 0
    for mark in marks(part, apart=True):
        body += _stretch(text[done : mark.at], body)
        body += f"\n\n{mark.text}\n\n" if mark.alone else spaced(mark.text, body, text[mark.at :])
        done = max(done, mark.at)
    return (body + _stretch(text[done:], body)).strip()


def _stretch(text: str, before: str) -> str:
    """Words with a blank line between paragraphs; a line does not begin with the space after what stood apart."""
    return (text.lstrip(" ") if before.endswith("\n") else text).replace("\n", "\n\n")
