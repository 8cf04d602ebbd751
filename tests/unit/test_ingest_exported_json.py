"""JSON of captionflow is read in again as it was (services.ingest.readers.exported_json)."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from captionflow.messages import Part, Session
from captionflow.transcript import turns
from captionflow.turns import Turns
from services.api.transcripts.formats import document
from services.api.transcripts.formats.options import Options
from services.ingest.cleaning import clean
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines
from tests.unit.segment_material import Piece, apart_of_parts, letters_of, read_text, shown, transcripts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session(id="s", version=1, created_at=NOW, updated_at=NOW)


def exported(parts: tuple[Part, ...]) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(b"".join(document.write(SESSION, "es", Turns(parts, 1), Options())))
    return found


def again(found: object) -> tuple[Part, ...]:
    return segment_lines("s", "en", lines_of(read(json.dumps(found).encode(), "s.json").passages))[0]


def notes(parts: tuple[Part, ...]) -> list[str]:
    return [note.text for turn in turns(parts) for note in turn.notes]


@pytest.mark.parametrize(
    "typed",
    [
        ">> ANNA: One.\n>> ANNA: Two.\n>> Three.\n>> Four.\n>> ANNA: Five.\n",
        "FORUM 2026\nRoom: 3\n\n>> ANNA: One.\n\nTwo and\n\nThree.\n\n***\nFour.\n2 Page 2\nFive.\n(Concluded at 1434).\n",  # noqa: E501 - one file
        ">> ANNA: BASEL: that is what he said.\n>> ANNA: Note: it rains.\n>> CHAIR: Thank you.\n",
        ">> ANNA: Yes (laughs), we do. [Applause]\n(thrash metal)\nAnd so on.\nAPPLAUSE\nThen.\n[Applause\nMore.\n",
        ">> ANNA:\n>> BASEL: Yes.\n",
        f">> 李明: {'今天我们讨论城市交通问题。' * 20}\n>> ANNA: {'w' * 3000} and on.\n",
    ],
)
def test_turns_speakers_notes_paragraphs_and_what_is_apart_come_back(typed: str) -> None:
    parts, _ = read_text(typed)
    back = again(exported(parts))
    assert shown(back) == shown(parts)
    assert notes(back) == notes(parts)
    assert apart_of_parts(back) == apart_of_parts(parts)


@settings(max_examples=30, deadline=None)
@given(transcripts())
def test_no_word_is_lost(typed: str) -> None:
    parts, _ = read_text(clean(typed).text)
    assert letters_of(again(exported(parts))) == letters_of(parts)


def test_times_come_back() -> None:
    said = [
        ("Good morning, everyone. ", 0.0, "ANNA"),
        ("We begin now with the harbour. " * 8, 2.5, "ANNA"),
        ("No.\n", 60.0, "BASEL"),
    ]
    pieces = [Piece(text, timedelta(seconds=at), speaker) for text, at, speaker in said]
    parts, _ = segment_lines("s", "en", lines_of(pieces))
    found = exported(parts)
    assert len(found["stamps"]) > 1
    again_stamps = [stamp for turn in turns(again(found)) for stamp in turn.stamps]
    assert again_stamps == [stamp for turn in turns(parts) for stamp in turn.stamps]


def test_a_date_is_when_the_clock_showed_zero() -> None:
    turn = {"turn_id": "a", "paragraphs": ["One two."]}
    dated = {"turn_id": "a", "offset": 0, "at": "2026-01-01T00:00:02Z"}
    old = read(json.dumps({"turns": [turn], "stamps": [dated]}).encode(), "x.json")
    assert (old.begun, old.passages[0].at) == (NOW + timedelta(seconds=2), timedelta())
    both = read(json.dumps({"turns": [turn], "stamps": [dated | {"start": 2.0}]}).encode(), "x.json")
    assert (both.begun, both.passages[0].at) == (NOW, timedelta(seconds=2))


def test_the_printed_form_of_a_segmented_file_is_read_as_well() -> None:
    printed = {
        "session": {"title": "Opening"},
        "turns": [
            {
                "speaker": "ANNA",
                "paragraphs": ["Good morning.", "We begin."],
                "notes": [{"text": "[Applause]", "at": 13}],
            }
        ],
        "apart": [{"text": "OPENING OF THE FORUM", "why": "head"}, {"text": "***", "why": "mark"}],
    }
    reading = read(json.dumps(printed).encode(), "talk.json")
    assert reading.kind == "json"
    assert reading.oddities == ("1 texts stood apart and have no place: they are left out.",)
    assert shown(again(printed)) == [("ANNA", "Good morning. | We begin.")]
    assert apart_of_parts(again(printed)) == [("OPENING OF THE FORUM", "head")]


def test_the_language_of_the_file_is_told() -> None:
    assert read(b'{"turns": [{"paragraphs": ["Hola."]}], "language": "es"}', "x.json").language == "es"
    assert read(b'{"turns": [{"paragraphs": ["Hola."]}], "language": "?"}', "x.json").language is None


def test_a_transcript_of_nothing_has_no_words() -> None:
    reading = read(b'{"turns": []}', "x.json")
    assert (reading.passages, reading.oddities) == ((), ("The file has no words.",))


@pytest.mark.parametrize("text", ['{"turns": 5}', "{turns", '{"segments": []}', '["turns"]', '{"turns": [{}]}'])
def test_other_json_is_text(text: str) -> None:
    assert read(text.encode(), "x.json").kind == "text"


def test_what_contradicts_itself_is_read_as_far_as_it_goes() -> None:
    found = {
        "turns": [
            {
                "turn_id": "a",
                "speaker": " \u202eANNA\n",
                "paragraphs": ["One\ntwo.", ""],
                "notes": [{"text": "[x]", "at": 900}, {"text": " "}],
            }
        ],
        "stamps": [
            {"turn_id": "a", "offset": -5, "start": 0},
            {"turn_id": "a", "offset": 900, "start": 9},
            {"turn_id": "b", "offset": 0, "start": 0},
            {"turn_id": "a", "offset": 1},
            {"turn_id": "a", "offset": 4, "start": 5, "end": 6.5},
        ],
        "apart": [{"text": "***", "why": "mark"}, {"text": ""}],
        "apart_at": [{"turn_id": "a", "offset": 900}, {"turn_id": "a", "offset": 0}, {"turn_id": "a", "offset": 9}],
    }
    assert shown(again(found)) == [("ANNA", "One two.")]
    assert notes(again(found)) == ["[x]"]
    times = [
        (one.at, one.until) for one in read(json.dumps(found).encode(), "x.json").passages if one.until is not None
    ]
    assert times == [(timedelta(seconds=5), timedelta(seconds=6.5))]
