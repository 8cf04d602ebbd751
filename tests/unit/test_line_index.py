"""Which records of a Kafka log are valid, and what is known of them (captionflow.adapters.kafka.line_index)."""

import random
from datetime import UTC, datetime

from captionflow.adapters.kafka.line_block import Block, LineHead, RecordHead
from captionflow.adapters.kafka.line_index import LineIndex
from captionflow.messages import Line, Stream
from captionflow.off_record import SENDER, Passage

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TALK = Stream("talk", "en")


def head(first_seq: int, *numbers: int, sender: str = "desk", language: str = "en") -> RecordHead:
    lines = tuple(LineHead(first_seq + n, sender, number) for n, number in enumerate(numbers))
    return RecordHead("talk", language, lines, v=1)


async def nothing_is_whole(_partition: int, _ordinal: int) -> Block:
    raise AssertionError


def opened() -> LineIndex:
    return LineIndex(nothing_is_whole)


async def test_a_record_is_valid_only_if_it_goes_on_where_the_log_stands() -> None:
    index = opened()
    added = [
        index.add(0, offset, one)
        for offset, one in enumerate([head(1, 0, 1), head(2, 1), head(4, 9), head(3, 2), head(1, 0), head(4, 3)])
    ]
    assert added == [True, False, False, True, False, True]
    assert index.last_seq(TALK) == 4
    assert await index.after(TALK, 0, 10) == [0, 3, 5]
    assert [offset for offset in range(7) for seq in range(7) if await index.has(TALK, offset, seq)] == [0, 3, 5]
    assert await index.has(TALK, 3, 3)


async def test_a_void_record_changes_nothing_also_where_it_overlaps_what_is_new() -> None:
    index = opened()
    index.add(0, 0, head(1, 0, 1, 2))
    assert not index.add(0, 1, head(3, 2, 3, 4))
    assert index.last_seq(TALK) == 3
    assert await index.last_number(TALK, "desk") == 2
    assert await index.known(TALK, [("desk", 3), ("desk", 4)]) == []


async def test_the_last_number_is_known_as_it_was_when_a_line_came() -> None:
    index = opened()
    index.add(0, 0, head(1, 4, 5, 9, 7, 10, 11))
    assert [await index.last_number(TALK, "desk", seq) for seq in range(1, 8)] == [None, 4, 5, 9, 9, 10, 11]


async def test_the_last_lines_of_a_sender_are_found_by_number() -> None:
    index = opened()
    index.add(0, 0, head(1, 4, 5, 9, 7, 10, 11))
    assert await index.last_seqs(TALK, "desk", 3, -1) == [3, 5, 6]
    assert await index.last_seqs(TALK, "desk", 9, 4) == [2, 4, 3, 5, 6]
    assert await index.last_seqs(TALK, "desk", 9, 11) == await index.last_seqs(TALK, "asr", 9, -1) == []
    assert await index.last_seqs(Stream("nobody", "en"), "desk", 9, -1) == []


async def test_of_a_session_without_lines_nothing_is_known() -> None:
    index = opened()
    index.add(0, 0, head(1, 0))
    nobody = ("nobody", "en")
    assert list(index.streams()) == [TALK]
    assert (await index.last_number(nobody, "desk"), await index.last_number(TALK, "asr")) == (None, None)
    assert (
        await index.known(nobody, [("desk", 0)]),
        await index.after(nobody, 0, 10),
        await index.has(nobody, 0, 1),
    ) == ([], [], False)


async def test_each_session_and_language_has_its_own_place() -> None:
    index = opened()
    assert index.add(0, 0, head(1, 0))
    assert index.add(0, 1, head(1, 0, language="es"))
    assert index.add(0, 2, head(2, 1))
    assert (index.last_seq(TALK), index.last_seq(("talk", "es")), index.last_seq(("nobody", "en"))) == (2, 1, 0)


async def test_whatever_the_senders_order_every_line_is_found_where_it_is() -> None:
    draw = random.Random(7)  # noqa: S311 - a fixed order of arrival
    index, where, seq = opened(), {}, 1
    numbers = {sender: draw.sample(range(60), 60) for sender in ("a", "b")}
    for offset in range(120):
        if not any(numbers.values()):
            break
        sender = draw.choice([one for one in numbers if numbers[one]])
        taken = [numbers[sender].pop() for _ in range(min(len(numbers[sender]), draw.randint(1, 4)))]
        assert index.add(0, offset, head(seq, *taken, sender=sender))
        where |= {(sender, number): (seq + n, offset) for n, number in enumerate(taken)}
        seq += len(taken)
    for key, (line_seq, offset) in where.items():
        assert await index.known(TALK, [key]) == [line_seq]
        assert await index.holding(TALK, [line_seq]) == [offset]
    assert await index.known(TALK, [("a", 60), ("c", 0)]) == []
    assert await index.known(TALK, where) == sorted(line_seq for line_seq, _ in where.values())


async def test_reading_begins_with_the_record_that_holds_the_next_line() -> None:
    index = opened()
    for offset, one in enumerate([head(1, 0, 1, 2), head(4, 3), head(5, 4, 5)]):
        index.add(0, 10 + offset, one)
    assert [await index.after(TALK, seq, 10) for seq in range(7)] == [
        [10, 11, 12],
        [10, 11, 12],
        [10, 11, 12],
        [11, 12],
        [12],
        [12],
        [],
    ]
    assert await index.after(TALK, 0, 2) == [10, 11]


async def test_lines_that_share_a_record_name_it_once() -> None:
    index = opened()
    for offset, one in enumerate([head(1, 0, 1, 2), head(4, 3), head(5, 4, 5)]):
        index.add(0, 10 + offset, one)
    assert await index.holding(TALK, [1, 3, 5, 6]) == [10, 12]


async def test_the_valid_records_of_a_partition_are_found_in_order() -> None:
    index = opened()
    index.add(3, 70_000_000_000, head(1, 0))
    index.add(0, 5, head(1, 0, language="es"))
    index.add(0, 7, head(2, 1, language="es"))
    assert await index.valid_from(3, 0, 10) == [70_000_000_000]
    assert await index.valid_from(0, 0, 10) == [5, 7]
    assert await index.valid_from(0, 0, 1) == [5]
    assert (await index.valid_from(0, 6, 10), await index.valid_from(0, 8, 10)) == ([7], [])


async def test_what_is_off_the_record_is_known_as_the_lines_say() -> None:
    index = opened()
    assert index.off_record(TALK) is None
    lines = (
        Line("desk", 0, "words", seq=1, received_at=AT),
        Line(SENDER, 0, "", off_record=True, seq=2, received_at=AT),
        Line("desk", 1, "", seq=3, received_at=AT, withheld=True),
    )
    assert index.add(0, 0, _head_of(lines), lambda: lines)
    found = index.off_record(TALK)
    assert found is not None
    assert found.now == Passage(AT)
    assert found.withheld == ((3, 3),)
    assert index.off_record_now == {TALK}
    ends = (Line(SENDER, 1, "", off_record=False, seq=4, received_at=AT),)
    assert index.add(0, 1, _head_of(ends), lambda: ends)
    assert index.off_record_now == set()


def _head_of(lines: tuple[Line, ...]) -> RecordHead:
    heads = tuple(LineHead(line.seq, line.sender, line.number, line.off_record) for line in lines)
    return RecordHead("talk", "en", heads, 1)
