"""Posts of captioning tools become the text that was typed: the twins of the senders' field guide, and any mixture."""

import random
import re

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.protocols.posts import MAX_POSTS, Post, Window, plain_number
from services.ingest.protocols.repeats import Manner

TALK = (
    "Good morning everybody.\nWelcome to the third day of the harbour forum.\nWe have a full house today.\n"
    "Please take your seats.\nThe first item is the pier.\nIt is nine hundred metres long.\nThank you.\n"
    "Thank you very much.\nYes.\nWe come to the cranes, which were built in nineteen twelve.\nAre there questions?"
)


class Told:
    """What a log has of the posts: lines, and revisions of the last ones."""

    def __init__(self, manner: Manner = "lines") -> None:
        self.window = Window(manner)
        self.lines: list[str] = []
        self.marks: list[tuple[int, Post]] = []
        self.revised = 0
        self.guesses: list[str] = []

    def post(self, number: int | str | None, text: str, *, asked: bool = False) -> None:
        known = None if number is None else plain_number(str(number))
        reading = self.window.read(Post.of(known, text), asked=asked)
        self.window = reading.window
        self.guesses += reading.guesses
        for change in reading.changes:
            if change.new:
                assert change.slot == len(self.lines)
                self.lines.append(change.text)
            else:
                self.lines[change.slot] = change.text
                self.revised += 1
            if change.post:
                self.marks = [mark for mark in self.marks if mark[0] != change.slot] + [(change.slot, change.post)]
        self.marks.sort(key=lambda mark: mark[0])

    def restart(self, count: int = 100) -> None:
        """Ingest lost what it knew, and reads the log."""
        gone = max(len(self.lines) - count, 0)
        marks = [
            (slot - gone, Post(post.number, "", post.size, post.digest)) for slot, post in self.marks if slot >= gone
        ]
        window = Window.resumed(self.window.manner, self.lines[gone:], marks)
        self.window = msgspec.structs.replace(window, first_slot=gone)

    @property
    def text(self) -> str:
        return "".join(self.lines)


def same(told: Told, text: str = TALK) -> bool:
    return told.text.split() == text.split()


def rolled(text: str, rows: int) -> list[str]:
    """What a roll-up tool shows after each word and each blank."""
    ends = [end for end in range(1, len(text)) if text[end].isspace() or text[end - 1].isspace()]
    return ["\n".join(text[:end].split("\n")[-rows:]) for end in [*ends, len(text)]]


@pytest.mark.parametrize("rows", [1, 2, 3])
def test_a_roll_up_of_each_word_is_told_once(rows: int) -> None:
    told = Told()
    for number, text in enumerate(rolled(TALK, rows), 1):
        told.post(number, text)
    assert same(told)
    assert told.revised < 20


def test_words_that_a_roll_up_corrects_are_corrected() -> None:
    told = Told()
    for number, text in enumerate(["", "harbor", "harbour", "harbour now"]):
        told.post(number, f"We meet at the {text}")
    assert told.text == "We meet at the harbour now"


def test_whole_lines_without_a_separator_are_lines() -> None:
    told = Told()
    for number, text in enumerate(TALK.split("\n")):
        told.post(number, text)
    assert told.text == TALK


def test_pieces_of_a_stream_are_joined_as_they_are() -> None:
    for piece in (r"\S+\s*", r"\s*\S+", r".{1,7}(?:\s|$)"):
        told = Told()
        pieces = re.findall(piece, TALK, re.DOTALL)
        for number, text in enumerate(pieces, 1):
            told.post(number, text)
        assert told.text == "".join(pieces)


def test_the_first_pieces_are_joined_again_when_it_is_known_that_it_is_a_stream() -> None:
    told = Told()
    for number, text in enumerate(["reach", "ed us", " today", " or ", "so"]):
        told.post(number, text)
    assert told.text == "reached us today or so"


def test_strokes_of_any_length_are_glued_and_lines_with_stray_blanks_are_not() -> None:
    text = TALK.replace("\n", " ")
    for length in (3, 5, 9):
        told = Told()
        for number, begin in enumerate(range(0, len(text), length)):
            told.post(number, text[begin : begin + length])
        assert told.text == text
    told = Told()
    for number, line in enumerate(TALK.split("\n")):
        told.post(number, f"{line} " if number % 4 == 3 else line)
    assert told.text.split() == TALK.split()


def test_lines_that_end_anywhere_are_not_glued() -> None:
    told = Told()
    words = TALK.casefold().replace(".", "").split()
    rows = [" ".join(words[begin : begin + 4]) for begin in range(0, len(words), 4)]
    for number, row in enumerate(rows):
        told.post(number, row)
    assert told.text.split() == words


def test_a_retry_is_told_once_and_a_longer_text_is_an_extension() -> None:
    told = Told()
    for number, text in [
        (1, "Morning. "),
        (1, "Morning. "),
        (2, "We "),
        (2, "We begin. "),
        (2, "We begin. "),
        (3, "Yes."),
    ]:
        told.post(number, text)
    assert told.text == "Morning. We begin. Yes."


def test_a_number_that_comes_with_other_text_is_new_text() -> None:
    told = Told()
    for text in ["Thank you.", "She said: Thank you. Good.", "Yes.", "No."]:
        told.post(1, text)
    assert told.text == "Thank you.\nShe said: Thank you. Good.\nYes.\nNo."
    assert told.guesses == ["restarted", "same-number", "same-number"]


