"""Names that come in from outside: session ids, languages, days. Pure."""

import hashlib
import re
import unicodedata
from datetime import date

from captionflow.errors import NotFound
from services.api.problems import ProblemError

MAX_ID_CHARS = 80
ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,79}$"
LANGUAGE_PATTERN = r"^[a-zA-Z]{2,8}(-[a-zA-Z0-9]{1,8}){0,4}$"

_ID = re.compile(ID_PATTERN.removeprefix("^").removesuffix("$"))
_LANGUAGE = re.compile(LANGUAGE_PATTERN.removeprefix("^").removesuffix("$"))
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def known_id(text: str) -> str:
    """The id, if it can be one; else ``NotFound``, as for any session that does not exist."""
    if not _ID.fullmatch(text):
        raise NotFound("There is no such session: an id has small letters, digits, - and _ only, at most 80.")
    return text


def language_tag(text: str | None, default: str) -> str:
    """A BCP 47 tag, or 422."""
    if text is None:
        return default
    if not _LANGUAGE.fullmatch(text):
        raise ProblemError(422, "invalid", "lang is not a language tag like en or pt-BR.")
    return text


def day(text: str) -> str:
    """An ISO 8601 day that exists, or 422."""
    try:
        if _DAY.fullmatch(text):
            date.fromisoformat(text)
            return text
    except ValueError:
        pass
    raise ProblemError(422, "invalid", "date is not a day like 2015-11-12.")


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
