"""What stands before the first speaker: which lines are about the session, and what they say of it. Pure."""

import re
from datetime import date
from typing import Literal, get_args

import msgspec

from captionflow.identity import MONTHS, reads_two_ways
from captionflow.messages import Facts
from services.segment.rules.head_patterns import NAME, Edition, HeadPatterns, patterns_of
from services.segment.rules.lexicon import Lexicon
from services.segment.rules.note_rules import bare_sound, bracket

MAX_ABOUT = 4_096
"""Longest ``Facts.about`` as JSON, in bytes: the rest stays in the head only."""
MAX_TITLE = 300
MIN_TITLE = 3

_NUMBERED = re.compile(
    r"\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}\b|(?:confirmation|job|doc\w*|page)\b[\s.]*#?\s*\d", re.IGNORECASE
)
_CLOCK = re.compile(r"\d{1,2}[.:]\d\d\b.{0,30}")
_YEAR_FIRST = re.compile(r"\b(\d{4})(?:[ \-/年]|[.년]\s?)(\d{1,2})(?:[ \-/月]|[.월]\s?)(\d{1,2})(?:[日일]|\b)")
_RANGE = re.compile(r"\d\s*(?:to|until|-|–|and)\s*\d{1,2}\s+[A-Z][a-z]{2}", re.ASCII)  # noqa: RUF001 - en dash
_ADDRESS = re.compile(
    r"https?://|www\.|\S@[^\s@]+\.\w|^[\w\-]+(?:\.[\w\-]+)*\.(?:com|org|net|int|edu|gov|io)\S*$|"
    r"\+?\d[\d ().\-]{8,}$|\bP\.?O\.? box\b|\b\d{3}[-.]\d{3}[-.]\d{4}\b",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"[.?!…][\"'”’)]*(?:\s|$)")  # noqa: RUF001 - curly quotes as typed

_BYLINE = re.compile(rf"\s[-–—]\s{NAME}(?:\s{NAME}){{1,3}}$")  # noqa: RUF001 - dashes as typed
"""Behind a dash, who gives the talk: a name ends the line."""
_A_YEAR = re.compile(r"\b(?:19|20)\d\d\b")
_LETTERS = re.compile(r"[^\W\d_][\w'’]*")  # noqa: RUF001 - an apostrophe as typed
_HEADING = re.compile(r"(?:#{1,6}|={2,6})\s+\S.{0,160}$")
_QUOTED = re.compile(r"[\"“„«]([^\"“”„«»]{3,200})[\"”“»]")
"""full: a title in quotes."""
_FIGURES = re.compile(r"(?<![\d/.-])(\d{1,2})(?:/(\d{1,2})/|[.-](\d{1,2})[.-](?=\d{4}))(\d{4}|\d\d)(?![\d/.-])")
"""A date in figures; the year has two of them only behind a slash."""
_BULLETS = ("* ", "- ", "• ", "– ")  # noqa: RUF001 - a dash as typed
_HOUR = r"\d{1,2}(?:[.:]\d\d(?:\s*[ap]\.?\s?m\.?|\s?(?:h|hrs|uhr))?|\s*[ap]\.?\s?m\.?)"
_CLOCK_LINE = re.compile(
    rf"{_HOUR}(?:\s*(?:-|–|to)\s*{_HOUR})?(?:\s+[A-Z]{{2,4}})?(?:\s*\([^()]{{1,20}}\))?",  # noqa: RUF001 - en dash
    re.IGNORECASE,
)
_MAX_CREDIT = 12
"""Most words behind what says who captioned."""
_ASKING = frozenset("?!？！؟")  # noqa: RUF001 - as typed in other scripts

HeadLine = Literal["blank", "head", "titled", "phrase", "greeting", "speech"]


