"""From what posts change to lines of the log, and back: any ingest goes on from there."""

import random
import re
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captionflow.messages import MAX_LINE_CHARS, Line, Receipt
from services.ingest.protocols.post_lines import Feed
from services.ingest.protocols.posts import Post, plain_number
from services.ingest.protocols.repeats import Manner

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """A line log with one sender, and ingests that take turns."""

    def __init__(self, manner: Manner = "lines") -> None:
        self.manner = manner
        self.lines: list[Line] = []
        self.feed = Feed.resumed([], manner)
        self.guesses: list[str] = []
        self.moves = False

    def post(self, number: int | str | None, text: str, *, asked: bool = False) -> None:
        known = None if number is None else plain_number(str(number))
        reading = self.feed.window.read(Post.of(known, text), asked=asked)
        drafts = self.feed.drafts(reading, "post:zoom", BEGIN + timedelta(seconds=len(self.lines)))
        moves = self.feed.moves(reading)
        receipts = []
        for draft in drafts:
            assert draft.number == len(self.lines)
            assert len(draft.text) <= MAX_LINE_CHARS
            line = msgspec.convert(
                msgspec.structs.asdict(draft) | {"seq": len(self.lines) + 1, "received_at": BEGIN}, Line
            )
            self.lines.append(line)
            receipts.append(Receipt(draft.number, line.seq, BEGIN))
        self.feed = self.feed.after(reading, drafts, receipts)
        self.guesses += reading.guesses
        self.moves = moves

    def restart(self, count: int = 400) -> None:
        self.feed = Feed.resumed(self.lines[-count:], self.manner)

    @property
    def text(self) -> str:
        texts: dict[int, str] = {}
        for line in self.lines:
            texts[line.revises or line.seq] = line.text
        return "".join(texts.values())


def test_posts_are_lines_and_corrections_revise_them() -> None:
    log = Log()
    for number, text in enumerate(["reach", "ed us", " today", " or so."]):
        log.post(number, text)
    assert log.text == "reached us today or so."
    assert [line.revises for line in log.lines if line.revises]
    assert [line.posted.number for line in log.lines if line.posted and not line.revises] == ["0", "1", "2", "3"]


@pytest.mark.parametrize("restarts", [False, True])
def test_a_long_post_is_several_lines_and_is_known_again(*, restarts: bool) -> None:
    log = Log()
    long, wide = " ".join(f"word{number}" for number in range(2_000)), "x" * 5_000
    for number, text in [
        (1, "Short."),
        (2, long),
        (2, long),
        (2, f"{long} and more"),
        (3, "x" * 5_000),
        (3, "x" * 5_000),
    ]:
        log.post(number, text)
        if restarts:
            log.restart()
    assert log.text == f"Short.\n{long} and more\n{wide}"


def test_a_line_that_outgrows_what_holds_it_loses_nothing() -> None:
    log = Log()
    log.post(1, "One.")
    log.post(2, "Two.")
    log.post(1, "One." + " more" * 900)
    log.post(3, "Three.")
    log.restart()
    log.post(4, "Four.")
    assert sorted(log.text.split()) == sorted(("One. Two. Three. Four." + " more" * 900).split())


@pytest.mark.parametrize(
    ("number", "text", "moves"),
    [
        (2, "Two." + " more" * 900, False),  # the last one goes on where it is
        (3, "Three.", False),
        (1, "One. And a half.", False),
        (1, "One." + " more" * 300, False),  # it fits
        (1, "One." + " more" * 900, True),
    ],
)
def test_what_stands_elsewhere_than_it_was_said_is_told_and_nothing_else_is(
    number: int, text: str, *, moves: bool
) -> None:
    log = Log()
    log.post(1, "One.")
    log.post(2, "Two.")
    log.post(number, text)
    assert log.moves is moves


def test_a_text_that_shrinks_empties_the_lines_that_it_does_not_need() -> None:
    log = Log("typed")
    log.post(1, "word " * 1_000)
    log.post(2, "\b" * 1_400 + "end")
    assert log.text == ("word " * 1_000)[:-1_400] + "end"
    log.restart()
    assert log.feed.window.number == "2"
    log.post(2, "\b" * 1_400 + "end")
    assert log.text == ("word " * 1_000)[:-1_400] + "end"


def test_what_other_lines_revise_beyond_those_that_are_read_is_left_alone() -> None:
    log = Log()
    for number, text in enumerate(["reach", "ed us", " today", " or ", "so ", "on "]):
        log.post(number, text)
    log.restart(3)
    log.post(6, "it ")
    log.restart(6)
    log.post(7, "goes.")
    assert log.text == "reached us today or so on it goes."


