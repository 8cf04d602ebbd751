"""Who is on air is known by reading what a stream has said since then, each line once."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from captionflow.messages import Draft, LineRecord, OnAir, Stream
from captionflow.settings import Settings
from captionflow.wiring.embedded import open_embedded
from services.sessions.on_air import MAX_KNOWN, SENDER, OnAirKnown
from tests.contract.weakest import PartitionedLog

TALK = Stream("talk", "en")


class CountingLog(PartitionedLog):
    """Counts the lines that are read."""

    lines_read = 0

    async def read(self, session: str, language: str, after: int = 0) -> AsyncIterator[LineRecord]:
        async for record in super().read(session, language, after):
            self.lines_read += len(record.lines)
            yield record


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[CountingLog]:
    async with open_embedded(Settings(data_folder=tmp_path)) as ports:
        yield CountingLog([ports.line_log])


async def say(log: CountingLog, sender: str, first: int, count: int, stream: Stream = TALK) -> None:
    await log.append(*stream, [Draft(sender, number, "word ") for number in range(first, first + count)])


async def put(log: CountingLog, number: int, wanted: OnAir, stream: Stream = TALK) -> None:
    await log.append(*stream, [Draft(SENDER, number, "", on_air=wanted)])


async def test_a_stream_of_which_nothing_was_said_is_not_read(log: CountingLog) -> None:
    await say(log, "desk-1", 0, 500)
    assert await OnAirKnown(log).now(TALK) == OnAir("")
    assert log.lines_read == 0


async def test_only_what_came_since_it_was_said_is_read_and_each_line_once(log: CountingLog) -> None:
    known = OnAirKnown(log)
    await say(log, "desk-1", 0, 500)
    await put(log, 0, OnAir("desk-1", ("asr",)))
    await say(log, "desk-1", 500, 20)
    assert (await known.now(TALK)).source == "desk-1"
    assert log.lines_read == 21
    await say(log, "desk-1", 520, 5)
    for _ in range(3):
        assert (await known.now(TALK)).spares == ("asr",)
    assert log.lines_read == 26
    await put(log, 1, OnAir("asr", ("desk-1",)))
    assert (await known.now(TALK)).source == "asr"
    assert log.lines_read == 27


async def test_many_streams_are_known_and_those_asked_for_long_ago_forgotten(log: CountingLog) -> None:
    known = OnAirKnown(log)
    streams = [Stream(f"talk-{number}", "en") for number in range(MAX_KNOWN + 1)]
    for stream in streams:
        await put(log, 0, OnAir("desk-1", ("asr",)), stream)
        assert (await known.now(stream)).source == "desk-1"
    before = log.lines_read
    await known.now(streams[-1])
    assert log.lines_read == before
    await known.now(streams[0])
    assert log.lines_read == before + 1
