from collections.abc import Iterator

import msgspec
import pytest

from captionflow.messages import Line, Part
from services.api.live.delta import delta
from services.cli.captions import Captions
from services.segment.file_session import EPOCH
from services.segment.segmenter import start, step

Event = tuple[str, str]


def lines(*texts: str, first: int = 1, **fields: object) -> list[Line]:
    return [
        Line(sender="desk", number=n, text=text, seq=n, received_at=EPOCH, **fields)  # type: ignore[arg-type]
        for n, text in enumerate(texts, first)
    ]


def live(said: list[Line]) -> Iterator[Event]:
    """The events that the hub makes of lines that come one by one, after an empty snapshot."""
    yield "snapshot", '{"seq":0,"parts":[]}'
    state, parts = start("s", "en"), dict[tuple[str, int], Part]()
    for line in said:
        state, steps = step(state, [line])
        for record in steps:
            changes = [delta(parts.get((part.turn_id, part.number)), part) for part in record.parts]
            parts |= {(part.turn_id, part.number): part for part in record.parts}
            yield "delta", msgspec.json.encode({"seq": record.last_seq, "parts": changes}).decode()
    yield "finished", "{}"


def printed(events: Iterator[Event], *, words: bool) -> list[str]:
    captions = Captions(words=words)
    return [text for name, data in events if (text := captions.take(name, data))]


def test_on_a_terminal_words_are_printed_as_they_come() -> None:
    said = lines(
        ">> ", "ANA:  ", "Good ", "morning. ", "[Laughter] ", "Well. ", "\n\n", "Next.\n\n", ">> BO:  ", "Yes. "
    )
    pieces = printed(live(said), words=True)
    assert "".join(pieces) == "ANA: Good morning. [Laughter] Well.\nNext.\n\nBO: Yes.\n"
    assert pieces[:2] == ["ANA: Good", " morning."]


def test_in_a_pipe_a_sentence_is_printed_when_it_is_complete_after_its_speaker() -> None:
    said = lines(">> ANA:  ", "Good ", "morning. ", "I ", "begin", "\n\n", ">> ", "And ", "I.\n", "\n>> BO:  Yes")
    pieces = printed(live(said), words=False)
    assert "".join(pieces) == "ANA\tGood morning.\nANA\tI begin\n(unknown)\tAnd I.\nBO\tYes\n"
    assert pieces[0] == "ANA\tGood morning.\n"


@pytest.mark.parametrize("words", [True, False])
def test_a_correction_of_printed_text_is_printed_again_from_its_sentence_on(*, words: bool) -> None:
    said = lines(">> ANA:  First. ", "We meet on ", "Tuesday. ", "Bye. ")
    said += lines("Thursday. ", first=5, revises=3)
    text = "".join(printed(live(said), words=words))
    assert text.count("First.") == 1
    corrected = "\nANA\t(corrected) We meet on Thursday.\nANA\tBye.\n"
    assert ("\n(corrected) We meet on Thursday. Bye." if words else corrected) in text


def test_a_word_that_was_taken_back_before_a_pipe_saw_it_is_never_printed_there() -> None:
    said = lines(">> ANA:  We meet on ", "Tuesday ")
    said += lines("Thursday ", first=3, revises=2) + lines("at nine. ", "Yes. ", first=4)
    assert "".join(printed(live(said), words=False)) == "ANA\tWe meet on Thursday at nine.\nANA\tYes.\n"


def test_a_turn_that_is_taken_back_is_told() -> None:
    said = lines(">> ANA:  Hello. ", ">> BO:  ", "Me. ", "Too. ")
    said += lines("", first=5, revises=2) + lines("", first=6, revises=3) + lines("", first=7, revises=4)
    assert "(corrected) (taken back)" in "".join(printed(live(said), words=True))


def test_a_snapshot_after_a_reset_repeats_nothing_that_was_printed() -> None:
    events = list(live(lines(">> ANA:  One. ", "Two. ", "Three. ")))
    part = Part("s.en.1", 0, "s", "en", 1, 3, speaker="ANA", paragraphs=("One. Two. Three.",))
    whole = msgspec.json.encode({"seq": 3, "parts": [part]}).decode()
    again = [*events[:3], ("reset", '{"reason":"away"}'), ("snapshot", whole), events[-1]]
    assert "".join(printed(iter(again), words=False)) == "ANA\tOne.\nANA\tTwo.\nANA\tThree.\n"


def test_the_parts_of_a_long_turn_are_one_turn() -> None:
    long = [">> ANA:  ", *("word " * 50 + "end. " for _ in range(60))]
    events = list(live(lines(*long)))
    assert sum('"number":1,' in data for _, data in events) > 0
    text = "".join(printed(iter(events), words=True))
    assert text.count("ANA:") == 1
    assert text.split() == "".join(long).replace(">>", "").split()


def test_sentences_that_come_together_are_a_line_each_in_a_pipe() -> None:
    said = lines(">> ANA:  One! [Applause] Two?\n\nThree. And", " four.\n")
    assert printed(live(said), words=False) == [
        "ANA\tOne!\nANA\t[Applause]\nANA\tTwo?\nANA\tThree.\n",
        "ANA\tAnd four.\n",
    ]


def test_what_is_said_after_a_turn_was_taken_back_waits_for_its_end_of_sentence_again() -> None:
    said = lines(">> ANA:  Hello. I ", ">> BO:  Oh. So ")
    said += lines("", first=3, revises=2) + lines("go ", "on. ", "Yes. ", first=4)
    text = "".join(printed(live(said), words=False))
    assert text.endswith("ANA\tYes.\n")
    assert "go\n" not in text


def test_the_head_and_the_session_are_not_printed() -> None:
    said = lines("FINISHED FILE\n", "Opening\n", "12 November 2015\n", "\n", ">> ANA:  Good morning.\n")
    assert printed(live(said), words=False) == ["ANA\tGood morning.\n"]
    assert Captions(words=True).take("session", "{}") == ""
