"""One source is on air and others wait: who counts is decided by the lines alone, and no word is said twice or lost."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import MAX_RECORD_BYTES, Line, OnAir
from captionflow.on_air import MAX_BYTES, MAX_WAITING_CHARS, MAX_WAITING_LINES, OnAirState, admit
from captionflow.transcript import newest, turns
from services.segment.segmenter import start, steps

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)
ANA_ON_AIR = OnAir("ana", ("ben",), 10.0)


class Log:
    """Lines as a log gives them, each at a second."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def put(self, sender: str, second: float, text: str = "", **fields: object) -> int:
        at = BEGIN + timedelta(seconds=second)
        seq = len(self.lines) + 1
        self.lines.append(Line(sender, seq, text, at, seq=seq, received_at=at, **fields))  # type: ignore[arg-type]
        return seq

    def on_air(self, second: float, wanted: OnAir) -> None:
        self.put("organiser", second, on_air=wanted)


@pytest.fixture
def log() -> Log:
    made = Log()
    made.on_air(0, ANA_ON_AIR)
    return made


def said(log: Log, *, at_once: bool = True) -> str:
    """What the transcript has."""
    state, records = start("talk", "en"), []
    for batch in [log.lines] if at_once else [[line] for line in log.lines]:
        for after, record in steps(state, batch):
            state = msgspec.json.decode(msgspec.json.encode(after), type=type(after))  # as after a restart
            records.append(record)
    return " ".join(paragraph for turn in turns(newest(records)) for paragraph in turn.paragraphs)


def now(log: Log) -> OnAirState:
    state: OnAirState | None = None
    for line in log.lines:
        state, _ = admit(state, line)
    assert state is not None
    return state


