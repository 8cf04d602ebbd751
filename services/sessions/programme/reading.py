"""Which form a programme has. Pure."""

import codecs
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from captionflow.encoding import decode
from captionflow.errors import BadMessage, WrongKind
from services.sessions.programme import frab, indico, table
from services.sessions.programme.planned import Builder, Planned, Programme

FORMS = "iCalendar, CSV, schedule.json or schedule.xml (pretalx, frab), or Indico's JSON"


def read(data: bytes, zone: ZoneInfo | None = None) -> Programme:
    """A programme in any of ``FORMS``. Times without a zone are in ``zone``.

    Raises:
        WrongKind: it is none of them.
        BadMessage: it is one of them, and can't be read.
    """
    marked = data.removeprefix(codecs.BOM_UTF8).lstrip()
    if marked.startswith(b"<"):
        return frab.from_xml(marked, zone)  # says itself how it is encoded
    if marked.startswith(b"{"):
        return _from_json(marked, zone)
    try:
        text = decode(data).text.lstrip()
    except BadMessage as error:
        raise _none() from error
    if text[:15].upper() == "BEGIN:VCALENDAR":
        # Its library takes longer to load than all other forms, and most programmes are none.
        from services.sessions.programme import calendar_file  # noqa: PLC0415

        return calendar_file.from_calendar(text, zone)
    if table.is_table(text):
        return table.from_table(text, zone)
    raise _none(" A table needs the columns title and start.")


def _none(more: str = "") -> WrongKind:
    return WrongKind(f"It is no programme that can be read: give {FORMS}.{more}")


def _from_json(data: bytes, zone: ZoneInfo | None) -> Programme:
    try:
        document: Mapping[str, Any] = msgspec.json.decode(data, type=dict[str, Any])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise BadMessage("The programme is not JSON that can be read.") from error
    if "schedule" in document:
        return frab.from_json(document, zone)
    if "results" in document:
        return indico.from_json(document, zone)
    if "sessions" in document:
        return _own(document)
    raise _none()


def written(programme: Programme) -> bytes:
    """Its sessions as JSON that ``read`` takes."""
    return msgspec.json.encode({"acronym": programme.acronym, "sessions": programme.sessions})


def _own(document: Mapping[str, Any]) -> Programme:
    """What ``written`` wrote."""
    builder = Builder(acronym=str(document.get("acronym") or ""))
    try:
        planned = msgspec.convert(document["sessions"], list[Planned])
    except msgspec.ValidationError as error:
        raise BadMessage(f"The sessions of the programme can't be read: {error}.") from error
    for one in planned:
        builder.add(**{**msgspec.structs.asdict(one), "languages": " ".join(one.languages)})
    return builder.programme()
