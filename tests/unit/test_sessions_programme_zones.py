"""The zones of a calendar: what everybody knows, what the calendar defines, and what is neither."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.sessions.programme.planned import Programme
from services.sessions.programme.reading import read
from tests.hostile.heartbeat import processor_seconds

BERLIN = ZoneInfo("Europe/Berlin")
SUMMER = "DTSTART:{first}0325T020000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200"
WINTER = "DTSTART:{first}1028T030000\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100"
FIXED = "DTSTART:{first}0101T000000\nTZOFFSETFROM:{offset}\nTZOFFSETTO:{offset}"
OUTLOOK = "Customized Time Zone"
"""What Outlook calls any zone that somebody has changed."""


def zone(name: str, *standard: str, daylight: str = "") -> str:
    parts = [("STANDARD", one) for one in standard] + ([("DAYLIGHT", daylight)] if daylight else [])
    inner = "".join(f"BEGIN:{kind}\n{text}\nEND:{kind}\n" for kind, text in parts)
    return f"BEGIN:VTIMEZONE\nTZID:{name}\n{inner}END:VTIMEZONE\n"


def fixed(offset: str, name: str = OUTLOOK) -> str:
    return zone(name, FIXED.format(first="1601", offset=offset))


def berlin(first: str = "1601", name: str = OUTLOOK) -> str:
    return zone(name, WINTER.format(first=first), daylight=SUMMER.format(first=first))


def event(name: str, *times: str) -> str:
    return "BEGIN:VEVENT\nSUMMARY:{}\n{}\nEND:VEVENT\n".format(name, "\n".join(times))


def calendar(*parts: str) -> bytes:
    return f"BEGIN:VCALENDAR\nVERSION:2.0\n{''.join(parts)}END:VCALENDAR\n".replace("\n", "\r\n").encode()


def at(local: str, *zones: str, name: str = OUTLOOK) -> datetime:
    (one,) = read(calendar(*zones, event("One", f"DTSTART;TZID={name}:{local}"))).sessions
    return one.starts_at


def why(programme: Programme) -> list[str]:
    return [one.why for one in programme.skipped]


@pytest.mark.parametrize("first", ["1601", "0001", "1970"])
def test_a_zone_that_outlook_writes_out_is_the_zone_that_is_meant(first: str) -> None:
    """At times of two years, and at each half hour of the days on which some come twice, or never."""
    begin = datetime(2024, 1, 1)  # noqa: DTZ001 - local times
    times = [begin + timedelta(hours=7 * count) for count in range(2 * 366 * 24 // 7)]
    changes = (datetime.fromisoformat(day) for day in ("2024-03-31", "2024-10-27", "2025-03-30", "2025-10-26"))
    times += [day + timedelta(minutes=30 * count) for day in changes for count in range(48)]
    events = (event("One", f"DTSTART;TZID={OUTLOOK}:{one:%Y%m%dT%H%M%S}") for one in times)
    found = read(calendar(berlin(first), *events)).sessions
    assert [one.starts_at for one in found] == [one.replace(tzinfo=BERLIN).astimezone(UTC) for one in times]


def test_a_calendar_does_not_change_what_another_ones_zone_means() -> None:
    assert at("20251112T090000", fixed("+0300")) == datetime(2025, 11, 12, 6, tzinfo=UTC)
    assert at("20251112T090000", fixed("-0500")) == datetime(2025, 11, 12, 14, tzinfo=UTC)
    assert why(read(calendar(event("One", f"DTSTART;TZID={OUTLOOK}:20251112T090000")), BERLIN)) == [
        "its time zone 'Customized Time Zone' is not known."
    ]


@pytest.mark.parametrize(
    "name",
    [
        "Europe/Berlin",
        "/Europe/Berlin",
        "W. Europe Standard Time",
        "/freeassociation.sourceforge.net/Tzfile/Europe/Berlin",
    ],
)
def test_names_of_zones_need_no_definition(name: str) -> None:
    assert at("20250712T090000", name=name) == datetime(2025, 7, 12, 7, tzinfo=UTC)


def test_a_name_that_everybody_knows_means_that_and_another_what_the_calendar_says() -> None:
    assert at("20250712T090000", fixed("+0500", "Europe/Berlin"), name="Europe/Berlin").hour == 7
    windows = "W. Europe Standard Time"
    assert at("20250712T090000", fixed("+0500", windows), name=windows).hour == 4


@pytest.mark.parametrize(
    ("rule", "onset"),
    [
        ("FREQ=YEARLY;BYMONTH=3;BYDAY=2SU", "20250309"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=8,9,10,11,12,13,14;BYDAY=SU", "20250309"),
        ("FREQ=YEARLY;BYMONTH=3;BYMONTHDAY=-1", "20250331"),
        ("FREQ=YEARLY;BYMONTHDAY=21", "20250321"),
        ("FREQ=YEARLY", "20250325"),
        ("FREQ=YEARLY;INTERVAL=1;WKST=MO;BYMONTH=3;BYDAY=-1SU;UNTIL=20990101T000000Z", "20250330"),
        ("FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "20240229"),
        ("FREQ=YEARLY;BYMONTH=1;BYDAY=5SU", "20230129"),
    ],
)
def test_rules_that_zones_have(rule: str, onset: str) -> None:
    """At noon on the day of an onset the offset is the new one; a day later here the one before comes back."""
    summer = f"DTSTART:19700325T020000\nRRULE:{rule}\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200"
    day = datetime.strptime(onset, "%Y%m%d").replace(tzinfo=UTC)
    winter = f"DTSTART:{day + timedelta(days=1):%Y%m%d}T020000\nTZOFFSETFROM:+0200\nTZOFFSETTO:+0100"
    defined = zone(OUTLOOK, winter, daylight=summer)
    hours = [at(f"{local:%Y%m%dT120000}", defined).hour for local in (day, day + timedelta(days=1))]
    assert hours == [10, 11]


def test_a_rule_that_ended_holds_until_another_one_begins() -> None:
    ended = SUMMER.format(first="1990").replace("BYMONTH=3", "BYMONTH=3;UNTIL=20160327T010000Z")
    assert at("20250112T090000", zone(OUTLOOK, ended)).hour == 7
    days = "DTSTART:19900101T000000\nRDATE:20200101T000000,20240101T000000\nTZOFFSETFROM:+0000\nTZOFFSETTO:+0400"
    assert at("20210112T090000", zone(OUTLOOK, ended, days)).hour == 5
    local = SUMMER.format(first="1990").replace("BYMONTH=3", "BYMONTH=3;UNTIL=20160327")
    assert at("20250112T090000", zone(OUTLOOK, local)).hour == 7


def test_before_a_zone_begins_it_has_the_offset_that_came_before() -> None:
    assert at("19000112T090000", zone(OUTLOOK, WINTER.format(first="1970"))).hour == 7


@pytest.mark.parametrize(
    "text",
    [
        FIXED.format(first="1601", offset="+9900"),
        FIXED.format(first="1601", offset="+0100").replace("DTSTART", "X-START"),
        FIXED.format(first="1601", offset="+0100") + "\nTZOFFSETTO:+0200",
        SUMMER.format(first="1601") + "\nRRULE:FREQ=YEARLY",
        *(
            SUMMER.format(first="1601").replace("FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3", rule)
            for rule in (
                "FREQ=SECONDLY",
                "FREQ=YEARLY;INTERVAL=2",
                "FREQ=YEARLY;COUNT=3",
                "FREQ=YEARLY;BYHOUR=1",
                "FREQ=YEARLY;BYMONTH=13",
                "FREQ=YEARLY;BYMONTH=3,4",
            )
        ),
    ],
)
def test_a_zone_that_can_not_be_read_is_told_and_other_events_stay(text: str) -> None:
    found = read(
        calendar(
            zone(OUTLOOK, text),
            event("One", f"DTSTART;TZID={OUTLOOK}:20251112T090000"),
            event("Two", "DTSTART:20251112T090000Z"),
        ),
        BERLIN,
    )
    assert why(found) == ["its time zone 'Customized Time Zone' is not known."]
    assert [one.title for one in found.sessions] == ["Two"]


def test_a_time_in_utc_stays_in_utc_and_a_start_and_an_end_may_have_zones_of_their_own() -> None:
    utc, other, floating = read(
        calendar(
            event("Utc", "DTSTART;TZID=Europe/Berlin:20251112T090000Z"),
            event("Other", "DTSTART;TZID=Europe/Berlin:20251112T090000", "DTEND;TZID=America/New_York:20251112T040000"),
            event("Floating", "DTSTART:20251112T090000", "DTEND:20251112T090000Z"),
        ),
        BERLIN,
    ).sessions
    assert utc.starts_at == datetime(2025, 11, 12, 9, tzinfo=UTC)
    assert (other.starts_at.hour, other.ends_at) == (8, datetime(2025, 11, 12, 9, tzinfo=UTC))
    assert (floating.starts_at.hour, floating.ends_at) == (8, datetime(2025, 11, 12, 9, tzinfo=UTC))


def test_a_name_without_an_end_and_a_year_that_is_a_mistake_are_told() -> None:
    name = "/a" * 50_000
    found = read(
        calendar(
            berlin(),
            event("One", f"DTSTART;TZID={name}:20251112T090000"),
            event("Two", f"DTSTART;TZID={OUTLOOK}:00010101T000000"),
            event("Three", f"DTSTART;TZID={OUTLOOK}:99991231T235959"),
        )
    )
    assert why(found) == [f"its time zone '{name[:80]}' is not known.", *["its year is a mistake."] * 2]


def test_a_zone_with_an_onset_each_second_costs_what_any_other_does() -> None:
    """It took minutes and gigabytes, whether or not an event was in it."""
    each_second = "DTSTART:00010101T000000\nRRULE:FREQ=SECONDLY\nTZOFFSETFROM:+0100\nTZOFFSETTO:+0200"
    one = event("One", f"DTSTART;TZID={OUTLOOK}:20251112T090000")
    hostile, usual = (calendar(zone(OUTLOOK, *[text] * 100), one) for text in (each_second, SUMMER.format(first=1601)))
    read(usual)
    assert processor_seconds(lambda: read(hostile)) <= 5 * processor_seconds(lambda: read(usual))


def test_a_zone_has_a_bounded_number_of_parts() -> None:
    parts = [FIXED.format(first=str(1500 + count), offset="+0100") for count in range(101)]
    assert at("20251112T090000", zone(OUTLOOK, *parts[:100])).hour == 8
    found = read(calendar(zone(OUTLOOK, *parts), event("One", f"DTSTART;TZID={OUTLOOK}:20251112T090000")))
    assert why(found) == ["its time zone 'Customized Time Zone' is not known."]
