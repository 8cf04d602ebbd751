"""Which words before a colon are the name of a speaker, and which are not. Pure.

Rules about the shape of the words, from the conventions of real-time captioning: see docs/segmenter.md.
"""

import re
from collections.abc import Callable, Sequence
from typing import Literal, NamedTuple

from services.segment.vocabulary import MODIFIERS, NOT_SPEAKERS, PARTICLES, ROLES, STARTERS, TITLES

MAX_LABEL = 80
"""Longest label in characters; what is longer is text."""
MAX_WORDS = 7

_ABSTRACT = re.compile(r"(?:ing|tion|sion|ness|ence|ance|ment|ity|ize|ise|ism|ics|ally|ology)$")
_WORD = re.compile(r"[^\W\d_](?:[\w'’‘ʼ.\-‑‐]*\w)?\.?,?|\d{1,3}|#\d{1,3}|&")  # noqa: RUF001 (quotes and hyphens as typed)
_STOPPED = re.compile(r"(?:[^\W\d_]|(?:[^\W\d_]\.)+[^\W\d_]|[js]r|phd|esq|ph)\.,?", re.IGNORECASE)
_BRACKET = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_SURNAME = re.compile(r"(?:Mc|Mac|De|Di|La|Le|Van|O['’])(?=[A-Z])|(?<=[A-Z])['’]s\b")  # noqa: RUF001 (quotes as typed)

Verdict = Literal["capitals", "mixed", "phrase"] | None


class Label(NamedTuple):
    """A label found in a text."""

    speaker: str
    """As captioned, white space collapsed, without bold marks and colon."""
    role: bool
    end: int
    """Offset behind the colon, and behind the bold mark that closes after it."""


def is_role(speaker: str) -> bool:
    """Whether a label is a role that many people share, and no person: MODERATOR, THE CHAIR, Audience member 2."""
    words = [word.strip(".,#()").casefold() for word in speaker.split()]
    named = [word for word in words if word and not word.isdigit() and word not in MODIFIERS]
    return bool(named) and all(word in ROLES for word in named)


def _upper(word: str) -> bool:
    letters = _SURNAME.sub("", word)
    return letters == letters.upper()


def shape(candidate: str) -> Verdict:
    """The shape of a possible label: a name in capitals or in mixed case, a role written as a phrase, or none."""
    core = _BRACKET.sub(" ", candidate)
    if not core.strip():
        core = candidate.strip(" ()[]")
    words = core.split()
    plain = [word.rstrip(".,").casefold().replace("’", "'") for word in words]  # noqa: RUF001 (a curly apostrophe)
    if not _like_names(words) or (len(words) == 1 and plain[0] in NOT_SPEAKERS):
        return None
    if all(_upper(word) or word in PARTICLES for word in words):
        return None if plain[0] in NOT_SPEAKERS - ROLES else "capitals"
    if is_role(core):
        return "phrase"
    if any(word[-1] == "," or (word[0].islower() and word not in PARTICLES) for word in words):
        return None
    return None if {plain[0], plain[-1]} & (STARTERS | NOT_SPEAKERS) else "mixed"


def _like_names(words: Sequence[str]) -> bool:
    """Whether all words could be in a name, as far as their letters and full stops go."""
    return (
        0 < len(words) <= MAX_WORDS
        and words[0][0].isalpha()
        and all(_WORD.fullmatch(word) for word in words)
        and all(word[-1] != "." or _STOPPED.fullmatch(word) or word[:-1].casefold() in TITLES for word in words)
    )


def find_label(text: str, start: int, *, marked: bool, trusted: bool, known: Callable[[str], bool]) -> Label | None:
    """The label that begins at ``start`` of ``text``, white space and bold marks skipped, or None.

    ``marked``: a marker stands before it. ``trusted``: the words before it ended a sentence, so that a new speaker is
    likely. ``known``: whether a (casefolded) label opened a turn before in this session.
    """
    colon = text.find(":", start, start + MAX_LABEL + 8)
    wide = text.find("：", start, start + MAX_LABEL + 8 if colon < 0 else colon)  # noqa: RUF001 (the Chinese colon)
    if wide >= 0:
        colon = wide
    if colon < 0:
        return None
    head = text[start:colon].strip()
    follow = text[colon + 1 : colon + 2]
    end = colon + 1
    bold = head[:2] if head[:2] in {"**", "__"} else ""
    if bold:
        head = head[2:]
        if head.endswith(bold):
            head = head[:-2]
        elif text.startswith(bold, end):
            end += 2
        else:
            return None
    elif wide < 0 and (
        follow.isdigit() or follow in {"/", ":", "\\"} or not (marked or not follow or follow.isspace())
    ):
        return None
    speaker = " ".join(head.split())
    if not speaker or len(speaker) > MAX_LABEL:
        return None
    if not _accepted(speaker, marked=marked or bool(bold), trusted=trusted, known=known):
        return None
    return Label(speaker, is_role(speaker), end)


def _accepted(speaker: str, *, marked: bool, trusted: bool, known: Callable[[str], bool]) -> bool:
    verdict = shape(speaker)
    if verdict is None:
        return False
    words = speaker.split()
    if verdict == "mixed" and len(words) == 1 and _ABSTRACT.search(speaker):
        return False
    if marked or known(speaker.casefold()):
        return True
    if verdict == "capitals":
        return len(speaker) > 1 or speaker in {"Q", "A"} or not speaker.isascii()
    return trusted


def may_go_on(text: str) -> bool:
    """Whether a text after a marker can be the first half of a label that the line break cut."""
    words = text.split()
    return 0 < len(words) <= 5 and len(text) <= MAX_LABEL // 2 and shape(text) in {"capitals", "mixed"}  # noqa: PLR2004


def must_go_on(text: str) -> bool:
    """Whether a line without a marker can only be the first half of a label: capitals ending in a particle or title."""
    words = text.split()
    last = words[-1].rstrip(".").casefold() if words else ""
    return len(words) > 1 and (last in PARTICLES or last in TITLES) and text == text.upper() and may_go_on(text)
