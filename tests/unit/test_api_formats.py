"""A transcript as JSON, plain text, WebVTT and SubRip (services.api.transcripts.formats)."""

import io
import itertools
import json
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pysubs2
import pytest
import webvtt
from hypothesis import given, settings
from hypothesis import strategies as st

from captionflow.messages import Apart, Note, Part, Session, Stamp
from captionflow.stamps import pack
from captionflow.transcript import document as document_of_parts
from captionflow.turns import Turns
from services.api.transcripts.formats import document, srt, text, vtt
from services.api.transcripts.formats.cues import Cue, clock
from services.api.transcripts.formats.cues import cues as cues_within
from services.api.transcripts.formats.options import Options
from services.api.transcripts.limits import Limits
from tests.unit.segment_material import content, letters_of, read_text, shown, transcripts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session(id="opening", version=3, created_at=NOW, updated_at=NOW, title="Opening <session>")


def part(*paragraphs: str, ordinal: int = 1, number: int = 0, **fields: Any) -> Part:
    return Part(f"opening.en.{ordinal}", number, "opening", "en", ordinal, 1, paragraphs=paragraphs, **fields)


def written(form: Any, *parts: Part) -> str:
    return b"".join(form.write(SESSION, "en", Turns(parts, last_seq=9), Options())).decode()


class AllCues(NamedTuple):
    cues: tuple[Cue, ...]
    estimated: bool


def cues(turns: Turns, *, names: bool = False) -> AllCues:
    found = cues_within(turns, "en", Limits(), names=names)
    return AllCues(tuple(found.cues), found.estimated)


def at(seconds: float, offset: int = 0) -> Stamp:
    return Stamp(offset, NOW + timedelta(seconds=seconds))


HEAD = part(ordinal=0, apart=(Apart("Forum 2026", "head", 0), Apart("Room: 3", "head", 0)))
ANNA = part(
    "Good morning.", "We begin.", speaker="ANNA", notes=(Note("[Applause]", 13),), apart=(Apart("***", "mark", 23),)
)
UNKNOWN = part("Yes.", ordinal=2)
GONE = part("Never said.", ordinal=3, retracted=True)

# --- JSON ---


def test_json_has_the_turns_of_the_command_line_and_when_words_were_said() -> None:
    parts = (HEAD, part("Hello.", speaker="ANNA", stamps=(at(1),)), UNKNOWN)
    found = json.loads(written(document, *parts))
    facts = document_of_parts(parts, read_text("")[1])
    assert found["turns"] == facts["turns"]
    assert found["apart"] == facts["apart"]
    assert found["apart_at"] == [{"turn_id": "opening.en.0", "offset": 0}] * 2
    assert found["session"]["id"] == "opening"
    assert (found["language"], found["last_seq"]) == ("en", 9)
    assert found["stamps"] == [{"turn_id": "opening.en.1", "offset": 0, "start": 0.0, "at": "2026-01-01T00:00:01Z"}]


def test_json_has_the_ends_of_what_was_said_and_dates_only_where_they_are_known() -> None:
    undated = json.loads(written(document, part("Hello.", times=pack([Stamp(0, 90.5, 92.25)]))))
    assert undated["stamps"] == [{"turn_id": "opening.en.1", "offset": 0, "start": 90.5, "end": 92.25}]
    dated = json.loads(written(document, part("Hello.", times=pack([Stamp(0, NOW, NOW + timedelta(seconds=2))]))))
    (stamp,) = dated["stamps"]
    assert (stamp["start"], stamp["end"]) == (0.0, 2.0)
    assert (stamp["at"], stamp["until"]) == ("2026-01-01T00:00:00Z", "2026-01-01T00:00:02Z")


# --- plain text ---


def test_text_is_what_a_captioner_would_have_typed() -> None:
    assert written(text, HEAD, ANNA, UNKNOWN, GONE) == (
        "Forum 2026\nRoom: 3\n\n>> ANNA:  Good morning. [Applause]\n\nWe begin.\n***\n\n>> Yes.\n"
    )


def test_a_note_before_after_and_between_words_keeps_its_place() -> None:
    notes = (Note("[Music]", 0), Note("(laughs)", 2), Note("(?)", 6))
    assert written(text, part("We agree", notes=notes[:2])) == ">> [Music] We (laughs) agree\n"
    assert written(text, part("We say", notes=notes[2:])) == ">> We say (?)\n"


def test_words_after_what_stood_apart_begin_their_line() -> None:
    between = part("We go on.", apart=(Apart("2 Page 2", "furniture", 5),))
    assert written(text, between) == ">> We go\n2 Page 2\non.\n"


def test_no_space_is_invented_between_words_and_their_punctuation() -> None:
    parts, _ = read_text(">> ANNA: Yes (laughs) [Music], we do.\n")
    assert written(text, *parts) == ">> ANNA:  Yes (laughs) [Music], we do.\n"
    assert cues(Turns(parts, 1)).cues[0].lines == ("Yes (laughs) [Music], we do.",)


