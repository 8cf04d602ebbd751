"""What stands before the first speaker: which lines are about the session, and what they say of it. Pure."""

import re
from datetime import date
from typing import Literal, get_args

import msgspec

from captionflow.messages import Facts
from services.segment.rules.lexicon.en import PARTICLES

MAX_ABOUT = 4_096
"""Longest ``Facts.about`` as JSON, in bytes: the rest stays in the head only."""
MAX_TITLE = 300
MIN_TITLE = 3

_KEY = re.compile(
    r"(?:session (?:title|id|name|number)|day|date|time|room|venue|location|place|title|event|topic|theme|track|"
    r"(?:services |cart |captioning |captions |transcription )?provided by|captioned by|captioning by|transcribed by|"
    r"transcription by|contact|phone|telephone|tel|fax|e-?mail|web|website|url|link|deprecated|warning|notice|note|"
    r"attention|disclaimer|copyright|status|version|(?:original )?language|original|duration|recording|apologies|"
    r"regrets|present|absent|coordinates|file|job|edition|client|meeting|course|class|type|format|source|subject|reference|"
    r"working party|study group|study period|document|agenda|project|series|producer|posted|published|"
    r"(?P<people>(?:session |guest |panel )?(?:facilitator|leader|chair|presenter|organi[sz]er|panell?ist|speaker|"
    r"moderator|host|rapporteur|instructor|captioner|participant|attendee)|(?:\w+ )?staff))"
    r"(?P<several>\(s\)|s)?(?:\s*[&/]\s*\w+|\s+and\s+\w+)?\s*:(?:\s+(?P<value>.*)|$)",
    re.IGNORECASE,
)
_ABOUT = re.compile(
    r"real-?time caption|^caption(?:ing|ed) (?:by|provided)|captioning (?:service|provid|firm|compan|file|is |was )|"
    r"captioner|transcript|transcri(?:bed|ption)|authoritative|verbatim|disclaimer|"
    r"provisional|inaudible passages|communication access|\bCART\b|not be treated|aid to understanding|"
    r"rough edit|unedited|mistranslation|\bcopyright\b|all rights reserved|largely accurate|"
    r"this (?:file|text|document) ",
    re.IGNORECASE,
)
_EDITION = re.compile(
    r"\b(?P<raw>raw(?= file| copy| transcript| captions?\b|$)|unedited)\b|\b(?P<rough>rough(?:ly)?(?= |$))"
    r"|\b(?P<draft>draft(?= |$))|\b(?P<finished>(?:finished|final)(?= file| copy| transcript| edition|$))",
    re.IGNORECASE,
)
_EDITION_LINE = re.compile(
    r"[\W_]*(?:raw|rough|finished|final|draft|unedited|edited|rough(?:ly)? edited)"
    r"(?:[ -](?:file|copy|transcript|edited|captions?|text|version))*[\W_]*",
    re.IGNORECASE,
)
_EDITION_TAIL = re.compile(
    r"[\s(\[|,\u2013-]+(?:raw|rough|draft|finished|final)(?:[ -](?:file|copy))?[)\]]?$", re.IGNORECASE
)
_PLACE = (
    r"(?:(?:workshop|meeting|main|conference|convention|open|press|plenary)\s+)?(?:room|hall|auditorium|salle|sala)"
    r"(?:\s+(?:\d+\w?|[A-Z]\w*))?"
)
_ROOM_TAIL = re.compile(rf"[\s,|\u2013-]+({_PLACE})$", re.IGNORECASE)
_ROOM_INSIDE = re.compile(rf"(?:^|\s[-|\u2013]\s)({_PLACE})(?=\s[-|\u2013]\s|$)", re.IGNORECASE)
_NUMBERED = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|(?:confirmation|job|doc\w*|page)\b[\s.]*#?\s*\d", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}[.:]\d\d\b.{0,30}")
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY_FIRST = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ \-]+{_MONTH},?[ \-]+(\d{{4}})\b", re.IGNORECASE)
_MONTH_FIRST = re.compile(rf"\b{_MONTH} (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", re.IGNORECASE)
_YEAR_FIRST = re.compile(r"\b(\d{4})[ .\-/](\d{1,2})[ .\-/](\d{1,2})\b")
_RANGE = re.compile(r"\d\s*(?:to|until|-|–|and)\s*\d{1,2}\s+[A-Z][a-z]{2}", re.ASCII)  # noqa: RUF001 (en dash)
_WEEKDAY = re.compile(r"(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_TITLE_KEY = re.compile(r"(?:session )?(?:title|name|topic)\s*:\s*(.+)", re.IGNORECASE)
_ROOM_KEY = re.compile(r"(?:room|venue)\s*:\s*(.*)", re.IGNORECASE)
_NAMED = re.compile(r"transcript(?:ion)?\s*(?:[-–:|]|of )\s*\S.{0,200}$", re.IGNORECASE)  # noqa: RUF001 (en dash)
_ADDRESS = re.compile(
    r"https?://|www\.|\S+@\S+\.\w|^[\w\-]+(?:\.[\w\-]+)*\.(?:com|org|net|int|edu|gov|io)\S*$|"
    r"\+?\d[\d ().\-]{8,}$|\bP\.?O\.? box\b|\b\d{3}[-.]\d{3}[-.]\d{4}\b",
    re.IGNORECASE,
)
_SPEECH_WORD = re.compile(
    r"\b(?:i|i'm|i've|i'll|we|we're|we've|we'll|you|you're|my|me|our|us|your|it's|that's|let's|don't|thank|thanks|okay|"
    r"ok|yeah|hello|hi|please|uh|um)\b",
    re.IGNORECASE,
)
_GREETING = re.compile(
    r"(?:hello|hi|hey|okay|ok|all right|alright|thank|thanks|so|well|yes|yeah|welcome|"
    r"good (?:morning|afternoon|evening|day)|please|now|right|ladies and gentlemen|dear|let's|let me|we|i|i'm|we're|"
    r"can|could|if you|this is|my)\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)]*(?:\s|$)")  # noqa: RUF001 (curly quotes as typed)

HeadLine = Literal["blank", "head", "titled", "greeting", "speech"]
Edition = Literal["raw", "rough", "draft", "finished"]


def classify(line: str) -> HeadLine:
    """What a stripped line without a label is, before anybody has spoken.

    head: surely about the session; titled: it may be a title, or the beginning of unlabelled speech; greeting: likely
    speech, unless lines about the session follow; speech: surely spoken.
    """
    if not line:
        return "blank"
    if _about_session(line):
        return "head"
    line = _unmarked(line)
    sentences = len(_SENTENCE_END.findall(line))
    spoken = len(_SPEECH_WORD.findall(line.replace("’", "'")))  # noqa: RUF001 (a curly apostrophe)
    if (spoken and line[-1] == ".") or (sentences > 1 and spoken and len(line) > 40) or len(line) > 240:  # noqa: PLR2004 (longest titles)
        return "speech"
    if _GREETING.match(line) or spoken > 1 or line[0].islower() or (sentences and line[-1] in ".,"):
        return "greeting"
    return "titled"


def _about_session(line: str) -> bool:
    return bool(
        is_key(line)
        or _ADDRESS.search(line)
        or " | " in line
        or (line[0] in "[({*" and line[-1] in "])}*" and len(line) > 1)
        or not any(char.isalpha() for char in line)
        or _EDITION_LINE.fullmatch(line)
        or (_ABOUT.search(line) and (len(line) < 600 or "outputs of" in line))  # noqa: PLR2004 (longest disclaimer)
        or (len(line) < 160 and (_day(line) or _RANGE.search(line) or (_WEEKDAY.match(line) and len(line) < 60)))  # noqa: PLR2004
        or _EDITION_TAIL.search(line)
        or line.startswith(("Deprecated", "Warning", "Notice", "Fatal error"))
    )


def _day(line: str) -> str | None:
    """The ISO day that a line names, or None."""
    found = _YEAR_FIRST.search(line)
    if found:
        year, month, day = (int(part) for part in found.groups())
    elif found := _DAY_FIRST.search(line):
        day, month, year = int(found[1]), _month(found[2]), int(found[3])
    elif found := _MONTH_FIRST.search(line):
        month, day, year = _month(found[1]), int(found[2]), int(found[3])
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _month(name: str) -> int:
    return next(number for number, month in enumerate(_MONTHS, 1) if month == name.casefold())


def _title(line: str) -> tuple[str | None, str | None]:
    """(title, room) of a line that can be a title."""
    match = _YEAR_FIRST.match(line)
    rest = line[match.end() :].strip(" -–:,") if match else line  # noqa: RUF001 (en dash)
    rest = _EDITION_TAIL.sub("", rest)
    room = _ROOM_TAIL.search(rest)
    title = rest[: room.start()] if room else rest
    room = room or _ROOM_INSIDE.search(rest)
    title = re.sub(r"^(?:draft )?transcript(?:ion)?\s*(?:of|[-–:|])\s*", "", title, flags=re.IGNORECASE)  # noqa: RUF001 (en dash)
    title = title.strip(" -–|*#_")  # noqa: RUF001 (en dash)
    if len(title) < MIN_TITLE:
        title = ""
    return title[:MAX_TITLE] or None, room[1] if room else None


def learn(facts: Facts, line: str) -> Facts:
    """The facts, with what one line of the head (stripped) adds. What is known stays."""
    line = _unmarked(" ".join(line.split()))
    key = is_key(line)
    about = _ABOUT.search(line) is not None
    title = room = None
    if named := _TITLE_KEY.match(line):
        title = named[1][:MAX_TITLE]
    elif named := _ROOM_KEY.match(line):
        room = named[1] or None
    elif _ROOM_INSIDE.fullmatch(line):
        room = line
    elif not (key or _not_a_title(line)) and (not about or _YEAR_FIRST.match(line) or _NAMED.match(line)):
        title, room = _title(line)
    day = _day(line) if not _RANGE.search(line) and len(line) < MAX_TITLE else None
    edition = facts.edition
    if edition is None and not key and (found := _EDITION.search(line)):
        name = found.lastgroup
        edition = next(value for value in get_args(Edition) if value == name)
    text = facts.about
    if key or about:
        text = _bounded(f"{text}\n{line}".strip())
    return msgspec.structs.replace(
        facts,
        title=title if title and _weak(facts.title) else facts.title,
        room=facts.room or room,
        date=facts.date or day,
        edition=edition,
        about=text,
    )


def _weak(title: str | None) -> bool:
    """Whether a title may give way to a later one: there is none yet, or it is the abbreviation of an organisation."""
    return title is None or (" " not in title and title.isupper())


def _bounded(text: str) -> str:
    text = text[:MAX_ABOUT]
    while len(msgspec.json.encode(text)) > MAX_ABOUT:
        text = text[: len(text) * 3 // 4]
    return text


def _not_a_title(line: str) -> bool:
    return bool(
        _ADDRESS.search(line)
        or " | " in line
        or _EDITION_LINE.fullmatch(line)
        or (line[0] in "[({*" and line[-1] in "])}*")
        or not any(char.isalpha() for char in line)
        or line.startswith(("Deprecated", "Warning", "Notice", "Fatal error"))
        or _CLOCK.fullmatch(line)
        or _NUMBERED.match(line)
        or (len(line) < 60 and (_WEEKDAY.match(line) or (_day(line) and not _YEAR_FIRST.match(line))))  # noqa: PLR2004
    )


def is_key(line: str) -> bool:
    """Whether a stripped line is a ``Key: value`` about the session; what a moderator says is none."""
    found = _KEY.match(_unmarked(line))
    if found is None or not found["people"]:
        return found is not None
    value = found["value"] or ""
    if not value.strip():
        return found["several"] is not None
    return not _GREETING.match(value) and all(
        not word[0].islower() or word in PARTICLES or word in {"and", "at", "for", "from", "with"}
        for word in value.split()
    )


def _unmarked(line: str) -> str:
    """A line without the marks of a heading and of bold type."""
    return (re.sub(r"^#{1,6}\s+|\*\*|__", "", line).strip() or line) if line[:1] in {"#", "*", "_"} else line
