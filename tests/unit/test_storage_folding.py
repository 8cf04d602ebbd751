"""Folding: what makes two spellings one word (captionflow.folding)."""

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.folding import MAX_WORD_CHARS, fold_name, index_terms, words


@given(st.text())
def test_places_are_within_the_text_in_order_and_no_word_is_empty(text: str) -> None:
    found = words(text)
    for each in found:
        assert all(word.folded and 0 <= word.start < word.end <= len(text) for word in each)
        for before, after in itertools.pairwise(each):
            assert before.end <= after.start or (before.start, before.end) == (after.start, after.end)


def test_one_sign_that_is_two_letters_is_two_words_in_one_place() -> None:
    assert words("\u0edc").pieces == (("\u0eab", 0, 1), ("\u0e99", 0, 1))


@given(st.text())
def test_the_index_has_the_words_that_highlighting_finds(text: str) -> None:
    found = words(text)
    assert index_terms(text) == tuple(" ".join(word.folded for word in each) for each in found)


@given(st.text())
def test_folding_what_is_folded_changes_nothing(text: str) -> None:
    pieces = [word.folded for word in words(text).pieces]
    assert [word.folded for piece in pieces for word in words(piece).pieces] == pieces


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_normal_forms_are_the_same_words(text: str) -> None:
    assert index_terms(unicodedata.normalize("NFD", text)) == index_terms(unicodedata.normalize("NFC", text))


@pytest.mark.parametrize("join", list("-\u2010\u2011\u2013'\u2019"))
def test_a_joined_word_is_its_pieces_and_itself(join: str) -> None:
    assert index_terms(f"Multi{join}Stakeholder") == ("multi stakeholder", "multistakeholder")


def test_two_hyphens_and_a_long_dash_join_nothing() -> None:
    assert index_terms("one--two \u2011\u2011 three\u2014four -five- 'six'") == ("one two three four five six", "")


def test_what_nobody_sees_does_not_count() -> None:
    assert index_terms("co\u00adoper\u2060ate") == ("cooperate", "")


def test_a_word_without_end_is_cut() -> None:
    assert index_terms("x" * 5_000) == ("x" * MAX_WORD_CHARS, "")


def test_names_compare_without_case_accents_and_signs() -> None:
    assert fold_name("  JOSÉ\u2011LUIS  Peña (Chair)") == fold_name("jose-luis pena chair") == "jose luis pena chair"
