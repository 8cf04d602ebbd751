"""What is known of sources: how they are counted, and that nothing grows without an end."""

from datetime import UTC, datetime, timedelta

import pytest

from captionflow.messages import HandOver, SourceReport, Stream
from services.ingest.sources import MAX_DETAIL_CHARS, MAX_SOURCES, MAX_WARNINGS, Sources

TALK = Stream("talk", "en")
BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Clock:
    def __init__(self) -> None:
        self.now = BEGIN

    def __call__(self) -> datetime:
        return self.now

    def tick(self, seconds: float) -> datetime:
        self.now += timedelta(seconds=seconds)
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sources(clock: Clock) -> Sources:
    return Sources("one", clock)


def only(sources: Sources) -> SourceReport:
    (found,) = sources.reports()
    return found


def test_a_source_is_known_by_who_door_since_when_and_its_last_word(sources: Sources, clock: Clock) -> None:
    sources.heard(TALK, "desk-1", "zoom", "Good morning. ", delay_seconds=0.2)
    last = clock.tick(7)
    sources.heard(TALK, "desk-1", "zoom", "Welcome.\n", delay_seconds=0.5)
    found = only(sources)
    assert (found.session, found.language, found.source, found.door, found.process) == (
        "talk",
        "en",
        "desk-1",
        "zoom",
        "one",
    )
    assert (found.since, found.last_word_at, found.words, found.delay_seconds) == (BEGIN, last, 3, 0.5)


def test_what_has_no_words_shows_that_the_source_is_there_and_is_no_last_word(sources: Sources) -> None:
    sources.heard(TALK, "desk-1", "youtube", "")
    sources.heard(TALK, "desk-1", "youtube", " \n")
    assert (only(sources).last_word_at, only(sources).words) == (None, 0)


@pytest.mark.parametrize(
    "posts",
    [
        ["Good morning everybody"],
        ["Good ", "morning ", "everybody"],
        list("Good morning everybody"),
        ["Good mor", "", "ning every", "body"],
        ["Good", " ", "morning", "\n", "everybody"],
    ],
)
def test_words_are_counted_however_they_are_cut(sources: Sources, posts: list[str]) -> None:
    for post in posts:
        sources.heard(TALK, "desk-1", "json", post)
    assert only(sources).words == 3


def test_what_replaces_other_words_is_heard_and_not_counted_again(sources: Sources, clock: Clock) -> None:
    sources.heard(TALK, "asr", "json", "thank you mad", counts=False)
    at = clock.tick(1)
    sources.heard(TALK, "asr", "json", "thank you madam", counts=False)
    assert (only(sources).last_word_at, only(sources).words) == (at, 0)


def test_the_pace_is_that_of_the_last_minute(sources: Sources, clock: Clock) -> None:
    for _ in range(120):  # 2 words a second for 2 minutes
        sources.heard(TALK, "desk-1", "json", "one two ")
        clock.tick(1)
    assert only(sources).words_a_minute == pytest.approx(120, abs=10)
    clock.tick(30)
    assert only(sources).words_a_minute == pytest.approx(60, abs=10)
    clock.tick(60)
    assert (only(sources).words_a_minute, only(sources).words) == (0, 240)


def test_a_source_that_has_just_come_has_a_pace_that_can_be_believed(sources: Sources) -> None:
    sources.heard(TALK, "desk-1", "json", "Good morning.")
    assert only(sources).words_a_minute == 12  # 2 words, as if in ten seconds


def test_warnings_of_a_kind_are_counted_and_the_last_one_is_told(sources: Sources, clock: Clock) -> None:
    sources.warn(TALK, "desk-1", "restarted", "It began at 1 again.", door="zoom")
    last = clock.tick(9)
    sources.warn(TALK, "desk-1", "restarted", "It began at 2 again.")
    (warning,) = only(sources).warnings
    assert (warning.code, warning.detail, warning.count) == ("restarted", "It began at 2 again.", 2)
    assert (warning.first_at, warning.last_at, only(sources).door) == (BEGIN, last, "zoom")


def test_memory_is_bounded_and_who_was_heard_last_is_kept(sources: Sources) -> None:
    for number in range(MAX_SOURCES + 5):
        sources.heard(TALK, "desk-1", "json", "still here ")
        sources.heard(TALK, f"stranger-{number}", "json", "hello")
    known = {report.source for report in sources.reports()}
    assert len(known) == MAX_SOURCES
    assert "desk-1" in known
    assert "stranger-0" not in known
    for number in range(MAX_WARNINGS + 5):
        sources.warn(TALK, "desk-1", f"code-{number}", "x" * 10_000)
    (found,) = [report for report in sources.reports() if report.source == "desk-1"]
    assert [warning.code for warning in found.warnings] == [f"code-{n}" for n in range(5, MAX_WARNINGS + 5)]
    assert {len(warning.detail) for warning in found.warnings} == {MAX_DETAIL_CHARS}


def test_what_changed_is_told_once_and_what_came_meanwhile_too(sources: Sources, clock: Clock) -> None:
    sources.warn(TALK, "desk-1", "restarted", "It began at 1 again.")
    told = sources.to_tell()
    assert [report.source for report in told] == ["desk-1"]
    sources.warn(TALK, "desk-1", "cut-body", "A body was cut.")
    sources.told(told)
    again = sources.to_tell()
    assert [warning.code for warning in again[0].warnings] == ["restarted", "cut-body"]
    sources.told(again)
    assert sources.to_tell() == ()
    clock.tick(601)
    assert len(sources.to_tell()) == 1  # for who begins to follow


def test_a_source_that_fell_silent_is_told_until_its_pace_is_seen_to_be_0(sources: Sources, clock: Clock) -> None:
    sources.heard(TALK, "desk-1", "json", "Good morning.")
    paces = []
    while told := sources.to_tell():
        sources.told(told)
        paces.append(told[0].words_a_minute)
        clock.tick(5)
    assert paces[0] > 0
    assert paces[-1] == 0
    assert len(paces) < 20


def test_what_was_told_of_a_source_that_is_forgotten_meanwhile_does_no_harm(sources: Sources) -> None:
    sources.heard(TALK, "desk-1", "json", "Good morning.")
    told = sources.to_tell()
    for number in range(MAX_SOURCES):
        sources.heard(TALK, f"stranger-{number}", "json", "hello")
    sources.told(told)
    assert len(sources.reports()) == MAX_SOURCES


def test_who_is_there_is_known_before_their_first_word_and_to_whom_they_hand_over(
    sources: Sources, clock: Clock
) -> None:
    sources.present(TALK, "ana", "page")
    assert only(sources).last_word_at is None
    assert only(sources).hands_over is None
    sources.present(TALK, "ana", "page", to="ben", seconds=10)
    assert only(sources).hands_over == HandOver("ben", BEGIN + timedelta(seconds=10))
    clock.tick(1)
    sources.present(TALK, "ana", "page")
    assert only(sources).hands_over is None


def test_each_time_that_somebody_says_they_are_there_is_told(sources: Sources, clock: Clock) -> None:
    for _ in range(3):
        sources.present(TALK, "ana", "page")
        told = sources.to_tell()
        assert [one.at for one in told] == [clock.now]
        sources.told(told)
        clock.tick(20)
