"""The export forms of a transcript. Pure: from parts to bytes, which come in pieces and are never held as a whole."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from captionflow.messages import Session
from captionflow.turns import Transcript
from services.api.transcripts.formats import document, srt, text, vtt
from services.api.transcripts.formats.options import Options


@dataclass(frozen=True)
class Format:
    """A form, and how clients ask for it."""

    name: str
    suffix: str
    content_type: str
    accepted: tuple[str, ...]
    """Media types in Accept that mean this form."""
    write: Callable[[Session, str, Transcript, Options], Iterator[bytes]]
    """(session, language, transcript, options) to the pieces of the document."""
    revision: int = 1
    """Rises when the same transcript is written in another way, so that caches drop the old one."""

    @property
    def media_type(self) -> str:
        """The type without its parameters."""
        return self.accepted[0]


ALL = (
    Format("JSON", "json", "application/json", ("application/json",), document.write, revision=3),
    Format("plain text", "txt", "text/plain; charset=utf-8", ("text/plain",), text.write, revision=4),
    Format("WebVTT", "vtt", "text/vtt; charset=utf-8", ("text/vtt",), vtt.write, revision=4),
    Format(
        "SubRip",
        "srt",
        "application/x-subrip; charset=utf-8",
        ("application/x-subrip", "application/srt", "text/srt"),
        srt.write,
        revision=4,
    ),
)
"""The first is what a client without a preference gets."""
