"""The forms in which only files tell who speaks and when, as one table. Pure.

Each row is a pattern for the beginning of a line; its evidence is looked for in the whole file (``evidence.py``). A row
that a file does not prove changes nothing there.
"""

import re
from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from services.ingest.readers.clocks import BRACKETED, CLOCK, Clock, read_clock
from services.ingest.readers.page import MAX_HEADER, Page

_NAME = r"[^\[\]<>\n\t]{1,60}?"
_TAGS = (
    "a|abbr|article|aside|audio|b|big|blockquote|body|br|button|center|cite|code|col|dd|del|details|div|dl|dt|em|"
    "embed|font|footer|form|h[1-6]|head|header|hr|html|i|iframe|img|input|ins|kbd|label|li|link|main|mark|meta|nav|ol|"
    "option|p|pre|q|s|samp|script|section|select|small|source|span|strike|strong|style|sub|summary|sup|svg|table|"
    "tbody|td|tfoot|th|thead|title|tr|track|tt|u|ul|v|var|video|wbr"
)


_BOLD = re.compile(r"\*\*|__")
_TRIED = 2_000
_ROUND = str.maketrans("[]", "()")


class Header(NamedTuple):
    """A line that tells who speaks or when, and what it says besides."""

    line: int
    name: str | None
    clock: Clock | None
    words: str = ""
    """What is said on the same line."""
    rows: int = 1
    """How many lines it takes."""
    whole: bool = False
    """``words`` is all of the line, as typed."""


class Shape(NamedTuple):
    """A form of such lines."""

    called: str
    """What they are, for people."""
    pattern: re.Pattern[str]
    """Groups ``name`` and ``clock``, if it has them. It matches a whole line, or what stands before its words."""
    alone: bool = False
    """The words stand on the next lines."""
    two: bool = False
    """It takes two lines, joined by a line break."""
    signs: str = ""
    """It begins with one of these."""
    exact: bool = False
    """Signs of bold type, headings and lists are part of it."""
    apart: bool = False
    """It begins a paragraph."""
    signed: bool = False
    """A name in small letters needs not return."""
    nicks: bool = False
    """Whatever stands there is a name."""
    returns: bool = False
    """The clock is not enough: names must return."""
    aside: bool = False
    """Nobody says it."""
    item: bool = False
    """It is an item of a list."""
    whole: bool = False
    """The line stays as it is: the segmenter reads it."""


def _alone(called: str, pattern: str, signs: str = "", **more: bool) -> Shape:
    return Shape(called, re.compile(pattern), alone=True, signs=signs, **more)


def _before(called: str, pattern: str, signs: str = "", **more: bool) -> Shape:
    return Shape(called, re.compile(pattern + r"(?=\S)"), signs=signs, **more)


_B = r"(?:\*\*|__)?"
_LABEL = rf"{_B}[^\W\d_][^:\n\[\]]{{0,60}}?{_B}"
_IN_BRACKETS = rf"{_B}\[\s?(?P<name>[^\[\]\n]{{1,60}}?)\s?\]{_B}:?"
_CLOCKS = rf"(?P<clock>{CLOCK})"
_SENDER = r"From\s{1,40}(?P<name>[^\n:]{1,60}?)(?:\s{1,40}to\s{1,40}[^\n:]{1,60}?)?\s{0,4}"
_DASH = r"(?:\s{0,4}[-\u2013\u2014:])?\s{1,40}"

