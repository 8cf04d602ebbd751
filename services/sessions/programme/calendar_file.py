"""The programme as iCalendar (RFC 5545), read by the icalendar library. Pure."""

from datetime import datetime
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event

from captionflow.errors import BadMessage
from services.sessions.programme.planned import Builder, Programme, zone_of


def from_calendar(data: bytes, zone: ZoneInfo | None) -> Programme:
    """The calendar's events. A day without a time is none, and what repeats is to be exported as single events.

    Raises:
        BadMessage: it is no calendar.
    """
    try:
        calendar = Calendar.from_ical(data)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as error:
        raise BadMessage("The programme is not a calendar that can be read (RFC 5545).") from error
    named = str(calendar.get("X-WR-TIMEZONE", ""))
    builder = Builder(str(calendar.get("X-WR-CALNAME", "")), "", zone_of(named) if named else zone)
    for event in calendar.events:
        _add(builder, event)
    return builder.programme()


def _add(builder: Builder, event: Event) -> None:
    title = str(event.get("SUMMARY", ""))
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        builder.skip(title, "it is cancelled.")
        return
    if "RRULE" in event or "RDATE" in event:
        builder.skip(title, "it repeats: export each time as an event of its own.")
        return
    try:
        start, end = event.start, event.end
    except (ValueError, TypeError, AttributeError) as error:
        builder.skip(title, f"its time can't be read: {error}."[:200])
        return
    if not isinstance(start, datetime):
        builder.skip(title, "it has a day and no time.")
        return
    recurrence = event.get("RECURRENCE-ID")
    builder.add(
        uid="/".join([str(event.get("UID", "")), *([recurrence.to_ical().decode()] if recurrence else [])]),
        title=title,
        starts_at=start,
        ends_at=end if isinstance(end, datetime) and end > start else None,
        room=str(event.get("LOCATION", "")),
        about=str(event.get("DESCRIPTION", "")),
        languages=str(event["SUMMARY"].params.get("LANGUAGE", "")) if "SUMMARY" in event else "",
    )
