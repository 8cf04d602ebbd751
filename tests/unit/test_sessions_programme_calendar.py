"""Programmes as iCalendar: which events are sessions, and what becomes of the others."""

from datetime import timedelta

import msgspec
import pytest

from captionflow.errors import BadMessage
from services.sessions.programme import planned as planning
from services.sessions.programme.reading import read
from tests.unit.programme_material import NINE, OPENING, skipped

CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Forum//EN
X-WR-CALNAME:IGF 2015
{zone}BEGIN:VEVENT
UID:opening@example.org
DTSTART;TZID=Europe/Berlin:20151112T090000
DURATION:PT90M
SUMMARY;LANGUAGE=en:Opening
LOCATION:Main hall
DESCRIPTION:Who opens\\, and\\nhow.
END:VEVENT
{more}END:VCALENDAR
"""


def calendar(*events: str, zone: str = "") -> bytes:
    more = "".join(f"BEGIN:VEVENT\nDTSTAMP:20150101T000000Z\n{event}\nEND:VEVENT\n" for event in events)
    return CALENDAR.format(more=more, zone=zone).replace("\n", "\r\n").encode()


def test_a_calendar_plans_its_events() -> None:
    found = read(calendar())
    about = "Who opens, and\nhow."
    assert found.sessions == (msgspec.structs.replace(OPENING, uid="opening@example.org", about=about),)


def test_of_a_calendar_what_is_no_session_is_told() -> None:
    found = read(
        calendar(
            "UID:1\nDTSTART:20151112T090000Z\nSUMMARY:Off\nSTATUS:CANCELLED",
            "UID:2\nDTSTART:20151112T090000Z\nSUMMARY:Weekly\nRRULE:FREQ=WEEKLY",
            "UID:3\nDTSTART;VALUE=DATE:20151112\nSUMMARY:Excursion",
            "UID:4\nSUMMARY:Some day",
            "UID:5\nDTSTART:20151112T090000\nSUMMARY:Floating",
        )
    )
    assert [where for where, _ in skipped(found)] == ["Off", "Weekly", "Excursion", "Some day", "Floating"]
    assert [why for _, why in skipped(found)[:3]] == [
        "it is cancelled.",
        "it repeats: export each time as an event of its own.",
        "it has a day and no time.",
    ]
    assert skipped(found)[4][1] == "its time has no zone: say which, such as Europe/Berlin."


def test_what_a_calendar_has_beside_its_events_stops_none_of_them() -> None:
    alarm = "BEGIN:VALARM\nTRIGGER:soon\nACTION\nEND:VALARM"
    task = "BEGIN:VTODO\nDUE:tomorrow\nEND:VTODO\nX-A;B:C\nREFRESH-INTERVAL:often\nno line at all\n"
    found = read(calendar(f"UID:1\nDTSTART:20151112T090000Z\nSUMMARY:One\n{alarm}", zone=task))
    assert [one.title for one in found.sessions] == ["Opening", "One"]


@pytest.mark.parametrize(
    ("event", "why"),
    [
        ("DTSTART:20151112T090000Z\nDTSTART:20151113T090000Z", "its time can't be read."),
        ("DTSTART:20151112T090000Z\nDURATION:P999999W", "its time can't be read."),
        ("DTSTART:20151112T090000Z\nDURATION:P9999999999999W", "its time can't be read."),
        ("DTSTART:20151112T090000Z\nDURATION:long", "its time can't be read."),
        ("DTSTART:12.11.2015", "its time can't be read."),
        ("DTSTART:20151112T090000Z\nRECURRENCE-ID:the first", "its RECURRENCE-ID can't be read."),
        ("DTSTART:20151112T090000Z\nRECURRENCE-ID:20151112T090000Z/PT1H", "its RECURRENCE-ID can't be read."),
        ("X-DTSTART:20151112T090000Z", "it has no time."),
    ],
)
def test_an_event_that_can_not_be_read_is_told_and_the_others_stay(event: str, why: str) -> None:
    found = read(calendar(f"UID:1\nSUMMARY:One\n{event}"))
    assert ([one.title for one in found.sessions], skipped(found)) == (["Opening"], [("One", why)])


def test_of_what_an_event_says_twice_the_first_counts() -> None:
    twice = "UID:1\nUID:2\nSUMMARY;LANGUAGE=fr:One\nSUMMARY:Two\nLOCATION:A\nLOCATION:B\nDTSTART:20151112T090000Z"
    _, one = read(calendar(twice, zone="X-WR-CALNAME:First\nX-WR-TIMEZONE:UTC\nX-WR-TIMEZONE:Mars\n")).sessions
    assert (one.uid, one.title, one.room, one.languages, one.event) == ("1", "One", "A", ("fr",), "IGF 2015")


def test_a_floating_time_is_in_the_zone_of_the_calendar_and_one_time_of_a_series_has_its_own_name() -> None:
    floating = "UID:5\nDTSTART:20151112T090000\nDTEND:20151112T100000\nSUMMARY:Floating"
    moved = "UID:5\nRECURRENCE-ID:20151112T090000Z\nDTSTART:20151112T100000Z\nSUMMARY:Moved"
    _, one, other = read(calendar(floating, moved, zone="X-WR-TIMEZONE:Europe/Berlin\n")).sessions
    assert (one.starts_at, one.ends_at) == (NINE, NINE + timedelta(hours=1))
    assert (one.uid, other.uid, other.ends_at) == ("5", "5/20151112T090000Z", None)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_calendar_may_be_encoded_as_programs_encoded_it(encoding: str) -> None:
    text = calendar("UID:1\nDTSTART:20151112T090000Z\nSUMMARY:Öffnung").decode()
    assert read(text.encode(encoding)).sessions[-1].title == "Öffnung"


def test_what_is_no_session_counts_among_those_of_a_programme(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_SESSIONS", 2)
    with pytest.raises(BadMessage, match="more than 2 sessions"):
        read(calendar(*["SUMMARY:Off\nSTATUS:CANCELLED"] * 2))
