"""An interruption is seen in the times of the words, and told with its length."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest

from captionflow.gaps import SILENCE, clock, gaps, with_gaps
from captionflow.messages import Note, Part, Stamp
from captionflow.stamps import pack

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def part(ordinal: int, text: str, *stamps: tuple[int, float] | tuple[int, float, float], **fields: object) -> Part:
    """Stamps are (offset, second, until second)."""
    packed = pack(Stamp(offset, _at(second), *(_at(one) for one in until)) for offset, second, *until in stamps)
    known = {"turn_id": f"talk.en.{ordinal}", "number": 0, "session": "talk", "language": "en", "version": ordinal}
    return Part(ordinal=ordinal, paragraphs=(text,), times=packed, **(known | fields))  # type: ignore[arg-type]


def _at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


def found(*parts: Part) -> list[tuple[str, int, float]]:
    return [(gap.turn_id, gap.offset, gap.span.total_seconds()) for gap in gaps(parts)]


def test_a_minute_without_words_is_a_gap_and_less_is_none() -> None:
    assert found(part(1, "One two.", (0, 0), (4, 60))) == [("talk.en.1", 4, 60.0)]
    assert found(part(1, "One two.", (0, 0), (4, 59.9))) == []
    assert timedelta(seconds=60) == SILENCE


def test_a_gap_before_a_turn_stands_at_its_beginning() -> None:
    assert found(part(2, "Two.", (0, 100)), part(1, "One.", (0, 0))) == [("talk.en.2", 0, 100.0)]


def test_a_gap_begins_where_the_words_before_it_ended() -> None:
    assert found(part(1, "One two.", (0, 0, 50), (4, 100))) == []
    assert found(part(1, "One two three.", (0, 0, 90), (4, 30), (8, 150))) == [("talk.en.1", 8, 60.0)]


def test_words_that_are_told_late_open_no_gap() -> None:
    assert found(part(1, "One two three.", (0, 0), (4, -200), (8, 30))) == []


def test_the_head_and_what_was_retracted_have_no_gaps() -> None:
    head = part(0, "Forum 2026", (0, -4000))
    gone = part(2, "Gone.", (0, 200), retracted=True)
    assert found(head, part(1, "One.", (0, 0)), gone) == []


def test_times_without_a_date_are_no_interruption() -> None:
    times = pack([Stamp(0, 0.0), Stamp(4, 600.0)])
    assert found(msgspec.structs.replace(part(1, "One two."), times=times)) == []


def test_a_note_says_how_long_it_was_before_what_came_then() -> None:
    one = part(1, "One two.", (0, 0), (4, 252), notes=(Note("[Applause]", 4), Note("[Coughs]", 0)))
    two = part(2, "Two.", (0, 260))
    with_notes = tuple(with_gaps([one, two]))
    assert [note.text for note in with_notes[0].notes] == ["[Coughs]", "[No captions for 4:12]", "[Applause]"]
    assert with_notes[1] is two


@pytest.mark.parametrize(("seconds", "said"), [(-5, "0:00"), (61.9, "1:01"), (3723, "1:02:03")])
def test_spans_are_told_as_clocks(seconds: float, said: str) -> None:
    assert clock(timedelta(seconds=seconds)) == said
