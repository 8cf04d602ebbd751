"""A row that a passage off the record cuts in two: what was added behind it is written, nothing that was said in it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import Conflict
from captionflow.messages import Draft, Line, Posted, Stream
from captionflow.numbering import number
from captionflow.off_record import SENDER, OffRecord, after
from captionflow.spanning_rows import KEPT_FOR, MAX_ROWS, Row, SpanningRows, beyond, common

TALK = Stream("talk", "en")
BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """What one process numbers, a second apart."""

    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.rows = SpanningRows()
        self.now = BEGIN
        self._state: OffRecord | None = None

    def append(self, *drafts: Draft) -> list[Line]:
        self.now += timedelta(seconds=1)
        known = {(line.sender, line.number): line for line in self.lines}
        rows = self.rows.of(TALK)
        new, receipts = number(drafts, known, len(self.lines), self.now, off_record=self._state, rows=rows)
        for line in new:
            self._state = after(self._state, line)
            if self._state is not None:
                self.rows.written(TALK, line)  # as a log does that reads what it wrote
        rows.remember()
        self.lines += new
        return [self.lines[receipt.seq - 1] for receipt in receipts]

    def put(self, text: str, *, sender: str = "desk", **fields: object) -> Line:
        return self.append(self.draft(text, sender=sender, **fields))[0]

    def draft(self, text: str, *, sender: str = "desk", ahead: int = 0, **fields: object) -> Draft:
        count = sum(line.sender == sender for line in self.lines) + ahead
        return Draft(sender, count, text, **fields)  # type: ignore[arg-type]

    def turn(self, *, on: bool) -> None:
        self.put("", sender=SENDER, off_record=on)

    def elsewhere(self, text: str, **fields: object) -> Line:
        """Another process numbers a line."""
        mine, self.rows = self.rows, SpanningRows()
        line = self.put(text, **fields)  # type: ignore[arg-type]
        self.rows = mine
        self.rows.written(TALK, line)
        return line

    @property
    def said(self) -> str:
        """What the lines say, every revision made."""
        texts: dict[int, str] = {}
        for line in self.lines:
            if line.final and not line.withheld:
                texts[line.revises or line.seq] = line.text
        assert b"secret" not in msgspec.json.encode(self.lines)
        return "".join(texts.values())


@pytest.fixture
def log() -> Log:
    return Log()


def grown(log: Log, *after: str) -> int:
    """The ``seq`` of a row that began before a passage, said a secret in it, and then all of these."""
    row = log.put("row one").seq
    log.turn(on=True)
    log.put("row one secret", revises=row)
    log.put("row one secret words", revises=row)
    log.turn(on=False)
    for text in after:
        log.put(text, revises=row)
    return row


def test_what_is_added_behind_the_passage_is_a_line_behind_it_that_grows(log: Log) -> None:
    grown(log, "row one secret words and", "row one secret words and after", "row one secret words, and after it.\n")
    first, *later = log.lines[-3:]
    assert (first.revises, first.text, first.shortened, first.withheld) == (None, " and", True, False)
    assert [(line.revises, line.text) for line in later] == [(first.seq, " and after"), (first.seq, " and after it.\n")]
    assert log.said == "row one and after it.\n"


def test_what_is_taken_back_again_is_gone_and_what_comes_then_is_there(log: Log) -> None:
    row = grown(log, "row one secret words and after", "row one secret words")
    assert log.said == "row one"
    log.put("row one secret words then", revises=row)
    assert log.said == "row one then"


@pytest.mark.parametrize("text", ["row one", "row won secret words and after", "secret words and after", "", "♪"])
def test_a_row_that_says_the_passage_differently_is_withheld_and_what_is_added_to_that_is_not(
    log: Log, text: str
) -> None:
    row = grown(log, text)
    assert log.lines[-1].withheld
    log.put(f"{text} more", revises=row)
    assert log.said == ("row one more" if text.strip("♪") else "row one")


def test_a_word_that_grows_behind_the_passage_was_begun_in_it(log: Log) -> None:
    row = grown(log, "row one secret wordsecrets")
    assert log.lines[-1].withheld
    log.put("row one secret wordsecrets, after", revises=row)
    assert log.said == "row one after"


def test_a_line_that_was_begun_in_the_passage_goes_on_behind_it(log: Log) -> None:
    log.turn(on=True)
    row = log.put("secret").seq
    log.turn(on=False)
    log.put("secret and after", revises=row)
    assert log.said == " and after"


def test_a_row_over_two_passages_has_what_was_said_between_and_behind_them(log: Log) -> None:
    row = grown(log, "row one secret words between")
    log.turn(on=True)
    log.put("row one secret words between secret", revises=row)
    log.turn(on=False)
    log.put("row one secret words between secret after", revises=row)
    assert log.said == "row one between after"


def test_an_utterance_over_a_passage_has_what_was_said_before_and_behind_it(log: Log) -> None:
    def hear(text: str, *, final: bool = False) -> Line:
        return log.put(text, sender="asr", segment="u1", final=final)

    hear("Hello ev")
    hear("Hello everyone")
    log.turn(on=True)
    hear("Hello, everyone. The secret")
    hear("Hello, everyone. The secret is")
    log.turn(on=False)
    assert hear("Hello, everyone. The secret is").text == "Hello, everyone"
    assert hear("Hello, everyone. The secret is. And").text == "Hello, everyone And"
    final = hear("Hello, everyone. The secret is. And after.\n", final=True)
    assert (final.text, final.shortened) == ("Hello, everyone And after.\n", True)
    log.put("Hello, everyone. The secret is. And after that.\n", sender="asr", segment="u1", revises=final.seq)
    assert log.said == "Hello, everyone And after that.\n"
    assert hear("Hello again").text == "Hello again"  # its name means another one now


def test_of_an_utterance_that_began_in_the_passage_nothing_is_written(log: Log) -> None:
    log.turn(on=True)
    log.put("A se", sender="asr", segment="u1", final=False)
    line = log.put("A secret", sender="asr", segment="u2").seq
    log.turn(on=False)
    assert log.put("A se plan", sender="asr", segment="u1", final=False).withheld
    final = log.put("A se plan was made", sender="asr", segment="u1")
    assert final.withheld
    assert log.put("A se plan was made here", sender="asr", segment="u1", revises=final.seq).withheld
    assert log.put("A secret plan", sender="asr", segment="u2", revises=line).withheld
    assert log.put("A secret plan again", sender="asr", segment="u2", revises=line).withheld


def test_a_retry_is_known_and_gets_the_same_receipt(log: Log) -> None:
    row = grown(log)
    draft = log.draft("row one secret words and after", revises=row, posted=Posted(30, "0123", "7", "lines"))
    (first,) = log.append(draft)
    assert first.posted == Posted(0, "", "7", "lines")
    assert log.append(draft) == [first]
    with pytest.raises(Conflict):
        log.append(msgspec.structs.replace(draft, segment="other"))


def test_of_several_drafts_at_once_each_goes_on_from_the_one_before(log: Log) -> None:
    row = grown(log)
    at = log.now - timedelta(seconds=0.5)
    texts = [
        "row one secret words, secret 2",
        "row one secret words, secret 2 and",
        "row one secret words, secret 2 and after",
    ]
    log.append(
        log.draft(texts[0], revises=row, at=at),  # said in the passage
        *(log.draft(text, revises=row, ahead=1 + place) for place, text in enumerate(texts[1:])),
    )
    assert log.said == "row one and after"


def test_what_another_process_was_told_is_not_known_here(log: Log) -> None:
    row = log.put("row one").seq
    log.turn(on=True)
    log.put("row one secret", revises=row)
    log.elsewhere("row one secret words", revises=row)
    log.turn(on=False)
    assert log.put("row one secret words and", revises=row).withheld
    log.put("row one secret words and after", revises=row)
    assert log.said == "row one after"


def test_an_utterance_that_another_process_was_told_is_withheld_to_its_end(log: Log) -> None:
    log.turn(on=True)
    log.elsewhere("A se", sender="asr", segment="u1", final=False)
    log.elsewhere("A secret", sender="asr", segment="u2")
    log.turn(on=False)
    assert log.put("A se plan", sender="asr", segment="u1", final=False).withheld
    assert log.put("A se plan was made", sender="asr", segment="u1").withheld
    assert log.put("A secret plan", sender="asr", segment="u2", revises=3).withheld
    assert log.put("A secret plan was made", sender="asr", segment="u2", revises=3).withheld


def test_a_row_is_forgotten_after_a_while_and_where_there_are_too_many(log: Log) -> None:
    row = grown(log)
    log.now += KEPT_FOR
    assert log.put("row one secret words and after", revises=row).withheld
    for seq in range(1_000, 1_000 + MAX_ROWS):
        log.rows.put(TALK, seq, Row(seq, log.now, "words"))
    assert log.rows.get(TALK, row) is None
    log.rows.put(TALK, 1_000, Row(1, log.now, "older"))
    assert log.rows.get(TALK, 1_000) == Row(1_000, log.now, "words")
    log.rows.clear()
    assert log.rows.get(TALK, 1_000) is None


@pytest.mark.parametrize(
    ("told", "text", "rest"),
    [
        ("One two", "one, TWO three", " three"),
        ("One two.", "One two. Three", " Three"),
        ("One tw", "One two three", " three"),
        ("秘密です", "秘密ですが公開", "が公開"),
        ("one", "on", None),
        ("one two", "one", None),
        ("one two", "one three", None),
        ("♪", "♪ words", None),
        ("", "words", None),
    ],
)
def test_what_a_text_adds_begins_with_the_first_word_that_was_not_told(told: str, text: str, rest: str | None) -> None:
    end = beyond(told, text)
    assert (None if end is None else text[end:]) == rest


def test_what_texts_have_in_common_ends_with_a_whole_word() -> None:
    assert common("Hello ev", "Hello everyone") == len("Hello")
    assert common("", "Hello") == common("Hi", "Hello") == 0


WORDS = st.lists(st.sampled_from(["ana", "bo", "cy"]), min_size=1, max_size=3)


@given(WORDS, st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=3), st.booleans())
def test_whatever_a_row_says_and_however_often_a_passage_comes(
    before: list[str], passages: list[tuple[list[str], list[str]]], interim: bool
) -> None:
    log = Log()
    told, kept = list(before), list(before)
    fields: dict[str, object] = {"sender": "asr", "segment": "u1", "final": False} if interim else {}

    def tell(word: str) -> None:
        told.append(word)
        revises = {} if interim else {"revises": 1}
        log.put(" ".join(told), **fields, **revises)  # type: ignore[arg-type]

    log.put(" ".join(before), **fields)  # type: ignore[arg-type]
    for number_of, (inside, behind) in enumerate(passages):
        log.turn(on=True)
        for word in inside:
            tell(f"secret{number_of}{word}")
        log.turn(on=False)
        for word in behind:
            tell(word)
            kept.append(word)
    if interim:
        final = log.put(" ".join(told), sender="asr", segment="u1")
        assert final.text.split() == [*before, *passages[-1][1]]
        assert "secret" not in final.text
    else:
        assert log.said.split() == kept
