"""When words were said: every time of the source is kept, in few bytes (services.segment.assembler, buffer_spans)."""

import re
from datetime import timedelta

import msgspec
import pytest

from captionflow.messages import MAX_LINE_CHARS, Stamp
from captionflow.transcript import turns
from services.segment.file_session import lines_of
from services.segment.rules.clock_rules import Clock, next_clock
from tests.unit.segment_material import NOW, Piece, line, lines, read_text, run

SECOND = timedelta(seconds=1)


@pytest.mark.parametrize("sizes", [1, 9])
def test_words_are_said_at_or_a_little_after_the_time_of_their_stamp(sizes: int) -> None:
    words = "We said it again and again and again.\n"
    sent = [line(n, words if n > 1 else f">> ANNA: {words}", at=NOW + n * SECOND) for n in range(1, 300)]
    (turn,) = turns(run(sent, sizes)[0])
    assert len(turn.stamps) > 50
    for stamp in turn.stamps:
        brought_by = stamp.offset // len(words) + 1
        assert 0 <= brought_by - (stamp.at - NOW) // SECOND <= 2


@pytest.mark.parametrize("sizes", [1, 7, 300])
def test_every_cue_keeps_its_start_and_its_end(sizes: int) -> None:
    sent = [line(n, f"Yes {n}.\n", at=n * 2.0, until=n * 2.0 + 1.5) for n in range(1, 300)]
    (turn,) = turns(run(sent, sizes)[0])
    assert [(stamp.at, stamp.until) for stamp in turn.stamps] == [(one.at, one.until) for one in sent]
    for stamp, one in zip(turn.stamps, sent, strict=True):
        assert turn.text[stamp.offset :].startswith(one.text.strip())


def test_cues_of_two_signs_keep_their_times() -> None:
    sent = [line(n, "好\n", at=n * 1.0, until=n + 0.5) for n in range(1, 40)]
    (turn,) = turns(run(sent, 40)[0])
    assert [stamp.at for stamp in turn.stamps] == [one.at for one in sent]


def test_a_cue_that_is_cut_into_lines_is_one_stamp() -> None:
    sent = [line(n, word, at=7.0, until=9.5) for n, word in enumerate(["Hel", "lo ", "there", ".\n"], 1)]
    for sizes in (1, 4):
        (turn,) = turns(run(sent, sizes)[0])
        assert turn.stamps == (Stamp(0, 7.0, 9.5),)


def test_lines_of_a_word_have_a_time_every_half_second_and_no_word_is_further_off() -> None:
    sent = [line(n, f"w{n:03} ", at=NOW + n * SECOND / 5) for n in range(1, 400)]
    for sizes in (1, 11, 400):
        (turn,) = turns(run(sent, sizes)[0])
        times = {stamp.offset: stamp.at for stamp in turn.stamps}
        assert 100 < len(times) < 200
        said = NOW
        for n, one in enumerate(sent):
            said = times.get(n * 5, said)
            assert timedelta() <= one.at - said < SECOND / 2


def test_stamps_weigh_about_a_dozen_bytes() -> None:
    sent = [line(n, f"Word {n}.\n", at=NOW + n * SECOND, until=NOW + n * SECOND + SECOND / 2) for n in range(1, 300)]
    for part in run(sent)[0]:
        assert len(msgspec.json.encode(part.times)) <= 12 * len(part.times) / 3 + 20


def test_the_time_of_a_line_that_waits_for_the_next_one_is_kept() -> None:
    sent = [
        line(1, ">> ANNA: One.\n\n"),
        line(2, ">> BEN ", at=NOW),
        line(3, "LEE: Two."),
        line(4, " Three.", at=NOW + 9 * SECOND),
    ]
    for sizes in (1, 4):
        parts, _, _ = run(sent, sizes)
        assert [stamp.at for stamp in turns(parts)[1].stamps] == [NOW, NOW + 9 * SECOND]


def test_short_turns_have_each_their_own_time() -> None:
    sent = [line(n, f">> ANNA: Turn {n}.\n", at=NOW + n * SECOND) for n in range(1, 6)]
    for sizes in (1, 5):
        parts, _, _ = run(sent, sizes)
        assert [stamp.at for turn in turns(parts) for stamp in turn.stamps] == [one.at for one in sent]


def test_words_without_a_line_break_have_times_on_the_way_where_they_were_said() -> None:
    sent = [line(n, f"word{n:03}  and on ", at=NOW + n * SECOND) for n in range(1, 201)]
    for sizes in (1, 7, 200):
        parts, _, _ = run(sent, sizes)
        (turn,) = turns(parts)
        assert len(turn.stamps) > 20
        for stamp in turn.stamps:
            word = re.findall(r"word\d{3}", turn.text[: stamp.offset + 7])[-1]
            assert stamp.at == NOW + int(word.removeprefix("word")) * SECOND


