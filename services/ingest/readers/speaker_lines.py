"""Plain text to passages: the lines of proved shapes become the speaker and the time of what follows. Pure."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from functools import partial

from services.ingest.readers.clocks import times
from services.ingest.readers.evidence import known, proved_by_clock, proved_by_return, proved_clocks
from services.ingest.readers.page import Page, label_of
from services.ingest.readers.reading import Passage
from services.ingest.readers.shapes import (
    ASIDE,
    CLOCKED,
    CLOCKS,
    PLAIN_NAME,
    SWITCHED,
    UNCLOCKED,
    Header,
    Shape,
    headers,
)

_ARROWS = (">", "&gt;", "\\>")

Proof = Callable[[Shape, Sequence[Header], Page], list[Header]]


def passages(lines: Sequence[str]) -> tuple[tuple[Passage, ...], tuple[str, ...]]:
    """The passages of a text, and what was read into it; no passage if no shape proved itself.

    Their texts joined are the lines, less the names. A clock stays a mark: it stands in brackets.
    """
    page = Page(lines)
    found = _found(page)
    by_line = {header.line: header for _, some in found for header in some}
    if not by_line:
        return (), ()
    told = [
        f"{len(some)} lines begin with {shape.called}: read as such."
        if not shape.alone
        else f"{len(some)} lines are {shape.called}: read as such."
        for shape, some in found
    ]
    clocks, late = _clocks(by_line, of_day=any(shape.nicks for shape, some in found if some))
    days = sum(header.clock is not None and header.clock.has_day for header in by_line.values())
    if days:
        told.append(f"{days} days before clocks are left out.")
    if late:
        told.append(f"{late} clocks go back: the words behind them have no time.")
    return tuple(_passages(page, by_line, clocks)), tuple(told)


def _found(page: Page) -> list[tuple[Shape, list[Header]]]:
    """The shapes that proved themselves, with their headers; no line has two."""
    found: list[tuple[Shape, list[Header]]] = []
    taken: set[int] = set()

    def take(shape: Shape, proof: Proof) -> list[Header]:
        return proof(shape, list(headers(shape, page, taken)), page)

    def add(shape: Shape, kept: list[Header]) -> None:
        if kept:
            found.append((shape, kept))
            taken.update(line for header in kept for line in range(header.line, header.line + header.rows))

    for shape in CLOCKED:
        add(shape, take(shape, proved_by_clock))
    if not found:
        tried = [(shape, take(shape, proved_by_return)) for shape in UNCLOCKED]
        most = max(len(kept) for _, kept in tried)
        # The first that has nearly all: names in capitals rather than every short line.
        best, kept = next((shape, kept) for shape, kept in tried if len(kept) * 3 >= most * 2)
        add(best, kept)
        if kept and best.alone and best is not PLAIN_NAME:
            add(PLAIN_NAME, take(PLAIN_NAME, partial(known, names={header.name for header in kept})))
    else:
        add(SWITCHED, list(headers(SWITCHED, page, taken)))
    if any(shape.nicks for shape, _ in found):
        add(ASIDE, list(headers(ASIDE, page, taken)))
    for shape in CLOCKS:
        add(shape, take(shape, partial(proved_clocks, timed=any(one in CLOCKS for one, _ in found))))
    return found


def _clocks(
    by_line: dict[int, Header], *, of_day: bool
) -> tuple[dict[int, tuple[timedelta | None, timedelta | None]], int]:
    """When what follows each header was said, and how many clocks go back."""
    clocked = {line: header.clock for line, header in sorted(by_line.items()) if header.clock is not None}
    spans = times(list(clocked.values()), of_day=of_day)
    return dict(zip(clocked, spans, strict=True)), sum(begin is None for begin, _ in spans)


def _passages(
    page: Page, by_line: dict[int, Header], clocks: dict[int, tuple[timedelta | None, timedelta | None]]
) -> Iterator[Passage]:
    held: list[str] = []
    speaker: str | None = None
    at: timedelta | None = None
    until: timedelta | None = None
    last = len(page.lines) - 1
    line = 0
    while line <= last:
        header = by_line.get(line)
        if header is None:
            held.append(page.lines[line] + ("\n" if line < last else ""))
            line += 1
            continue
        if text := "".join(held):
            yield Passage(text, at, speaker, until)
        speaker = header.name or speaker
        if header.clock is not None:
            at, until = clocks[line]
        held = [_text(header)]
        line += header.rows
    yield Passage("".join(held), at, speaker, until)


def _text(header: Header) -> str:
    """What stays of the line: its clock as a mark, and its words; a label begins a paragraph."""
    clock, words = header.clock, header.words
    mark = clock.mark if clock and not header.whole else ""
    if not words:
        return f"{mark}\n"
    if header.name is None and (label_of(words) or words.startswith(_ARROWS)):
        # The segmenter knows both.
        mark = clock.text if clock and clock.is_full and not header.whole else mark
        return f"\n{mark} {words}\n" if mark else f"\n{words}\n"
    return f"{mark} {words}\n" if mark else f"{words}\n"
