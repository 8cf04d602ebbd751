"""Which words of a caption stream nobody spoke: sounds, captioner's notes, marks, furniture and the end. Pure.

Square brackets are notes unless they hold an address; parentheses are notes only when a word in them says so, since
speakers' parentheses are dictated too. See docs/segmenter.md.
"""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal

from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import either

MAX_NOTE = 200
"""Longest note in characters, brackets included; a longer bracket is text."""

MAX_END = 80
"""Longest sentence in characters that ends a session."""

MAX_SPACES = 8
"""A note in parentheses has so many spaces at most."""

MAX_LONE_WORDS = 5
"""Parentheses alone on a line have so many words at most if they are a note."""

Why = Literal["furniture", "mark", "end"]

_GERUND = re.compile(r"[a-z]{2,}ing(?: \S+){0,5}\s*(?:\.\.\.|…)?", re.ASCII)
_TIME = r"\d{1,2}[.:]\d\d(?:[.:]\d\d)?(?:[.,:;]\d{1,3})?\s*(?:[ap]\.?\s?m\.?|hrs|hours|utc|gmt)?"
"""A time of day or of a recording, also with a fourth field: parts of a second, or frames."""
TIMES = rf"{_TIME}(?:\s*(?:-{{1,2}}>|[-–])\s*{_TIME})?"  # noqa: RUF001 - en dash
"""A piece of a pattern: a time, or from when to when, as recognisers print it."""
_CLOCK = re.compile(rf"[\[(（{{<]\s*(?:{TIMES}|\d{{1,2}}\s*[ap]\.?m\.?)\s*[\])）}}>]", re.IGNORECASE)  # noqa: RUF001 - brackets of Chinese
_LEADING = re.compile(
    rf"\s*(?:[\[({{<]\s*{TIMES}\s*[\])}}>]\s*|\d\d?:\d\d:\d\d(?:[.,:;]\d{{1,3}})?\s+|\d\d?:\d\d\s+(?=\\?>|&gt;))(?:[-–]\s+)?(?=\S)",  # noqa: RUF001 - en dash
    re.IGNORECASE,
)
_LEADING_FIRST = frozenset("[({<0123456789")
CLOCK_INSIDE = r"[{<]\d[\d:.,; >-]{2,30}[}>]"
"""A piece of a pattern: what may be a clock in brackets that hold nothing else."""
_RECORDING = re.compile(r"\[\d{1,2}:\d\d(?::\d\d(?:[.,]\d{1,3})?)?\]")
_RULE = re.compile(r"(?:[*_=~\-–—#][ \t]?){3,}")  # noqa: RUF001 - an en dash can make a rule
_STAMP = re.compile(r"\d\d:\d\d:\d\d(?:[.,:;]\d{1,3})?")
_TIME_OF_DAY = re.compile(
    r"\d{1,2}(?:[.:]\d\d)?\s?(?:[ap]m|[ap]\.\s?m\.?)|\d{1,2}[.:]\d\d\s?(?:hrs|hours|h|uhr)|\d{1,2}h\d\d|(?:12\s)?(?:midnight|noon)",
    re.IGNORECASE,
)
_SAID_CLOCK = re.compile(r"\d\d?:\d\d:\d\d(?:[.,:;]\d{1,3})?|0\d?:\d\d")
_SHARED_CLOCK = re.compile(r"\d\d?:\d\d")
_PAGE_NUMBER = r"[-–—]\s*\d{1,4}\s*[-–—]"  # noqa: RUF001 - en dash
_MUSIC = frozenset("♩♪♫♬ ")
_AROUND_END = "*-–—=_~# "  # noqa: RUF001 - an en dash can make a rule


@dataclass(frozen=True)
class _Patterns:
    """What the words of a lexicon look like in a line. ``match``: at its beginning; ``full``: all of it."""

    says_note: re.Pattern[str]
    """match: the words in parentheses that nobody spoke."""
    said_gerund: re.Pattern[str]
    """match: words in ``-ing`` that are no doing."""
    said: re.Pattern[str]
    """search: a word of somebody who speaks."""
    bare_sound: re.Pattern[str]
    """full: the name of a sound without brackets."""
    agenda: re.Pattern[str]
    """full: an item of the agenda."""
    page: re.Pattern[str]
    """full: a page number."""
    lone_page: re.Pattern[str]
    """full: the word of a page and its number."""
    page_initials: frozenset[str]
    """What it can begin with, digits aside."""
    pause: re.Pattern[str]
    """full: a break of the show, with its colon and maybe its time."""
    examination: re.Pattern[str]
    """full: who asks from here on, in court."""
    end_bracket: re.Pattern[str]
    """full: the end, in brackets."""
    end_plain: re.Pattern[str]
    """full: the end, without."""
    end_said: re.Pattern[str]
    """full: the end, as a sentence that somebody says."""