CLOCKED = (
    _alone("a name in brackets and a clock", rf"\[(?P<name>[^\[\]\n]{{1,60}})\]:?\s{{0,4}}{_CLOCKS}", signed=True),
    _alone(
        "a name and a clock",
        rf"\"?(?P<name>{_NAME})\"?(?:\s{{0,4}}[-\u2013\u2014|\u00b7\u2022\u22c5,:]?\s{{1,40}}|(?=[\[(])){_CLOCKS}(?:(?<![\])]):)?",
    ),
    _alone(
        "a clock and a name",
        rf"{_CLOCKS}(?:\s{{0,4}}[-\u2013\u2014|\u00b7]\s{{0,4}}|\s{{1,40}})\[?(?P<name>{_NAME})\]?",
    ),
    _alone("a name and a clock below it", rf"(?P<name>{_NAME})\n{_CLOCKS}", two=True),
    _before("a name and a clock in brackets", rf"{_IN_BRACKETS}\s{{0,4}}(?P<clock>{BRACKETED}){_DASH}", signed=True),
    _before("a clock and a name in brackets", rf"{_CLOCKS}\s{{0,4}}{_IN_BRACKETS}{_DASH}", signed=True),
    _before("a clock and a <name>", rf"{_CLOCKS}\s{{0,4}}<[ @+%&~]?(?P<name>[^<>\n]{{1,40}})>\s{{1,40}}", nicks=True),
    _alone("a chat's clock and sender on their line", rf"{_CLOCKS}\s{{1,40}}{_SENDER}:", nicks=True),
    _before("a chat's clock and sender", rf"{_CLOCKS}\s{{1,40}}{_SENDER}:\s{{1,40}}", nicks=True),
    _before("a clock and a label in small letters", rf"{_CLOCKS}\s{{0,4}}(?P<name>[a-z][\w.\-]{{0,30}}):\s{{1,40}}"),
    _before(
        "a name and a clock in brackets before words",
        rf"{_B}(?P<name>{_NAME}){_B}\s{{0,4}}(?P<clock>{BRACKETED})\s{{1,40}}",
        returns=True,
    ),
    _before("a name and a clock in columns", rf"(?P<name>{_NAME})[ ]*\t\s{{0,4}}{_CLOCKS}[ ]*\t\s{{0,4}}"),
    _before("a clock and a name in columns", rf"{_CLOCKS}[ ]*[\t|]\s{{0,4}}(?P<name>{_NAME})[ ]*[\t|]\s{{0,4}}"),
)
"""A name and a clock: the clock proves it."""

PLAIN_NAME = _alone("a name on its line", r"(?P<name>[^\[\]<>:*#\n]{2,60})", exact=True, apart=True)

UNCLOCKED = (
    _alone(
        "a name in bold type",
        r"(?:\*\*|__)\s{0,4}(?P<name>[^*_:\n]{1,60}?)\s{0,4}(?:\*\*|__)\\?",
        exact=True,
        signs="*_",
    ),
    *(
        _alone(
            f"a name as a heading of level {level}",
            rf"#{{{level}}}\s{{1,40}}(?P<name>[^#:\n]{{1,60}}?)\s{{0,4}}#*",
            exact=True,
            signs="#",
        )
        for level in range(1, 7)
    ),
    _alone("a name in brackets on its line", r"\[(?P<name>[^\[\]:\n]{1,60})\]:?", signs="["),
    _alone("a name in capitals on its line", r"(?P<name>[^a-z\[\]<>:*#\n]{2,60})", exact=True, apart=True),
    PLAIN_NAME,
    _before(
        "a label in a list",
        rf"(?:[-*\u2022\u2013]|\d{{1,3}}[.)])\s{{1,40}}{_B}(?P<name>[^:*_\n]{{1,60}}?){_B}\s{{0,4}}:{_B}\s{{1,40}}",
        exact=True,
        item=True,
        signs="-*\u2022\u20130123456789",
    ),
    _before("a name in brackets before words", rf"{_IN_BRACKETS}{_DASH}", signs="[*_"),
    _before(
        "a <name>",
        rf"<(?!/?(?:{_TAGS})>)[ @+%&~]?(?P<name>[^<>/=\"\n]{{1,40}})>\s{{1,40}}",
        exact=True,
        nicks=True,
        signs="<",
    ),
)
"""A name without a clock: it proves itself by names that return."""