def test_no_space_is_invented_around_a_note_between_two_signs() -> None:
    parts, _ = read_text(">> ANNA: That is awesome ...(applause)... Thank you—(laughs). and so on.\n")
    assert written(text, *parts) == ">> ANNA:  That is awesome ...(applause)... Thank you—(laughs). and so on.\n"


def test_words_follow_a_note_whose_bracket_is_open_on_its_line() -> None:
    between = part("We work.", "Anna: time is up.", notes=(Note("[group work", 8),))
    assert written(text, between) == ">> We work.\n\n[group work Anna: time is up.\n"


def test_the_parts_of_a_turn_are_one_turn() -> None:
    parts = part("One", speaker="ANNA"), part("two.", number=1, continues=True), part("Three.", number=2)
    assert written(text, *parts) == ">> ANNA:  One two.\n\nThree.\n"


def test_a_transcript_of_nothing_is_an_empty_document() -> None:
    assert written(text) == "\n"
    assert written(srt) == ""
    assert written(vtt).startswith("WEBVTT\n")


@settings(max_examples=40, deadline=None)
@given(transcripts())
def test_text_that_was_written_has_the_words_that_were_read(typed: str) -> None:
    parts, _ = read_text(typed)
    again, _ = read_text(written(text, *parts))
    assert letters_of(again) == letters_of(parts)


def test_text_can_be_read_in_again() -> None:
    typed = (
        "Forum of the year 2026\n\nRoom: 3\n\n>> ANNA LEE:  Good morning. [Applause] We begin.\n\nAnd go on.\n"
        ">> Yes (laughs), we do.\n***\n>> CHAIR MBEKI:  Thank you.\n(Concluded at 1434).\n"
    )
    parts, facts = read_text(typed)
    again, same = read_text(written(text, *parts))
    assert (content(again, same), same) == (content(parts, facts), facts)
    assert len(shown(again)) == 3


# --- cues ---


def test_a_cue_is_two_lines_of_42_characters_that_are_shown_for_seven_seconds_at_most() -> None:
    found = cues(Turns((part("We said it again and again. " * 40, "And so on."),), 1)).cues
    assert len(found) > 10
    for cue in found:
        assert 0 < len(cue.lines) <= 2
        assert all(len(line) <= 42 for line in cue.lines)
        assert 0 < cue.end - cue.start <= 7
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert " ".join(line for cue in found for line in cue.lines) == " ".join(
        ["We said it again and again."] * 40 + ["And so on."]
    )


def test_a_paragraph_and_a_turn_begin_a_cue() -> None:
    found = cues(Turns((part("One.", "Two.", speaker="ANNA"), part("Three.", ordinal=2)), 1)).cues
    assert [(cue.speaker, cue.number, cue.lines) for cue in found] == [
        ("ANNA", (1, 1, 1), ("One.",)),
        ("ANNA", (1, 2, 1), ("Two.",)),
        (None, (2, 1, 1), ("Three.",)),
    ]


def test_notes_are_shown_and_what_stands_apart_is_not() -> None:
    found = cues(
        Turns((HEAD, part("We agree.", notes=(Note("[Applause]", 2),), apart=(Apart("***", "mark", 2),)), GONE), 1)
    )
    assert [cue.lines for cue in found.cues] == [("We [Applause] agree.",)]


def test_without_times_they_are_estimated_at_the_pace_of_a_talk() -> None:
    found = cues(Turns((part("word " * 800),), 1))
    assert found.estimated
    assert found.cues[0].start == 0
    assert found.cues[-1].start == pytest.approx(800 * 5 / 6 / 160 * 60, rel=0.05)


def test_times_begin_with_the_first_that_is_known_and_are_those_of_the_stamps() -> None:
    parts = (
        part("One.", stamps=(at(100),)),
        part("Two.", ordinal=2, stamps=(at(130),)),
        part("Three.", "Four.", ordinal=3, stamps=(at(150), at(160, 7))),
    )
    found = cues(Turns(parts, 1))
    assert not found.estimated
    assert [cue.start for cue in found.cues] == pytest.approx([0, 30, 50, 60])