def test_a_time_at_which_no_word_was_said_is_no_stamp() -> None:
    parts, _, _ = run([line(1, "We said it. ", at=NOW), line(2, "  \n", at=NOW + 5 * SECOND)], 2)
    assert [stamp.at for stamp in turns(parts)[0].stamps] == [NOW]


def test_lines_without_a_time_give_no_stamp() -> None:
    parts, _, _ = run(lines([">> ANNA: One.\n", "Two.\n"]))
    assert turns(parts)[0].stamps == ()


def test_a_file_with_times_counts_from_its_zero_and_its_longest_lines_are_cut() -> None:
    made = lines_of([Piece("Hello.\n", SECOND, "Anna"), Piece("x" * (MAX_LINE_CHARS + 1)), Piece("")])
    assert [(one.seq, one.at, one.speaker, len(one.text), one.ends) for one in made] == [
        (1, 1.0, "Anna", 7, False),
        (2, None, None, MAX_LINE_CHARS, False),
        (3, None, None, 1, False),
        (4, None, None, 0, False),
        (5, None, None, 0, True),
    ]


def told(text: str, how: str = "whole") -> list[tuple[str, object, object]]:
    """(the words from a stamp on, when it was, until when) of all turns."""
    parts, _ = read_text(text, how)
    return [
        (turn.text[stamp.offset :].split()[0], stamp.at, stamp.until) for turn in turns(parts) for stamp in turn.stamps
    ]


CLOCKS = {
    "[00:00:01.000 --> 00:00:04.000] Hello.\n[00:00:04.5 - 00:00:06] Again.\n": [("Hello.", 1, 4), ("Again.", 4.5, 6)],
    "Speaker 0: 00:18:02\nHello.\nSpeaker 1: 18:30\nYes.\n": [("Hello.", 1082, None), ("Yes.", 1110, None)],
    "01:00:05:12 ANA: Hello.\n01:00:06;15 BEN: Yes.\n": [("Hello.", 3605.4, None), ("Yes.", 3606.5, None)],
    "ANA: Hello.\n2.45 pm\nBEN: Yes.\n[15:10]\nMore.\n": [("Yes.", 53_100, None), ("More.", 54_600, None)],
    "Harbour Forum\n(1.45 pm)\n\nANA: Hello.\nBEN: Yes.\n": [("Hello.", 49_500, None)],
    "ANA (00:45): Hello.\nBEN (01:10): Yes.\n": [("Hello.", 45, None), ("Yes.", 70, None)],
    "ANA (9:45): Hello.\nBEN (10:10): Yes.\n": [("Hello.", 35_100, None), ("Yes.", 36_600, None)],
    "[0:50] One. Two [1:04] goes on.\n": [("One.", 50, None), ("goes", 64, None)],
    "[0:50]\nANA: One.\n[0:40]\nTwo.\n[12:30 pm]\nThree.\n[0:55]\nFour.\n": [("One.", 50, None), ("Four.", 55, None)],
    "ANA: We meet (2.45 pm) again.\n": [],
    "ANA: Yes.\n[4. APPROVAL OF AGENDA]\n***\nBEN: No.\n": [],
}


@pytest.mark.parametrize("text", CLOCKS)
@pytest.mark.parametrize("how", ["whole", "32", "words", "chars"])
def test_words_behind_a_clock_were_said_then_however_they_were_cut(text: str, how: str) -> None:
    assert told(text, how) == CLOCKS[text]


def test_the_time_of_a_line_wins_over_a_clock_in_its_text() -> None:
    sent = [line(1, "[00:18:02] ANA: One.\n", at=NOW), line(2, "[00:18:09] Two.\n", at=NOW + SECOND)]
    assert [stamp.at for stamp in turns(run(sent)[0])[-1].stamps] == [NOW, NOW + SECOND]


@pytest.mark.parametrize(
    ("text", "last", "ticks"),
    [
        ("12 noon", None, 43_200_000),
        ("12 midnight", None, 0),
        ("12.10 am", None, 600_000),
        ("[2 p.m.]", None, 50_400_000),
        ("14.05 Uhr", None, 50_700_000),
        ("00:08.50", None, 8_500),
        ("00:00:10:29", None, 10_966),
        ("(59:58)", None, 215_880_000),
        ("[0:09 --> 0:07]", None, 9_000),
        ("1:05", 3_600_000, 3_600_000),
        ("0:05", 3_600_000, 3_600_000),
        ("61:05", 3_600_000, 3_665_000),
    ],
)
def test_a_clock_is_read(text: str, last: int | None, ticks: int) -> None:
    found = next_clock(text, None if last is None else Clock(last, 0, of_day=False, due=False))
    assert found is not None
    assert (found.ticks, found.extent) == (ticks, 0)


@pytest.mark.parametrize("text", ["***", "[Applause]", "CROSS-EXAMINATION", "7", "**Break:** [15:10]", "4/5/14"])
def test_a_mark_that_is_no_clock_tells_no_time(text: str) -> None:
    assert next_clock(text, None) is None
