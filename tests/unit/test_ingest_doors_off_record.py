"""Who goes on from the log, in which what was said off the record has no words, tells nothing of it."""

from datetime import UTC, datetime, timedelta

import msgspec

from captionflow.messages import Draft, Line, Receipt
from captionflow.numbering import number
from captionflow.off_record import SENDER, OffRecord, after
from services.ingest.protocols.heard import Heard, Report
from services.ingest.protocols.post_lines import REPEATED_WITHIN, Feed
from services.ingest.protocols.posts import Post
from services.ingest.protocols.recognised import Recognised
from services.ingest.protocols.typed_text import Refused, Type, Typed

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


NAMES = ("zero", "one", "two", "three", "four", "five")


class Log:
    def __init__(self) -> None:
        self.lines: list[Line] = []
        self.second = 0.0

    def put(self, drafts: tuple[Draft, ...]) -> tuple[Receipt, ...]:
        state: OffRecord | None = None
        for line in self.lines:
            state = after(state, line)
        new, receipts = number(drafts, {}, len(self.lines), self.now, off_record=state)
        self.lines += new
        return receipts

    @property
    def now(self) -> datetime:
        self.second += 1
        return BEGIN + timedelta(seconds=self.second)

    def turn(self, *, on: bool) -> None:
        self.put((Draft(SENDER, len(self.lines), "", off_record=on),))

    def of(self, sender: str) -> list[Line]:
        return [line for line in self.lines if line.sender == sender]

    @property
    def said(self) -> str:
        texts: dict[int, str] = {}
        for line in self.lines:
            if not line.withheld:
                texts[line.revises or line.seq] = line.text
        assert b"secret" not in msgspec.json.encode(self.lines)
        return "".join(texts.values())


class Tool:
    """Posts to a door whose feed is ours, or is resumed."""

    def __init__(self, log: Log) -> None:
        self.log = log
        self.feed = Feed()
        self.number = 0

    def post(self, text: str) -> None:
        reading = self.feed.window.read(Post.of(str(self.number), text))
        self.number += 1
        drafts = self.feed.drafts(reading, "tool", self.log.now)
        self.feed = self.feed.after(reading, drafts, self.log.put(drafts))

    def roll(self, first: int, end: int) -> None:
        """Rows with these names, each with the two before it."""
        for row in range(first, end):
            self.post("".join(f"row {name} of it\n" for name in NAMES[max(0, row - 2) : row + 1]))

    def restart(self) -> None:
        self.feed = Feed.resumed(self.log.of("tool"), "lines")


def after_a_passage() -> tuple[Log, Tool]:
    """Six rows were said before it, and a secret one in it."""
    log = Log()
    tool = Tool(log)
    tool.roll(0, 6)
    log.turn(on=True)
    tool.post("row four of it\nrow five of it\nsecret row\n")
    log.turn(on=False)
    return log, tool


def test_a_tool_that_repeats_its_last_rows_repeats_nothing_of_a_passage_as_long_as_ingest_runs() -> None:
    log, tool = after_a_passage()
    tool.post("row five of it\nsecret row\nrow seven of it\n")
    assert log.said == "".join(f"row {one} of it\n" for one in (*NAMES[:6], "seven"))


def test_after_a_restart_the_first_post_is_withheld_and_the_next_ones_are_kept() -> None:
    log, tool = after_a_passage()
    tool.restart()
    tool.post("row five of it\nsecret row\nrow seven of it\n")
    assert log.said == "".join(f"row {one} of it\n" for one in NAMES[:6])
    tool.post("secret row\nrow seven of it\nrow eight of it\n")
    assert log.said.endswith("row five of it\nrow eight of it\n")
    log.second += REPEATED_WITHIN.total_seconds()
    tool.restart()
    tool.post("row seven of it\nrow eight of it\nrow nine of it\n")
    assert log.said.endswith("row nine of it\n")


def test_a_restart_within_a_minute_of_the_passage_is_as_careful_and_later_none_is() -> None:
    log = Log()
    tool = Tool(log)
    tool.post("one\n")
    log.turn(on=True)
    tool.post("secret\n")
    log.turn(on=False)
    tool.post("two\n")
    tool.restart()
    tool.post("secret\ntwo\nthree\n")
    assert log.said.split() == ["one", "two"]
    log.second += REPEATED_WITHIN.total_seconds()
    tool.restart()
    tool.post("four\n")
    assert log.said.split() == ["one", "two", "four"]


def test_what_was_withheld_of_a_line_leaves_it_as_it_was_for_who_goes_on() -> None:
    log = Log()
    tool = Tool(log)
    tool.post("one")
    seq = log.lines[0].seq
    log.turn(on=True)
    log.put((Draft("tool", 1, "one secret", revises=seq),))
    log.turn(on=False)
    feed = Feed.resumed(log.of("tool"), "lines")
    assert feed.slots == (((seq, "one"),),)
    assert feed.withheld is None


def test_a_recogniser_that_tells_a_passage_again_after_a_restart_tells_nothing() -> None:
    log = Log()
    known = Recognised()

    def report(place: float, text: str, *, final: bool = True) -> None:
        nonlocal known
        reading = known.read(Report((Heard(place, text, final=final),)))
        known = known_after(reading, log)

    def known_after(reading: object, log: Log) -> Recognised:
        drafts = reading.drafts("asr", log.now)  # type: ignore[attr-defined]
        return reading.after(log.put(drafts))  # type: ignore[attr-defined, no-any-return]

    report(1, "One.")
    log.turn(on=True)
    report(2, "secret two")
    report(3, "secret three", final=False)
    report(1, "One secret.")
    report(0.5, "secret half")
    log.turn(on=False)
    known = Recognised.resumed(log.of("asr"))
    report(2, "secret two, again")
    report(3, "secret three")
    report(4, "Four.")
    assert log.said.split() == ["One.", "Four."]


def test_a_writer_who_connects_again_erases_nothing_across_a_passage() -> None:
    log = Log()

    def typed(text: str, count: int, known: Typed) -> tuple[Typed, list[Refused]]:
        reading = known.read([Type(count, text)])
        return reading.after(log.put(reading.drafts("type:ana", log.now))), list(reading.refused)

    known, _ = typed("one ", 0, Typed())
    log.turn(on=True)
    known, _ = typed("secret ", 1, known)
    known, _ = typed("\b\b\b", 2, known)
    log.turn(on=False)
    known = Typed.resumed(log.of("type:ana"))
    assert (known.number, known.text) == (2, "")
    known, refused = typed("\b\b", 3, known)
    assert [one.code for one in refused] == ["erased-too-far"]
    known, refused = typed("two", 4, known)
    assert not refused
    assert log.said.split() == ["one", "two"]
