"""The time zones that a calendar names, and those that it defines by itself (RFC 5545, 3.6.5). Pure.

icalendar would work a definition out second by second if it says so, and keep it for the calendars of others.
"""

import calendar
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from icalendar.cal import Component
from icalendar.timezone.windows_to_olson import WINDOWS_TO_OLSON

from captionflow.errors import BadMessage
from captionflow.identity import is_year
from services.sessions.programme.planned import moment, zone_of

MAX_NAME_CHARS = 200
MAX_OBSERVANCES = 100
"""Most of one zone. Calendars that write out a zone's whole history name it as everybody does, so it isn't needed."""
_YEARS = 9
"""So many years without a 29th of February can follow each other (1896 to 1904), and fewer without a fifth Sunday."""
_RULES = frozenset({"FREQ", "INTERVAL", "BYMONTH", "BYDAY", "BYMONTHDAY", "UNTIL", "WKST"})
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
UNREADABLE = (ValueError, TypeError, AttributeError, LookupError, ArithmeticError)
"""What icalendar raises, and its values do, if they are not what they should be."""


class Zones:
    """What the names of zones in one calendar mean.

    A name that everybody knows (IANA) means that; else what the calendar defines, Windows' name for it, or a name
    that a program has put its own before (``/freeassociation.sourceforge.net/Europe/Berlin``).
    """

    def __init__(self, definitions: Iterable[Component], otherwise: ZoneInfo | None) -> None:
        """``otherwise`` is where times without a zone are."""
        self._otherwise = otherwise
        self._definitions = {str(one.get("TZID", "")): one for one in definitions}
        self._known: dict[str, tzinfo | Definition | None] = {}

    def moment(self, local: datetime, name: str) -> datetime:
        """A time of the calendar with its zone; one without a name is in ``otherwise``, unless it is in UTC.

        Raises:
            BadMessage: nobody knows its zone, or its year is a mistake.
        """
        if local.tzinfo is not None or not name:
            return moment(local, self._otherwise)
        if name not in self._known:
            self._known[name] = self._find(name)
        zone = self._known[name]
        if zone is None:
            raise BadMessage(f"its time zone {name[:80]!r} is not known.")
        if isinstance(zone, Definition):
            zone = zone.at(local) if is_year(local.year) else UTC
        return moment(local.replace(tzinfo=zone), None)

    def _find(self, name: str) -> "tzinfo | Definition | None":
        if len(name) > MAX_NAME_CHARS:
            return None
        clean = name.strip("/")
        parts = clean.split("/") if name.startswith("/") else []
        others = (WINDOWS_TO_OLSON.get(clean, ""), *("/".join(parts[first:]) for first in range(1, len(parts))))
        defined = self._definitions.get(name)
        return (
            _zone(clean)
            or (Definition.of(defined) if defined is not None else None)
            or next((zone for other in others if (zone := _zone(other))), None)
        )


def _zone(name: str) -> ZoneInfo | None:
    try:
        return zone_of(name) if name else None
    except BadMessage:
        return None


@dataclass(frozen=True, slots=True)
class Yearly:
    """A day of each year, as RRULEs of zones have it: ``BYMONTH=10;BYDAY=-1SU``."""

    start: datetime
    """The first onset; all are at its time of day."""
    month: int
    days: frozenset[int]
    """Of the month, from its end if they are negative; any of them if empty."""
    weekday: int | None
    """Monday is 0."""
    which: int
    """Which of those days: the first is 1, the last -1."""
    until: datetime
    _known: dict[int, date | None] = field(default_factory=dict)

    def last(self, limit: datetime) -> datetime | None:
        """The last onset up to a local time."""
        limit = min(limit, self.until)
        for year in range(limit.year, max(limit.year - _YEARS, self.start.year - 1), -1):
            if year not in self._known:
                self._known[year] = self._day(year)
            day = self._known[year]
            if day is not None and self.start <= (onset := datetime.combine(day, self.start.time())) <= limit:
                return onset
        return None

    def _day(self, year: int) -> date | None:
        first, length = calendar.monthrange(year, self.month)
        fit = [
            day
            for day in range(1, length + 1)
            if (not self.days or not self.days.isdisjoint((day, day - length - 1)))
            and self.weekday in {None, (first + day - 1) % 7}
        ]
        index = self.which - 1 if self.which > 0 else self.which
        return date(year, self.month, fit[index]) if -len(fit) <= index < len(fit) else None


