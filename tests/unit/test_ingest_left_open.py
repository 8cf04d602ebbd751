"""What a report says of names and dates that nobody was sure of (services.ingest.left_open)."""

import time

import pytest

from services.ingest.left_open import LeftOpen, left_open, told
from services.ingest.readers import Passage


def look(*lines: str) -> LeftOpen:
    return left_open([Passage("".join(f"{line}\n" for line in lines))])


@pytest.mark.parametrize(
    "line",
    [
        "MARY",
        "Mary Smith",
        "Élan O\u2019Neil:",
        "J. R. Smith-Jones: hello",
        "**Mary:** hello",
        "\u2022 Mary: hello",
        "[Mary] hello",
        "<Mary> hello",
        "[00:01:02] Mary: hello",
        "00:18 Mary",
        "Speaker 1: hello",
        "主席\uff1a 你好",
    ],
)
def test_a_line_that_begins_like_a_name_is_counted(line: str) -> None:
    assert look(line).lines_like_names == 1


@pytest.mark.parametrize(
    "line",
    [
        "",
        "hello everyone",
        "So this is what I said.",
        "mary: hello",
        "This Is A Heading Of Many Words",
        "Mary said: hello",
        "12:30",
        "42",
    ],
)
def test_other_lines_are_not(line: str) -> None:
    assert look(line) == LeftOpen()


def test_the_commonest_are_told_and_all_are_counted() -> None:
    found = look(*["Ann: a"] * 3, *["Bo Li: b"] * 5, *["Cy: c"] * 2, "Di: d")
    assert found == LeftOpen(11, (("Bo Li", 5), ("Ann", 3), ("Cy", 2)))
    assert told(found, speakers=0, day=None) == (
        "no label found; 11 lines begin like names: Bo Li (5), Ann (3), Cy (2)",
    )
    assert told(look("Ann: a"), speakers=0, day=None) == ("no label found; 1 line begins like a name: Ann (1)",)
    assert told(look("a"), speakers=0, day=None) == ("no label found; no line begins like a name",)
    assert told(found, speakers=1, day=None) == ()


@pytest.mark.parametrize("text", ["4/5/14", "04-05-2014", "on 12.11.2015,", "29/2/00 2/3/01"])
def test_a_date_in_two_readings_is_told_if_none_was_found(text: str) -> None:
    (date,) = look(text).dates
    assert told(look(text), speakers=1, day=None) == (f"the date {date} can be read in two ways: it is left open",)
    assert told(look(text), speakers=1, day="2014-05-04") == ()


@pytest.mark.parametrize(
    "text", ["9/18/14", "5/5/14", "13.5.2014", "1/2/3", "14/13/12", "2/3/4/55", "1.2-2014", "0/1/20"]
)
def test_what_has_one_reading_or_none_is_not(text: str) -> None:
    assert look(text).dates == ()


def test_dates_are_sought_near_the_beginning_and_told_once() -> None:
    assert look("4/5/14", "again 4/5/14", *["words"] * 60, "6/7/14").dates == ("4/5/14",)


@pytest.mark.parametrize("line", ["A " * 50_000, "[00:00" * 20_000, "*" * 99 + "A", "Aa" * 15 + " ", "1/1/1" * 9_000])
def test_hostile_lines_cost_no_more_than_others(line: str) -> None:
    begun = time.perf_counter()
    look(*[line] * 100)
    assert time.perf_counter() - begun < 1
