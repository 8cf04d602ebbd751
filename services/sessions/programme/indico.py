"""The programme that Indico exports as JSON: ``/export/event/ID.json?detail=contributions`` or ``sessions``. Pure."""

from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from captionflow.errors import BadMessage
from services.sessions.programme.planned import Builder, Programme, moment, zone_of


def from_json(document: Mapping[str, Any], zone: ZoneInfo | None) -> Programme:
    """The sessions of its events.

    These are an event's sessions and the contributions in none of them (``detail=sessions``), its contributions, or,
    where it has neither, the event itself, as a lecture has.
    """
    events = _mappings(document.get("results"))
    builder = Builder(_text(events[0], "title") if len(events) == 1 else "", "indico", zone)
    for event in events:
        for name, entry in _entries(event):
            number = _text(event, "id")
            starts_at, ends_at = (_moment(entry.get(field), zone) for field in ("startDate", "endDate"))
            builder.add(
                uid=f"{number}-{name}".rstrip("-"),
                title=_text(entry, "title"),
                starts_at=starts_at,
                ends_at=ends_at,
                room=_text(entry, "room") or _text(event, "room"),
                event=_text(event, "title"),
                about=_text(entry, "description"),
            )
    return builder.programme()


def _entries(event: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """(name within the event, entry)."""
    kinds = (("sessions", "s"), ("contributions", ""))
    found: list[tuple[str, Mapping[str, Any]]] = [
        (f"{prefix}{_text(entry, 'db_id') or _text(entry, 'id')}", entry)
        for kind, prefix in kinds
        for entry in _mappings(event.get(kind))
    ]
    yield from found or [("", event)]


def _mappings(value: object) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []


def _moment(given: object, zone: ZoneInfo | None) -> str | None:
    """Indico's ``{"date": …, "time": …, "tz": …}`` in ISO 8601, or None."""
    if not isinstance(given, dict):
        return None
    text = f"{_text(given, 'date')}T{_text(given, 'time')}"
    name = _text(given, "tz")
    try:
        return moment(text, zone_of(name) if name else zone).isoformat()
    except BadMessage:
        return text


def _text(entry: Mapping[str, Any], name: str) -> str:
    value = entry.get(name)
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""
