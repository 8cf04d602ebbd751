"""What is typed, erased and corrected over a WebSocket, as lines and revisions of the log."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import BadMessage
from captionflow.messages import MAX_LINE_CHARS, Draft, Line, Receipt
from services.ingest.protocols.typed_text import (
    MAX_REACH_CHARS,
    MAX_TEXT,
    MAX_TOUCHED,
    End,
    Message,
    Revise,
    Type,
    Typed,
    parse,
)

NOW = datetime(2026, 11, 24, 9, tzinfo=UTC)


class Log:
    """The lines of one writer."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def append(self, drafts: Sequence[Draft]) -> list[Receipt]:
        for draft in drafts:
            fields = {name: getattr(draft, name) for name in Draft.__struct_fields__}
            self.lines.append(Line(**fields, seq=10 + len(self.lines), received_at=NOW))
        return [Receipt(draft.number, 10 + len(self.lines) - len(drafts) + n, NOW) for n, draft in enumerate(drafts)]

    @property
    def text(self) -> str:
        texts: dict[int, str] = {}
        for line in self.lines:
            texts[line.seq if line.revises is None else line.revises] = line.text
        return "".join(texts.values())

    def write(self, typed: Typed, *messages: Message) -> Typed:
        waiting = list(messages)
        while waiting:
            reading = typed.read(waiting)
            typed, waiting = reading.after(self.append(reading.drafts("desk", NOW))), waiting[reading.taken :]
        return typed


def written(*messages: Message) -> str:
    log = Log()
    log.write(Typed(), *messages)
    return log.text


def test_words_characters_and_line_breaks_are_the_text() -> None:
    assert written(Type(0, "Good "), Type(1, "m"), Type(2, "orning.\r\n"), Type(3, "Next")) == "Good morning.\nNext"


def test_a_backspace_erases_what_an_earlier_message_typed_and_the_lines_are_revised() -> None:
    log = Log()
    typed = log.write(Typed(), Type(0, "The "))
    typed = log.write(typed, Type(1, "spa"))
    typed = log.write(typed, Type(2, "\b\b\b\b\b spea\x7fa"))
    assert log.text == "The spea"[:2] + " spea"
    assert [(line.revises, line.text) for line in log.lines[2:]] == [(10, "Th"), (11, ""), (None, " spea")]
    assert typed.text == "Th spea"


def test_a_correction_replaces_what_is_there_across_lines() -> None:
    log = Log()
    typed = log.write(Typed(), Type(0, "The spa"))
    typed = log.write(typed, Type(1, "eker is "))
    typed = log.write(typed, Type(2, "here."))
    log.write(typed, Revise(3, back=16, old="spaeker", text="speaker"))
    assert log.text == "The speaker is here."
    assert [line.revises for line in log.lines[3:]] == [10, 11]


@pytest.mark.parametrize(("back", "expected"), [(0, "onetwo!"), (3, "one!two"), (6, "!onetwo"), (1, "onetw!o")])
def test_a_correction_of_nothing_puts_its_text_in_between(back: int, expected: str) -> None:
    log = Log()
    log.write(log.write(Typed(), Type(0, "one")), Type(1, "two"), Revise(2, back=back, old="", text="!"))
    assert log.text == expected
    log = Log()
    log.write(log.write(log.write(Typed(), Type(0, "one")), Type(1, "two")), Revise(2, back=back, old="", text="!"))
    assert log.text == expected


def test_a_correction_of_what_is_not_there_changes_nothing_and_says_what_is() -> None:
    reading = Typed().read([Type(0, "one two"), Revise(1, back=3, old="tow", text="2"), Type(2, ".")])
    assert [(one.number, one.code, one.text) for one in reading.refused] == [(1, "not-there", "one two")]
    assert reading.number == 2
    assert [draft.text for draft in reading.drafts("desk", NOW)] == ["one two."]
    reading = Typed().read([Type(0, "one"), Revise(1, back=4, old="", text="2")])
    assert [one.code for one in reading.refused] == ["erased-too-far"]


def test_a_message_that_erases_too_far_changes_nothing() -> None:
    reading = Typed().read([Type(0, "one"), Type(1, "\b\b\b\btwo")])
    assert [(one.number, one.code) for one in reading.refused] == [(1, "erased-too-far")]
    assert [draft.text for draft in reading.drafts("desk", NOW)] == ["one"]


def test_one_message_changes_so_many_lines_at_most_that_the_log_has_all_or_none() -> None:
    log, typed = Log(), Typed()
    for number in range(MAX_TOUCHED + 1):
        typed = log.write(typed, Type(number, "x"))
    reading = typed.read([Type(1000, "\b" * (MAX_TOUCHED + 1))])
    assert [one.code for one in reading.refused] == ["too-large"]
    log.write(typed, Type(1000, "\b" * MAX_TOUCHED), Type(1001, "\b"), Type(1002, "y"))
    assert log.text == "y"