@cache
def _patterns(lexicon: Lexicon) -> _Patterns:
    ended = either(lexicon.ends)
    pages, page_of = either(lexicon.pages), either(lexicon.page_of)
    page_initials = {word[0] for word in lexicon.pages}
    return _Patterns(
        says_note=re.compile(
            rf"(?:.{{0,40}}\b(?:{either(lexicon.sounds)})(?!\w)|{either(lexicon.notes)})|\?+$|"
            rf"(?!.*\b(?:{either(lexicon.said)})\b)(?:{either(lexicon.noises)})",
            re.IGNORECASE,
        ),
        said_gerund=re.compile(rf"(?:{either(lexicon.said_gerunds)})\b"),
        said=re.compile(rf"\b(?:{either(lexicon.said)})\b", re.IGNORECASE),
        bare_sound=re.compile(rf"(?:{either(lexicon.bare_sounds)})\.?"),
        agenda=re.compile(rf"\[\s*(?:{either(lexicon.agenda)}|\d{{1,3}}(?:\.\d{{1,3}})*[.)]\s).*\]", re.IGNORECASE),
        page=re.compile(
            rf"(?:\d{{1,4}}\s+)?(?:{pages})\s+\d{{1,4}}(?:\s*(?:{page_of}|/)\s*\d{{1,4}})?|{_PAGE_NUMBER}",
            re.IGNORECASE,
        ),
        lone_page=re.compile(rf"(?:{pages})\s+(\d{{1,4}})", re.IGNORECASE),
        page_initials=frozenset("-–—") | page_initials | {initial.upper() for initial in page_initials},  # noqa: RUF001 - en dash
        pause=re.compile(
            rf"(?:\*\*)?(?:{either(lexicon.breaks)})(?::\*\*|\*\*:|:)\s*(?:\\?[\[(]\s*{TIMES}\s*\\?[\])])?",
            re.IGNORECASE,
        ),
        examination=re.compile(either(lexicon.examinations)),
        end_bracket=re.compile(
            rf"[\[(]\s*(?![^()\[\]]{{0,{MAX_NOTE}}}(?:\?|\b(?:{either(lexicon.shown)})\b))"
            rf"(?:{ended}|{either(lexicon.end_sentences)}|{either(lexicon.end_brackets)})\b[^()\[\]]{{0,80}}[\])]\s*\.?",
            re.IGNORECASE,
        ),
        end_plain=re.compile(rf"(?:{ended})(?:\s+(?:at|after)\s+[\d.:]+(?:\s*[ap]\.?m\.?)?)?\s*[.*]*", re.IGNORECASE),
        end_said=re.compile(rf"(?:{either(lexicon.end_sentences)})[.!。]?", re.IGNORECASE),
    )


@cache
def open_sounds(lexicon: Lexicon) -> str:
    """A pattern for what a square bracket that the captioner left open may hold: the note ends with the word."""
    return rf" ?(?:{either(lexicon.open_sounds)})"


def leading_time(line: str) -> int:
    """Where a clock time ends with which a line begins, as logs and recognisers write it before a speaker; or 0."""
    if line.lstrip()[:1] not in _LEADING_FIRST:
        return 0
    match = _LEADING.match(line)
    return match.end() if match else 0


def is_recording_clock(line: str) -> bool:
    """Whether a whole line is the clock of a recording: what follows is spoken. A head has other times."""
    return line[:1] == "[" and _RECORDING.fullmatch(line) is not None


def bare_sound(line: str, lexicon: Lexicon) -> bool:
    """Whether a whole line is the name of a sound in capitals, without brackets, or nothing but signs of music."""
    if line[0] in _MUSIC:
        return _MUSIC.issuperset(line)
    return line.isupper() and _patterns(lexicon).bare_sound.fullmatch(line) is not None


