"""Of streams that are not live a process remembers little, and all that it knew."""

import tracemalloc
from datetime import UTC, datetime

import pytest

from captionflow.adapters.kafka.block_directory import StreamBlocks
from captionflow.adapters.kafka.line_index import LineIndex
from captionflow.adapters.kafka.seal import SealedStream, WholeBlock
from captionflow.adapters.kafka.stream_directory import StreamDirectory
from captionflow.messages import Line, Stream
from captionflow.off_record import SENDER, after
from tests.unit.test_line_index import nothing_is_whole

AT = datetime(2026, 11, 24, 9, tzinfo=UTC)
TALK = Stream("talk", "en")


def filled(blocks: StreamBlocks) -> None:
    blocks.last_seq = 2**40
    for block in (0, 7, 2**40):
        blocks.enter(block, block + 1)
        blocks.span("desk: ä", block, -1, 2**53)
    blocks.span("asr", 7, 3, 4)
    blocks.off_record = after(None, Line(SENDER, 0, "", off_record=True, seq=1, received_at=AT))


def content(blocks: StreamBlocks | None) -> object:
    assert blocks is not None
    return {name: getattr(blocks, name) for name in StreamBlocks.__slots__}


def test_a_stream_is_what_it_was_when_others_had_lines_since() -> None:
    directory = StreamDirectory(unpacked=1)
    filled(directory.to_change(TALK, 3))
    before = content(directory.get(TALK))
    for n in range(3):
        directory.to_change(Stream("talk", f"x-{n}"), 1).last_seq = n
    assert content(directory.get(TALK)) == before
    assert content(directory[TALK]) == before
    assert content(directory.to_change(TALK, 3)) == before


def test_what_is_changed_again_after_others_had_lines_is_kept() -> None:
    directory = StreamDirectory(unpacked=2)
    streams = [Stream(f"talk-{n}", "en") for n in range(5)]
    for seq in range(1, 4):
        for stream in streams:
            found = directory.to_change(stream, 0)
            assert found.last_seq == seq - 1
            found.last_seq = seq
    assert {stream: directory[stream].last_seq for stream in directory} == dict.fromkeys(streams, 3)


def test_a_stream_without_lines_is_none() -> None:
    directory = StreamDirectory()
    assert directory.get(TALK) is None
    assert list(directory) == []
    with pytest.raises(KeyError):
        directory[TALK]


def test_a_talk_that_is_over_costs_a_third_of_a_kilobyte() -> None:
    def index_of(talks: int) -> int:
        index = LineIndex(nothing_is_whole)
        tracemalloc.start()
        for block, first in enumerate(range(0, talks, 10)):
            streams = [SealedStream(f"talk-{n}", "en", 1, 600, {"desk": (0, 599)}) for n in range(first, first + 10)]
            index.skip(WholeBlock(0, block, 600 * first, 600 * (first + 10), b"d" * 16, streams))
        kept, _ = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        assert index.last_seq(Stream("talk-0", "en")) == 600
        return kept

    assert (index_of(6_000) - index_of(1_000)) / 5_000 < 300, "bytes for each more; 800 as they were"
