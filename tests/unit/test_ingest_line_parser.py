import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage, TooLarge
from captionflow.identity import language_tag
from captionflow.messages import MAX_LINE_CHARS, Draft
from services.ingest.protocols.json_lines import MAX_LINES, parse, parse_sender
from services.ingest.protocols.typed_ago import MAX_AGO_SECONDS, reckoned

JSON = "application/json"
NDJSON = "application/x-ndjson"


def one(**row: object) -> Draft:
    return parse(json.dumps({"sender": "desk-1", "lines": [{"number": 0, **row}]}).encode(), JSON).drafts[0]


def refused(body: bytes | dict[str, object], kind: str = JSON) -> str:
    with pytest.raises(BadMessage) as told:
        parse(body if isinstance(body, bytes) else json.dumps(body).encode(), kind)
    return str(told.value)


def line(**row: object) -> dict[str, object]:
    return {"sender": "desk-1", "lines": [{"number": 0, "text": "a"}, {"number": 1, **row}]}


def test_a_body_gives_its_lines_in_order_with_their_line_breaks() -> None:
    body = {"sender": "desk-1", "lines": [{"number": 7, "text": "Hello"}, {"number": 8, "text": "you ", "eol": False}]}
    assert parse(json.dumps(body).encode(), "application/json; charset=utf-8") == (
        (Draft("desk-1", 7, "Hello\n"), Draft("desk-1", 8, "you ")),
        0,
        False,
    )


@pytest.mark.parametrize("undated", [True, False])
def test_a_body_may_say_that_its_lines_were_not_said_now(undated: bool) -> None:
    body = {"sender": "desk-1", "undated": undated, "lines": [{"number": 0, "text": "a"}]}
    assert parse(json.dumps(body).encode(), JSON).undated is undated
    assert not parse(b'{"number":0,"text":"a"}', NDJSON, sender="desk-1").undated


def test_a_row_of_ndjson_is_a_line_and_may_name_its_sender() -> None:
    body = b'{"number":0,"text":"a","sender":"desk-2"}\r\n\n{"number":0,"text":"b"}\n'
    assert parse(body, NDJSON, sender="desk-1").drafts == (Draft("desk-2", 0, "a\n"), Draft("desk-1", 0, "b\n"))


def test_the_body_says_who_sends_before_the_address_does() -> None:
    body = b'{"sender":"body","lines":[{"number":0,"text":"a"},{"number":0,"text":"a","sender":"row"}]}'
    assert [draft.sender for draft in parse(body, "", sender="query").drafts] == ["body", "row"]


def test_all_that_a_source_knows_is_kept() -> None:
    assert one(
        text="x",
        at="2015-11-12T14:00:00+02:00",
        speaker=" DR.\n O'NEIL ",
        segment="s-1",
        final=False,
        revises=3,
        ends=True,
        ends_utterance=True,
    ) == Draft(
        sender="desk-1",
        number=0,
        text="x\n",
        at=datetime(2015, 11, 12, 12, tzinfo=UTC),
        speaker="DR. O'NEIL",
        segment="s-1",
        final=False,
        revises=3,
        ends=True,
        ends_utterance=True,
    )


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"text": "a"}, "a\n"),
        ({"text": "a\n"}, "a\n"),
        ({"text": "a\n", "eol": True}, "a\n\n"),
        ({"text": "a", "eol": False}, "a"),
        ({"text": ""}, "\n"),
        ({"text": "", "revises": 4}, ""),
        ({"text": "", "ends": True}, ""),
        ({"ends": True}, ""),
        ({"ends_utterance": True}, ""),
        ({"text": "a", "ends_utterance": True}, "a\n"),
        ({"ends": True, "eol": True}, "\n"),
    ],
)
def test_a_line_break_follows_unless_the_sender_says_no_or_it_is_there(row: dict[str, object], text: str) -> None:
    assert one(**row).text == text


def test_control_characters_and_bidi_overrides_are_taken_out_and_counted() -> None:
    body = {"sender": "d", "lines": [{"number": 0, "text": "a\0b\u202e\x08", "speaker": "M\u2066ARY"}]}
    parsed = parse(json.dumps(body).encode(), JSON)
    assert (parsed.drafts[0].text, parsed.drafts[0].speaker, parsed.cleaned) == ("ab\n", "MARY", 4)


