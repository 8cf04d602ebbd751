"""What a session amounts to (captionflow.figures)."""

from datetime import UTC, datetime

import pytest

from captionflow.figures import MAX_SPEAKERS, Figures, SpeakerFigures, Tally
from captionflow.folding import count_words
from captionflow.messages import Moment, Part, Stamp
from captionflow.stamps import pack
from tests.steps import part


def said(
    ordinal: int, *paragraphs: str, at: Moment | None = None, until: Moment | None = None, **fields: object
) -> Part:
    times = () if at is None else pack([Stamp(0, at, until)])
    return part(ordinal, 1, paragraphs=paragraphs, times=times, **fields)


def counted(*parts: Part, names: dict[str, str] | None = None) -> Figures:
    tally = Tally()
    tally.add(parts)
    return tally.figures("talk", "en", 1, names or {})


def test_turns_words_and_speakers_are_counted_and_the_head_is_nobodys() -> None:
    found = counted(
        said(0, "FINISHED FILE"),
        said(1, "Good morning.", "It's a one-stop shop.", speaker="ANA"),
        said(2, "Thank you.", speaker="BO"),
        said(3, "Yes.", speaker="ANA"),
        said(4, "Somebody speaks."),
    )
    assert (found.turns, found.words) == (4, 2 + 4 + 2 + 1 + 2)
    assert found.speakers == (SpeakerFigures("ANA", 2, 7, "talk.en.1"), SpeakerFigures("BO", 1, 2, "talk.en.2"))
    assert not found.more_speakers


def test_a_turn_of_several_parts_is_one() -> None:
    found = counted(said(1, "One two", number=0, speaker="ANA"), said(1, "three.", number=1, speaker="ANA"))
    assert (found.turns, found.words) == (1, 3)
    assert found.speakers == (SpeakerFigures("ANA", 1, 3, "talk.en.1"),)


def test_a_recognisers_speakers_have_the_names_that_were_given_and_typed_labels_stay() -> None:
    found = counted(
        said(1, "One.", speaker="speaker 0", given=True),
        said(2, "Two.", speaker="speaker 0"),
        said(3, "Three four.", speaker="speaker 1", given=True),
        names={"speaker 0": "Ana", "speaker 1": "Ana"},
    )
    assert [(one.speaker, one.turns, one.words) for one in found.speakers] == [("Ana", 2, 3), ("speaker 0", 1, 1)]


@pytest.mark.parametrize(
    ("times", "seconds"),
    [
        ([], 0),
        ([(10.0, None)], 0),
        ([(10.0, None), (70.5, None)], 60.5),
        ([(10.0, 12.0), (70.0, 75.0)], 65),
        ([(70.0, 75.0), (10.0, None)], 65),
        ([(10.0, None), (datetime(2026, 1, 1, tzinfo=UTC), None), (20.0, None)], 10),
    ],
    ids=["none", "one", "begins", "ends", "out of order", "another clock"],
)
def test_it_took_from_the_first_word_to_the_last(times: list[tuple[Moment, Moment | None]], seconds: float) -> None:
    parts = [said(n, "Word.", at=at, until=until) for n, (at, until) in enumerate(times, 1)]
    assert counted(*parts).seconds == seconds


def test_more_names_than_a_session_has_are_counted_together() -> None:
    found = counted(*(said(n, "Word.", speaker=f"S{n}") for n in range(1, MAX_SPEAKERS + 3)))
    assert (len(found.speakers), found.more_speakers, found.words) == (MAX_SPEAKERS, True, MAX_SPEAKERS + 2)


def test_a_copy_goes_on_by_itself() -> None:
    tally = Tally()
    tally.add([said(1, "One.", speaker="ANA", at=1.0)])
    tally.copy().add([said(1, "two three", number=1, speaker="ANA", at=9.0)])
    assert (found := tally.figures("talk", "en", 1, {})).words == 1
    assert found.speakers[0].words == 1


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", 0),
        ("— … 5", 1),
        ("Don’t stop", 2),
        ("multi-stakeholder", 1),
        ("naïve café", 2),
        ("你好世界", 4),
        ("नमस्ते दुनिया", 2),
    ],
)
def test_words_are_those_of_search(text: str, words: int) -> None:
    assert count_words(text) == words
