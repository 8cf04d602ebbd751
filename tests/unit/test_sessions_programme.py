"""Programmes in the forms that conference tools export: which sessions they plan."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest

from captionflow.errors import BadMessage
from services.sessions.programme import planned as planning
from services.sessions.programme.planned import (
    MAX_ABOUT_CHARS,
    MAX_NAME_CHARS,
    Builder,
    Planned,
    Programme,
    length,
    lines,
    session_id_of,
    tags,
    zone_of,
)
from services.sessions.programme.reading import read, written
from tests.unit.programme_material import NINE, OPENING, skipped

BERLIN = ZoneInfo("Europe/Berlin")

SCHEDULE = {
    "schedule": {
        "conference": {
            "acronym": "igf2015",
            "title": "IGF 2015",
            "time_zone_name": "Europe/Berlin",
            "days": [
                {
                    "date": "2015-11-12",
                    "rooms": {
                        "Main hall": [
                            {
                                "guid": "3f2a9c1b-0000-5000-8000-000000000001",
                                "id": 42,
                                "date": "2015-11-12T09:00:00+01:00",
                                "start": "09:00",
                                "duration": "01:30",
                                "title": "Opening",
                                "subtitle": "",
                                "language": "en",
                                "abstract": "Who **opens**.",
                                "description": "And how.",
                            },
                            {"guid": None, "id": 43, "date": "2015-11-12T11:00:00+01:00", "title": ""},
                        ]
                    },
                }
            ],
        }
    }
}
XML = b"""<?xml version='1.0' encoding='utf-8' ?>
<schedule>
  <conference>
    <acronym>igf2015</acronym><title>IGF 2015</title><time_zone_name>Europe/Berlin</time_zone_name>
  </conference>
  <day index='1' date='2015-11-12'>
    <room name='Main hall'>
      <event guid='3f2a9c1b-0000-5000-8000-000000000001' id='42'>
        <date>2015-11-12T09:00:00+01:00</date><start>09:00</start><duration>01:30</duration><room>Main hall</room>
        <title>Opening</title><subtitle></subtitle><language>en</language>
        <abstract>Who **opens**.</abstract><description>And how.</description>
        <persons><person id='1'>Ana Lupu</person></persons>
      </event>
    </room>
  </day>