def test_markup_in_text_and_label_passes_unchanged() -> None:
    draft = one(text="<script>alert(1)</script> & <b>", speaker="<img src=x onerror=alert(1)>")
    assert (draft.text, draft.speaker) == ("<script>alert(1)</script> & <b>\n", "<img src=x onerror=alert(1)>")


def test_an_empty_label_names_nobody_and_ends_what_was_named_before() -> None:
    assert one(text="a").speaker is None
    assert one(text="a", speaker="").speaker == ""
    assert one(text="a", speaker="\u202e").speaker == ""


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ({"text": 5}, "line 2, text"),
        ({"text": "a", "number": -1}, "line 2, number"),
        ({"text": "a", "number": 2**53}, "line 2, number"),
        ({"text": "a", "number": "1"}, "line 2, number"),
        ({"text": "a", "number": 1.5}, "line 2, number"),
        ({"text": "a", "nubmer": 1}, "nubmer"),
        ({"text": "a", "at": "yesterday"}, "line 2, at"),
        ({"text": "a", "at": "0000-01-01T00:00:00Z"}, "line 2, at"),
        ({"text": "a", "at": "0001-01-01T00:00:00+14:00"}, "Line 2, at: nothing was said in the year 1"),
        ({"text": "a", "at": "9999-12-31T23:59:59-14:00"}, "Line 2, at: nothing was said in the year 9999"),
        ({"text": "a", "at": "2015-11-12T14:00:00"}, "timezone"),
        ({"text": "a", "until": "2015-11-12T14:00:00Z"}, "Line 2, until: it comes with at"),
        (
            {"text": "a", "at": "2015-11-12T14:00:01Z", "until": "2015-11-12T14:00:00Z"},
            "Line 2, until: it comes with at, and is not before it",
        ),
        ({"text": "a", "at": 3.5, "until": 3.4}, "Line 2, until: it comes with at, and is not before it"),
        ({"text": "a", "at": 3.5, "until": "2015-11-12T14:00:00Z"}, "Line 2, until: it comes with at"),
        ({"text": "a", "at": "2015-11-12T14:00:00Z", "until": 3.5}, "Line 2, until: it comes with at"),
        ({"text": "a", "at": -1}, "line 2, at: Expected `float` >= 0"),
        ({"text": "a", "at": 1e12}, "line 2, at: Expected `float` <= 36000000"),
        ({"text": "a", "at": "2015-11-12T14:00:01Z", "until": "9999-12-31T23:59:59-14:00"}, "Line 2, until: nothing"),
        ({"text": "a", "speaker": "x" * 201}, "line 2, speaker"),
        ({"text": "a", "revises": 0}, "line 2, revises"),
        ({"text": "a", "sender": "no spaces"}, "sender's name"),
        ({}, "Line 2 has no text"),
    ],
)
def test_a_wrong_field_is_named_with_its_line(row: dict[str, object], told: str) -> None:
    assert told in refused(line(**row))


def test_a_missing_number_is_told() -> None:
    assert "missing required field `number`" in refused({"sender": "d", "lines": [{"text": "a"}]})


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "not JSON"),
        (b"hello", "not JSON"),
        (b"[]", "not valid"),
        (b"[" * 10_000, "not valid"),
        (b'{"lines":[]}', "no lines"),
        (b'{"lines":[{"number":0,"text":"a"}]}', "Line 1 has no sender"),
        (b'{"sender":"d","lines":[{"number":0,"text":"\xff"}]}', "not UTF-8: byte 43"),
        ('{"sender":"d","lines":[{"number":0,"text":"a"}]}'.encode("utf-16"), "not UTF-8"),
        (b'{"sender":"d","lines":[{"number":0,"text":"\\ud800 x"}]}', "lone surrogate"),
        (b'{"sender":"d","lines":[{"number":0,"text":"\xed\xa0\x80"}]}', "not UTF-8"),
        (b'{"sender":"","lines":[{"number":0,"text":"a"}]}', "sender's name"),
        (b'{"sender":"a/b","lines":[{"number":0,"text":"a"}]}', "sender's name"),
    ],
)
def test_a_body_that_cannot_be_read_says_why(body: bytes, told: str) -> None:
    assert told in refused(body)


def test_a_byte_order_mark_before_a_body_does_no_harm() -> None:
    assert parse(b'\xef\xbb\xbf{"sender":"d","lines":[{"number":0,"text":"a"}]}', JSON).drafts[0].text == "a\n"


