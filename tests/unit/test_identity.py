"""What names from outside may look like: one rule each, for every door (captionflow.identity)."""

from datetime import UTC, datetime

import pytest

from captionflow.errors import BadMessage, NotFound
from captionflow.identity import (
    MAX_LANGUAGE_CHARS,
    MAX_NUMBER,
    MAX_SESSION_ID_CHARS,
    hyphenated,
    is_day,
    language_of,
    language_tag,
    session_id,
    slug,
    spelled,
)
from captionflow.messages import Session

NOW = datetime(2026, 11, 24, tzinfo=UTC)
TALK = Session("talk", version=1, created_at=NOW, updated_at=NOW, languages=("en", "pt-BR"))


def test_the_highest_number_is_the_highest_that_every_json_reader_holds() -> None:
    assert float(MAX_NUMBER) == MAX_NUMBER
    assert float(MAX_NUMBER + 2) != MAX_NUMBER + 2


@pytest.mark.parametrize("good", ["a", "0", "ws-245", "room_3", "a" * 80])
def test_an_id_that_can_be_one_is_the_id(good: str) -> None:
    assert session_id(good) == good


@pytest.mark.parametrize("bad", ["", "-a", "_a", "A", "a b", "a.b", "a/b", "é", "a\n", "a" * 81])
def test_an_id_that_can_be_none_is_a_session_that_does_not_exist(bad: str) -> None:
    with pytest.raises(NotFound, match="no such session"):
        session_id(bad)


@pytest.mark.parametrize("bad", ["", "e", "en_GB", "english language", "en-", "en-" + "a" * 9, "en-aa" * 12, "en\n"])
def test_a_tag_of_no_language_is_refused(bad: str) -> None:
    with pytest.raises(BadMessage, match="BCP 47"):
        language_tag(bad)


def test_a_tag_may_have_as_many_parts_as_fit() -> None:
    tag = "en-a-b-c-d-e-f-g-h-i-j-k-l-m-n-o-p"
    assert len(tag) <= MAX_LANGUAGE_CHARS
    assert language_tag(tag) == tag


def test_a_session_says_how_its_languages_are_spelled() -> None:
    assert spelled(TALK, "PT-br") == "pt-BR"
    assert spelled(TALK, "pt") == "pt-BR"
    assert spelled(TALK, "fr") is None
    assert (language_of(TALK, None), language_of(TALK, ""), language_of(TALK, "EN")) == ("en", "en", "en")
    with pytest.raises(NotFound, match="lang is one of en, pt-BR"):
        language_of(TALK, "fr")


@pytest.mark.parametrize("day", ["2015-11-12", "1900-01-01", "2199-12-31", "2024-02-29"])
def test_a_day_that_can_be_meant(day: str) -> None:
    assert is_day(day)


@pytest.mark.parametrize("day", ["", "2015-13-01", "2023-02-29", "1899-12-31", "2200-01-01", "20151112", "2015-11-12T"])
def test_a_day_that_nobody_can_mean(day: str) -> None:
    assert not is_day(day)


def test_a_slug_is_the_same_for_the_same_names_and_never_too_long() -> None:
    assert slug("2015-11-12", None, "Room 2", "Opening!") == "2015-11-12-room-2-opening"
    assert slug(None, "") == ""
    beyond = slug("Ágora"), slug("Agora"), slug("会议"), slug("大会")
    assert len(set(beyond)) == 4
    for names in (("word " * 40,), ("é" * 200,), beyond):
        assert session_id(slug(*names)) == slug(*names)
        assert len(slug(*names)) <= MAX_SESSION_ID_CHARS


def test_what_is_hyphenated_is_ascii() -> None:
    assert hyphenated("Crème  brûlée (№ 5)") == "creme-brulee-no-5-"