def test_a_line_does_not_grow_beyond_what_the_log_takes() -> None:
    long = "x" * MAX_TEXT
    log = Log()
    typed = log.write(Typed(), Type(0, long), Type(1, long), Type(2, long))
    assert [len(line.text) for line in log.lines] == [MAX_LINE_CHARS, MAX_TEXT]
    typed = log.write(typed, Type(3, "y"))
    reading = Typed(lines=((10, "z" * MAX_LINE_CHARS),)).read([Revise(0, back=2000, old="z", text="zz")])
    assert [one.code for one in reading.refused] == ["too-large"]
    assert len(typed.text) <= MAX_REACH_CHARS


def test_a_message_that_came_before_is_not_applied_again() -> None:
    log = Log()
    typed = log.write(Typed(), Type(4, "one "), Type(5, "two "))
    typed = log.write(typed, Type(4, "one "), Type(5, "two "), Type(6, "three"))
    assert log.text == "one two three"
    assert not typed.read([Type(6, "three")]).drafts("desk", NOW)


def test_the_end_is_a_line_of_its_own_message_and_more_may_follow() -> None:
    log = Log()
    log.write(Typed(), Type(0, "Bye."), End(1), Type(2, "No, one more."))
    assert [(line.text, line.ends) for line in log.lines] == [("Bye.", True), ("No, one more.", False)]


def test_what_nothing_came_of_needs_no_line() -> None:
    reading = Typed().read([Type(0, "a"), Type(1, "\b")])
    assert reading.number == 1
    assert reading.drafts("desk", NOW) == ()
    assert reading.after([]).number == 1


def test_another_ingest_goes_on_where_this_one_ended() -> None:
    log = Log()
    typed = log.write(log.write(Typed(), Type(0, "The spa")), Type(1, "eker"))
    typed = log.write(typed, Type(2, "\b\b\b\b\bea"))
    assert Typed.resumed(log.lines) == typed
    assert Typed.resumed(log.lines[1:]).text == "ea"
    assert Typed.resumed(()) == Typed()


def test_a_message_is_checked() -> None:
    assert parse('{"do":"type","number":0,"text":"a"}') == Type(0, "a")
    assert parse(b'{"do":"revise","number":1,"back":2,"old":"a","text":""}') == Revise(1, 2, "a", "")
    assert parse('{"do":"end","number":2}') == End(2)
    assert parse('{"do":"type","number":0,"text":"a","typed_ago":[9,3.5]}') == Type(0, "a", (9, 3.5))
    ages = [f'{{"do":"type","number":0,"text":"a","typed_ago":{ago}}}' for ago in ("[1,2]", "[1]", "[1,-1]", "3")]
    ages += ['{"do":"revise","number":0,"back":0,"old":"","text":"","typed_ago":[1,2]}']
    ages += ['{"do":"end","number":0,"typed_ago":[2,1]}']
    for wrong in (
        *ages,
        "",
        "[]",
        '{"do":"type"}',
        '{"do":"type","number":-1,"text":""}',
        '{"do":"x","number":1}',
        "\ud800",
    ):
        with pytest.raises(BadMessage):
            parse(wrong)


def test_what_was_typed_some_time_ago_has_the_time_of_our_clock_and_a_line_of_its_own() -> None:
    log = Log()
    messages = [Type(0, "a"), Type(1, "b"), Type(2, "c", (90.5, 30.0)), Type(3, "d", (9.0, 9.0)), Type(4, "e"), End(5)]
    typed = log.write(Typed(), *messages)
    ago = [(line.text, line.at and NOW - line.at, line.typed_for) for line in log.lines]  # type: ignore[operator]
    assert ago == [
        ("ab", timedelta(0), None),
        ("c", timedelta(seconds=90.5), 60.5),
        ("d", timedelta(seconds=9), 0.0),
        ("e", timedelta(0), None),
    ]
    log.write(typed, Revise(6, 5, "ab", "AB", (4.0, 3.0)), End(7))
    assert [(line.text, line.revises, line.typed_for) for line in log.lines[4:]] == [("AB", 10, 1.0), ("", None, None)]


_TYPING = st.tuples(st.just("type"), st.text("ab \n\b", max_size=6), st.integers(0, 0))
_REVISING = st.tuples(st.just("revise"), st.text("xy", max_size=3), st.integers(0, 12))


@given(
    st.lists(st.tuples(st.one_of(_TYPING, _REVISING), st.booleans(), st.booleans()), max_size=30),
    st.sets(st.integers(0, 29)),
)
def test_any_typing_erasing_and_correcting_gives_the_final_text_however_it_is_sent(
    steps: list[tuple[tuple[str, str, int], bool, bool]], late: set[int]
) -> None:
    log, typed, text = Log(), Typed(), ""
    waiting: list[Message] = []
    for number, ((kind, new, back), flush, restart) in enumerate(steps):
        ago = (2.0, 1.0) if number in late else None
        if kind == "type":
            waiting.append(Type(number, new, ago))
            after = text
            for character in new:
                if character == "\b" and not after:
                    after = text
                    break
                after = after[:-1] if character == "\b" else after + character
            text = after
        else:
            begin = max(len(text) - back, 0)
            old = text[begin : begin + 2]
            waiting.append(Revise(number, len(text) - begin, old, new, ago))
            text = text[:begin] + new + text[begin + len(old) :]
        if flush:
            typed = log.write(typed, *waiting)
            waiting = []
            if restart:
                typed = Typed.resumed(log.lines)
    log.write(typed, *waiting)
    assert log.text == text