def test_a_bad_row_of_ndjson_is_named_by_its_place() -> None:
    assert "Row 3 is not JSON" in refused(b'{"number":0,"text":"a"}\n\n{"number":1,', NDJSON)
    assert "Row 1 is not valid: number" in refused(b'{"number":"0","text":"a"}', NDJSON)
    assert "no lines" in refused(b"\n \n", NDJSON)


def test_a_kind_of_body_that_is_not_known_is_refused() -> None:
    assert "text/plain" in refused(b"hello", "text/plain")


@pytest.mark.parametrize("length", [MAX_LINE_CHARS, 1024 * 1024])
def test_a_line_above_the_limit_is_too_large_and_told_how_much(length: int) -> None:
    body = json.dumps({"sender": "d", "lines": [{"number": 0, "text": "x" * length}]}).encode()
    with pytest.raises(
        TooLarge, match=f"Line 1 has {length + 1} characters with its line break; {MAX_LINE_CHARS} is the most"
    ):
        parse(body, JSON)


def test_the_longest_line_fits_with_its_line_break() -> None:
    assert len(one(text="x" * (MAX_LINE_CHARS - 1)).text) == MAX_LINE_CHARS


@pytest.mark.parametrize("kind", [JSON, NDJSON])
def test_more_lines_than_a_request_takes_are_too_large(kind: str) -> None:
    rows = [{"number": number, "text": "a"} for number in range(MAX_LINES + 1)]
    body = json.dumps({"sender": "d", "lines": rows}) if kind == JSON else "\n".join(map(json.dumps, rows))
    with pytest.raises(TooLarge, match="1001 lines in one request; 1000 is the most"):
        parse(body.encode(), kind)


def test_no_message_repeats_what_was_said() -> None:
    assert "secret" not in refused(b'{"sender":"d","lines":[{"number":"x","text":"a secret"}]}')


@given(st.binary(max_size=60))
def test_any_body_is_read_or_refused(body: bytes) -> None:
    for kind in (JSON, NDJSON):
        with suppress(BadMessage):
            parse(body, kind, sender="d")


@pytest.mark.parametrize("sender", ["desk-1", "a", "Büro_2", "me@example.org", "x" * 64])
def test_names_of_senders_pass(sender: str) -> None:
    assert parse_sender(sender) == sender


@pytest.mark.parametrize("sender", ["", "a b", "a/b", "../x", "x" * 65, "a\n", "a\0"])
def test_other_names_do_not(sender: str) -> None:
    with pytest.raises(BadMessage):
        parse_sender(sender)


@pytest.mark.parametrize(
    ("tag", "usual"), [("en", "en"), ("PT-br", "pt-BR"), ("zh-hans-cn", "zh-Hans-CN"), ("es-419", "es-419")]
)
def test_a_language_tag_gets_its_usual_case(tag: str, usual: str) -> None:
    assert language_tag(tag) == usual


@pytest.mark.parametrize(
    "tag", ["", "e", "english language", "en_US", "en-", "../en", "en\0", "x" * 9, "en" + "-abcdefgh" * 4]
)
def test_what_is_no_language_tag_is_refused(tag: str) -> None:
    with pytest.raises(BadMessage, match="BCP 47"):
        language_tag(tag)


def test_how_long_ago_a_line_was_typed_becomes_a_time_of_our_clock() -> None:
    now = datetime(2026, 11, 24, 9, tzinfo=UTC)
    lines = b'{"number":0,"text":"a","typed_ago":[90.5,30]}\n{"number":1,"text":"b","at":7}\n{"number":2,"text":"c"}'
    first, second, third = (
        reckoned(draft, now) for draft in parse(lines, "application/x-ndjson", sender="desk").drafts
    )
    assert (first.at, first.typed_for) == (now - timedelta(seconds=90.5), 60.5)
    assert (second.at, second.typed_for) == (7.0, None)
    assert (third.at, third.typed_for) == (None, None)


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ('"typed_ago":[1,2]', "first character"),
        ('"typed_ago":[2,1],"at":7', "at and typed_ago"),
        ('"typed_ago":[2,1],"until":7', "until"),
        (f'"typed_ago":[{MAX_AGO_SECONDS + 1},1]', "typed_ago"),
        ('"typed_ago":[1,-1]', "typed_ago"),
        ('"typed_ago":3', "typed_ago"),
    ],
)
def test_an_age_that_cannot_be_is_refused(fields: str, told: str) -> None:
    with pytest.raises(BadMessage, match=told):
        parse(f'{{"number":0,"text":"a",{fields}}}'.encode(), "application/x-ndjson", sender="desk")
