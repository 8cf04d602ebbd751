"""A transcript read line by line, as StreamText's readers do."""

import itertools
from typing import cast

from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from captionflow.messages import Note, Part, Stream
from captionflow.transcript import named
from captionflow.turns import THE_END, WINDOW, Place, TurnStore, Window, place_of, window
from services.api.streamtext.caption_texts import CaptionTexts
from services.api.streamtext.lines import end_of, read, texts_of

STREAM = Stream("talk", "en")


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


PARTS_OF_A_TURN = 30
FAR = 50
"""Turns of which a window has a few."""


class LongTranscript:
    """``window`` of a ``TurnStore`` over parts in memory; it remembers how many parts it gave."""

    def __init__(self) -> None:
        self.parts: list[Part] = []
        self.given = 0

    def say(self, turns: int, *, speaker: str = "speaker 0") -> None:
        first = self.parts[-1].ordinal + 1 if self.parts else 1
        for ordinal in range(first, first + turns):
            for number in range(PARTS_OF_A_TURN):
                said = f"Turn {ordinal}, part {number}."
                self.parts.append(replace(part(ordinal, said, speaker=speaker, given=True), number=number))

    async def last_seq(self, _session: str, _language: str) -> int:
        return len(self.parts)

    async def window(
        self, _session: str, _language: str, *, after: Place | None = None, before: Place = THE_END, limit: int = WINDOW
    ) -> Window:
        if after is None:
            found = [one for one in self.parts if place_of(one) < before]
        else:
            found = [one for one in self.parts if place_of(one) > after]
        made = window(found, len(self.parts), limit, backwards=after is None)
        self.given += len(made.parts)
        return made

    def text(self, name: str) -> str:
        names = {"speaker 0": name}
        return "".join(texts_of(named(self.parts, names)).values())[1:]


async def test_who_is_far_behind_reads_in_pieces_and_gets_every_word_once() -> None:
    store = LongTranscript()
    texts = CaptionTexts(cast("TurnStore", store), clock=itertools.count(step=10.0).__next__)
    store.say(FAR)
    position, content, most = 0, "", 0
    for asked in range(10_000):
        if asked in {20, 200}:
            store.say(FAR)
        before = store.given
        known, settled = await texts.read(STREAM, {"speaker 0": "ANA"}, position)
        most = max(most, store.given - before)
        line = read(known, position, 100, settled=settled)
        content += line.content
        if not line.content:
            break
        position = line.position
    assert content == store.text("ANA")
    assert most <= 2 * WINDOW
    assert store.given < 2 * len(store.parts)


async def test_a_turn_that_was_read_keeps_its_name_while_who_is_behind_reads_it() -> None:
    store = LongTranscript()
    texts = CaptionTexts(cast("TurnStore", store), clock=itertools.count(step=10.0).__next__)
    store.say(FAR)
    known, settled = await texts.read(STREAM, {"speaker 0": "ANA"}, 0)
    first = read(known, 0, 20, settled=settled)
    await texts.read(STREAM, {"speaker 0": "ANASTASIA"}, 30 << 20)  # another one, farther on
    known, settled = await texts.read(STREAM, {"speaker 0": "ANASTASIA"}, first.position)
    second = read(known, first.position, 20, settled=settled)
    assert store.text("ANA").startswith(first.content + second.content)


async def test_what_is_kept_of_a_stream_does_not_grow_with_it() -> None:
    store = LongTranscript()
    texts = CaptionTexts(cast("TurnStore", store), clock=lambda: 0.0)
    kept = []
    for _ in range(4):
        store.say(FAR)
        end, settled = await texts.read(STREAM, {}, -1)
        assert end_of(end, settled=settled) >> 20 == len(store.parts) // PARTS_OF_A_TURN
        kept.append(len(end))
    assert max(kept) == kept[0]


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
