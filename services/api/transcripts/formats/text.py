"""Plain text in the conventions of real-time captioning, so that it can be read in again. Pure."""

from collections.abc import Sequence

from captionflow.messages import Part, Session
from captionflow.ports import Turns
from captionflow.transcript import by_turn, joined
from services.api.transcripts.formats.options import Options
from services.api.transcripts.formats.passages import ALONE, ALONE_END, closed, marks, placed


def write(_session: Session, _language: str, turns: Turns, _options: Options) -> bytes:
    """Head, then ``>> NAME:  text`` for each turn, a blank line between paragraphs, all notes and marks in place."""
    found = (_label(parts[0]) + "\n\n".join(_bodies(parts)) for parts in by_turn(turns.parts))
    return ("\n\n".join(found).strip() + "\n").encode()


def _label(first: Part) -> str:
    if not first.ordinal or first.number:
        return ""
    return f">> {first.speaker}:  " if first.speaker else ">> "


def _bodies(parts: Sequence[Part]) -> list[str]:
    return joined(parts, lambda part: (_body(part),), "{} {}".format)


def _body(part: Part) -> str:
    text = part.text
    body = ""
    done = 0
    for mark in marks(part, apart=True):
        body += _stretch(text[done : mark.at], body)
        body += f"\n\n{mark.text}\n\n" if mark.alone else _line(placed(mark.text, body, text[mark.at :]), body)
        done = max(done, mark.at)
    return (body + _stretch(text[done:], body)).strip()


def _stretch(text: str, before: str) -> str:
    """Words with a blank line between paragraphs; a line does not begin with the space after what stood apart."""
    return (text.lstrip(" ") if before.endswith("\n") else text).replace("\n", "\n\n")


def _line(note: str, before: str) -> str:
    """A note that stands alone, on a line of its own; where its bracket is open, words follow on that line."""
    begin = "\n" if before and not before.endswith("\n") else ""
    return note.replace(ALONE, begin).replace(ALONE_END, "\n" if closed(note.strip(ALONE + ALONE_END)) else " ")