class Observance(NamedTuple):
    """One of the times of a zone, as summer time: when it begins, and what the offset is before and in it."""

    before: timedelta
    offset: timedelta
    dates: Sequence[datetime]
    """Onsets by day, in order."""
    rule: Yearly | None

    def onset(self, local: datetime) -> datetime | None:
        """When it began last, in UTC without a zone.

        A local time that came twice is the first of them, and one that never came is counted by the offset before
        (RFC 5545, 3.3.5).
        """
        limit = local - max(self.offset - self.before, timedelta(0))
        known = bisect_right(self.dates, limit)
        found = [self.dates[known - 1]] if known else []
        if self.rule is not None and (onset := self.rule.last(limit)) is not None:
            found.append(onset)
        return max(found) - self.before if found else None


class Definition(NamedTuple):
    """A zone as a calendar defines it."""

    observances: Sequence[Observance]

    @classmethod
    def of(cls, component: Component) -> "Definition | None":
        """What a VTIMEZONE says; None if that can't be read."""
        parts = [one for one in component.subcomponents if one.name in {"STANDARD", "DAYLIGHT"}]
        try:
            return cls([_observance(one) for one in parts]) if 0 < len(parts) <= MAX_OBSERVANCES else None
        except UNREADABLE:
            return None

    def at(self, local: datetime) -> timezone:
        """The offset at a local time, whose year is one that can be meant."""
        begun = [(onset, one.offset) for one in self.observances if (onset := one.onset(local)) is not None]
        if begun:
            return timezone(max(begun)[1])
        return timezone(min(self.observances, key=lambda one: one.dates[0]).before)


def values(component: Component, name: str) -> list[Any]:
    """All values of a property, which icalendar has as a list only if there are several."""
    given = component.get(name)
    return given if isinstance(given, list) else [] if given is None else [given]


def _observance(component: Component) -> Observance:
    (before,), (offset,), (start,) = (values(component, name) for name in ("TZOFFSETFROM", "TZOFFSETTO", "DTSTART"))
    _ = timezone(before.td), timezone(offset.td)  # both are less than a day
    begin = _local(start.dt)
    dates = {begin, *(_local(one.dt) for given in values(component, "RDATE") for one in given.dts)}
    (rule,) = values(component, "RRULE") or [None]
    return Observance(before.td, offset.td, sorted(dates), None if rule is None else _yearly(rule, begin, before.td))


def _yearly(rule: Any, start: datetime, before: timedelta) -> Yearly:
    given = {name.upper(): found for name, found in rule.items()}
    if given.keys() - _RULES or given["FREQ"] != ["YEARLY"] or given.get("INTERVAL", [1]) != [1]:
        raise ValueError("no rule of a zone")
    (month,) = map(int, given.get("BYMONTH", [start.month]))
    calendar.monthrange(start.year, month)  # there is such a month
    days = frozenset(int(day) for day in given.get("BYMONTHDAY", ()))
    (by_day,) = given.get("BYDAY", [""])
    which = str(by_day)[:-2]
    if not by_day and not days:
        days = frozenset({start.day})
    (until,) = given.get("UNTIL", [date.max])
    if isinstance(until, datetime) and until.tzinfo is not None:
        until = until.replace(tzinfo=None) + before
    weekday = _WEEKDAYS.index(str(by_day)[-2:]) if by_day else None
    return Yearly(start, month, days, weekday, int(which or 1), _local(until))


def _local(given: date) -> datetime:
    """A time without its zone; a day begins at midnight. Exchange has zones from year 1, where an offset needs room."""
    local = given.replace(tzinfo=None) if isinstance(given, datetime) else datetime.combine(given, time())
    return local.replace(year=min(max(local.year, MINYEAR + 1), MAXYEAR - 1))