CLOCKS = (
    _alone(
        "a clock, and the same in words below it", rf"{_CLOCKS}\n(?:\d{{1,3}} [hms]\w{{1,8}},?\s?){{1,3}}", two=True
    ),
    _alone("a clock on its line", _CLOCKS),
    _before("a label with a clock", rf"{_LABEL}\s{{0,4}}(?P<clock>{BRACKETED}){_B}:{_B}\s{{1,40}}", whole=True),
    _alone("a label with a clock on its line", rf"{_LABEL}\s{{0,4}}(?P<clock>{BRACKETED}):", whole=True),
    _before("a label and a clock behind it", rf"{_LABEL}:{_B}\s{{0,4}}(?P<clock>{BRACKETED})\s{{1,40}}", whole=True),
    _before(
        "a clock before words",
        rf"(?P<bold>\*\*|__)?\s?{_CLOCKS}(?P<shut>\*\*|__)?(?:\s{{0,4}}[-\u2013\u2014|]\s{{0,40}}(?=[^\W\d_])|\s{{1,40}})(?!-+>|\u2192)",
    ),
)
"""A clock without a name."""

ASIDE = _before(
    "what a chat tells of somebody",
    rf"(?:{_CLOCKS}\s{{0,4}})?(?=(?:\*{{1,3}}|-!-|-+>|<-+|--|==)\s)",
    exact=True,
    aside=True,
)
"""In a file of chat lines, a line of the program: it becomes a note."""

SWITCHED = _alone(
    "what the program tells of itself",
    rf"{_NAME} (?:started|stopped) (?:transcription|recording)",
    exact=True,
    aside=True,
)
"""In a file of names and clocks: it becomes a note."""


def headers(shape: Shape, page: Page, taken: Collection[int]) -> Iterator[Header]:
    """The lines of a page that have the shape; those that are taken are passed over.

    A shape that none of the first lines has is not looked for in the others, so that a huge file takes no minutes.
    """
    rows = page.stripped if shape.exact else page.bare if shape.alone else page.undecorated
    none = True
    for tried, line in enumerate(_candidates(shape, page)):
        if none and tried > _TRIED:
            return
        row = rows[line]
        if line in taken or not row or (shape.signs and row[0] not in shape.signs):
            continue
        if shape.two:
            found = shape.pattern.fullmatch(f"{row}\n{rows[line + 1]}") if line + 1 < len(rows) else None
        elif shape.alone:
            found = shape.pattern.fullmatch(row) if len(row) <= MAX_HEADER else None
        else:
            found = shape.pattern.match(row[:MAX_HEADER])
        if found:
            none = False
            yield _header(line, shape, found, row)


def _candidates(shape: Shape, page: Page) -> Iterable[int]:
    """The lines that can have a shape: most files have few, and many lines."""
    if shape.apart:
        return page.sentences
    if "clock" not in shape.pattern.groupindex or shape.aside:
        return range(len(page.lines))
    if shape.two:
        return sorted({*page.clocked, *(line - 1 for line in page.clocked if line)})
    return page.clocked


def _header(line: int, shape: Shape, found: re.Match[str], row: str) -> Header:
    groups = found.groupdict()
    name, clock = groups.get("name"), groups.get("clock")
    if shape.whole:
        # Signs of bold type around the label and its clock would hide it.
        return Header(
            line, None, read_clock(found["clock"]), _BOLD.sub("", row[: found.end()]) + row[found.end() :], whole=True
        )
    words = (row if shape.aside else "") if shape.alone else row[found.end() :]
    if shape.aside:
        words = f"[{words.translate(_ROUND)}]"
    if groups.get("bold") and not groups.get("shut"):
        words = groups["bold"] + words  # the bold type goes on
    return Header(line, name and name.strip(" \t*_\"'"), read_clock(clock) if clock else None, words, 1 + shape.two)
