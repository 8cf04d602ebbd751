"""What viewers are told of what is said off the record: as it changes, in part, and nothing when it is over."""

from datetime import UTC, datetime
from typing import Any

import msgspec

from captionflow.messages import OffRecordWords
from services.api.live.off_record import KEPT_CHARS, MAX_CHARS, OffRecordText

SINCE = datetime(2026, 11, 24, 9, tzinfo=UTC)


def words(seq: int, text: str, **fields: Any) -> OffRecordWords:
    return OffRecordWords("talk", "en", seq, "desk", text, **fields)


class Viewer:
    """Applies what comes."""

    def __init__(self, said: OffRecordText) -> None:
        self._said = said
        self.shown: str | None = None

    def look(self) -> str | None:
        change = self._said.change()
        if change is not None:
            assert (change.name, change.id) == ("off_record", None)
            data = msgspec.json.decode(change.data)
            kept = (self.shown or "")[: data["keep"]]
            self.shown = None if data["since"] is None else kept + data["text"]
        return self.shown


def test_words_belong_to_the_stream_that_they_were_said_in() -> None:
    assert words(1, "one ").stream == ("talk", "en")


def test_a_viewer_sees_lines_interims_and_corrections_in_their_places() -> None:
    said = OffRecordText()
    viewer = Viewer(said)
    said.step(1, SINCE)
    assert viewer.look() == ""
    said.take(words(2, "one "))
    said.take(words(3, "tw", segment="u1", final=False))
    assert viewer.look() == "one tw"
    said.take(words(4, "two ", segment="u1"))
    said.take(words(5, "ONE ", revises=2))
    said.take(words(6, "three"))
    assert viewer.look() == "ONE two three"
    assert said.change() is None
    whole = said.whole()
    assert whole is not None
    assert msgspec.json.decode(whole.data) == {"since": "2026-11-24T09:00:00Z", "keep": 0, "text": "ONE two three"}
    said.step(7, None)
    assert viewer.look() is None
    assert said.whole() is None
    assert said.text == ""


def test_words_that_overtake_the_step_are_shown_with_it_and_forgotten_if_it_says_otherwise() -> None:
    said = OffRecordText()
    viewer = Viewer(said)
    said.take(words(3, "early"))
    assert viewer.look() is None
    said.step(2, SINCE)
    assert viewer.look() == "early"
    said.step(4, None)
    assert viewer.look() is None
    said.take(words(4, "late"))
    said.step(5, None)
    assert said.text == ""


def test_it_is_bounded_and_the_end_stays() -> None:
    said = OffRecordText()
    viewer = Viewer(said)
    said.step(1, SINCE)
    for seq in range(2, 200):
        said.take(words(seq, "x" * 50 + f" {seq} "))
        assert len(said.text) <= MAX_CHARS
        assert viewer.look() == said.text
    assert said.text.endswith(" 199 ")
    said.take(words(200, "y" * (MAX_CHARS + 1)))
    assert len(said.text) > KEPT_CHARS  # one line is never cut
    assert viewer.look() == said.text
