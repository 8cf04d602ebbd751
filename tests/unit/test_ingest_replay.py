import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest

from captionflow.messages import MAX_LINE_CHARS, Draft
from services.ingest.cutter import Cut
from services.ingest.readers import Passage
from services.ingest.replay import Progress, ReplayOptions, replay, sender_id
from services.ingest.target import MAX_CHARS, MAX_DRAFTS

TEXT = [Passage("one two three four\n"), Passage("five six\n", speaker="MARY")]
WORDS = ReplayOptions("file-1", Cut("words"), speed=None)


class Pipeline:
    """A target in memory that keeps the first line of each number, as the real one does."""

    def __init__(self, *, stops_after: int | None = None) -> None:
        self.lines: dict[int, Draft] = {}
        self.requests: list[int] = []
        self.stops_after = stops_after

    async def last_number(self, sender: str) -> int | None:
        assert sender == "file-1"
        return max(self.lines, default=None)

    async def send(self, drafts: Sequence[Draft]) -> int:
        for draft in drafts:
            assert draft.sender == "file-1"
            self.lines.setdefault(draft.number, draft)
        self.requests.append(len(drafts))
        if self.stops_after is not None and len(self.requests) == self.stops_after:
            raise asyncio.CancelledError  # Ctrl-C, when the pipeline has it and the sender does not know
        return drafts[-1].number + 1


class Clock:
    """Time that passes only by sleeping."""

    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def nothing(_: Progress) -> None:
    pass


async def test_all_pieces_are_sent_in_order_and_then_the_end() -> None:
    pipeline, seen = Pipeline(), []
    done = await replay(TEXT, pipeline, WORDS, seen.append)
    assert [line.number for line in pipeline.lines.values()] == list(range(7))
    assert "".join(line.text for line in pipeline.lines.values()) == "one two three four\nfive six\n"
    assert pipeline.lines[6] == Draft("file-1", 6, "", ends=True)
    assert pipeline.lines[5] == Draft("file-1", 5, "six\n", speaker="MARY")
    assert [(p.sent, p.total) for p in seen] == [(0, 7), (6, 7), (7, 7)]
    assert done == Progress(7, 7)


@pytest.mark.parametrize("requests", range(1, 8))
async def test_a_replay_that_was_stopped_anywhere_goes_on_without_repeating(requests: int) -> None:
    options, clock = ReplayOptions("file-1", Cut("words"), wpm=60), Clock()
    pipeline = Pipeline(stops_after=requests)
    with pytest.raises(asyncio.CancelledError):
        await replay(TEXT, pipeline, options, nothing, clock=clock, sleep=clock.sleep)
    pipeline.stops_after = None
    before = sum(pipeline.requests)
    done = await replay(TEXT, pipeline, options, nothing, clock=clock, sleep=clock.sleep)
    assert sum(pipeline.requests) == 7
    assert done.resumed_at == before == requests
    assert "".join(line.text for line in pipeline.lines.values()) == "one two three four\nfive six\n"


async def test_a_replay_that_is_complete_sends_nothing() -> None:
    pipeline = Pipeline()
    await replay(TEXT, pipeline, WORDS, nothing)
    sent = list(pipeline.requests)
    assert await replay(TEXT, pipeline, WORDS, nothing) == Progress(7, 7, resumed_at=7)
    assert pipeline.requests == sent


async def test_pieces_come_when_a_captioner_would_have_typed_them() -> None:
    clock = Clock()
    await replay(
        TEXT, Pipeline(), ReplayOptions("file-1", Cut("words"), wpm=60), nothing, clock=clock, sleep=clock.sleep
    )
    assert sum(clock.slept) == pytest.approx(6)
    assert len(clock.slept) == 6


async def test_a_continued_replay_does_not_wait_for_what_is_done() -> None:
    clock, pipeline = Clock(), Pipeline()
    pipeline.lines = {number: Draft("file-1", number, "") for number in range(4)}
    options = ReplayOptions("file-1", Cut("words"), wpm=60)
    await replay(TEXT, pipeline, options, nothing, clock=clock, sleep=clock.sleep)
    assert sum(clock.slept) == pytest.approx(6 * 9 / 28)


async def test_at_full_speed_hundreds_of_pieces_share_a_request_but_no_more_than_fit() -> None:
    pipeline = Pipeline()
    await replay([Passage("word " * 1200)], pipeline, WORDS, nothing)
    assert pipeline.requests == [MAX_DRAFTS, MAX_DRAFTS, 200, 1]
    long = Pipeline()
    await replay(
        [Passage("x" * (MAX_LINE_CHARS - 1) + "\n")] * 120,
        long,
        ReplayOptions("file-1", Cut("whole"), speed=None),
        nothing,
    )
    fit = MAX_CHARS // MAX_LINE_CHARS
    assert long.requests == [fit, fit, 120 - 2 * fit, 1]


async def test_a_file_without_words_only_ends_the_session() -> None:
    pipeline = Pipeline()
    await replay([], pipeline, WORDS, nothing)
    assert list(pipeline.lines) == [0]


def test_the_sender_is_the_content_and_the_cut() -> None:
    assert sender_id(b"a", Cut("columns", 32)) == "file-ca978112ca1bbdca-columns-32"
    assert len({sender_id(data, how) for data in (b"a", b"b") for how in (Cut("words"), Cut("chars"))}) == 4


async def test_a_file_with_times_keeps_its_clock() -> None:
    pipeline, clock, slept = Pipeline(), Clock(), timedelta(seconds=90)
    cues = [
        Passage("one two\n", slept, "ANA", slept + timedelta(seconds=4)),
        Passage("three\n", slept + timedelta(seconds=20), "MARY"),
    ]
    await replay(
        cues, pipeline, ReplayOptions("file-1", Cut("words"), speed=2.0), nothing, clock=clock, sleep=clock.sleep
    )
    assert [(line.at, line.until) for line in pipeline.lines.values()] == [
        (90, 94),
        (90, 94),
        (110, None),
        (None, None),
    ]
    assert clock.slept == [1.0, 9.0]
