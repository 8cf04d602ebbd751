"""Whether the lines that have a shape prove it: what tells names and clocks from headings, agendas and prose. Pure."""

from collections import Counter
from collections.abc import Collection, Sequence

from services.ingest.readers.clocks import is_programme, is_timetable
from services.ingest.readers.names import is_person, is_role, sort_of
from services.ingest.readers.page import Page, label_of
from services.ingest.readers.shapes import Header, Shape

_OFTEN = 3
"""So many times a shape proves itself."""


def proved_by_clock(shape: Shape, found: Sequence[Header], page: Page) -> list[Header]:
    """The headers with a name and a clock that say who speaks; none if the shape is something else here.

    No agenda and no timetable (there no name returns); words follow; and there are three, or each begins a
    paragraph. A name that could be any word must return.
    """
    counts = Counter(header.name for header in found)
    kept = [
        header
        for header in found
        if shape.nicks or _may_speak(header.name or "", again=shape.signed or counts[header.name] > 1)
    ]
    clocks = [header.clock for header in kept if header.clock is not None]
    again = len({header.name for header in kept}) < len(kept)
    if not kept or not _followed(shape, kept, page):
        return []
    if not (again or shape.nicks) and (is_programme(clocks) or is_timetable(clocks) or shape.returns):
        return []
    begin = sum(page.begins(header.line) for header in kept)
    if len(kept) < _OFTEN and begin < len(kept) and not (shape.nicks or shape.signed):
        return []
    if shape.two:
        kept = [header for header in kept if page.begins_paragraph(header.line) or counts[header.name] > 1]
    return kept if again or begin * 2 >= len(kept) else []


def _may_speak(name: str, *, again: bool) -> bool:
    sort = sort_of(name)
    return sort in {"name", "numbered"} or (sort == "nick" and again)


def proved_by_return(shape: Shape, found: Sequence[Header], page: Page) -> list[Header]:
    """The headers with a name alone that say who speaks; none if the shape is something else here.

    Three at least, of two names at least, and some return. Words follow that are no list. The file has no more labels
    of the usual kind, and is not all in capitals where these should tell the names.
    """
    kept = [
        header
        for header in found
        if (shape.nicks or is_person(header.name or "")) and (not shape.apart or _apart(header, page))
    ]
    counts = Counter(header.name for header in kept)
    if shape.apart:
        # Nothing but its place says that the line is a name: one that stands there once is of several words, has words
        # behind it, and is not the first line, which would be the title.
        own = {header.line for header in kept}
        kept = [
            header
            for header in kept
            if (counts[header.name] > 1 and (" " in (header.name or "") or (header.name or "").isupper()))
            or is_role(header.name or "")
            or (" " in (header.name or "") and header.line > page.first and page.following[header.line] not in own)
        ]
        counts = Counter(header.name for header in kept)
    returning = len(counts) < len(kept) or all(sort_of(header.name or "") == "numbered" for header in kept)
    if len(kept) < _OFTEN or len(counts) < 2 or not returning or page.labelled > len(kept):  # noqa: PLR2004 - a dialogue
        return []
    if (shape.apart and page.shouts) or not _followed(shape, kept, page):
        return []
    if shape.alone:
        return kept
    most = page.items if shape.item else min(page.words, len(page.beginnings))
    if shape.nicks and kept[0].line != page.first:  # any word in angle brackets: the file must be full of them
        return kept if len(kept) * 5 >= page.words * 4 else []
    return kept if len(kept) * 2 >= most else []


def known(shape: Shape, found: Sequence[Header], page: Page, *, names: Collection[str | None]) -> list[Header]:
    """The headers whose name another shape of the file has proved, and roles, where they have words behind them.

    Assistants write ``Unknown Speaker`` plainly among names that somebody has made bold.
    """
    kept = [one for one in found if (one.name in names or is_role(one.name or "")) and _apart(one, page)]
    return kept if _followed(shape, kept, page) else []


def _apart(header: Header, page: Page) -> bool:
    """Whether a line stands as a heading would: behind an empty one, or in capitals behind a whole sentence."""
    capitals = (header.name or "").isupper() or is_role(header.name or "")
    return page.begins(header.line) if capitals and not page.shouts else page.begins_paragraph(header.line)


def _followed(shape: Shape, kept: Sequence[Header], page: Page) -> bool:
    """Whether words follow two thirds of the headers: a line of its own, or an item of a list only beside a clock."""
    if not shape.alone:
        return True
    own = {header.line for header in kept}
    count = 0
    for header in kept:
        after = page.following[header.line + header.rows - 1]
        words = after < len(page.lines) and after not in own
        count += words and (header.clock is not None or not page.is_item(after))
    return count * 3 >= len(kept) * 2


def proved_clocks(shape: Shape, found: Sequence[Header], page: Page, *, timed: bool) -> list[Header]:
    """The clocks without a name that are marks; none if they are an agenda, verses or words of a text.

    With an arrow between two, or three of them in a third of the lines or paragraphs, or each before a label, or with
    seconds on a line of their own. ``timed``: other such lines have proved that the file is full of clocks.
    """
    clocks = [header.clock for header in found if header.clock is not None]
    if not found or is_programme(clocks):
        return []
    if all("->" in clock.text or "\u2192" in clock.text or (clock.end and clock.text[0] in "[(") for clock in clocks):
        return list(found)
    if shape.whole or (not shape.alone and all(label_of(header.words) for header in found)):
        return list(found)
    often = len(found) >= _OFTEN and len(found) * 3 >= min(page.words, len(page.beginnings))
    exact = shape.alone and all(len(clock.begin.fields) > 2 for clock in clocks)  # noqa: PLR2004 - seconds too
    sure = shape.two or (shape.alone and timed) or (exact and (len(found) > 1 or page.begins(found[0].line)))
    return list(found) if (often or sure) and _followed(shape, found, page) else []
