"""The programme that frab, pretalx and their kin export: schedule.json and schedule.xml. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any
from xml.etree.ElementTree import Element, ParseError
from zoneinfo import ZoneInfo

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from captionflow.errors import BadMessage
from services.sessions.programme.planned import Builder, Programme, zone_of


def from_json(document: Mapping[str, Any], zone: ZoneInfo | None) -> Programme:
    """schedule.json: ``{"schedule": {"conference": {"days": [{"rooms": {"Room": [event …]}}]}}}``."""
    conference = _mapping(_mapping(document.get("schedule")).get("conference"))
    builder = _builder(conference, zone)
    for day in _list(conference.get("days")):
        for room, events in _mapping(_mapping(day).get("rooms")).items():
            for event in map(_mapping, _list(events)):
                _add(builder, {"room": room, **event}, _text(_mapping(day).get("date")))
    return builder.programme()


def from_xml(data: bytes, zone: ZoneInfo | None) -> Programme:
    """schedule.xml: ``schedule/day/room/event``, with each field an element and the names as attributes.

    Raises:
        BadMessage: it is not XML, declares entities, or has no such root.
    """
    try:
        root: Element = fromstring(data)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise BadMessage("The programme is not XML that can be read.") from error
    if root.tag != "schedule":
        raise BadMessage("The programme is XML, but no schedule as frab and pretalx export it.")
    builder = _builder(_fields(root.find("conference")), zone)
    for day in root.iter("day"):
        for room in day.iter("room"):
            for event in room.findall("event"):
                fields = {"room": room.get("name"), **event.attrib, **_fields(event)}
                _add(builder, fields, day.get("date"))
    return builder.programme()


def _builder(conference: Mapping[str, Any], zone: ZoneInfo | None) -> Builder:
    named = _text(conference.get("time_zone_name"))
    return Builder(
        _text(conference.get("title")) or "",
        _text(conference.get("acronym")) or "",
        zone_of(named) if named else zone,
    )


def _add(builder: Builder, event: Mapping[str, Any], day: str | None) -> None:
    start = _text(event.get("date"))
    if not start or "T" not in start:  # older ones have the day and the time apart
        start = f"{(start or day or '')[:10]}T{_text(event.get('start')) or ''}"
    about = [text for name in ("subtitle", "abstract", "description") if (text := _text(event.get(name)))]
    builder.add(
        uid=_text(event.get("guid")) or _text(event.get("id")),
        title=_text(event.get("title")),
        starts_at=start,
        duration=_text(event.get("duration")),
        room=_text(event.get("room")),
        languages=_text(event.get("language")),
        about="\n\n".join(dict.fromkeys(about)),
    )


def _fields(element: Element | None) -> dict[str, str]:
    return {} if element is None else {child.tag: child.text or "" for child in element if not len(child)}


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> Iterable[Any]:
    return value if isinstance(value, list) else ()


def _text(value: object) -> str | None:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else None
