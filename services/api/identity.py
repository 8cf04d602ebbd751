"""Names that come in from outside: session ids, languages, days. No I/O."""

import hashlib
import re
import unicodedata
from datetime import date
from typing import Annotated

from fastapi import Path

from captionflow.errors import NotFound
from captionflow.messages import Session
from services.api.problems import ProblemError

MAX_ID_CHARS = 80
FIRST_YEAR, LAST_YEAR = 1900, 2199
"""A date outside of these years is a mistake."""

ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,79}$"
LANGUAGE_PATTERN = r"^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,4}$"

SessionId = Annotated[str, Path(description="The session's id.", examples=["opening"])]
"""As routes declare it; ``known_id`` refuses what can't be one."""

_ID = re.compile(ID_PATTERN.removeprefix("^").removesuffix("$"))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def known_id(text: str) -> str:
    """The id, if it can be one; else ``NotFound``, as for any session that does not exist."""
    if not _ID.fullmatch(text):
        raise NotFound("There is no such session: an id has small letters, digits, - and _ only, at most 80.")
    return text


def language_of(session: Session, wanted: str | None) -> str:
    """A language of the session as the session spells it, the floor's if none is wanted; else ``NotFound``."""
    if not wanted:
        return session.languages[0]
    for known in session.languages:
        if known.casefold() == wanted.casefold():
            return known
    languages = ", ".join(session.languages)
    raise NotFound(f"Session {session.id!r} has no captions in {wanted[:35]!r}: lang is one of {languages}.")


def day(text: str) -> str:
    """An ISO 8601 day that exists, or 422."""
    try:
        if _DAY.fullmatch(text) and FIRST_YEAR <= date.fromisoformat(text).year <= LAST_YEAR:
            return text
    except ValueError:
        pass
    raise ProblemError("invalid", f"date: it is not a day like 2015-11-12 of the years {FIRST_YEAR} to {LAST_YEAR}.")


def slug(*names: str | None) -> str:
    """A session id made of names; the same names give the same id, and names that differ only beyond ASCII another.

    Empty if the names are.
    """
    joined = " ".join(name for name in names if name)
    plain = unicodedata.normalize("NFKD", joined).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if joined.isascii() and len(words) <= MAX_ID_CHARS:
        return words
    digest = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"{words[: MAX_ID_CHARS - 9].strip('-')}-{digest}".strip("-")