def classify(line: str, lexicon: Lexicon) -> HeadLine:
    """What a stripped line without a label is, before anybody has spoken.

    head: surely about the session; titled: a title by its capitals, or the beginning of unlabelled speech; phrase: a
    title only beside lines about the session; greeting: likely speech, unless lines about the session follow; speech:
    surely spoken.
    """
    if not line or _about_session(line, lexicon):
        return "head" if line else "blank"
    if _HEADING.match(line):
        return "titled"
    line = _unmarked(line)
    sentences = len(_SENTENCE_END.findall(line))
    spoken = len(patterns_of(lexicon).spoken.findall(line.replace("’", "'")))  # noqa: RUF001 - a curly apostrophe
    if (spoken and line[-1] == ".") or (sentences > 1 and spoken and len(line) > 40) or len(line) > 240:  # noqa: PLR2004 - longest titles
        return "speech"
    capitalised = _capitalised(line, lexicon)
    sentence = sentences and line[-1] in ".," and not (capitalised and " " in line)
    byline = _BYLINE.search(line)
    if not byline and (patterns_of(lexicon).greeting.match(line) or spoken > 1 or line[0].islower() or sentence):
        return "greeting"
    if byline or capitalised or _A_YEAR.search(line):
        return "titled"
    return "greeting" if sentences else "phrase"


def _capitalised(line: str, lexicon: Lexicon) -> bool:
    """Whether a line is in capitals or in title case; a question or an exclamation without a small word in it.

    A script without capitals gives no such sign.
    """
    small_words = lexicon.particles | lexicon.small
    words = [word for word in _LETTERS.findall(line) if word not in small_words]
    capitals: int = sum(word[0].isupper() for word in words)
    small: int = sum(word[0].islower() for word in words)
    if line[-1] in _ASKING:
        return capitals > 1 and not small
    return capitals > 0 and 3 * small <= len(words)


def is_subtitle(words: str, lexicon: Lexicon) -> bool:
    """Whether the stripped words behind a colon go on with a title: in title case and no sentence."""
    return (
        " " in words
        and words[-1].isalnum()
        and not patterns_of(lexicon).greeting.match(words)
        and _capitalised(words, lexicon)
    )


def is_note(line: str, lexicon: Lexicon) -> bool:
    """Whether a stripped line is a sound or a captioner's note, and says nothing of the session."""
    if line[0] not in "[(":
        return bare_sound(line, lexicon)
    whole = line.rstrip(".")
    inner = whole[1:-1].strip()
    return (
        whole[-1] in "])"
        and set("[]()").isdisjoint(inner)
        and bracket(whole, lexicon) == "note"
        and not (_tells(inner, lexicon) or _A_YEAR.search(inner) or patterns_of(lexicon).room_inside.fullmatch(inner))
    )


def _about_session(line: str, lexicon: Lexicon) -> bool:
    return _tells(line, lexicon) or (line[0] in "[({*" and line[-1] in "])}*" and len(line) > 1)


def _tells(line: str, lexicon: Lexicon) -> bool:
    """Whether a line says what only lines about the session say."""
    patterns = patterns_of(lexicon)
    return bool(
        is_key(line, lexicon)
        or patterns.credit.fullmatch(line)
        or is_boilerplate(line, lexicon)
        or patterns.section.fullmatch(_unmarked(line))
        or _ADDRESS.search(line)
        or " | " in line
        or is_clock(line)
        or patterns.edition_line.fullmatch(line)
        or (patterns.about.search(line) and (len(line) < 600 or "outputs of" in line))  # noqa: PLR2004 - longest disclaimer
        or (len(line) < 160 and _names_day(line, lexicon))  # noqa: PLR2004 - longest line of a date
        or patterns.edition_tail.search(line)
        or line.startswith(lexicon.notices)
    )


def is_clock(line: str) -> bool:
    """Whether a line is a clock time or has no letter at all."""
    return not any(char.isalpha() for char in line) or _CLOCK_LINE.fullmatch(line) is not None


