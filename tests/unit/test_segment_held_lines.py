"""Lines that a revision can reach are held as one text and columns of numbers, and come out as they went in."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Line
from services.segment.buffer_spans import time_of
from services.segment.held_lines import HeldLines, latest
from tests.unit.segment_material import NOW, line

TEXTS = st.sampled_from(["", "a", "b", "word ", ">> ANNA: ", "語\n", "x" * 700])
NAMES = st.sampled_from([None, None, "", "Anna", "Ben"])
MOMENTS = st.one_of(
    st.none(),
    st.integers(-9_000, 90_000_000).map(lambda ms: NOW + timedelta(milliseconds=ms)),
    st.integers(0, 90_000_000).map(lambda ms: ms / 1_000),
)


@st.composite
def given_lines(draw: st.DrawFn) -> list[Line]:
    made, seq = list[Line](), draw(st.integers(0, 9))
    for text in draw(st.lists(TEXTS, max_size=30)):
        seq += draw(st.sampled_from([1, 1, 1, 5]))
        at = draw(MOMENTS)
        until = None
        if at is not None and draw(st.booleans()):
            until = at + timedelta(seconds=2) if not isinstance(at, float) else at + 2
        made.append(
            line(
                seq,
                text,
                at=at,
                until=until,
                speaker=draw(NAMES),
                ends=draw(st.integers(0, 9)) == 0,
                ends_utterance=draw(st.integers(0, 9)) == 0,
            )
        )
    return made


def told(lines: list[Line], *, times: bool) -> list[tuple[object, ...]]:
    return [
        (one.seq, one.text, one.speaker, one.ends, one.ends_utterance, time_of(one) if times and one.until else None)
        for one in lines
    ]


@given(given_lines(), st.integers(0, 30))
def test_lines_come_out_as_they_went_in_wherever_the_first_were_dropped(lines: list[Line], count: int) -> None:
    held = HeldLines()
    for one in lines:
        held = held.add([one], None)
    assert told(held.lines(), times=True) == told(lines, times=True)
    assert told(HeldLines().add(lines[:3], None).add(lines[3:], None).lines(), times=True) == told(lines, times=True)
    assert held.drop(count).lines() == held.lines(count)
    assert held.lines(2, count) == held.lines()[2:count]
    assert bool(held.drop(count)) == (count < len(lines))


@given(given_lines(), given_lines(), st.integers(0, 30))
def test_lines_that_are_added_after_a_drop_come_out_as_they_went_in(
    lines: list[Line], more: list[Line], count: int
) -> None:
    held = HeldLines().add(lines, None).drop(count)
    begin = lines[-1].seq if lines else 0
    later = [line(begin + one.seq, one.text, at=one.at, until=one.until, speaker=one.speaker) for one in more]
    assert told(held.add(later, None).lines(), times=True) == told([*lines[count:], *later], times=True)


def test_typed_lines_keep_the_times_that_say_something_new() -> None:
    sent = [line(n, "x", at=NOW + n * timedelta(milliseconds=200)) for n in range(1, 8)]
    held = HeldLines().add(sent, None)
    assert [one.seq for one in held.lines() if one.at is not None] == [1, 4, 7]
    assert [one.seq for one in HeldLines().add(sent[1:], time_of(sent[0])).lines() if one.at is not None] == [4, 7]


def test_a_thousand_lines_of_a_character_take_no_more_numbers_than_one() -> None:
    one, many = (HeldLines().add([line(n, "x") for n in range(1, count)], None) for count in (3, 1_001))
    assert one.numbers == many.numbers


def test_of_many_lines_at_once_those_in_reach_are_held() -> None:
    lines = [line(n, "x" * 100) for n in range(1, 101)]
    first = lines[latest(lines)].seq
    held = HeldLines().add(lines, None)
    assert held.find(first - 1) is None
    assert held.find(first) is not None
