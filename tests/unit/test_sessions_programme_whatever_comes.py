"""Whatever comes as a programme: it is read, in part perhaps, or refused with a reason. Nothing else happens."""

import warnings
from zoneinfo import ZoneInfo

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from services.sessions.programme.reading import read

TIMES = "DTSTART;TZID=Ours:20251112T090000\nDTEND;TZID=Europe/Berlin:20251112T100000"
CALENDAR = f"""BEGIN:VCALENDAR
X-WR-TIMEZONE:Europe/Berlin
BEGIN:VTIMEZONE
TZID:Ours
BEGIN:STANDARD
DTSTART:00011028T030000
RDATE:20200101T000000,20210101T000000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10;UNTIL=20300101T000000Z
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
UID:a
SUMMARY;LANGUAGE=en:One
RECURRENCE-ID;TZID=Ours:20251112T090000
{TIMES}
END:VEVENT
BEGIN:VEVENT
SUMMARY:Two
DTSTART:20251112T090000Z
DURATION:PT1H
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n").encode()
XML = (
    b"<schedule><conference><title>C</title><time_zone_name>UTC</time_zone_name></conference><day date='2025-11-12'>"
    b"<room name='A'><event guid='g' id='7'><start>09:00</start><duration>0:45</duration><title>One</title></event>"
    b"</room></day></schedule>"
)
TABLE = b'id;title;start;end;date;duration\r\n1;"A ""b""";09:00;10:00;2025-11-12;\r\n2;B;2025-11-12T09:00Z;;;1:30\r\n'
TOKENS = (
    *(b"\r\n", b"\n ", b"\r", b"\x00", b"\xff", b"\xe2\x80\xa8", b'"', b";", b":", b",", b"=", b"\\", b"<", b"&#0;"),
    *(b"99999999999", b"-", b"0000", b"Z", b";VALUE=PERIOD", b";VALUE=DATE", b"P9W", b"FREQ=SECONDLY"),
    *(b"BEGIN:VEVENT\r\n", b"END:VEVENT\r\n", b"BEGIN:STANDARD\r\n", b"END:STANDARD\r\n", b"END:VTIMEZONE\r\n"),
)
DAY = {"date": "2025-11-12", "time": "09:00:00", "tz": "Europe/Berlin"}
TALK = {"id": "4", "title": "K", "startDate": DAY, "endDate": DAY, "description": "<p>x"}
JSONS = (
    {
        "schedule": {
            "conference": {
                "title": "C",
                "time_zone_name": "UTC",
                "days": [{"date": "2025-11-12", "rooms": {"A": [{"id": 1, "title": "T", "date": "2025-11-12T09:00"}]}}],
            }
        }
    },
    {"results": [{"id": "1", "title": "E", "room": "R", "sessions": [TALK], "contributions": [TALK]}]},
    {"sessions": [{"uid": "1", "title": "t", "starts_at": "2025-11-12T09:00:00Z", "day": "2025-11-12"}]},
)
STRANGE = (
    None,
    True,
    5,
    -1,
    1e308,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    "9" * 400,
    "\u2028",
    "0001-01-01",
    "9999-12-31T23:59",
)


@st.composite
def damaged(draw: st.DrawFn) -> bytes:
    """A programme with some of its bytes or lines lost, doubled, moved or put among others."""
    data = bytearray(draw(st.sampled_from([CALENDAR, CALENDAR, XML, TABLE])))
    for _ in range(draw(st.integers(1, 4))):
        at = draw(st.integers(0, len(data)))
        kind = draw(st.sampled_from(["add", "cut", "double", "move"]))
        lines = bytes(data).split(b"\n")
        line = draw(st.integers(0, len(lines) - 1))
        if kind == "add":
            data[at:at] = draw(st.sampled_from(TOKENS))
        elif kind == "cut":
            del data[at : at + draw(st.integers(1, 12))]
        else:
            taken = lines[line] if kind == "double" else lines.pop(line)
            lines.insert(draw(st.integers(0, len(lines))), taken)
            data = bytearray(b"\n".join(lines))
    return bytes(data)


@st.composite
def misshapen(draw: st.DrawFn) -> bytes:
    """A programme as JSON in which some values are of another kind."""

    def changed(value: object) -> object:
        if draw(st.integers(0, 11)) == 0:
            return draw(st.sampled_from(STRANGE))
        if isinstance(value, dict):
            return {name: changed(one) for name, one in value.items()}
        return [changed(one) for one in value] if isinstance(value, list) else value

    document = draw(st.sampled_from(JSONS))
    assert isinstance(document, dict)
    return msgspec.json.encode({name: changed(value) for name, value in document.items()})


@given(damaged() | misshapen(), st.sampled_from([None, ZoneInfo("Asia/Tokyo")]))
def test_whatever_comes_is_read_or_refused_with_a_reason(data: bytes, zone: ZoneInfo | None) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            read(data, zone)
        except BadMessage as error:
            assert str(error)  # noqa: PT017 - most of them are read
