"""Phrases in words: what is found, and how much work it is (captionflow.search.matching)."""

from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Part
from captionflow.search.highlight import hit_of
from captionflow.search.matching import Phrases
from captionflow.search.query import parse
from services.cli.alignment import AlignedStamp, AlignedTranscript, AlignedTurn, passages
from tests.unit.operations import operations

WORDS = st.lists(st.sampled_from("ab"), max_size=30)
PHRASES = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=6), max_size=6)


def naive(phrases: Sequence[Sequence[str]], words: Sequence[str]) -> Iterator[tuple[int, int]]:
    for last in range(len(words)):
        lengths = [len(one) for one in phrases if len(one) <= last + 1 and words[last + 1 - len(one) : last + 1] == one]
        if lengths:
            yield last + 1 - max(lengths), last


@given(PHRASES, WORDS)
def test_at_each_word_the_longest_phrase_that_ends_there_is_found(phrases: list[list[str]], words: list[str]) -> None:
    assert list(Phrases(phrases).runs(words)) == list(naive(phrases, words))


def test_nothing_is_found_of_nothing() -> None:
    assert list(Phrases([]).runs(["a"])) == []
    assert list(Phrases([[], ["b"]]).runs(["a"])) == []


QUERIES = {
    "a phrase of equal words": f'"{"a " * 490}"',
    "phrases that begin alike": " ".join(f'"{"a " * length}"' for length in range(1, 27)),
    "phrases that all but match": f'"{"a " * 240}b" "b {"a " * 240}"',
    "many words": " ".join(f"a{n}" for n in range(200)),
}


@pytest.mark.parametrize("query", QUERIES.values(), ids=QUERIES)
def test_what_a_hit_shows_is_found_in_proportion_to_its_text(query: str) -> None:
    terms = parse(query)

    def work(words: int) -> int:
        part = Part("talk.en.1", 0, "talk", "en", 1, 1, paragraphs=("a " * words,))
        return operations(lambda: hit_of(part, None, terms))

    small, large = work(1_000), work(4_000)
    assert large < 4.5 * small


def test_how_often_words_are_looked_for_costs_their_number_and_not_its_square() -> None:
    terms = [parse(f'"{"a " * words}"') for words in (100, 400)]
    part = Part("talk.en.1", 0, "talk", "en", 1, 1, paragraphs=("a " * 2_000,))
    few, many = (operations(lambda query=query: hit_of(part, None, query)) for query in terms)  # type: ignore[misc]
    assert many < 1.5 * few


def test_words_of_a_recording_are_found_in_proportion_to_its_transcript() -> None:
    def work(words: int) -> int:
        turn = AlignedTurn("talk.en.1", None, ("a " * words,))
        transcript = AlignedTranscript((turn,), (AlignedStamp("talk.en.1", 0, 1.0),))
        return operations(lambda: passages(transcript, "a " * 490))

    assert work(4_000) < 4.5 * work(1_000)