def test_the_words_of_a_spare_wait_and_all_others_count(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    log.put("ben", 2, "Good morning everyone. ")
    log.put("eva", 3, "Welcome. ")
    log.put("ana", 4, "Let us begin. ")
    assert said(log) == said(log, at_once=False) == "Good morning. Welcome. Let us begin."


def test_without_a_line_that_says_so_everybodys_words_count() -> None:
    log = Log()
    log.put("ana", 1, "One. ")
    log.put("ben", 2, "Two. ")
    assert said(log) == "One. Two."


def test_a_spare_that_goes_on_while_the_other_is_silent_takes_over_with_all_it_said_since(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    for second in range(2, 16):
        log.put("ben", second, f"word{second} ")
    assert said(log) == "Good morning. " + " ".join(f"word{second}" for second in range(2, 16))
    assert said(log) == said(log, at_once=False)
    assert now(log).now == OnAir("ben", ("ana",), 10.0)


def test_the_one_that_was_silent_waits_when_it_comes_back_and_takes_over_in_its_turn(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    for second in range(2, 14):
        log.put("ben", second, f"ben{second} ")
    for second in range(14, 18):  # it is back
        log.put("ana", second, f"ana{second} ")
        log.put("ben", second + 0.5, f"ben{second} ")
    for second in range(18, 30):
        log.put("ana", second, f"ana{second} ")
    words = said(log).split()
    assert words == ["Good", "morning.", *(f"ben{n}" for n in range(2, 18)), *(f"ana{n}" for n in range(18, 30))]


def test_a_silence_of_both_changes_nothing_whoever_speaks_first_after_it(log: Log) -> None:
    log.put("ana", 1, "Coffee. ")
    log.put("ben", 2, "[Break] ")
    log.put("ben", 902, "And we ")
    log.put("ana", 903, "And we are back. ")
    log.put("ben", 904, "are back. ")
    assert said(log) == "Coffee. And we are back."
    assert now(log).now.source == "ana"


def test_what_both_have_said_is_said_once_where_the_spare_is_behind(log: Log) -> None:
    for second, text in enumerate(["Good morning. So the first ", "thing I would like ", "to say is "], 1):
        log.put("ana", second, text)
        log.put("ben", second + 2.5, text.upper())
    for second in range(6, 20):
        log.put("ben", second, f"word{second} ")
    rest = " ".join(f"word{second}" for second in range(6, 20))
    assert said(log) == f"Good morning. So the first thing I would like to say is {rest}"


def test_words_that_a_spare_was_ahead_with_are_not_lost(log: Log) -> None:
    log.put("ben", 1, "Good morning. So the first thing I would like ")
    log.put("ben", 2, "to say is thank ")
    log.put("ana", 2.5, "Good morning. So the first thing ")
    for second in range(3, 16):
        log.put("ben", second, f"word{second} ")
    rest = " ".join(f"word{second}" for second in range(3, 16))
    assert said(log) == f"Good morning. So the first thing I would like to say is thank {rest}"


def test_a_take_over_by_hand_uses_what_waited_at_once(log: Log) -> None:
    log.put("ana", 1, "Good mor")
    log.put("ben", 2, "We had a break in the line. ")
    log.on_air(3, OnAir("ben", ("ana",), 10.0))
    log.put("ana", 4, "ning. ")
    log.put("ben", 5, "Now we go on. ")
    assert said(log) == "Good mor We had a break in the line. Now we go on."


def test_a_take_over_from_a_source_that_was_no_spare_needs_none(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    log.on_air(2, OnAir("eva", ("ana",)))
    log.put("ana", 3, "Not heard. ")
    log.put("eva", 4, "Heard. ")
    assert said(log) == "Good morning. Heard."


def test_the_same_order_again_changes_nothing_and_one_without_a_source_lets_all_count(log: Log) -> None:
    log.put("ana", 1, "One. ")
    log.on_air(2, ANA_ON_AIR)
    log.put("ben", 3, "Not heard. ")
    log.on_air(4, OnAir("ana", ("eva",)))  # ben is no spare any more
    log.put("ben", 5, "Two. ")
    log.put("eva", 6, "Not heard either. ")
    log.on_air(7, OnAir(""))
    log.put("eva", 8, "Three. ")
    assert said(log) == "One. Two. Three."


def test_what_a_spare_corrects_is_right_when_it_is_used_and_afterwards(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    wrong = log.put("ben", 2, "Wronk ")
    log.put("ben", 3, "Wrong ", revises=wrong)
    right = [log.put("ben", second, f"word{second} ") for second in range(4, 16)]
    log.put("ben", 16, "wird4 ", revises=right[0])
    log.put("ben", 17, "end. ")
    words = said(log).split()
    assert words == ["Good", "morning.", "Wrong", "wird4", *(f"word{n}" for n in range(5, 16)), "end."]


def test_a_correction_by_the_source_on_air_or_the_desk_passes(log: Log) -> None:
    wrong = log.put("ana", 1, "Good mourning. ")
    log.put("ben", 2, "Hello. ")
    log.put("desk", 3, "Good morning. ", revises=wrong)
    assert said(log) == "Good morning."


def test_interims_and_the_end_of_a_spare_count_for_nothing(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    log.put("ben", 2, "I hear", segment="s1", final=False)
    log.put("ben", 3, ends=True)
    state, records = start("talk", "en"), []
    for after, record in steps(state, log.lines):
        state = after
        records.append(record)
    assert state.facts.status == "live"
    assert all(not part.interim for record in records for part in record.parts)


def test_a_recogniser_that_takes_over_keeps_its_speaker(log: Log) -> None:
    log.put("ana", 1, "Good morning.\n", speaker="ANA")
    for second in range(2, 14):
        log.put("ben", second, f"word{second} ", speaker="BEN")
    records = [record for _, record in steps(start("talk", "en"), log.lines)]
    assert [turn.speaker for turn in turns(newest(records))] == ["ANA", "BEN"]


def test_what_waits_is_bounded_however_long_and_however_fine(log: Log) -> None:
    for number in range(3_000):
        log.put("ben", number / 1_000, 'x" ' if number % 7 else "\\ ")
    state = now(log)
    assert sum(len(one.text) for one in state.waiting) <= MAX_WAITING_CHARS
    assert len(msgspec.json.encode(state)) <= MAX_BYTES
    for spare in range(50):
        log.on_air(4 + spare, OnAir("ana", tuple(f"spare-{n}" for n in range(50))))
        for number in range(60):
            log.put(f"spare-{number % 5}", 5 + spare, "words ", speaker=f"{number}")
    assert len(msgspec.json.encode(now(log))) <= MAX_BYTES
    for after, record in steps(start("talk", "en"), log.lines):
        assert len(msgspec.json.encode(after)) + len(msgspec.json.encode(record)) <= MAX_RECORD_BYTES


def test_a_character_a_post_takes_over_as_soon_as_a_line_a_post(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    text = "we go on without her and nobody has to wait for it because the words were here all the time you see "
    for place, sign in enumerate(text * 2):
        log.put("ben", 2 + place / 12, sign)
    assert said(log).split() == ["Good", "morning.", *(text * 2).split()]


@given(st.lists(st.tuples(st.sampled_from(["ana", "ben", "eva"]), st.integers(0, 8), st.booleans()), max_size=40))
def test_batches_and_repeats_change_nothing_and_spares_add_nothing_of_their_own(
    made: list[tuple[str, int, bool]],
) -> None:
    log, second = Log(), 0.0
    log.on_air(0, ANA_ON_AIR)
    for number, (sender, pause, by_hand) in enumerate(made):
        second += pause
        if by_hand and sender != "eva":
            log.on_air(second, OnAir(sender, ("ben",) if sender == "ana" else ("ana",)))
        else:
            log.put(sender, second, f"{sender}{number} ")
    words = said(log).split()
    assert words == said(log, at_once=False).split()
    assert len(set(words)) == len(words)  # nothing twice
    assert {word for word in words if word.startswith("eva")} == {
        line.text.strip() for line in log.lines if line.sender == "eva"
    }
    numbers = [int(word[3:]) for word in words if word.startswith("ben")]
    assert numbers == sorted(numbers)


def test_the_punctuation_behind_what_both_have_said_is_not_said_again(log: Log) -> None:
    log.put("ana", 1, "Good morning. One two three four. ")
    log.put("ben", 2, "One two three four?! ")
    for second in range(3, 15):
        log.put("ben", second, f"word{second} ")
    assert said(log) == "Good morning. One two three four. " + " ".join(f"word{n}" for n in range(3, 15))


def test_a_correction_of_what_nobody_released_passes_as_it_is(log: Log) -> None:
    first = log.put("ana", 1, "Good mourning. ")
    for second in range(2, 14):
        log.put("ben", second, f"word{second} ")
    log.put("desk", 14, "Good morning. ", revises=first)
    assert said(log).startswith("Good morning. word2")


def test_more_short_lines_of_several_spares_than_there_is_room_for_give_way_the_oldest_first() -> None:
    log = Log()
    log.on_air(0, OnAir("ana", ("ben", "eva")))
    for number in range(200):
        log.put(("ben", "eva")[number % 2], number / 100, "x ")
    assert now(log).waiting[-1].seq == len(log.lines)
    assert len(now(log).waiting) == MAX_WAITING_LINES


def test_a_correction_that_comes_when_what_waited_is_forgotten_is_kept_apart_and_repeats_nothing(log: Log) -> None:
    log.put("ana", 1, "Good morning. ")
    waited = [log.put("ben", second, f"word{second} ") for second in range(2, 62)]
    for number in range(MAX_WAITING_LINES):
        log.put("ana", 62 + number / 100, "x ")  # it waits now, and there is no room for what ben had said
    log.put("ben", 63, "ward2 ", revises=waited[0])
    log.put("ben", 63.1, "end. ")
    assert now(log).released is None
    assert said(log) == "Good morning. " + " ".join(f"word{second}" for second in range(2, 62)) + " end."


def test_off_the_record_a_spare_takes_over_as_on_it_and_nothing_of_it_is_used(log: Log) -> None:
    log.put("ana", 1, "One. ")
    for second in range(2, 12):
        log.put("ben", second, withheld=True)
    assert now(log).now.source == "ana"
    log.put("ben", 12, withheld=True, revises=3)
    assert (now(log).now.source, now(log).waiting) == ("ben", ())
    log.put("ben", 13, "Two.")
    log.put("ana", 14, "Three.")
    assert said(log) == said(log, at_once=False) == "One. Two."


def test_a_source_that_goes_on_off_the_record_is_not_silent(log: Log) -> None:
    log.put("ana", 1, "One. ")
    for second in range(2, 30):
        log.put("ben", second, withheld=True)
        log.put("ana", second, withheld=True)
    assert now(log).now.source == "ana"
    assert said(log) == "One."
