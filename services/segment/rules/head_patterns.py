"""What the words of a lexicon look like in a line before the first speaker: regular expressions. Pure."""

import re
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from services.segment.rules.lexicon import Lexicon
from services.segment.rules.lexicon.words import either

NAME = r"[^\W\da-z_][\w.'’-]*"  # noqa: RUF001 - an apostrophe as typed
"""A piece of a pattern: a word of a name."""

_LATIN = re.compile(r"(?:\(\?:)*[a-z]")
"""The beginning of a piece that begins with a letter of ASCII."""

Edition = Literal["raw", "rough", "draft", "finished"]


@dataclass(frozen=True)
class HeadPatterns:
    """What the words of a lexicon look like in a line. ``match``: at its beginning; ``full``: all of it."""

    key: re.Pattern[str]
    """match: the name of a field and its value."""
    credit: re.Pattern[str]
    """full: what somebody is at the session, and the name, in capitals or not, without a colon."""
    captioned: re.Pattern[str]
    """match: what stands before the name of who captioned."""
    disclaimer: re.Pattern[str]
    """What only a firm's disclaimer holds, in small letters: to ignore case would take many times as long."""
    ascii_disclaimer: re.Pattern[str]
    """Of these what a line of ASCII can hold. They are tried only where a word begins: a quarter of the time."""
    section: re.Pattern[str]
    """full: a heading that many transcripts have, or the chrome of a page: no title."""
    title_key: re.Pattern[str]
    """match: the field of the title."""
    room_key: re.Pattern[str]
    """match: the field of the room."""
    about: re.Pattern[str]
    """What only a line about the transcript holds."""
    named: re.Pattern[str]
    """match: what a transcript is called, and a title."""
    transcript_of: re.Pattern[str]
    """match: what stands before the title then."""
    transcript_tail: re.Pattern[str]
    """full: a title of some words, and what a transcript is called."""
    edition: re.Pattern[str]
    """The edition, as the name of the group that is found."""
    edition_line: re.Pattern[str]
    """full: nothing but the edition."""
    edition_tail: re.Pattern[str]
    """The edition at the end of a line."""
    room_tail: re.Pattern[str]
    """A room at the end of a line."""
    room_inside: re.Pattern[str]
    """A room between dashes; full: a line that is one."""
    day_first: re.Pattern[str]
    """Day, month and year."""
    month_first: re.Pattern[str]
    """Month, day and year."""
    months: tuple[re.Pattern[str], ...]
    """full: the names of each month."""
    weekday: re.Pattern[str]
    """match: a day of the week."""
    greeting: re.Pattern[str]
    """match: what somebody says first."""
    spoken: re.Pattern[str]
    """Words that no title has."""


@cache
def patterns_of(lexicon: Lexicon) -> HeadPatterns:
    """The patterns of the words of a lexicon."""
    transcript = either(lexicon.transcripts)
    place = rf"(?:(?:{either(lexicon.place_kinds)})\s+)?(?:{either(lexicon.places)})(?:\s+(?:\d+\w?|[A-Z]\w*))?"
    month = f"({either(lexicon.months)})"
    mark = f"(?:{either(lexicon.day_marks)})?"
    of_month, of_year = (f"(?: (?:{either(some)}))?" for some in (lexicon.month_words, lexicon.year_words))
    latin = [piece for piece in lexicon.disclaimers if _LATIN.match(piece)]
    latin_disclaimers = rf"(?<![a-z])(?:{either(latin)})"
    other_disclaimers = either(piece for piece in lexicon.disclaimers if piece not in latin)
    editions = {name: either(piece for one, piece in lexicon.editions if one == name) for name in get_args(Edition)}

    def ignoring_case(pattern: str) -> re.Pattern[str]:
        return re.compile(pattern, re.IGNORECASE)

    return HeadPatterns(
        key=ignoring_case(
            rf"(?:{either(lexicon.keys)}|(?P<people>{either(lexicon.people_keys)}))(?P<several>\(s\)|s)?"
            r"(?:\s*[&/]\s*\w+|\s+and\s+\w+)?\s*:(?:\s+(?P<value>.*)|$)"
        ),
        credit=re.compile(
            rf"(?i:{either(lexicon.people_keys)})(?:\s+(?:{either(sorted(lexicon.particles))}|{NAME})){{2,5}}\.?"
        ),
        captioned=ignoring_case(rf"(?:{either(lexicon.captioned)})(?:\s*:?\s+|(?<=[:：])\s*)"),  # noqa: RUF001 - the Chinese colon
        disclaimer=re.compile(f"{latin_disclaimers}|{other_disclaimers}"),
        ascii_disclaimer=re.compile(latin_disclaimers),
        section=ignoring_case(rf"(?:{either(lexicon.sections)})\s*[:.]?"),
        title_key=ignoring_case(rf"(?:{either(lexicon.title_keys)})\s*:\s*(.+)"),
        room_key=ignoring_case(rf"(?:{either(lexicon.room_keys)})\s*:\s*(.*)"),
        about=ignoring_case(either(lexicon.about)),
        named=ignoring_case(rf"(?:{transcript})\s*(?:[-–:|]|of )\s*\S.{{0,200}}$"),  # noqa: RUF001 - en dash
        transcript_of=ignoring_case(rf"(?:draft )?(?:{transcript})\s*(?:of|[-–:|])\s*"),  # noqa: RUF001 - en dash
        transcript_tail=ignoring_case(
            rf"(?!.*\b(?:{either(piece for _, piece in lexicon.editions)}))"
            rf"((?:\S+\s+){{1,20}}?\S+)\s*(?:\s|[-–|:]\s*)(?:{transcript})"  # noqa: RUF001 - en dash
        ),
        edition=ignoring_case("|".join(rf"\b(?P<{name}>{pattern})" for name, pattern in editions.items())),
        edition_line=ignoring_case(rf"[\W_]*(?:{either(lexicon.edition_lines)})[\W_]*"),
        edition_tail=ignoring_case(rf"[\s(\[|,\u2013-]+(?:{either(lexicon.edition_tails)})[)\]]?$"),
        room_tail=ignoring_case(rf"[\s,|\u2013-]+({place})$"),
        room_inside=ignoring_case(rf"(?:^|\s[-|\u2013]\s)({place})(?=\s[-|\u2013]\s|$)"),
        day_first=ignoring_case(rf"\b(\d{{1,2}}){mark}{of_month}[ \-]+{month},?{of_year}[ \-]+(\d{{4}})\b"),
        month_first=ignoring_case(rf"\b{month} (\d{{1,2}}){mark},? (\d{{4}})\b"),
        months=tuple(ignoring_case(names) for names in lexicon.months),
        weekday=ignoring_case(rf"(?:{either(lexicon.weekdays)})\b"),
        greeting=ignoring_case(rf"(?:{either(lexicon.greetings)})\b"),
        spoken=ignoring_case(rf"\b(?:{either(lexicon.spoken)})\b"),
    )
