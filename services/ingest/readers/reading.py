"""What every reader gives."""

from datetime import datetime, timedelta
from typing import Literal, NamedTuple

Kind = Literal["text", "vtt", "srt", "sbv", "json"]
Guess = Literal["encoding", "kind", "language", "speakers", "date", "times"]
"""encoding, kind: what a file's bytes and form were taken for; language: nobody said it; speakers: no label was found;
date: it can be read in two ways, or left open; times: they count from an unknown beginning."""


class Passage(NamedTuple):
    r"""A stretch of the caption stream, verbatim; line breaks are ``\n`` inside ``text``."""

    text: str
    at: timedelta | None = None
    """When it begins, counted from the start of the file's own clock."""
    speaker: str | None = None
    """Who says it, where the file knows; empty: somebody else, whom it does not name."""
    until: timedelta | None = None
    """When it ends; only with ``at``, and not before it."""


class Reading(NamedTuple):
    """A file as a caption stream: the passages' texts joined with nothing between are the stream.

    ``oddities`` account, in sentences for people, for everything that was left out or had to be guessed.
    """

    kind: Kind
    passages: tuple[Passage, ...]
    oddities: tuple[str, ...] = ()
    language: str | None = None
    """A BCP 47 tag, if the file says it."""
    encoding: str = "utf-8"
    guessed: tuple[Guess, ...] = ()
    begun: datetime | None = None
    """When the file's own clock showed 0, if the file says it."""


def listed(whats: list[str], most: int = 5) -> tuple[str, ...]:
    """The first few of a list of oddities, and how many more there are."""
    more = len(whats) - most
    return (*whats[:most], f"… and {more} more of this kind") if more > 0 else tuple(whats)