def names_edition(line: str, lexicon: Lexicon) -> bool:
    """Whether a stripped line is the edition, the date or a disclaimer alone: nobody begins a paragraph so."""
    patterns = patterns_of(lexicon)
    short = len(line) < 60 and line[-1] not in ".?!" and not patterns.spoken.search(line)  # noqa: PLR2004 - as below
    dated = short and _day(line, lexicon) is not None
    return dated or bool(patterns.edition_line.fullmatch(line) or patterns.disclaimer.search(line.lower()))


def is_boilerplate(line: str, lexicon: Lexicon) -> bool:
    """Whether a stripped line is a firm's disclaimer or says who captioned: nobody says it, wherever it stands."""
    patterns = patterns_of(lexicon)
    if (patterns.ascii_disclaimer if line.isascii() else patterns.disclaimer).search(line.lower()):
        return True
    found = patterns.captioned.match(line)
    names = line[found.end() :].split() if found else []
    return 0 < len(names) <= _MAX_CREDIT and all(
        not word[0].islower() or word.strip(",.") in lexicon.particles | lexicon.small or "." in word[:-1]
        for word in names
    )


def _names_day(line: str, lexicon: Lexicon) -> bool:
    """Whether a line names a day, some days, or begins with a day of the week and is short."""
    weekday = patterns_of(lexicon).weekday
    return bool(_day(line, lexicon) or _RANGE.search(line) or (weekday.match(line) and len(line) < 60))  # noqa: PLR2004 - as above


def _day(line: str, lexicon: Lexicon) -> str | None:
    """The ISO day that a line names, or None."""
    patterns = patterns_of(lexicon)
    found = _YEAR_FIRST.search(line)
    if found:
        year, month, day = (int(part) for part in found.groups())
    elif found := patterns.day_first.search(line):
        day, month, year = int(found[1]), _month(found[2], patterns), int(found[3])
    elif found := patterns.month_first.search(line):
        month, day, year = _month(found[1], patterns), int(found[2]), int(found[3])
    elif found := _FIGURES.search(line):
        first, second, year = int(found[1]), int(found[2] or found[3]), int(found[4])
        if reads_two_ways(first, second):
            return None
        day, month = (first, second) if first > MONTHS else (second, first)
        year += 2000 if year < 100 else 0  # noqa: PLR2004 - a year of two figures
    else:
        return None
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _month(name: str, patterns: HeadPatterns) -> int:
    return next(number for number, month in enumerate(patterns.months, 1) if month.fullmatch(name))


def _title(line: str, patterns: HeadPatterns, *, heading: bool) -> tuple[str | None, str | None]:
    """(title, room) of a line that can be a title; ``heading``: see ``_undated``."""
    match = _YEAR_FIRST.match(line)
    rest = line[match.end() :].strip(" -–:,") if match else line  # noqa: RUF001 - en dash
    rest = patterns.edition_tail.sub("", _undated(rest, patterns, heading=heading) or rest)
    room = patterns.room_tail.search(rest)
    title = rest[: room.start()] if room else rest
    room = room or patterns.room_inside.search(rest)
    if of := patterns.transcript_of.match(title):
        title = title[of.end() :]
    title = title.strip(" -–|*#_=")  # noqa: RUF001 - en dash
    if len(title) < MIN_TITLE:
        title = ""
    return title[:MAX_TITLE] or None, room[1] if room else None


def _undated(line: str, patterns: HeadPatterns, *, heading: bool) -> str | None:
    """A line less the date that it ends with, if it is more than a place then: Harbour Board Meeting 2015-09-30.

    What stands before a comma and a date is a place, but in a ``heading``.
    """
    for pattern in (_YEAR_FIRST, patterns.day_first, patterns.month_first, _FIGURES):
        found = pattern.search(line)
        if found and found.end() >= len(line.rstrip(")*. ")):
            rest = line[: found.start()].rstrip(" -–(")  # noqa: RUF001 - en dash
            words = len(_LETTERS.findall(rest))
            place = (
                (rest.endswith(",") and not heading)
                or patterns.room_inside.fullmatch(rest)
                or patterns.weekday.match(rest)
            )
            return rest.rstrip(",") if words > 1 and not place else None
    return None


