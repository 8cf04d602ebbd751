"""A transcript read line by line, as StreamText's readers do."""

from hypothesis import given
from hypothesis import strategies as st

from captionflow.messages import Note, Part
from services.api.streamtext.lines import end_of, read, texts_of


def part(ordinal: int, *paragraphs: str, speaker: str | None = None, **fields: object) -> Part:
    return Part(f"talk.en.{ordinal}", 0, "talk", "en", ordinal, 1, speaker, paragraphs=paragraphs, **fields)  # type: ignore[arg-type]


def lines(texts: dict[int, str], length: int, position: int = 0, *, settled: bool = True) -> list[str]:
    found = []
    while (line := read(texts, position, length, settled=settled)).content:
        assert line.position > position
        found.append(line.content)
        position = line.position
    assert line.position == position
    return found


def test_turns_are_one_text_with_markers_speakers_and_notes() -> None:
    head = part(0)
    ana = part(1, "Good morning.", "Please sit.", speaker="ANA", notes=(Note("[Applause]", 13),))
    texts = texts_of([head, ana, part(2, "Thank you.")])
    assert texts == {1: " >> ANA: Good morning. [Applause] Please sit.", 2: " >> Thank you."}
    assert lines(texts, 32) == [">> ANA: Good morning. [Applause]", " Please sit.", " >> Thank you."]


def test_a_line_is_cut_between_words_where_it_can_be() -> None:
    texts = {1: " >> one two threefourfive"}
    assert lines(texts, 7) == [">> one ", "two ", "threefo", "urfive"]
    assert lines(texts, 6) == [">> one", " two ", "threef", "ourfiv", "e"]


def test_a_word_that_may_grow_waits_until_it_is_settled() -> None:
    texts = {1: " >> The spea"}
    assert lines(texts, 32, settled=False) == [">> The"]
    assert lines(texts, 32, settled=True) == [">> The spea"]
    assert lines({1: " >> The speaker."}, 32, settled=False) == [">> The speaker."]
    assert lines({1: " >> The spea", 2: " >> No"}, 32, settled=False) == [">> The spea", " >>"]
    assert lines(texts, 32, end_of(texts, settled=False), settled=True) == [" spea"]


def test_from_now_is_what_comes_after() -> None:
    texts = {1: " >> One.", 4: " >> Two."}
    now = end_of(texts, settled=True)
    assert read(texts, now, 32, settled=True) == ("", now)
    assert lines(texts | {4: " >> Two. Three.", 5: " >> Four."}, 32, now) == [" Three.", " >> Four."]


def test_a_position_holds_when_its_turn_has_gone_or_is_shorter_or_not_here_yet() -> None:
    texts = {1: " >> One.", 3: " >> Three."}
    assert lines(texts, 32, (2 << 20) + 5) == [" >> Three."]
    assert lines(texts, 32, (1 << 20) + 500) == [" >> Three."]
    assert lines(texts, 32, 9 << 20) == []


@given(
    st.lists(st.text("ab .", min_size=1, max_size=40).filter(str.strip), min_size=1, max_size=5),
    st.integers(1, 40),
)
def test_lines_joined_are_the_text_whatever_their_length(texts: list[str], length: int) -> None:
    known = {ordinal: f" >> {text}" for ordinal, text in enumerate(texts, 1)}
    found = lines(known, length)
    assert "".join(found) == "".join(known.values())[1:]
    assert all(len(line) <= length for line in found)
    assert "\n" not in "".join(found)
