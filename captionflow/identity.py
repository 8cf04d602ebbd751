"""What names and numbers that come in from outside may look like: session ids, languages, days, counts. Pure.

Each rule stands here and nowhere else: doors, stores, pages and the command line ask.
"""

import hashlib
import re
import unicodedata
from datetime import date
from typing import Final

from captionflow.errors import BadMessage, NotFound
from captionflow.messages import Session

SESSION_ID: Final = "[a-z0-9][a-z0-9_-]{0,79}"
"""Safe as a path segment, a topic key and a file name, so nothing has to be escaped anywhere."""
MAX_SESSION_ID_CHARS: Final = 80

LANGUAGE_TAG: Final = "[a-zA-Z]{2,8}(?:-[a-zA-Z0-9]{1,8})*"
"""BCP 47 (RFC 5646), its syntax only."""
MAX_LANGUAGE_CHARS: Final = 35
"""What RFC 5646, 4.4.1, asks everybody to make room for."""

MAX_LANGUAGES: Final = 50
"""Of one session."""

MAX_NUMBER: Final = 2**53 - 1
"""The highest number of a sender, and the highest ``seq``: every JSON reader holds it exactly (RFC 8259, 6)."""

FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2199
MONTHS: Final = 12
"""Of a year."""
"""A date outside of these years is a mistake."""

_SCRIPT_LETTERS = 4
_SESSION_ID = re.compile(SESSION_ID)
_LANGUAGE_TAG = re.compile(LANGUAGE_TAG)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def session_id(text: str) -> str:
    """The id, if it can be one; else ``NotFound``, as for any session that does not exist."""
    if not _SESSION_ID.fullmatch(text):
        raise NotFound("There is no such session: an id has small letters, digits, - and _ only, at most 80.")
    return text


def language_tag(text: str) -> str:
    """A language tag in its usual case, or ``BadMessage``: ``PT-br`` is ``pt-BR``."""
    if len(text) > MAX_LANGUAGE_CHARS or not _LANGUAGE_TAG.fullmatch(text):
        raise BadMessage("A language is a BCP 47 tag such as en, pt-BR or zh-Hans.")
    first, *rest = text.lower().split("-")
    cased = {2: str.upper, 4: str.title}
    return "-".join([first, *(cased.get(len(part), str)(part) for part in rest)])


def primary_subtag(tag: str) -> str:
    """The language itself, without script and region (RFC 5646, 2.2.1): ``pt`` of ``pt-BR``, in small letters."""
    return tag.partition("-")[0].casefold()


def floor_language(session: Session) -> str:
    """The language of the floor; English where the session names none."""
    return session.languages[0] if session.languages else "en"


def spelled(session: Session, language: str) -> str | None:
    """The session's language that a tag means, as the session spells it; None if it has no captions in that.

    That is the same tag, whatever its case; else the first with the same primary subtag: ``en-US`` is ``en``. A tag
    that names another script (``zh-Hant``, ``zh-Hans``) is another language to its readers.
    """
    folded = language.casefold()
    exact = next((known for known in session.languages if known.casefold() == folded), None)
    return exact or next((known for known in session.languages if _near(known, language)), None)


def _near(one: str, other: str) -> bool:
    scripts = _script(one), _script(other)
    return primary_subtag(one) == primary_subtag(other) and (scripts[0] == scripts[1] or "" in scripts)


def _script(tag: str) -> str:
    """The script subtag (RFC 5646, 2.2.3), which has four letters, in small letters; empty if there is none."""
    return next((part.casefold() for part in tag.split("-")[1:] if len(part) == _SCRIPT_LETTERS and part.isalpha()), "")


def language_of(session: Session, wanted: str | None) -> str:
    """A language of the session as the session spells it, the floor's if none is wanted; else ``NotFound``."""
    if not wanted:
        return session.languages[0]
    found = spelled(session, wanted)
    if found is None:
        languages = ", ".join(session.languages)
        raise NotFound(
            f"Session {session.id!r} has no captions in {wanted[:MAX_LANGUAGE_CHARS]!r}: lang is one of {languages}."
        )
    return found


def is_day(text: str) -> bool:
    """Whether it is an ISO 8601 day that exists, of a year that can be meant."""
    try:
        return bool(_DAY.fullmatch(text)) and is_year(date.fromisoformat(text).year)
    except ValueError:
        return False


def reads_two_ways(first: int, second: int) -> bool:
    """Whether the day and the month of a date in figures can be either way round, so that it says no day."""
    return first != second and min(first, second) > 0 and max(first, second) <= MONTHS


def is_year(year: int) -> bool:
    """Whether something can have been said, or planned, in this year."""
    return FIRST_YEAR <= year <= LAST_YEAR


def slug(*names: str | None) -> str:
    """A session id made of names; the same names give the same id, and names that differ only beyond ASCII another.

    Empty if the names are.
    """
    joined = " ".join(name for name in names if name)
    words = hyphenated(joined).strip("-")
    if joined.isascii() and len(words) <= MAX_SESSION_ID_CHARS:
        return words
    digest = hashlib.sha256(joined.encode()).hexdigest()[:8]
    return f"{words[: MAX_SESSION_ID_CHARS - 9].strip('-')}-{digest}".strip("-")


def hyphenated(text: str) -> str:
    """The letters and digits of a text as ASCII in small letters, with one hyphen for each run of other characters."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain)