_TYPED = st.lists(st.text(st.sampled_from("ab c\n\b"), min_size=1, max_size=6), max_size=30)


@given(_TYPED, st.randoms(use_true_random=False))
def test_what_is_erased_is_erased_whichever_post_sent_it(pieces: list[str], chance: random.Random) -> None:
    log = Log("typed")
    typed: list[str] = []
    for number, piece in enumerate(pieces, 1):
        log.post(number, piece)
        for character in piece:
            if character != "\b":
                typed.append(character)
            elif typed:
                typed.pop()
        if chance.random() < 0.3:
            log.restart()
        if chance.random() < 0.3:
            log.post(number, piece)
    if "merged" not in log.guesses:
        assert log.text == "".join(typed)


def test_a_character_a_post_does_not_shorten_how_far_is_erased() -> None:
    log = Log("typed")
    text = "It was nineteen hundred and twelve when they built it, at last."
    for number, character in enumerate(text + "\b" * 60 + " is."):
        log.post(number, character)
        if number == 70:
            log.restart()
    assert log.text == "It  is."[:3] + " is."
    log.post(999, "\b" * 100)
    assert log.text == ""
    assert log.guesses == ["erased-too-far"]


def test_all_since_the_last_success_is_merged_when_it_had_arrived() -> None:
    log = Log("typed")
    for number, text in [
        (1, "Good mor"),
        (2, "Good morning ev"),
        (3, "Good morning everybo"),
        (4, "dy."),
        (4, "dy. Yes"),
    ]:
        log.post(number, text)
    assert log.text == "Good morning everybody. Yes"
    assert log.guesses == ["merged", "merged"]
    for number, text in [(5, "."), (6, "."), (7, ". no")]:
        log.post(number, text)
    assert log.text == "Good morning everybody. Yes... no"


def test_what_a_post_grew_by_is_known_after_a_restart_too() -> None:
    log = Log("typed")
    pieces = ["It ", "ix\bs ", "nine ", "hundred."]
    log.post(1, pieces[0])
    for count in range(2, len(pieces) + 1):
        for _ in range(2):
            log.post(2, "".join(pieces[1:count]))
            log.restart()
    log.post(1, pieces[0])
    assert log.text == "It is nine hundred."


def test_an_earlier_state_that_comes_late_adds_nothing() -> None:
    log = Log("typed")
    for number, text in [(1, "Good "), (3, "morning everybody. "), (2, "morning "), (3, "morning "), (4, "Yes.")]:
        log.post(number, text)
    assert log.text == "Good morning everybody. Yes."
    assert log.guesses == ["overtaken", "overtaken"]
    log = Log()
    for text in ["One. Two.", "One.", "One. Two. Three."]:
        log.post(1, text)
    assert log.text == "One. Two. Three."


def test_a_post_that_is_only_recognised_may_still_grow() -> None:
    log = Log()
    for number in range(30):
        log.post(number, f"Line {number}.")
    log.post(2, "Line 2. And more.")
    log.post(2, "Line 2. And more.")
    assert log.text == "\n".join(f"Line {number}." for number in range(30)) + " And more."


def test_of_a_long_text_only_the_lines_that_change_are_written() -> None:
    log = Log("typed")
    log.post(1, "word " * 1_000)
    count = len(log.lines)
    log.post(2, "\b\b")
    assert [len(line.text) for line in log.lines[count:]] == [len(log.lines[2].text) - 2, 0]


_LINES = st.lists(st.sampled_from(["Yes.", "No.", "we meet", "at the pier", "so", "and"]), min_size=1, max_size=5)


@settings(max_examples=300)
@given(
    st.lists(_LINES.map(" ".join), min_size=1, max_size=24),
    st.sampled_from(["lines", "stream", "rolling"]),
    st.randoms(use_true_random=False),
)
def test_ingests_that_take_turns_and_restart_say_what_one_would_have(
    texts: list[str], manner: str, chance: random.Random
) -> None:
    lines = [f"{number} {text} it is." for number, text in enumerate(texts)]
    whole = "\n".join(lines)
    if manner == "rolling":
        ends = [match.end() for match in re.finditer(r"\S+", whole)]
        pieces = ["\n".join(whole[:end].split("\n")[-2:]) for end in ends]
    else:
        pieces = lines if manner == "lines" else re.findall(r"\S+\s*", whole)
    log = Log()
    for number, piece in enumerate(pieces, 1):
        log.post(number, piece)
        if chance.random() < 0.2:
            log.restart()
        if chance.random() < 0.2:
            log.post(number, piece)
    assert log.text.split() == whole.split()