</schedule>"""


def test_a_schedule_of_pretalx_and_frab_is_the_same_in_json_and_xml() -> None:
    by_json, by_xml = read(msgspec.json.encode(SCHEDULE)), read(XML)
    assert by_json.sessions == by_xml.sessions == (OPENING,)
    assert by_json.acronym == by_xml.acronym == "igf2015"
    assert skipped(by_json) == [("43", "it has no title.")]


def test_an_older_schedule_has_the_day_and_the_time_apart_and_no_zone() -> None:
    xml = (
        b"<schedule><conference><title>Old</title></conference><day date='2015-11-12'><room name='A'>"
        b"<event id='7'><start>09:00</start><duration>0:45</duration><title>One</title></event></room></day></schedule>"
    )
    one = read(xml, BERLIN).sessions[0]
    assert (one.uid, one.starts_at, one.ends_at, one.room) == ("7", NINE, NINE + timedelta(minutes=45), "A")
    assert skipped(read(xml)) == [("One", "its time has no zone: say which, such as Europe/Berlin.")]


@pytest.mark.parametrize(
    "data",
    [
        b"<schedule><day></schedule>",
        b"<html></html>",
        b'<!DOCTYPE a [<!ENTITY b "c">]><schedule>&b;</schedule>',
        b"<?xml version='1.0' encoding='klingon'?><schedule/>",
        b'{"schedule": ',
        b'{"days": []}',
        b"[1]",
        b"",
        b"just words",
        b"[" * 200_000,
        b"%PDF-1.7 a programme",
        b"\xff\xfe\x00",
        b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nnonsense",
        b'{"sessions": [{"title": 1}]}',
        b'{"schedule": "x", "a": "\xff"}',
    ],
)
def test_what_is_no_programme_is_refused_with_a_reason(data: bytes) -> None:
    with pytest.raises(BadMessage, match="programme"):
        read(data)


@pytest.mark.parametrize("schedule", [{}, {"conference": []}, {"conference": {"days": [None, {"rooms": {"A": [3]}}]}}])
def test_a_schedule_of_another_shape_plans_nothing(schedule: object) -> None:
    assert read(msgspec.json.encode({"schedule": schedule})).sessions == ()


def indico(**fields: object) -> bytes:
    event = {"id": "137346", "title": "IGF 2015", "room": "Main hall", **fields}
    return msgspec.json.encode({"_type": "HTTPAPIResult", "results": [event, None]})


def entry(name: str, hour: int, **fields: object) -> dict[str, object]:
    day = {"date": "2015-11-12", "tz": "Europe/Berlin"}
    times = {"startDate": day | {"time": f"{hour:02}:00:00"}, "endDate": day | {"time": f"{hour + 1:02}:00:00"}}
    return {"id": name, "title": f"Talk {name}", "description": "<p>About &amp; more.</p>", **times, **fields}


def test_indicos_contributions_are_sessions() -> None:
    found = read(indico(contributions=[entry("3", 9), entry("4", 10, room="B")])).sessions
    assert [(one.uid, one.title, one.room) for one in found] == [
        ("137346-3", "Talk 3", "Main hall"),
        ("137346-4", "Talk 4", "B"),
    ]
    assert (found[0].starts_at, found[0].ends_at, found[0].about) == (NINE, NINE + timedelta(hours=1), "About & more.")
    assert found[0].event == "IGF 2015"
    assert session_id_of(found[0], "indico") == "indico-137346-3"


def test_indicos_sessions_come_before_what_is_in_none_of_them_and_have_names_of_their_own() -> None:
    both = indico(sessions=[entry("3", 9), "x"], contributions=[entry("3", 10)])
    assert [one.uid for one in read(both).sessions] == ["137346-s3", "137346-3"]


def test_an_event_of_indico_without_parts_is_a_session_and_a_talk_without_time_is_told() -> None:
    lecture = entry("137346", 9, title="A lecture", contributions=[])
    assert [one.uid for one in read(indico(**lecture)).sessions] == ["137346"]
    broken = entry("5", 9, startDate={"date": "2015-11-12", "time": "9", "tz": "Europe/Berlin"})
    found = read(indico(contributions=[entry("3", 9, startDate=None), broken]))
    assert [why for _, why in skipped(found)] == [
        "it has no time.",
        "its time can't be read: write 2015-11-12T09:00 or the like.",
    ]


@pytest.mark.parametrize("sign", [",", ";", "\t"])
def test_a_table_of_a_spreadsheet_plans_a_session_a_row(sign: str) -> None:
    head = sign.join(["ID", "Title", "Room", "Date", "Start", "End", "Languages", "Description", "Notes", "Name"])
    row = sign.join(["op", '"Opening\nand more"', "Main hall", "2015-11-12", "9:00", "10:30", '"en es"', "x", "-", "-"])
    text = f"\ufeff{head}\r\n{row}\r\n{sign * 9}\r\n"
    one = Planned(
        uid="op",
        title="Opening and more",
        starts_at=NINE,
        ends_at=NINE + timedelta(minutes=90),
        day="2015-11-12",
        room="Main hall",
        languages=("en", "es"),
        about="x",
    )
    assert read(text.encode(), BERLIN) == Programme((one,))


def test_a_table_may_have_the_day_with_the_time_and_a_length_and_letters_of_windows() -> None:
    text = "title,start,duration,event\nÖffnung,2015-11-12T09:00+01:00,90,Forum\nZwei,2015-11-12 11:00,,\n"
    found = read(text.encode("windows-1252"))
    one = found.sessions[0]
    assert (one.title, one.starts_at, one.ends_at, one.event) == (
        "Öffnung",
        NINE,
        NINE + timedelta(minutes=90),
        "Forum",
    )
    assert [where for where, _ in skipped(found)] == ["Zwei"]


@pytest.mark.parametrize(
    ("start", "why"),
    [
        ("12.11.2015", "its time can't be read: write 2015-11-12T09:00 or the like."),
        ("0015-11-12T09:00", "its year is a mistake."),
        ("", "it has no time."),
    ],
)
def test_a_row_whose_time_can_not_be_read_is_told_and_the_others_stay(start: str, why: str) -> None:
    found = read(f"title,start\nOne,{start}\nTwo,2015-11-12T09:00\n".encode(), BERLIN)
    assert (skipped(found), [one.title for one in found.sessions]) == ([("One", why)], ["Two"])


def test_a_session_that_ends_before_it_starts_is_told() -> None:
    found = read(b"title,start,end\nOne,2015-11-12T09:00,2015-11-12T08:00\n", BERLIN)
    assert skipped(found) == [("One", "it ends before it starts.")]


def test_a_table_with_a_quote_that_is_never_closed_is_refused_or_read_but_never_a_crash() -> None:
    with pytest.raises(BadMessage, match="line"):
        read(b"title,start\n" + b"x" * 200_000 + b",2015\n")


@pytest.mark.parametrize(
    ("text", "minutes"), [("1:30", 90), ("01:30", 90), ("90", 90), ("1:00:30", 24 * 60 + 30), (" 0:05 ", 5)]
)
def test_a_length_is_hours_and_minutes_or_minutes(text: str, minutes: int) -> None:
    assert length(text) == timedelta(minutes=minutes)


def test_a_length_or_a_zone_that_is_none_is_refused() -> None:
    with pytest.raises(BadMessage, match="length"):
        length("long")
    with pytest.raises(BadMessage, match="time zone"):
        zone_of("Mars/Olympus")
    with pytest.raises(BadMessage, match="time zone"):
        zone_of("../etc/passwd")


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
@pytest.mark.parametrize("sign", [*"\x0b\x0c\x85\u2028\u2029"])
def test_a_row_ends_where_a_computer_ends_it_and_a_sign_that_parts_lines_parts_words(sign: str, end: str) -> None:
    text = end.join(["title,start,about", f"One{sign}two,2015-11-12T09:00,a{sign}b", "Three,2015-11-12T09:00,", ""])
    assert [(one.title, one.about) for one in read(text.encode(), BERLIN).sessions] == [
        ("One two", "a\nb"),
        ("Three", ""),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "windows-1252"])
def test_a_table_may_be_encoded_as_programs_encoded_it(encoding: str) -> None:
    table = "title\tstart\nÖffnung\t2015-11-12T09:00Z\n"
    assert read(table.encode(encoding)).sessions[-1].title == "Öffnung"


@pytest.mark.parametrize("given", [5, "x", {"a": 1}, [[]], None])
def test_an_answer_of_indico_of_another_shape_plans_what_it_can(given: object) -> None:
    assert read(msgspec.json.encode({"results": given})).sessions == ()
    lecture = entry("137346", 9, title="A lecture", sessions=given, contributions=given)
    assert [one.title for one in read(indico(**lecture)).sessions] == ["A lecture"]


def test_languages_are_tags_and_what_is_none_is_left_out() -> None:
    assert tags("en, pt_BR/??, english language, EN") == ("en", "pt-BR", "english", "language")
    assert tags("") == ()


def test_names_and_descriptions_are_plain_text_of_bounded_length() -> None:
    programme = Builder("IGF\n2015", zone=BERLIN)
    programme.add(title="A\x00 title\u202e " + "x" * 999, starts_at="2015-11-12T09:00", about="y" * 9_999)
    one = programme.sessions[0]
    assert programme.event == "IGF 2015"
    assert (one.title[:8], len(one.title), one.title[-1]) == ("A title ", MAX_NAME_CHARS, "…")
    assert (len(one.about), one.about[-1]) == (MAX_ABOUT_CHARS, "…")


def test_markup_of_a_description_is_taken_out_and_other_brackets_stay() -> None:
    assert lines("<p>One</p><p>two</p><script>x()</script><ul><li>three</li></ul>") == "One\n\ntwo\n\nthree"
    assert lines("a < b and <anna@example.org>\r\n\r\n\r\n\r\nb") == "a < b and <anna@example.org>\n\nb"


def test_the_same_name_gives_the_same_id_whatever_else_changes() -> None:
    moved = msgspec.structs.replace(OPENING, title="Other", room="B", starts_at=NINE + timedelta(days=1))
    assert session_id_of(OPENING, "igf2015") == session_id_of(moved, "igf2015")
    assert session_id_of(OPENING, "igf2015").startswith("igf2015-")
    assert session_id_of(msgspec.structs.replace(OPENING, uid="42"), "") == "igf-2015-42"
    assert session_id_of(msgspec.structs.replace(OPENING, uid=""), "igf2015") == ""


def test_a_programme_that_is_written_is_read_as_the_same() -> None:
    late = msgspec.structs.replace(
        OPENING, starts_at=datetime(2015, 11, 12, 23, 30, tzinfo=UTC), ends_at=None, day="2015-11-13"
    )
    assert read(written(Programme((OPENING, late), (), "igf2015"))) == Programme((OPENING, late), (), "igf2015")


def test_a_programme_has_a_bounded_number_of_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planning, "MAX_SESSIONS", 2)
    rows = "One,2015-11-12T09:00\n" * 3
    with pytest.raises(BadMessage, match="more than 2 sessions"):
        read(f"title,start\n{rows}".encode(), BERLIN)
