"""Times with and without a date, and stamps as numbers (captionflow.stamps)."""

from datetime import UTC, datetime, timedelta, timezone

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Line, Moment, Part, Stamp
from captionflow.stamps import MAX_SECONDS, dateless, extent, moment, pack, stamps_of, ticks, unpack

NOW = datetime(2026, 11, 26, 9, 0, 0, 250_000, tzinfo=UTC)
SECOND = timedelta(seconds=1)
DATES = st.datetimes(datetime(1900, 1, 1), datetime(2199, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - has a zone
SECONDS = st.integers(0, int(MAX_SECONDS * 1_000)).map(lambda milliseconds: milliseconds / 1_000)


def to_milliseconds(at: Moment) -> Moment:
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000) if isinstance(at, datetime) else at


def part(**fields: object) -> Part:
    return Part("s.en.1", 0, "s", "en", 1, 1, **fields)  # type: ignore[arg-type]


@given(st.lists(st.tuples(st.integers(0, 5_000), DATES | SECONDS), max_size=9))
def test_stamps_come_back_as_they_were_packed_to_the_millisecond(found: list[tuple[int, Moment]]) -> None:
    stamps = [Stamp(offset, dateless(to_milliseconds(at))) for offset, at in sorted(found, key=lambda one: one[0])]
    assert list(unpack(pack(stamps))) == stamps


def test_an_end_comes_back_and_one_that_is_no_end_does_not() -> None:
    assert list(unpack(pack([Stamp(0, 1.5, 1.5), Stamp(4, NOW, NOW + SECOND)]))) == [
        Stamp(0, 1.5, 1.5),
        Stamp(4, NOW, NOW + SECOND),
    ]
    assert extent(ticks(NOW), NOW - SECOND) == extent(ticks(NOW), 7.0) == extent(ticks(NOW), None) == 0


def test_the_first_of_january_1970_is_no_date() -> None:
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    assert dateless(zero + timedelta(seconds=90.5)) == 90.5
    assert dateless(zero.astimezone(timezone(timedelta(hours=3)))) == 0
    assert moment(ticks(zero + 90 * SECOND)) == 90


def test_a_day_before_or_after_it_is_a_date() -> None:
    for date in (datetime(1969, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(1970, 1, 2, tzinfo=UTC)):
        assert dateless(date) == moment(ticks(date)) == date


def test_parts_of_older_versions_have_their_stamps() -> None:
    old = (
        b'{"turn_id":"s.en.1","number":0,"session":"s","language":"en","ordinal":1,"version":1,"stamps":'
        b'[{"offset":0,"at":"1970-01-01T00:01:30Z"},{"offset":5,"at":"2026-11-26T09:00:00.25Z"}]}'
    )
    assert stamps_of(msgspec.json.decode(old, type=Part)) == (Stamp(0, 90.0), Stamp(5, NOW))
    assert stamps_of(part(times=pack([Stamp(3, NOW)]))) == (Stamp(3, NOW),)
    assert stamps_of(part()) == ()


def test_numbers_that_are_no_stamp_are_passed_over() -> None:
    assert list(unpack((0, 5, 0, 7))) == [Stamp(0, 0.005)]


def test_lines_say_their_time_as_a_date_or_as_seconds() -> None:
    lines = msgspec.json.decode(
        b'[{"sender":"a","number":0,"text":"","seq":1,"received_at":"2026-01-01T00:00:00Z","at":90,"until":91.5},'
        b'{"sender":"a","number":1,"text":"","seq":2,"received_at":"2026-01-01T00:00:00Z","at":"2026-11-26T09:00:00.25Z"}]',
        type=list[Line],
    )
    assert [(line.at, line.until) for line in lines] == [(90, 91.5), (NOW, None)]