def test_a_restart_forgets_the_numbers_before_it() -> None:
    told = Told()
    for _ in range(3):
        for number, text in [(1, "One."), (2, "Yes."), (3, "Three.")]:
            told.post(number, f"{text} {len(told.lines)}" if number == 1 else text)
    assert told.text == "One. 0\nYes.\nThree.\nOne. 3\nYes.\nThree.\nOne. 6\nYes.\nThree."


def test_numbers_grow_without_bound_and_have_leading_zeros() -> None:
    told = Told()
    number = "0"
    for text in TALK.split("\n"):
        told.post(number, text)
        number += "1"
    assert told.text == TALK
    told.post("1" * 5_000, "Far.")
    assert told.text == f"{TALK}\nFar."
    assert plain_number("007") == "7"
    assert plain_number("000") == "0"
    assert plain_number("٣") is None
    assert plain_number("") is None


def test_a_post_that_was_overtaken_stands_where_it_belongs() -> None:
    told = Told()
    for number, text in [(1, "one "), (3, "three "), (2, "two "), (5, "five "), (4, "four ")]:
        told.post(number, text)
    assert told.text == "one two three four five "


def test_the_same_text_under_a_new_number_was_said_twice_unless_the_tool_asked_for_the_number() -> None:
    told = Told()
    told.post(1, "Hear, hear!")
    told.post(2, "Hear, hear!")
    assert told.text == "Hear, hear!\nHear, hear!"
    told.post(3, "Order.")
    told.post(4, "Order.", asked=True)
    assert told.text == "Hear, hear!\nHear, hear!\nOrder."


def test_empty_posts_and_posts_without_numbers() -> None:
    told = Told()
    told.post(None, "Hello.")
    told.post(None, "")
    told.post(None, "Hello.")
    assert told.text == "Hello.\nHello."


def test_the_last_line_and_the_one_in_progress_overlap() -> None:
    told = Told()
    lines = TALK.split("\n")
    number = 0
    for before, line in zip(["", *lines], lines, strict=False):
        words = line.split()
        for count in range(0, len(words), 3):
            number += 1
            told.post(number, f"{before}\n{' '.join(words[: count + 3])}".strip("\n"))
    assert same(told)


_WORDS = st.sampled_from(["so", "we", "the pier", "Yes.", "and", "Thank you.", "No!", "nine", "1912", "é", "港"])


@st.composite
def talks(draw: st.DrawFn) -> list[str]:
    """Lines of a talk; two in a row are not alike in their first words, which no tool could tell from a repetition."""
    lines = draw(st.lists(st.lists(_WORDS, min_size=1, max_size=7).map(" ".join), min_size=4, max_size=20))
    return [f"{number} {line}" for number, line in enumerate(lines)]


@given(talks(), st.integers(1, 3), st.randoms(use_true_random=False))
def test_any_roll_up_with_retries_and_restarts_is_told_once(lines: list[str], rows: int, chance: random.Random) -> None:
    told = Told()
    number, restart = 0, chance.randint(8, 40)
    for text in rolled("\n".join(lines), rows):
        number += 1
        told.post(number, text)
        if chance.random() < 0.1:
            told.post(number, text)
        if number > restart:
            number, restart = 0, chance.randint(8, 40)
    assert same(told, "\n".join(lines))


@given(talks(), st.integers(1, 3), st.integers(1, 60), st.sampled_from(["rolling", "lines", "stream"]))
def test_what_a_process_forgets_is_found_in_the_log(lines: list[str], rows: int, each: int, manner: str) -> None:
    text = "\n".join(f"{line} of many words" for line in lines)
    pieces = {"rolling": rolled(text, rows), "lines": text.split("\n"), "stream": re.findall(r"\S+\s*", text)}[manner]
    told = Told()
    for number, piece in enumerate(pieces, 1):
        told.post(number, piece)
        if number > MAX_POSTS and number % each == 0:  # how it posts must be known by then
            told.restart()
            told.post(number, piece)
    assert same(told, text)


@given(talks(), st.randoms(use_true_random=False))
def test_whole_lines_with_retries_lost_answers_and_overtaking_are_told_once(
    lines: list[str], chance: random.Random
) -> None:
    told = Told()
    posts = list(enumerate(lines, 1))
    asks = chance.random() < 0.5
    for index in range(1, len(posts) - 1, 2):  # before the first post nothing tells that one is missing
        if not asks and chance.random() < 0.2:
            posts[index], posts[index + 1] = posts[index + 1], posts[index]
    for number, text in posts:
        told.post(2 * number, text)
        if chance.random() < 0.2:
            told.post(2 * number, text)
        if asks and chance.random() < 0.2:
            told.post(2 * number + 1, text, asked=True)
    assert same(told, "\n".join(lines))


@given(st.lists(st.text(st.sampled_from("ab .\n"), max_size=6), max_size=40))
def test_the_window_is_bounded_and_only_its_lines_change(texts: list[str]) -> None:
    told = Told()
    for number, text in enumerate(texts):
        told.post(number, text)
        assert len(told.window.posts) <= MAX_POSTS
    assert told.window.first_slot + len(told.window.told) == len(told.lines)


def test_a_post_of_line_breaks_alone_takes_no_time() -> None:
    told = Told()
    for number in range(40):
        told.post(number, "\n" * 16_000 + str(number))
    assert len(told.window.posts) == 1
