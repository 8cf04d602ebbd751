"""What changed in a part, and what a reader makes of it (services.api.live.delta)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET

from captionflow.messages import Apart, Note, Part, Stamp
from services.api.live.delta import PartDelta, apply, delta

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = st.text(st.sampled_from("ab e\u0301🎤語"), max_size=12).map(" ".join).map(str.strip)


def part(version: int = 1, **fields: Any) -> Part:
    return Part(
        **{"turn_id": "s.en.1", "number": 0, "session": "s", "language": "en", "ordinal": 1} | fields, version=version
    )


def applied(old: Part | None, change: PartDelta) -> Part | None:
    return apply(old, change, session="s", language="en")


def parts(version: int) -> st.SearchStrategy[Part]:
    return st.builds(
        part,
        st.just(version),
        ordinal=st.integers(0, 3),
        speaker=st.sampled_from([None, "", "ANNA", "BEN"]),
        role=st.booleans(),
        continues=st.booleans(),
        paragraphs=st.lists(TEXTS.filter(bool), max_size=3).map(tuple),
        notes=st.lists(st.builds(Note, st.just("[Applause]"), st.integers(0, 9)), max_size=2).map(tuple),
        apart=st.lists(st.builds(Apart, st.just("***"), st.just("mark"), st.integers(0, 9)), max_size=2).map(tuple),
        stamps=st.lists(st.builds(Stamp, st.integers(0, 9), st.just(NOW)), max_size=2).map(tuple),
        times=st.lists(st.integers(0, 2), max_size=6).map(tuple),
        interim=st.sampled_from(["", "soon"]),
        closed=st.booleans(),
        retracted=st.booleans(),
    )


@given(st.none() | parts(1), parts(2))
def test_applying_a_change_gives_the_new_part(old: Part | None, new: Part) -> None:
    assert applied(old, delta(old, new)) == new


@given(st.none() | parts(1), parts(2))
def test_a_change_survives_the_wire(old: Part | None, new: Part) -> None:
    change = delta(old, new)
    assert msgspec.json.decode(msgspec.json.encode(change), type=PartDelta) == change


@given(parts(1), parts(2))
def test_a_change_keeps_as_much_of_the_text_as_both_begin_with(old: Part, new: Part) -> None:
    change = delta(old, new)
    assert new.text == old.text[: change.keep] + change.text
    assert change.keep == len(old.text) or old.text[change.keep] != new.text[change.keep : change.keep + 1]


def test_words_that_come_are_all_that_is_sent() -> None:
    change = delta(part(paragraphs=("Good morning",)), part(2, paragraphs=("Good morning 🎤 all",)))
    assert msgspec.json.decode(msgspec.json.encode(change)) == {
        "turn_id": "s.en.1",
        "number": 0,
        "version": 2,
        "base": 1,
        "keep": 12,
        "text": " 🎤 all",
    }


def test_what_changed_beside_the_text_comes_whole() -> None:
    notes = (Note("[Applause]", 0), Note("[Laughter]", 4))
    change = delta(part(notes=notes[:1], interim="soon"), part(2, notes=notes, closed=True))
    assert (change.notes, change.interim, change.closed, change.apart) == (notes, "", True, UNSET)


def test_times_that_come_are_all_that_is_sent_of_them() -> None:
    change = delta(part(times=(0, 90_000, 0)), part(2, times=(0, 90_000, 0, 9, 1_000, 0)))
    assert (change.times, change.times_keep, change.stamps) == ((9, 1_000, 0), 3, UNSET)


def test_offsets_count_code_points() -> None:
    assert delta(part(paragraphs=("🎤🎤a",)), part(2, paragraphs=("🎤🎤b",))).keep == 2


def test_a_reader_skips_what_is_not_newer_than_what_it_has() -> None:
    have = part(5, paragraphs=("Newer.",))
    assert applied(have, delta(part(1), part(5, paragraphs=("Other.",)))) is have
    assert applied(have, delta(None, part(4, paragraphs=("Older.",)))) is have


def test_a_reader_skips_a_change_of_a_version_that_it_does_not_have() -> None:
    change = delta(part(3), part(4, paragraphs=("Text.",)))
    assert applied(None, change) is None
    have = part(2, paragraphs=("Mine.",))
    assert applied(have, change) is have


def test_a_new_part_replaces_whatever_a_reader_has_of_it() -> None:
    new = part(7, paragraphs=("All of it.",), stamps=(Stamp(0, NOW + timedelta(seconds=1)),))
    assert applied(part(3, paragraphs=("Half",), speaker="ANNA"), delta(None, new)) == new
