import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.cleaning import clean, clean_label


@pytest.mark.parametrize(
    ("dirty", "text", "removed"),
    [
        ("plain words\n\tindented", "plain words\n\tindented", 0),
        ("a\r\nb\rc\n", "a\nb\nc\n", 0),
        ("N\0U\x07L\x1b[0m", "NUL[0m", 3),
        ("your\x15 i\x16Phone", "your iPhone", 2),
        ("page one\x0cpage two\x85three", "page one\npage two\nthree", 2),
        ("c1 \x80\x9f\x7f end", "c1  end", 3),
        ("over\u202eride\u202c iso\u2066late\u2069", "override isolate", 4),
        ("<script>alert('x')</script> & <b>", "<script>alert('x')</script> & <b>", 0),
    ],
)
def test_controls_and_bidi_overrides_go_and_ends_of_lines_become_one(dirty: str, text: str, removed: int) -> None:
    assert clean(dirty) == (text, removed)


@pytest.mark.parametrize(
    "kept", ["\u200d", "\u200c", "\u200e", "\u200f", "\u061c", "\u00ad", "e\u0301", "\u2011", "👩\u200d🚀", "\u00a0"]
)
def test_what_words_need_stays(kept: str) -> None:
    assert clean(f"a{kept}b") == (f"a{kept}b", 0)


@given(st.text(st.characters(codec="utf-8")))
def test_cleaning_twice_is_cleaning_once_and_letters_are_never_altered(text: str) -> None:
    once = clean(text).text
    assert clean(once) == (once, 0)
    assert [letter for letter in once if letter.isalnum()] == [letter for letter in text if letter.isalnum()]


def test_a_label_is_one_line_without_space_around() -> None:
    assert clean_label("  DR.\u202e  O'NEIL\n(Chair) ") == ("DR. O'NEIL (Chair)", 1)
