"""A passage off the record is a note with its length in the transcript, and nothing else changes because of it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.gaps import gaps, with_gaps
from captionflow.messages import MAX_RECORD_BYTES, Facts, Line, OnAir, Part, StepRecord
from captionflow.stamps import stamps_of
from captionflow.transcript import document, newest
from services.segment.assembler import PART_BYTES
from services.segment.segmenter import State, start, steps

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """Lines as a log gives them, each at a second."""

    def __init__(self, *, dated: bool = True) -> None:
        self.lines: list[Line] = []
        self.dated = dated

    def put(self, second: float, text: str = "", **fields: object) -> int:
        at = BEGIN + timedelta(seconds=second)
        seq = len(self.lines) + 1
        said = {"at": (at if self.dated else second) if text else None, **fields}
        self.lines.append(Line("desk", seq, text, seq=seq, received_at=at, **said))  # type: ignore[arg-type]
        return seq

    def off(self, second: float) -> None:
        self.put(second, off_record=True)

    def on(self, second: float) -> None:
        self.put(second, off_record=False)

    def withheld(self, second: float, **fields: object) -> int:
        at = BEGIN + timedelta(seconds=second)
        return self.put(second, withheld=True, **({"at": at} | fields))

    def run(self, size: int = 100) -> tuple[tuple[Part, ...], State, list[StepRecord]]:
        state, records = start("talk", "en"), []
        for begin in range(0, len(self.lines), size):
            for after, record in steps(state, self.lines[begin : begin + size]):
                state = msgspec.json.decode(msgspec.json.encode(after), type=State)  # as after a restart
                assert len(msgspec.json.encode(after)) + len(msgspec.json.encode(record)) <= MAX_RECORD_BYTES
                records.append(record)
        return newest(records), state, records

    def read(self) -> list[str]:
        """Paragraphs with their notes in place, each turn after its speaker."""
        parts, _, _ = self.run()
        assert parts == self.run(1)[0]
        return _read(with_gaps(parts))


def _read(parts: tuple[Part, ...]) -> list[str]:
    found = []
    for part in parts:
        text = part.text
        for note in reversed(part.notes):
            text = f"{text[: note.at]}{note.text}{text[note.at :]}"
        found.append(f"{part.speaker}: {text}" if part.speaker else text)
    return found


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_passage_is_a_note_with_its_length_between_the_words_around_it(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning. We beg")
    log.put(1, "in ")
    log.off(10)
    log.withheld(20)
    log.on(133)
    log.put(134, "and on we go.\n")
    assert log.read() == ["ANA: Good morning. We begin[Off the record for 2:03]\nand on we go."]


def test_while_it_goes_on_the_note_says_so(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning.")
    log.off(10)
    log.withheld(12)
    assert log.read() == ["ANA: Good morning.[Off the record]"]
    _, _, records = log.run()
    assert records[-1].off_record == BEGIN + timedelta(seconds=10)
    log.on(20)
    assert log.run()[2][-1].off_record is None


def test_the_silence_of_a_passage_is_no_interruption_and_that_around_it_is_one(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(59)
    log.on(600)
    log.put(659, "On we go.\n")
    assert log.read() == ["ANA: Good morning.[Off the record for 9:01]\nOn we go."]
    log.off(720)
    log.on(730)
    log.put(800, "And on.\n")
    first, last = "ANA: Good morning.[Off the record for 9:01]", "[No captions for 1:10]And on."
    assert log.read() == [f"{first}\nOn we go.[No captions for 1:01][Off the record for 0:10]\n{last}"]


def test_times_without_a_date_stay_without_one() -> None:
    log = Log(dated=False)
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(59)
    log.on(600)
    log.put(659, "On we go.\n")
    parts, _, _ = log.run()
    assert [stamp.at for part in parts for stamp in stamps_of(part)] == [0.0, 659.0]
    assert list(gaps(parts)) == []
    assert log.read() == ["ANA: Good morning.[Off the record for 9:01]\nOn we go."]


def test_a_passage_before_the_first_word_has_its_note_and_what_follows_is_read_as_ever(log: Log) -> None:
    log.off(0)
    log.withheld(1)
    log.on(30)
    log.put(40, "IGF 2015\nWS 245 A workshop\n12 November 2015\n\n>> ANA:  Good morning.\n")
    parts, state, _ = log.run()
    assert _read(parts) == ["[Off the record for 0:30]", "ANA: Good morning."]
    alone = Log()
    alone.put(40, log.lines[-1].text)
    assert state.facts == alone.run()[1].facts
    assert state.facts.date == "2015-11-12"


def test_a_session_that_ends_off_the_record_has_its_note(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(10)
    log.withheld(12)
    log.put(70, ends=True)
    assert log.read() == ["ANA: Good morning.[Off the record for 1:00]"]
    assert log.run()[1].facts.status == "finished"
    log.put(75, ends=True)
    log.on(80)
    assert log.read() == ["ANA: Good morning.[Off the record for 1:00]"]
    assert log.run()[2][-1].off_record is None


def test_one_that_is_opened_again_by_words_off_the_record_has_a_note_for_them_too(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(10)
    log.put(70, ends=True)
    log.withheld(100)
    assert log.run()[1].facts.status == "live"
    log.on(120)
    log.put(121, "On we go.\n")
    assert log.read() == ["ANA: Good morning.[Off the record for 1:00]", "[Off the record for 0:20]On we go."]


def test_the_same_again_changes_nothing(log: Log) -> None:
    log.on(0)
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(10)
    log.off(20)
    log.on(40)
    log.on(50)
    log.put(51, "On we go.\n")
    assert log.read() == ["ANA: Good morning.[Off the record for 0:30]\nOn we go."]


def test_a_withheld_revision_leaves_the_line_as_it_was_and_a_later_one_reaches_across_the_passage(log: Log) -> None:
    first = log.put(0, ">> ANA:  Good mroning.\n")
    note = len(log.lines) + 1
    log.off(10)
    log.withheld(11, revises=first)
    log.withheld(12, final=False, segment="u1")
    log.withheld(12, revises=first, ends_utterance=True)
    log.on(40)
    last = log.put(41, "On we goo.\n")
    assert log.read() == ["ANA: Good mroning.[Off the record for 0:30]\nOn we goo."]
    log.put(42, "On we go.\n", revises=last)
    log.put(43, ">> ANA:  Good morning.\n", revises=first)
    assert log.read() == ["ANA: Good morning.[Off the record for 0:30]\nOn we go."]
    log.put(44, "Not here.", revises=note)
    assert "[Off the record for 0:30]" in log.read()[0]


def test_the_words_of_a_spare_from_before_the_passage_may_come_during_it(log: Log) -> None:
    log.put(0, on_air=OnAir("ana", ("desk",)))
    log.put(1, "Good morning.\n")
    log.off(10)
    log.put(20, on_air=OnAir("desk", ("ana",)))
    log.on(40)
    log.put(41, "On we go.\n")
    assert log.read() == ["[Off the record for 0:30]Good morning.\nOn we go."]


def test_a_line_that_waited_elsewhere_and_ends_the_session_keeps_its_words(log: Log) -> None:
    log.off(10)
    log.put(20, "Thank you.\n", ends=True)
    log.on(40)
    assert "Thank you." in " ".join(log.read())


def test_a_part_that_is_full_is_closed_before_the_note(log: Log) -> None:
    log.put(0, ">> ANA:  " + "word " * 390)
    for n in range(60):
        log.put(1, f"[Applause {n} of all who are there and of some who are not]\n")
    log.off(10)
    log.on(40)
    parts, _, _ = log.run()
    assert "[Off the record for 0:30]" in [note.text for part in parts for note in part.notes]


_TEXTS = st.sampled_from([">> ANA:  Good ", "morning. ", "we be", "gin\n", "[Applause] ", "\n\n", ">> BEN:\n", "so. "])
_KINDS = st.sampled_from(["say", "say", "off", "on", "revise", "interim"])
_STEPS = st.lists(st.tuples(_KINDS, _TEXTS, st.integers(0, 200)))


@given(_STEPS, st.integers(1, 9))
def test_the_turns_are_those_of_a_log_in_which_the_withheld_lines_are_empty(
    given_steps: list[tuple[str, str, int]], size: int
) -> None:
    log, empty, off, second = Log(), Log(), False, 0.0
    for what, text, number in given_steps:
        second += number / 10
        revises = 1 + number % len(log.lines) if what == "revise" and log.lines else None
        if what in {"off", "on"}:
            off = what == "off"
            for one in (log, empty):
                (one.off if off else one.on)(second)
        elif off:
            log.withheld(second, revises=revises, final=what != "interim")
            empty.put(second, final=what != "interim")
        else:
            for one in (log, empty):
                one.put(second, text, revises=revises, final=what != "interim")
    nothing = Facts()
    assert document(log.run(size)[0], nothing)["turns"] == document(empty.run()[0], nothing)["turns"]


def test_however_many_passages_follow_each_other_each_has_its_note_and_no_part_grows_without_end(log: Log) -> None:
    log.put(0, ">> ANA: Good morning.\n")
    for second in range(0, 600, 3):
        log.off(second)
        log.on(second + 2)
    parts, _, _ = log.run()
    assert parts == log.run(1)[0]
    assert [note.text for part in parts for note in part.notes] == ["[Off the record for 0:02]"] * 200
    assert all(len(msgspec.json.encode(part)) < 2 * PART_BYTES for part in parts)


def test_a_passage_that_was_begun_earlier_elsewhere_is_as_long_as_that(log: Log) -> None:
    log.put(0, ">> ANA:  Good morning.\n")
    log.off(40)
    log.put(50, off_record=True, at=BEGIN + timedelta(seconds=10))
    log.put(80, off_record=False, at=BEGIN + timedelta(seconds=70))
    assert log.read() == ["ANA: Good morning.[Off the record for 1:00]"]
