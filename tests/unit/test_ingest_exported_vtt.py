"""WebVTT of captionflow is read in again as it was (services.ingest.readers.exported_vtt)."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from captionflow.messages import Part, Session
from captionflow.transcript import turns
from captionflow.turns import Turns
from services.api.transcripts.formats import vtt as form
from services.api.transcripts.formats.options import Options
from services.api.transcripts.limits import Limits
from services.ingest.cleaning import clean
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines
from tests.unit.segment_material import letters_of, read_text, shown, transcripts

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = Session(id="s", version=1, created_at=NOW, updated_at=NOW)


def exported(parts: tuple[Part, ...], options: Options = Options()) -> str:  # noqa: B008 - a value
    return b"".join(form.write(SESSION, "en", Turns(parts, 1), options)).decode()


def again(document: str) -> tuple[Part, ...]:
    return segment_lines("s", "en", lines_of(read(document.encode(), "s.vtt").passages))[0]


def notes(parts: tuple[Part, ...]) -> list[str]:
    return [note.text for turn in turns(parts) for note in turn.notes]


def said(body: str) -> list[tuple[str | None, str]]:
    return shown(again(f"WEBVTT\n\n{body}"))


@pytest.mark.parametrize(
    "typed",
    [
        # one speaker twice, then nobody known, then the first again
        ">> ANNA: One.\n>> ANNA: Two.\n>> Three.\n>> Four.\n>> ANNA: Five.\n",
        # paragraphs, in sentences and not
        ">> ANNA: One.\n\nTwo and\n\nThree.\n\nFour.\n",
        # words that look like a label behind a label
        ">> ANNA: BASEL: that is what he said.\n>> ANNA: Note: it rains.\n",
        # notes of all kinds
        ">> ANNA: Yes (laughs), we do. [Applause]\n(thrash metal)\nAnd so on.\nAPPLAUSE\nThen.\n[Applause\nMore.\n",
        # scripts without spaces, very long words
        f">> 李明: {'今天我们讨论城市交通问题。' * 20}\n>> ANNA: {'w' * 300} and on.\n",
        ">> ANNA: 5 < 6 & 7 > 6, she said --> twice. <i>No.</i>\n",
    ],
)
@pytest.mark.parametrize("options", [Options(), Options(names=False), Options(Limits(columns=20, lines=1))])
def test_turns_speakers_notes_and_paragraphs_come_back(typed: str, options: Options) -> None:
    parts, _ = read_text(typed)
    back = again(exported(parts, options))
    assert shown(back) == shown(parts)
    assert notes(back) == notes(parts)


def test_a_turn_without_words_has_a_cue_of_its_name() -> None:
    parts, _ = read_text(">> ANNA:\n>> BASEL: Yes.\n")
    assert shown(again(exported(parts))) == [("ANNA", ""), ("BASEL", "Yes.")]


@settings(max_examples=20, deadline=None)
@given(transcripts())
def test_no_word_of_a_turn_is_lost(typed: str) -> None:
    parts = tuple(part for part in read_text(clean(typed).text)[0] if part.ordinal)
    bare = tuple(
        Part(**{name: getattr(part, name) for name in part.__struct_fields__} | {"apart": ()}) for part in parts
    )
    assert letters_of(again(exported(bare))) == letters_of(bare)


def test_a_name_before_the_words_of_its_voice_is_no_word_in_other_files_either() -> None:
    body = "00:01.000 --> 00:02.000\n<v Fred>Fred: Hi.\n\n00:03.000 --> 00:04.000\n<v Ann>>> Ann: Yes.\n"
    assert said(body) == [("Fred", "Hi."), ("Ann", "Yes.")]


def test_another_name_before_words_is_theirs() -> None:
    body = "00:01.000 --> 00:02.000\n<v Fred>Ann said: Hi.\n\n00:02.500 --> 00:02.800\n<v Fred>Fred:\n"
    assert said(body) == [("Fred", "Ann said: Hi.")]


def test_one_cue_with_another_name_makes_it_an_ordinary_file() -> None:
    body = "1.1.1\n00:01.000 --> 00:02.000\n<v Fred>Hi.\n\nx\n00:03.000 --> 00:04.000\n<v Fred>Yes.\n"
    assert said(body) == [("Fred", "Hi. Yes.")]
    assert said(body.replace("\nx\n", "\n2.1.1\n")) == [("Fred", "Hi."), ("Fred", "Yes.")]
    assert said(body.replace("\nx\n", "\n1.2.1\n")) == [("Fred", "Hi. | Yes.")]


def test_a_mark_says_in_any_file_of_cues_that_no_space_was_left_out() -> None:
    body = "1\n00:00:01,000 --> 00:00:02,000\nวันนี้เรา\u200b\nจะพูด\u200b\n\n2\n00:00:02,100 --> 00:00:03,000\nกัน\nsoon\n"
    assert "".join(passage.text for passage in read(body.encode(), "x.srt").passages) == "วันนี้เราจะพูดกัน\nsoon\n"