def lone_note(line: str, lexicon: Lexicon) -> bool:
    """Whether parentheses alone on a line are a note: a few words, and none of them of a person who speaks."""
    inner = line.rstrip(".")[1:-1].strip()
    words = inner.split()
    return (
        line[0] == "("
        and 0 < len(words) <= MAX_LONE_WORDS
        and len(words[0]) > 1
        and not set(inner) & set("/@:?")
        and not any(word.isdigit() for word in words)
        and not _patterns(lexicon).said.search(inner)
    )


def apart_line(line: str, lexicon: Lexicon, *, trusted: bool = True) -> Why | None:
    """Why a whole line (stripped) was not spoken, or None: rules, page numbers, clock and agenda marks, end marks.

    ``trusted``: a sentence ended before it. Inside of one, words that could be its own are. A page may break there, and
    its number begins with a capital.
    """
    if not 0 < len(line) <= MAX_NOTE:
        return None
    first = line[0]
    patterns = _patterns(lexicon)
    if first in "[(（{<":  # noqa: RUF001 - a bracket of Chinese
        marks = _CLOCK.fullmatch(line) or (first == "[" and patterns.agenda.fullmatch(line))
        return "mark" if marks else "end" if patterns.end_bracket.fullmatch(line) else None
    if (first.isdigit() or first in patterns.page_initials) and patterns.page.fullmatch(line):
        return "furniture" if trusted or not first.islower() else None
    if _RULE.fullmatch(line) or (
        first.isdigit() and (_STAMP.fullmatch(line) or (trusted and _TIME_OF_DAY.fullmatch(line)))
    ):
        return "mark"
    marked = (line[-1] in ":*])" and patterns.pause.fullmatch(line)) or patterns.examination.fullmatch(line)
    if trusted and marked:
        return "mark"
    bare = line.strip(_AROUND_END)
    ended = bare in lexicon.end_words or (bare[:1] in lexicon.end_initials and patterns.end_plain.fullmatch(bare))
    return "end" if trusted and ended else None


def page_number(line: str, lexicon: Lexicon) -> int | None:
    """The number of a page that is all of a stripped line, with the word before it alone: ``Page 12``; or None."""
    if not line[-1:].isdigit() or line[0] not in _patterns(lexicon).page_initials:
        return None
    found = _patterns(lexicon).lone_page.fullmatch(line)
    return int(found[1]) if found else None


def says_end(sentence: str, lexicon: Lexicon) -> bool:
    """Whether a sentence that somebody says (stripped) ends the session: it stays words of who said it."""
    return len(sentence) <= MAX_END and _patterns(lexicon).end_said.fullmatch(sentence) is not None


def clock_behind(text: str, *, shared: bool) -> bool:
    """Whether all that stands behind a label is a clock; a short one only behind a label that is ``shared``.

    ``10:30`` may be what a person answers.
    """
    clock = text.strip()
    return _SAID_CLOCK.fullmatch(clock) is not None or (shared and _SHARED_CLOCK.fullmatch(clock) is not None)


def bracket(text: str, lexicon: Lexicon) -> Literal["note", "mark", "end"] | None:
    """What a bracket inside a line is, brackets included; None if somebody said it."""
    inner = text[1:-1].strip()
    if not inner or len(text) > MAX_NOTE:
        return None
    if "\n" in text:
        text, inner = " ".join(text.split()), " ".join(inner.split())
    if _CLOCK.fullmatch(text):
        return "mark"
    if text[0] in "[［":  # noqa: RUF001 - a bracket of Chinese
        return _square(text, inner, lexicon)
    if text[1] == "(":
        return "note"
    if text[0] in "{<" or "/" in inner or "@" in inner or inner.count(" ") > MAX_SPACES:
        return None
    patterns = _patterns(lexicon)
    gerund = _GERUND.fullmatch(inner) and not patterns.said_gerund.match(inner)
    return "note" if gerund or patterns.says_note.match(inner) else None


def _square(text: str, inner: str, lexicon: Lexicon) -> Literal["note", "end"] | None:
    address = ("/" in inner or "@" in inner or "." in inner) and " " not in inner and inner[-1] not in ".?"
    if address or not any(char.isalpha() or char == "?" for char in inner):
        return None
    return "end" if _patterns(lexicon).end_bracket.fullmatch(text) else "note"


def opens_note(tail: str, lexicon: Lexicon) -> bool:
    """Whether a bracket left open at the end of a line can be a note that the line break cut."""
    words = tail[1:].strip()
    return tail[0] == "[" or " " not in words or _patterns(lexicon).says_note.match(words) is not None
