"""Where rows end (services.segment.rules.rows)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.segment.rules.rows import MAX_ROW, cut_rows

TEXTS = st.lists(
    st.sampled_from(["a", "é", "語", " ", "\n", ". ", ".\n", "[", "]", "(", ")", ">> ", "x" * 300, "word " * 90]),
    max_size=40,
).map("".join)


def rows_of(text: str) -> list[str]:
    return [row.text for row in cut_rows(text, starts=True)[0]]


@given(TEXTS)
def test_rows_and_the_rest_are_the_text(text: str) -> None:
    rows, rest = cut_rows(text, starts=True)
    assert "".join(row.text + "\n" * row.ended for row in rows) + text[rest:] == text
    assert all(len(row.text) <= MAX_ROW for row in rows)
    assert len(text) - rest <= MAX_ROW
    assert all(text.startswith(row.text, row.begin) for row in rows)


@given(TEXTS, st.data())
def test_a_row_ends_where_it_ends_however_much_of_the_stream_has_come(text: str, data: st.DataObject) -> None:
    rows, _ = cut_rows(text, starts=True)
    seen = data.draw(st.integers(0, len(text)))
    early, rest = cut_rows(text[:seen], starts=True)
    assert early == rows[: len(early)]
    late, _ = cut_rows(text[rest:], starts=early[-1].ended if early else True)
    assert [(row.text, row.starts, row.ended) for row in [*early, *late]] == [
        (row.text, row.starts, row.ended) for row in rows
    ]


@given(TEXTS)
def test_a_row_is_complete_with_the_character_that_decided_it_and_not_before(text: str) -> None:
    for index, row in enumerate(cut_rows(text, starts=True)[0]):
        assert len(cut_rows(text[: row.decided], starts=True)[0]) <= index
        assert len(cut_rows(text[: row.decided + 1], starts=True)[0]) > index


def test_a_row_is_a_physical_line_without_its_break() -> None:
    rows, rest = cut_rows("one\n\n two\nthree", starts=True)
    assert [(row.text, row.starts, row.ended) for row in rows] == [
        ("one", True, True),
        ("", True, True),
        (" two", True, True),
    ]
    assert rest == len("one\n\n two\n")


@pytest.mark.parametrize(
    ("long", "end"),
    [
        ("We said it. " * 200, "We said it. "),
        ("and so it went on " * 200, " "),
        ("NATO " * 600, " "),
        ("x" * 5000, "x"),
    ],
)
def test_a_long_line_is_cut_at_a_sentence_else_between_words_else_anywhere(long: str, end: str) -> None:
    rows, _ = cut_rows(long, starts=True)
    assert rows[0].starts
    assert not rows[1].starts
    for row in rows:
        assert not row.ended
        assert MAX_ROW // 2 < len(row.text) <= MAX_ROW
        assert row.text.endswith(end)


@pytest.mark.parametrize("bracket", ["[a note that stands here]", "(a note that stands here)"])
def test_a_long_line_is_not_cut_inside_a_bracket(bracket: str) -> None:
    text = f"{'word ' * 100}{f'{bracket} ' * 30}"
    assert all(row.count(bracket[0]) == row.count(bracket[-1]) for row in rows_of(text))


def test_a_bracket_that_closes_nowhere_does_not_keep_a_long_line_together() -> None:
    assert rows_of("word " * 10 + "[" + "x" * 3000)[0].endswith("x")
    assert all(len(row) <= MAX_ROW for row in rows_of("[" * 5000))
