from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from captionflow.messages import MAX_LINE_CHARS
from services.ingest.cutter import Cut, cut, parse_cut
from services.ingest.readers import Passage

CUTS = st.one_of(
    st.sampled_from([Cut("whole"), Cut("words"), Cut("chars")]), st.integers(1, 80).map(lambda n: Cut("columns", n))
)
TEXTS = st.text(st.sampled_from("ab>é \n\t"), max_size=300)


def pieces(text: str, how: str) -> list[str]:
    return [piece.text for piece in cut([Passage(text)], parse_cut(how))]


@given(st.lists(TEXTS, max_size=4), CUTS)
def test_cutting_changes_no_character(texts: list[str], how: Cut) -> None:
    cut_ = [piece.text for piece in cut(map(Passage, texts), how)]
    assert "".join(cut_) == "".join(texts)
    assert all(cut_)


@given(TEXTS, st.integers(1, 80))
def test_no_piece_is_wider_than_its_columns_but_for_the_space_at_its_end(text: str, columns: int) -> None:
    assert all(len(piece.rstrip()) <= columns for piece in pieces(text, f"columns:{columns}"))


@given(TEXTS, st.integers(0, 20))
def test_a_word_is_never_cut_where_the_columns_hold_it(text: str, more: int) -> None:
    widest = max(map(len, text.split()), default=1)
    cut_ = pieces(text, f"columns:{widest + more}")
    assert [word for piece in cut_ for word in piece.split()] == text.split()


def test_columns_fill_a_line_and_keep_its_breaks() -> None:
    assert pieces("The quick brown fox\njumps\n\nover", "columns:10") == [
        "The quick ",
        "brown fox\n",
        "jumps\n",
        "\n",
        "over",
    ]


def test_a_word_above_the_width_is_cut_inside() -> None:
    assert pieces("a internationalisation b", "columns:8") == ["a ", "internat", "ionalisa", "tion b"]


def test_a_word_takes_the_space_behind_it() -> None:
    assert pieces("  one  two\nthree", "words") == ["  one  ", "two\n", "three"]


def test_whole_is_a_physical_line_with_its_break() -> None:
    assert pieces("one two\n\nthree", "whole") == ["one two\n", "\n", "three"]


@pytest.mark.parametrize("how", ["whole", "words", "chars", "columns:4000", "columns:32"])
@pytest.mark.parametrize("text", ["x" * 9000, "word " * 2000 + "\n", " " * 9000, "ab " * 3 + "\n" * 5000])
def test_no_piece_is_above_the_longest_line(how: str, text: str) -> None:
    cut_ = pieces(text, how)
    assert "".join(cut_) == text
    assert max(map(len, cut_)) <= MAX_LINE_CHARS


def test_a_long_paragraph_is_cut_at_a_space() -> None:
    assert all(piece.endswith((" ", "\n")) for piece in pieces("word " * 2000 + "\n", "whole"))


def test_time_and_speaker_stay_with_each_piece() -> None:
    passage = Passage("one two\n", timedelta(seconds=3), "MARY")
    assert list(cut([passage], Cut("words"))) == [passage._replace(text="one "), passage._replace(text="two\n")]


@pytest.mark.parametrize("text", ["whole", "words", "chars", "columns:1", "columns:4000"])
def test_a_cut_prints_as_it_is_read(text: str) -> None:
    assert str(parse_cut(text)) == text


@pytest.mark.parametrize(
    "text", ["", "columns", "columns:", "columns:0", "columns:-3", "columns:10000", "lines", "words "]
)
def test_an_unknown_cut_is_refused_with_the_known_ones(text: str) -> None:
    with pytest.raises(BadMessage, match="whole, words, chars or columns:N"):
        parse_cut(text)
