"""What an import made of a file. Pure."""

import re
from typing import Final, Literal

import msgspec

from services.ingest.left_open import LeftOpen
from services.ingest.readers import Guess, Kind

_NO_TEXT: Final = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""Control characters, which a terminal obeys, and what stands for a byte that is no UTF-8 (PEP 383)."""


class FileReport(msgspec.Struct, frozen=True):
    """As far as those see it who send its lines; what became of these is told beside it."""

    path: str
    """As ``path_text`` writes it."""
    outcome: Literal["imported", "unchanged", "empty", "skipped", "failed"]
    kind: Kind | None = None
    session: str | None = None
    language: str = ""
    """Of the lines, as a BCP 47 tag."""
    lines: int = 0
    """Lines that the session has of this file."""
    new: int = 0
    """Of these, the ones that this import added."""
    last_seq: int = 0
    """Position in the session of the last of them."""
    words: int = 0
    encoding: str = ""
    guessed: tuple[Guess, ...] = ()
    """What was taken for something without being told; speakers and dates are seen when the turns are made."""
    oddities: tuple[str, ...] = ()
    """Sentences for people."""
    left_open: LeftOpen = LeftOpen()
    error: str | None = None


def path_text(path: str) -> str:
    """The path as it can be shown and sent anywhere: what is no text in it is escaped, as Python does it."""
    return _NO_TEXT.sub(lambda found: found[0].encode("unicode_escape").decode(), path)
