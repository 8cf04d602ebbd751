"""Words that come to no reader are told when they are missing for a while, and until they are there."""

from datetime import UTC, datetime, timedelta

import pytest

from captionflow.errors import Unavailable
from captionflow.messages import SourceReport, Stream
from captionflow.recent import Recent
from services.api.live.unshown import LATE, WRITING, Unshown

BEGAN = datetime(2026, 11, 24, 9, tzinfo=UTC)
TALK = Stream("talk", "en")


def at(seconds: float) -> datetime:
    return BEGAN + timedelta(seconds=seconds)


def heard(seconds: float | None) -> SourceReport:
    last = None if seconds is None else at(seconds)
    return SourceReport("talk", "en", "desk", "json", "p", at(0), at(0), last, 1, 1, None, ())


class Looking:
    """Looks again and again, as a process does that is asked."""

    def __init__(self) -> None:
        self._unshown = Unshown(BEGAN)
        self._shown: Recent[Stream, datetime] = Recent()

    def sees(self, last_word: float | None, shown: float | None, now: float) -> bool:
        """Whether it is told."""
        if shown is not None:
            self._shown[TALK] = at(shown)
        self._unshown.look([heard(last_word), heard(None)], self._shown, at(now))
        try:
            self._unshown.check()
        except Unavailable:
            return True
        return False


@pytest.fixture
def looking() -> Looking:
    return Looking()


LATE_SECONDS = LATE.total_seconds()


def test_words_that_are_missing_are_told_after_a_while_and_no_more_when_they_have_come(looking: Looking) -> None:
    assert not any(looking.sees(60 + second, 20, 60 + second) for second in range(int(LATE_SECONDS)))
    assert looking.sees(60 + LATE_SECONDS, 20, 60 + LATE_SECONDS)
    assert not looking.sees(71, 71, 72)
    assert not looking.sees(90, 71, 90)  # it begins anew
    assert looking.sees(90, 71, 90 + LATE_SECONDS)


def test_a_word_after_a_silence_and_a_log_that_is_slow_are_nothing_to_tell(looking: Looking) -> None:
    assert not looking.sees(600, 20, 600)  # the word is on its way
    assert not looking.sees(600, 600, 601)
    assert not any(looking.sees(second + WRITING.total_seconds(), second, second + 20) for second in (700, 800, 900))


def test_what_was_said_before_this_process_began_is_not_looked_for(looking: Looking) -> None:
    assert not any(looking.sees(-5, None, second) for second in (1, 100))
    assert not looking.sees(110, None, 110)
    assert looking.sees(110, None, 130)