def test_words_between_two_times_are_shown_in_proportion_and_not_slower_than_a_talk() -> None:
    long = "We said it again and again. " * 20
    fast = cues(Turns((part(long, stamps=(at(0),)), part("End.", ordinal=2, stamps=(at(10),))), 1)).cues
    assert [cue.start for cue in fast] == sorted(cue.start for cue in fast)
    assert fast[len(fast) // 2].start == pytest.approx(5, abs=1.5)
    slow = cues(Turns((part(long, stamps=(at(0),)), part("End.", ordinal=2, stamps=(at(3600),))), 1)).cues
    assert slow[-2].start < 60
    assert slow[-1].start == 3600


def test_a_time_that_goes_back_is_not_followed() -> None:
    parts = tuple(
        part(f"Sentence {n}.", ordinal=n + 1, stamps=(at(seconds),)) for n, seconds in enumerate([0, 60, 5, 90])
    )
    starts = [cue.start for cue in cues(Turns(parts, 1)).cues]
    assert starts == sorted(starts)
    assert (starts[0], starts[1], starts[3]) == (0, 60, 90)


def test_a_note_before_a_stamp_moves_its_words_and_not_its_time() -> None:
    parts = (part("One.", "Two.", notes=(Note("[Applause]", 0),), stamps=(at(0), at(9, 5))),)
    assert [(cue.start, cue.lines) for cue in cues(Turns(parts, 1)).cues] == [(0, ("[Applause] One.",)), (9, ("Two.",))]


@pytest.mark.parametrize(
    ("seconds", "shown_as"), [(0, "00:00:00.000"), (3723.4567, "01:02:03.457"), (360_000, "100:00:00.000")]
)
def test_a_clock_has_milliseconds(seconds: float, shown_as: str) -> None:
    assert clock(seconds, ".") == shown_as
    assert clock(seconds, ",") == shown_as.replace(".", ",")


# --- WebVTT and SubRip ---


def test_vtt_has_a_voice_for_each_known_speaker() -> None:
    made = written(vtt, HEAD, ANNA, UNKNOWN)
    assert made.startswith("WEBVTT\n\nNOTE Opening &lt;session&gt; (en)\n\n")
    assert [line for line in made.splitlines() if "Yes" in line or "<v" in line] == [
        "<v ANNA>ANNA: Good morning. [Applause]",
        "<v ANNA>We begin.",
        "&gt;&gt; Yes.",
    ]


def test_vtt_says_whether_its_times_are_estimated() -> None:
    assert "estimated" in written(vtt, ANNA)
    assert "estimated" not in written(vtt, part("One.", stamps=(at(0),)))
    assert "estimated" not in written(vtt)


def test_a_session_without_a_title_is_named_by_its_id() -> None:
    untitled = Session(id="opening", version=1, created_at=NOW, updated_at=NOW)
    assert b"NOTE opening (en)" in b"".join(vtt.write(untitled, "en", Turns((), 0), Options()))


def test_srt_names_a_speaker_where_the_turn_opens() -> None:
    made = written(srt, part("One.", "Two.", speaker="ANNA"), UNKNOWN)
    assert [line for line in made.splitlines() if line and "-->" not in line and not line.isdigit()] == [
        "ANNA: One.",
        "Two.",
        ">> Yes.",
    ]


HOSTILE = part(
    "<script>alert(1)</script> & --> 00:01",
    "1\u20282",
    speaker="<b>A & B</b>\n00:00 --> 01:00",
    notes=(Note("<i>", 3),),
)


def test_no_text_can_break_out_of_its_cue() -> None:
    made = written(vtt, HOSTILE, UNKNOWN)
    read = webvtt.from_buffer(io.StringIO(made))
    assert len(read.captions) == len(cues(Turns((HOSTILE, UNKNOWN), 1), names=True).cues)
    assert "<script" not in made
    assert made.count("-->") == len(read.captions)
    subtitles = written(srt, HOSTILE, UNKNOWN)
    assert subtitles.count("-->") == len(read.captions)
    assert len(pysubs2.SSAFile.from_string(subtitles, format_="srt")) == len(read.captions)


@settings(max_examples=30, deadline=None)
@given(transcripts(), st.lists(st.floats(-10, 500), max_size=4))
def test_every_transcript_gives_cues_in_order_that_libraries_read(typed: str, times: list[float]) -> None:
    parts, _ = read_text(typed)
    stamped = [
        Part(**{field: getattr(one, field) for field in one.__struct_fields__} | {"stamps": (at(when),)})
        for one, when in itertools.zip_longest(parts, times[: len(parts)], fillvalue=0.0)
        if isinstance(one, Part)
    ]
    found = cues(Turns(tuple(stamped), 1), names=True).cues
    assert all(0 <= cue.start < cue.end for cue in found)
    assert all(before.end <= after.start for before, after in itertools.pairwise(found))
    assert len(webvtt.from_buffer(io.StringIO(written(vtt, *stamped))).captions) == len(found)


def test_json_has_the_gaps_and_a_turn_without_words_leaves_no_blank_in_text() -> None:
    parts = part("One.", stamps=(at(0),)), part(ordinal=2, interim="perhaps"), part("Two.", ordinal=3, stamps=(at(90),))
    (gap,) = json.loads(written(document, *parts))["gaps"]
    assert (gap["turn_id"], gap["seconds"]) == ("opening.en.3", 90.0)
    assert written(text, part(ordinal=0), part("One.", ordinal=1)) == ">> One.\n"