def names_talk(line: str, lexicon: Lexicon) -> bool:
    """Whether a line of the head surely holds the title: it is the field of it, or stands in quotes."""
    return bool(_QUOTED.fullmatch(line) or patterns_of(lexicon).title_key.match(line))


def is_heading(line: str) -> bool:
    """Whether a stripped line is a heading of markdown or of a wiki, with words."""
    return _HEADING.match(line) is not None and line.lstrip("#= ")[:1].isalpha()


def learn(facts: Facts, line: str, lexicon: Lexicon, *, settled: bool = False) -> Facts:
    """The facts, with what one line of the head (stripped) adds. What is known stays.

    Only a title in quotes takes the place of another one; ``settled``: a line before it surely held the title.
    """
    heading = is_heading(line)
    line = _unmarked(" ".join(line.split()))
    patterns = patterns_of(lexicon)
    key = is_key(line, lexicon)
    about = patterns.about.search(line) is not None
    title = room = quoted = None
    if named := patterns.title_key.match(line):
        title = named[1].strip("\"'“”„«»")[:MAX_TITLE]
    elif named := patterns.room_key.match(line):
        room = named[1] or None
    elif patterns.room_inside.fullmatch(line):
        room = line
    elif quoted := _QUOTED.fullmatch(line):
        title = quoted[1]
    elif tail := patterns.transcript_tail.fullmatch(line):
        title = tail[1]
    elif not (key or _not_a_title(line, lexicon, heading=heading)) and (
        not about or _YEAR_FIRST.match(line) or patterns.named.match(line)
    ):
        title, room = _title(line, patterns, heading=heading)
    day = _day(line, lexicon) if not _RANGE.search(line) and len(line) < MAX_TITLE else None
    edition = facts.edition
    if edition is None and not key and (found := patterns.edition.search(line)):
        name = found.lastgroup
        edition = next(value for value in get_args(Edition) if value == name)
    text = facts.about
    if key or about:
        text = _bounded(f"{text}\n{line}".strip())
    return msgspec.structs.replace(
        facts,
        title=title if title and (_weak(facts.title) or (quoted and not settled)) else facts.title,
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


def _not_a_title(line: str, lexicon: Lexicon, *, heading: bool) -> bool:
    patterns = patterns_of(lexicon)
    return bool(
        _ADDRESS.search(_undated(line, patterns, heading=heading) or line)
        or " | " in line
        or patterns.edition_line.fullmatch(line)
        or (line[0] in "[({*" and line[-1] in "])}*")
        or not any(char.isalpha() for char in line)
        or line.startswith(lexicon.notices)
        or patterns.section.fullmatch(line)
        or line.startswith(_BULLETS)
        or _CLOCK.fullmatch(line)
        or _NUMBERED.match(line)
        or (len(line) < 60 and (patterns.weekday.match(line) or _bare_day(line, lexicon, heading=heading)))  # noqa: PLR2004 - as above
    )


def _bare_day(line: str, lexicon: Lexicon, *, heading: bool) -> bool:
    """Whether a line names a day and holds no title beside it."""
    held = _YEAR_FIRST.match(line) or _undated(line, patterns_of(lexicon), heading=heading)
    return _day(line, lexicon) is not None and not held


def is_key(line: str, lexicon: Lexicon) -> bool:
    """Whether a stripped line is a ``Key: value`` about the session; what a moderator says is none."""
    found = patterns_of(lexicon).key.match(_unmarked(line))
    if found is None or not found["people"]:
        return found is not None
    value = found["value"] or ""
    if not value.strip():
        return found["several"] is not None
    return not patterns_of(lexicon).greeting.match(value) and all(
        not word[0].islower() or word in lexicon.particles or word in lexicon.value_words for word in value.split()
    )


def _unmarked(line: str) -> str:
    """A line without the marks of a heading and of bold type."""
    return (re.sub(r"^(?:#{1,6}|={2,6})\s+|\*\*|__", "", line).strip() or line) if line[:1] in {*"#*_="} else line
