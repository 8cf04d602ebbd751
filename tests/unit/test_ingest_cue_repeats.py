"""What a file of cues shows more than once is said once (services.ingest.readers.cue_repeats)."""

from datetime import timedelta

import pytest

from services.ingest.readers import read
from services.ingest.readers.reading import Reading

SECOND = timedelta(seconds=1)


def cues(*shown: tuple[float, float, str], header: str = "WEBVTT") -> Reading:
    blocks = (f"00:{start:06.3f} --> 00:{end:06.3f}\n{text}\n" for start, end, text in shown)
    return read("\n\n".join([header, *blocks]).encode(), "talk.vtt")


def said(reading: Reading) -> list[tuple[str, timedelta | None, timedelta | None]]:
    return [(passage.text.strip(), passage.at, passage.until) for passage in reading.passages]


@pytest.mark.parametrize(("opened", "closed"), [("<u>", "</u>"), ("<c.yellow>", "</c>"), ("<b>", "</b>")])
def test_words_that_are_highlighted_one_by_one_are_one_cue_from_the_first_to_the_last(opened: str, closed: str) -> None:
    words = ["The", "old", "mill", "stands"]
    shown = [" ".join(f"{opened}{w}{closed}" if w == one else w for w in words) for one in words]
    reading = cues(*((place, place + 1, text) for place, text in enumerate(shown)), (4, 5, "And turns."))
    assert said(reading) == [
        ("The old mill stands", 0 * SECOND, 4 * SECOND),
        ("And turns.", 4 * SECOND, 5 * SECOND),
    ]
    assert "3 repetitions are left out" in reading.oddities[0]


def test_a_highlight_pauses_without_a_word_lit() -> None:
    single = cues((0, 1, "<u>Good</u> day"), (1, 2, "Good <u>day</u>"), (2, 3, "Good day"))
    assert said(single) == [("Good day", 0 * SECOND, 3 * SECOND)]


def test_the_same_words_after_a_pause_or_with_the_same_formatting_are_said_again() -> None:
    assert len(cues((0, 1, "<i>Go</i> home"), (5, 6, "Go <i>home</i>")).passages) == 2
    assert len(cues((0, 1, "<i>Yes!</i>"), (1, 2, "Yes!"), (2, 3, "Yes!")).passages) == 3
    assert len(cues((0, 1, "Go <i>home</i>!"), (1, 2, "Go <i>home</i>!")).passages) == 2


def test_a_cue_that_stands_twice_is_said_once_wherever_it_stands_again() -> None:
    reading = cues((1, 2, "Good day,\nOtto."), (3, 4, "It rains."), (1, 2, "<i>Good day,</i>\nOtto."))
    assert [text for text, *_ in said(reading)] == ["Good day,", "Otto.", "It rains."]
    assert "1 cues stand twice with the same times: said once." in reading.oddities


def test_the_same_words_at_other_times_or_by_another_voice_are_said_twice() -> None:
    assert len(cues((1, 2, "Yes!"), (2, 3, "Yes!"), (1, 3, "Yes!")).passages) == 3
    assert len(cues((1, 2, "<v Ana>Yes!"), (1, 2, "<v Bo>Yes!")).passages) == 2
    assert len(cues((1, 2, "Yes!\n\nYes!")).passages) == 2
