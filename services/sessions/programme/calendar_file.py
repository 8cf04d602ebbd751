"""The programme as iCalendar (RFC 5545), read by the icalendar library. Pure."""

from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from icalendar import Component, ComponentFactory, Event
from icalendar.error import IncompleteComponent
from icalendar.parser import Contentline, Parameters
from icalendar.parser.ical.component import ComponentIcalParser
from icalendar.prop import TypesFactory, vBroken

from captionflow.errors import BadMessage
from services.sessions.programme.calendar_zones import UNREADABLE, Zones, values
from services.sessions.programme.planned import Builder, Programme, zone_of


class _Parser(ComponentIcalParser):
    """Takes times as they are written, and does not work out zones, which ``Zones`` does."""

    datetime_names: ClassVar[tuple[str, ...]] = ()

    def handle_line_parse_error(self, exception: Exception) -> None:
        """Leave out what is no line of a calendar."""

    def parse_and_add_property(
        self, name: str, params: Parameters, val: str, tzid: str | None, line: Contentline
    ) -> None:
        """Mark what can't be read, so that it stops no other, and is not taken for what was not said."""
        try:
            super().parse_and_add_property(name, params, val, tzid, line)
        except UNREADABLE:
            self._stack[-1].add(name, vBroken(val, params=params), encode=False)

    def handle_end_component(self, vals: str) -> None:
        # By this name alone the library knows a zone that it would keep for all calendars to come.
        super().handle_end_component("" if vals.upper() == "VTIMEZONE" else vals)


def from_calendar(text: str, zone: ZoneInfo | None) -> Programme:
    """The calendar's events. A day without a time is none, and what repeats is to be exported as single events.

    Raises:
        BadMessage: it is no calendar.
    """
    try:
        (calendar,) = _Parser(text, ComponentFactory(), TypesFactory.instance()).parse()
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
        definitions = calendar.walk("VTIMEZONE")
    except UNREADABLE as error:
        raise BadMessage("The programme is not a calendar that can be read (RFC 5545).") from error
    named = _text(calendar, "X-WR-TIMEZONE")
    builder = Builder(_text(calendar, "X-WR-CALNAME"), "", zone_of(named) if named else zone)
    zones = Zones(definitions, builder.zone)
    for event in events:
        _add(builder, event, zones)
    return builder.programme()


def _add(builder: Builder, event: Event, zones: Zones) -> None:
    title = _text(event, "SUMMARY")
    if _text(event, "STATUS").upper() == "CANCELLED":
        builder.skip(title, "it is cancelled.")
        return
    if "RRULE" in event or "RDATE" in event:
        builder.skip(title, "it repeats: export each time as an event of its own.")
        return
    try:
        uid, (starts_at, ends_at) = _uid(event), _times(event, zones)
    except BadMessage as error:
        builder.skip(title, str(error))
        return
    builder.add(
        uid=uid,
        title=title,
        starts_at=starts_at,
        ends_at=ends_at,
        room=_text(event, "LOCATION"),
        about=_text(event, "DESCRIPTION"),
        languages=_parameter(event, "SUMMARY", "LANGUAGE"),
    )


def _uid(event: Event) -> str:
    """Its name; one time of a series has the name of the series, and when that planned it."""
    name, recurrence = _text(event, "UID"), _first(event, "RECURRENCE-ID")
    if recurrence is None:
        return name
    try:
        return f"{name}/{_written(recurrence.dt)}"
    except UNREADABLE as error:
        raise BadMessage("its RECURRENCE-ID can't be read.") from error


def _written(planned: Any) -> str:
    """A time or a day as calendars write it."""
    if not isinstance(planned, datetime):
        return f"{planned:%Y%m%d}"
    return f"{planned:%Y%m%dT%H%M%S}{'' if planned.tzinfo is None else 'Z'}"


def _times(event: Event, zones: Zones) -> tuple[datetime, datetime | None]:
    try:
        start, end = event.start, event.end
    except IncompleteComponent as error:
        raise BadMessage("it has no time.") from error
    except UNREADABLE as error:
        raise BadMessage("its time can't be read.") from error
    if not isinstance(start, datetime) or not isinstance(end, datetime):
        raise BadMessage("it has a day and no time.")
    starts_at = zones.moment(start, _parameter(event, "DTSTART", "TZID"))
    ends_at = zones.moment(end, _parameter(event, "DTEND" if "DTEND" in event else "DTSTART", "TZID"))
    return starts_at, ends_at if ends_at > starts_at else None


def _first(component: Component, name: str) -> Any:
    return next(iter(values(component, name)), None)


def _text(component: Component, name: str) -> str:
    found = _first(component, name)
    return "" if found is None else str(found)


def _parameter(component: Component, name: str, parameter: str) -> str:
    return str(getattr(_first(component, name), "params", {}).get(parameter, ""))
