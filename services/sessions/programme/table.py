"""The programme as a table, as spreadsheets save it: CSV with a comma, semicolon or tab. Pure."""

import csv
import re
from collections.abc import Iterator, Mapping
from io import StringIO
from itertools import islice
from zoneinfo import ZoneInfo

from captionflow.errors import BadMessage
from services.sessions.programme.planned import Builder, Programme

_COLUMNS = {
    "id": "uid",
    "uid": "uid",
    "code": "uid",
    "title": "title",
    "session": "title",
    "name": "title",
    "room": "room",
    "location": "room",
    "event": "event",
    "date": "date",
    "day": "date",
    "start": "start",
    "starts_at": "start",
    "begin": "start",
    "end": "end",
    "ends_at": "end",
    "duration": "duration",
    "length": "duration",
    "language": "languages",
    "languages": "languages",
    "lang": "languages",
    "about": "about",
    "abstract": "about",
    "description": "about",
}
"""What the heads of columns mean, in any case and with spaces or ``_``."""
_NEEDED = frozenset({"title", "start"})


def is_table(text: str) -> bool:
    """Whether the first line has the heads that a programme needs."""
    return set(_heads(text).values()) >= _NEEDED


def from_table(text: str, zone: ZoneInfo | None) -> Programme:
    """A session a row. ``start`` and ``end`` are times, or days with times; ``date`` is their day (ISO 8601)."""
    builder = Builder(zone=zone)
    heads = _heads(text)
    for row in islice(_rows(text), 1, None):
        cells = {heads[index]: cell.strip() for index, cell in enumerate(row) if index in heads and cell.strip()}
        if cells:
            _add(builder, cells)
    return builder.programme()


def _add(builder: Builder, cells: Mapping[str, str]) -> None:
    builder.add(
        uid=cells.get("uid"),
        title=cells.get("title"),
        starts_at=_moment(cells, "start"),
        ends_at=_moment(cells, "end"),
        duration=cells.get("duration"),
        room=cells.get("room"),
        event=cells.get("event"),
        languages=cells.get("languages"),
        about=cells.get("about"),
    )


def _moment(cells: Mapping[str, str], name: str) -> str | None:
    time, day = cells.get(name), cells.get("date")
    if not time or "-" in time.lstrip("-")[:8]:
        return time
    return f"{day or ''}T{time.zfill(5) if ':' in time else time}"


def _heads(text: str) -> dict[int, str]:
    """What each column means, by its index; the first one that means something counts."""
    try:
        first = next(_rows(text), [])
    except BadMessage:
        return {}
    found: dict[int, str] = {}
    for index, head in enumerate(first):
        meaning = _COLUMNS.get("_".join(head.casefold().split()))
        if meaning and meaning not in found.values():
            found[index] = meaning
    return found


def _rows(text: str) -> Iterator[list[str]]:
    """A row may end with any of the line ends of computers; what else ends a line on paper (U+2028) is a character."""
    first = re.split(r"[\r\n]", text, maxsplit=1)[0]
    rows = csv.reader(StringIO(text, newline=""), delimiter=max(",;\t", key=first.count))
    try:
        yield from rows
    except csv.Error as error:
        raise BadMessage(f"The table can't be read in line {rows.line_num}.") from error
