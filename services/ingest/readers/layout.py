"""What stands around the lines of a plain text and is no word of it: line numbers, clocks behind them. Pure."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise

from services.ingest.readers.clocks import BRACKETED
from services.ingest.readers.names import is_person
from services.ingest.readers.page import label_of

_NUMBERED = re.compile(r"\s{0,10}(\d{1,4})(?:(\s+)(?=\S)|$)")
_QUESTION = re.compile(r"[QA][.:]?\s")
_PAGE_NUMBER = re.compile(r"\s*(?:page\s+)?\d{1,5}\s*", re.IGNORECASE)
_INSIDE = re.compile(
    r"(?:(?<=[.?!\u2026)\]\u201d\"\u3002]\s)|(?<=\s\s)|(?<=\u3002))"
    rf"(?:{BRACKETED}\s*)?((?:\*\*|__)?[^\W\d_][^:\uff1a.?!\n]{{0,60}}(?:\.[^:\uff1a.?!\n]{{1,40}}){{0,3}})[:\uff1a](?=\*|_|\s)"
)
_HASHED = re.compile(r"#(\d{1,2}:\d\d:\d\d)-\d#")
_LETTER = re.compile(r"(?:^|(?<=[.?!\u2026] ))([A-Z]):(?=\s)")
_LEAST = 3
"""So many lines or labels show a layout."""
_RUN = 2
"""So many numbers rise by one behind the first."""
_FEW_LINES = 3
"""A file of no more lines with words has none that mean anything."""

Layout = Callable[[Sequence[str]], tuple[list[str], str] | None]


def without_furniture(lines: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
    """The lines of a text without what its layout adds, and what was taken away."""
    now, told = list(lines), []
    for layout in _LAYOUTS:
        if (changed := layout(now)) is not None:
            now, what = changed
            told.append(what)
    return now, tuple(told)


def _line_numbers(lines: Sequence[str]) -> tuple[list[str], str] | None:
    """The lines of a court reporter's page: each begins with its number, and people speak in them.

    The numbers rise by one, and begin again on each page. A numbered list has no labels.
    """
    found = {place: match for place, line in enumerate(lines) if (match := _NUMBERED.match(line))}
    numbers = [int(match[1]) for match in found.values()]
    rising = sum(later == number + 1 for number, later in pairwise(numbers))
    pages = sum(number == 1 for number in numbers)
    words = sum(map(bool, map(str.strip, lines)))
    spoken = sum(_speaks(lines[place][match.end() :]) for place, match in found.items())
    if rising < _RUN or rising + max(pages, 1) < len(numbers) or len(found) * 5 < words * 4 or spoken < 2:  # noqa: PLR2004 - a dialogue
        return None
    gap = min((len(match[2]) for match in found.values() if match[2]), default=0)
    kept = [
        ("" if _PAGE_NUMBER.fullmatch(line) else line)
        if (match := found.get(place)) is None
        else line[min(match.end(1) + gap, match.end()) :]
        for place, line in enumerate(lines)
    ]
    return kept, f"{len(found)} line numbers are left out."


def _speaks(text: str) -> bool:
    return label_of(text) is not None or _QUESTION.match(text) is not None


def _missing_breaks(lines: Sequence[str]) -> tuple[list[str], str] | None:
    """A text without line breaks: its labels stand in the middle of the line. Each begins a line then.

    Those that return, and others where these are two at least.
    """
    if sum(map(bool, map(str.strip, lines))) > _FEW_LINES:
        return None
    inside = [[(match.start(), match[1].strip("*_ ")) for match in _INSIDE.finditer(line)] for line in lines]
    first = [label for line in lines if (label := label_of(line.strip()))]
    counts = Counter([*first, *(label for found in inside for _, label in found if is_person(label))])
    letters = Counter(found[1] for line in lines for found in _LETTER.finditer(line))
    if len(letters) > 1 and min(letters.values()) > 1:  # an interviewer and who answers
        counts.update(letters)
    returning = {label for label, count in counts.items() if count > 1}
    if len(counts) < 2 or not returning or sum(counts.values()) < _LEAST:  # noqa: PLR2004 - a dialogue
        return None
    if max(map(len, inside)) < 2:  # noqa: PLR2004 - one behind each clock or heading is no missing break
        return None
    kept: list[str] = []
    count = 0
    for line, found in zip(lines, inside, strict=True):
        places = [place for place, label in found if label in counts]
        count += len(places)
        kept += [piece for begin, end in pairwise([0, *places, len(line)]) for piece in (line[begin:end].rstrip(), "")]
    return kept, f"{count} labels stand in the middle of a line: a line break is read before each."


def _hash_clocks(lines: Sequence[str]) -> tuple[list[str], str] | None:
    """Clocks as transcription tools for research write them behind the words: ``#00:01:53-8#``."""
    text, count = _HASHED.subn(r"[\1]", "\n".join(lines))
    return (text.split("\n"), f"{count} clocks between # are read as marks.") if count else None


_LAYOUTS: tuple[Layout, ...] = (_line_numbers, _hash_clocks, _missing_breaks)
