"""When cues are shown: at the times of the source (services.api.transcripts.formats.timeline, session_clock, cues)."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Note, Part, Stamp
from captionflow.stamps import pack
from captionflow.turns import Turns
from services.api.transcripts.formats.cues import cues
from services.api.transcripts.formats.session_clock import session_clock
from services.api.transcripts.formats.timeline import Anchor, Timeline, spans
from services.api.transcripts.limits import Limits

NOW = datetime(2026, 11, 26, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
LIMITS = Limits()


class Shown(NamedTuple):
    place: int
    end: int
    columns: int


def part(text: str, *stamps: Stamp, number: int = 1, speaker: str | None = None, notes: tuple[Note, ...] = ()) -> Part:
    paragraphs = tuple(text.split("\n"))
    return Part(f"s.en.{number}", 0, "s", "en", number, 1, speaker, False, paragraphs, notes, times=pack(stamps))


def shown(*parts: Part, starts_at: datetime | None = None, offset: float = 0.0) -> list[tuple[float, float, str]]:
    found = tuple(cues(Turns(parts, 1), "en", LIMITS, names=False, starts_at=starts_at, offset=offset).cues)
    return [(round(cue.start, 3), round(cue.end, 3), " ".join(cue.lines)) for cue in found]


def test_cues_of_a_source_keep_their_times() -> None:
    talk = part(
        "We wait now. There it comes. All aboard.", Stamp(0, 90.0, 92.5), Stamp(13, 150.0, 152), Stamp(29, 152, 153)
    )
    assert shown(talk) == [
        (90.0, 92.5, "We wait now."),
        (150.0, 151.917, "There it comes."),
        (152.0, 153.0, "All aboard."),
    ]


def test_a_long_cue_is_cut_inside_of_its_own_time() -> None:
    long = "It rained all night on the harbour, and the people who lived there took their boats up the hill. " * 2
    found = shown(part(f"{long}End.", Stamp(0, 10.0, 22.0), Stamp(len(long), 30.0, 31.0)))
    assert found[0][0] == 10.0
    assert found[-2][1] == 22.0
    assert found[-1] == (30.0, 31.0, "End.")
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_a_sentence_that_goes_on_in_the_next_cue_is_parted_where_the_source_does() -> None:
    assert [
        text for _, _, text in shown(part("The river rose in the night.", Stamp(0, 0.0, 2.0), Stamp(10, 2.5, 4.0)))
    ] == [
        "The river",
        "rose in the night.",
    ]


def test_typed_lines_share_a_cue_while_somebody_talks_and_not_across_a_pause() -> None:
    text = "the river rose and the bridge was gone"
    assert len(shown(part(text, Stamp(0, 0.0), Stamp(15, 1.4)))) == 1
    assert len(shown(part(text, Stamp(0, 0.0), Stamp(15, 3.4)))) == 2
    sentences = "It rose. It is gone."
    assert len(shown(part(sentences, Stamp(0, 0.0), Stamp(9, 1.1)))) == 2
    assert len(shown(part(sentences, Stamp(0, 0.0), Stamp(9, 0.9)))) == 1


def test_two_turns_in_one_cue_share_its_time() -> None:
    found = shown(part("Ready?", Stamp(0, 10.0, 14.0), speaker="ANNA"), part("Yes.", number=2, speaker="BEN"))
    assert found[0][0] == 10.0
    assert 11 < found[1][0] < 13
    assert found[1][1] == 14.0


def test_notes_have_the_times_of_their_cues() -> None:
    talk = part(
        "Hello. Bye.", Stamp(0, 5.0, 6.0), Stamp(6, 9.0, 10.0), Stamp(7, 20.0, 21.0), notes=(Note("[Door]", 6),)
    )
    assert shown(talk) == [(5.0, 6.0, "Hello."), (9.0, 10.0, "[Door]"), (20.0, 21.0, "Bye.")]
    first = part("Hello.", Stamp(0, 5.0, 6.0), Stamp(0, 9.0, 10.0), notes=(Note("[Door]", 0),))
    assert shown(first) == [(5.0, 6.0, "[Door]"), (9.0, 10.0, "Hello.")]
    same = part("Hello.", Stamp(0, 5.0, 6.0), notes=(Note("[Door]", 0),))
    assert shown(same) == [(5.0, 6.0, "[Door] Hello.")]


def test_cues_that_begin_at_one_time_or_overlap_are_shown_one_after_the_other() -> None:
    found = shown(part("One. Two. Three.", Stamp(0, 5.0, 9.0), Stamp(5, 5.0, 9.0), Stamp(10, 8.0, 9.0)))
    assert [text for _, _, text in found] == ["One.", "Two.", "Three."]
    assert (found[0][0], found[2][0]) == (5.0, 8.0)
    assert all(start < end for start, end, _ in found)
    assert all(before[1] < after[0] for before, after in pairwise(found))


def test_turns_that_change_inside_a_cue_of_the_source_share_its_time() -> None:
    one = part("A long question is asked here.", Stamp(0, 5.0, 9.0))
    two = part("Yes.", Stamp(0, 5.0, 9.0), number=2)
    three = part("Well.", Stamp(0, 9.5, 10.5), number=3)
    found = shown(one, two, three)
    assert found[0][0] == 5.0
    assert 7.5 < found[1][0] < 8.5
    assert found[2][0] == 9.5


def test_words_before_the_first_time_are_shown_before_it() -> None:
    found = shown(part("Before it. Then.", Stamp(11, 30.0, 31.0)))
    assert 25 < found[0][0] < found[0][1] < 30
    assert found[1] == (30.0, 31.0, "Then.")
    early = shown(part("One.", number=1), part("Two.", number=2), part("Three.", Stamp(0, 0.3, 1.0), number=3))
    assert [start for start, _, _ in early] == sorted({start for start, _, _ in early})


def test_an_offset_shifts_all_and_leaves_out_what_is_before_zero() -> None:
    talk = part("One. Two. Three.", Stamp(0, 5.0, 6.0), Stamp(5, 7.0, 9.0), Stamp(10, 10.0, 11.0))
    assert shown(talk, offset=12.5)[0] == (17.5, 18.5, "One.")
    assert shown(talk, offset=-8) == [(0.0, 1.0, "Two."), (2.0, 3.0, "Three.")]


@pytest.mark.parametrize(
    ("starts_at", "first"),
    [(None, 0.0), (NOW - 60 * SECOND, 60.0), (NOW + SECOND, 0.0), (NOW - 7 * 3600 * SECOND, 0.0)],
)
def test_with_dates_the_clock_begins_with_the_session_or_the_first_words(
    starts_at: datetime | None, first: float
) -> None:
    talk = part("One. Two.", Stamp(0, NOW), Stamp(5, NOW + 9 * SECOND))
    assert [start for start, _, _ in shown(talk, starts_at=starts_at)] == [first, first + 9]


def test_times_on_another_clock_are_not_followed() -> None:
    assert session_clock([Stamp(0, 4.0), Stamp(9, NOW)]).seconds(NOW) is None
    assert session_clock([Stamp(0, NOW), Stamp(9, 4.0)]).seconds(4.0) is None
    assert session_clock([]).seconds(4.0) == 4.0
    assert shown(part("One. Two.", Stamp(0, 4.0, 5.0), Stamp(5, NOW)))[0][0] == 4.0


@given(
    st.lists(st.tuples(st.integers(0, 400), st.floats(0, 90), st.none() | st.floats(0, 9)), max_size=9),
    st.lists(st.integers(0, 400), min_size=1, max_size=20, unique=True),
)
def test_whatever_the_times_cues_are_in_order_and_do_not_overlap(
    known: list[tuple[int, float, float | None]], places: list[int]
) -> None:
    anchors = [Anchor(place, start, None if length is None else start + length) for place, start, length in known]
    begins = sorted(places)
    shown = [Shown(begin, end, end - begin) for begin, end in pairwise([*begins, 402])]
    found = list(spans(shown, Timeline("word " * 81, anchors), LIMITS))
    assert [one for one, _, _ in found] == shown
    assert all(0 <= start < end for _, start, end in found)
    assert all(before[2] < after[1] for before, after in pairwise(found))
