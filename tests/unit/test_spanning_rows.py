"""A row that a passage off the record cuts in two: what was added behind it is written, nothing that was said in it."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import Conflict
from captionflow.messages import Draft, Line, Posted, Stream
from captionflow.numbering import number
from captionflow.off_record import FORGOTTEN_AFTER, SENDER, OffRecord, after
from captionflow.spanning_rows import KEPT_FOR, MAX_ROWS, Row, SpanningRows, beyond, told_before

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


@pytest.mark.parametrize(
    ("kept", "text", "told"),
    [
        (["hello", "ev"], "Hello everyone", "Hello"),
        (["hello", None, "all"], "(Hello, secret. All of us", "(Hello All"),
        (["hello", None, "all"], "Hello all", "Hello"),
        ([None, None, "all"], "Two secrets! All", " All"),
        (["hi"], "Hello", ""),
        ([], "Hello", ""),
    ],
)
def test_what_was_told_on_the_record_are_the_words_that_are_the_same_in_their_places(
    kept: list[str | None], text: str, told: str
) -> None:
    assert told_before(kept, text) == told


WORDS = st.lists(st.sampled_from(["ana", "bo", "cy"]), max_size=3)
RECOGNISED: dict[str, object] = {"sender": "asr", "segment": "u1"}


@given(WORDS.filter(bool), st.lists(st.tuples(WORDS, WORDS), min_size=1, max_size=4), st.booleans(), st.data())
def test_whatever_a_row_says_and_however_often_a_passage_comes(
    before: list[str], passages: list[tuple[list[str], list[str]]], interim: bool, data: st.DataObject
) -> None:
    """It is told as a whole, or with a piece of its last word, again and again; an utterance may end in a passage."""
    log = Log()
    told, kept = list(before), list(before)

    def tell(word: str) -> None:
        told.append(word)
        if interim:
            if data.draw(st.booleans()):
                log.put(" ".join(told)[:-1], final=False, **RECOGNISED)
            log.put(" ".join(told), final=False, **RECOGNISED)
        else:
            log.put(" ".join(told), revises=1)

    log.put(" ".join(before), **({"final": False, **RECOGNISED} if interim else {}))  # type: ignore[arg-type]
    ends_in = data.draw(st.sampled_from([*range(len(passages)), None])) if interim else None
    for number_of, (inside, behind) in enumerate(passages):
        log.turn(on=True)
        for word in inside:
            tell(f"secret{number_of}{word}")
        if number_of == ends_in:
            break
        log.turn(on=False)
        for word in behind:
            tell(word)
            kept.append(word)
    if interim:
        assert log.put(f"{' '.join(told)}.", **RECOGNISED).text.rstrip(".").split() == kept
    assert log.said.rstrip(".").split() == kept


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["say", "say", "change", "drop", "off", "on", "end"]),
            st.integers(0, 2),
            st.integers(0, 9),
            st.sampled_from([0, 1, 70]),
        ),
        max_size=40,
    )
)
def test_no_word_of_a_passage_is_written_whatever_recognisers_make_of_their_utterances(
    steps: list[tuple[str, int, int, int]],
) -> None:
    """They say more, take words back, and hear others, in passages and out of them."""
    log, off, told = Log(), False, dict[int, list[str]]()
    for count, (what, which, place, pause) in enumerate(steps):
        log.now += timedelta(seconds=pause)
        words = told.setdefault(which, [])
        word = f"{'secret' if off else 'open'}{count}"
        if what in {"off", "on"}:
            off = what == "off"
            log.turn(on=off)
            continue
        if what == "say":
            words.append(word)
        elif words and what == "change":
            words[place % len(words)] = word
        elif words and what == "drop":
            del words[place % len(words)]
        text = " ".join(words)
        line = log.put(text, sender="asr", segment=f"u{which}", final=what == "end")
        assert set(line.text.split()) <= {one for one in words if one.startswith("open")}
        if what == "end":
            told.pop(which)
    assert b"secret" not in msgspec.json.encode(log.lines)


def test_an_utterance_that_ends_in_the_passage_has_what_was_said_before_it_and_goes_on_behind_it(log: Log) -> None:
    log.put("Hello ev", final=False, **RECOGNISED)
    log.put("Hello everyone", final=False, **RECOGNISED)
    log.turn(on=True)
    draft = log.draft("Hello, everyone. The secret.", **RECOGNISED)  # type: ignore[arg-type]
    (final,) = log.append(draft)
    assert (final.text, final.shortened, final.withheld) == ("Hello, everyone", True, False)
    assert log.append(draft) == [final]
    assert log.put("Hello, everyone. The secret is.", sender="asr", segment="u1", revises=final.seq).withheld
    log.turn(on=False)
    log.put("Hello, everyone. The secret is. And after.", sender="asr", segment="u1", revises=final.seq)
    assert log.said == "Hello, everyone And after."
    assert log.put("Hello again", final=False, **RECOGNISED).text == "Hello again"


def test_an_utterance_that_was_silent_for_long_in_the_passage_is_still_known(log: Log) -> None:
    log.put("Hello everyone", final=False, **RECOGNISED)
    log.turn(on=True)
    log.put("Hello everyone the secret", final=False, **RECOGNISED)
    log.now += FORGOTTEN_AFTER
    log.turn(on=False)
    log.put("Hello everyone the secret and after.", **RECOGNISED)
    assert log.said == "Hello everyone and after."
    log.turn(on=True)
    log.put("Hello everyone the secret", final=False, **RECOGNISED)
    log.now += FORGOTTEN_AFTER
    log.turn(on=False)
    assert log.put("The secret", **RECOGNISED).withheld
    assert log.put("Other words", **RECOGNISED).text == "Other words"
