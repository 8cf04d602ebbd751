"""What is withheld is decided by the lines before, and nothing of what it says gets into the log."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from captionflow.errors import Conflict
from captionflow.messages import Draft, Line, OnAir, Posted
from captionflow.numbering import number
from captionflow.off_record import (
    FORGOTTEN_AFTER,
    MAX_PASSAGES,
    MAX_STRETCHES,
    MAX_UTTERANCES,
    SENDER,
    SKEW,
    OffRecord,
    Passage,
    after,
)

BEGIN = datetime(2026, 11, 24, 9, tzinfo=UTC)


def _at(second: float) -> datetime:
    return BEGIN + timedelta(seconds=second)


class Log:
    """Numbers drafts as every log does, each at a second."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    def put(
        self, second: float, text: str = "words", *, sender: str = "desk", came: float | None = None, **fields: object
    ) -> Line:
        count = sum(line.sender == sender for line in self.lines)
        return self.append(second, Draft(sender, count, text, **fields), came=came)  # type: ignore[arg-type]

    def append(self, second: float, draft: Draft, *, came: float | None = None) -> Line:
        known = {(line.sender, line.number): line for line in self.lines}
        arrived = None if came is None else _at(came)
        new, (receipt,) = number(
            [draft],
            known,
            len(self.lines),
            _at(second),
            _at(second),
            arrived=arrived,
            off_record=self.state,
        )
        self.lines += new
        line = self.lines[receipt.seq - 1]
        assert receipt.withheld == line.withheld
        return line

    def off(self, second: float) -> Line:
        return self.put(second, "", sender=SENDER, off_record=True)

    def on(self, second: float) -> Line:
        return self.put(second, "", sender=SENDER, off_record=False)

    @property
    def state(self) -> OffRecord | None:
        state: OffRecord | None = None
        for line in self.lines:
            state = after(state, line)
        return state


@pytest.fixture
def log() -> Log:
    return Log()


def test_a_line_in_a_passage_has_its_place_and_its_times_and_no_words(log: Log) -> None:
    log.put(0)
    log.off(1)
    posted = Posted(6, "0123", "17", "typed")
    line = log.put(2, "secret", speaker="ANA", segment="u1", until=_at(3), posted=posted, ends=True)
    assert msgspec.structs.asdict(line) == {
        **msgspec.structs.asdict(Draft("desk", 1, "", at=_at(2), until=_at(3), segment="u1", ends=True)),
        "posted": Posted(0, "", "17", "typed"),
        "seq": 3,
        "received_at": _at(2),
        "withheld": True,
        "shortened": False,
    }
    assert b"secret" not in msgspec.json.encode(line)
    assert not log.on(9).withheld
    assert log.put(10, "words again").text == "words again"


def test_what_has_no_words_and_what_organisers_say_is_written_as_it_is(log: Log) -> None:
    log.off(0)
    assert not log.put(1, "", ends=True).withheld
    assert log.put(2, "", sender="on-air", on_air=OnAir("ana")).on_air == OnAir("ana")


@pytest.mark.parametrize(
    ("first", "last", "withheld"),
    [(0, 4, False), (0, 5, True), (9, 11, True), (12, 13, True), (19, 30, True), (20, 30, False)],
)
def test_what_was_typed_some_time_ago_is_withheld_if_any_of_it_was_typed_in_the_passage(
    log: Log, first: float, last: float, withheld: bool
) -> None:
    log.off(10)
    typed = {"at": _at(first), "typed_for": last - first}
    assert log.put(15, "words", **typed).withheld is (last >= 5)  # the passage goes on
    log.on(20)
    assert log.put(40, "words", **typed).withheld is withheld


def test_a_retry_may_reckon_another_time(log: Log) -> None:
    drafts = [
        Draft("desk", 0, "words", at=at, typed_for=span) for at, span in [(None, None), (_at(1), 2.0), (_at(2), 0)]
    ]
    first = log.append(4, drafts[0])
    assert [log.append(5, draft) for draft in drafts] == [first] * 3
    with pytest.raises(Conflict):
        log.append(6, msgspec.structs.replace(drafts[1], text="other words"))


def test_a_retry_is_known_without_the_words_and_gets_the_same_receipt(log: Log) -> None:
    log.off(0)
    draft = Draft("desk", 0, "secret", speaker="ANA", posted=Posted(6, "0123"))
    first = log.append(1, draft)
    log.on(2)
    assert log.append(3, draft) is first
    with pytest.raises(Conflict):
        log.append(4, Draft("desk", 0, "secret", segment="other"))


def test_what_revises_a_withheld_line_is_withheld_for_good_and_so_is_what_revises_that(log: Log) -> None:
    before = log.put(0, "Hello")
    log.off(1)
    secret = log.put(2, "secret")
    log.put(3, "Hello and a secret", revises=before.seq)
    log.on(4)
    again = log.put(5, "a secret", revises=secret.seq)
    assert again.withheld
    assert log.put(6, "the secret", revises=again.seq).withheld
    assert log.put(7, "Hello and a secret, and more", revises=before.seq).withheld
    words = log.put(8, "words")
    assert not words.withheld
    assert not log.put(9, "other words", revises=words.seq).withheld


def test_the_final_text_of_an_utterance_that_began_off_the_record_is_withheld(log: Log) -> None:
    log.off(0)
    log.put(1, "a se", sender="asr", segment="u1", final=False)
    log.put(1, "done", sender="asr", segment="u0")
    log.on(2)
    assert not log.put(3, "words", sender="asr", segment="u0").withheld
    assert not log.put(3, "words", sender="other", segment="u1").withheld
    assert log.put(4, "a secr", sender="asr", segment="u1", final=False).withheld
    assert log.put(5, "A secret.", sender="asr", segment="u1").withheld
    assert not log.put(6, "words", sender="asr", segment="u1").withheld  # its name means another one now


def test_an_utterance_that_was_never_finished_is_forgotten(log: Log) -> None:
    log.off(0)
    log.put(1, "a se", sender="asr", segment="u1", final=False)
    log.on(2)
    gone = 1 + FORGOTTEN_AFTER.total_seconds()
    assert not log.put(gone, "words", sender="asr", segment="u1").withheld


def test_what_was_said_or_came_in_during_a_passage_is_withheld_when_it_comes_late(log: Log) -> None:
    log.off(10)
    log.on(20)
    assert log.put(30, at=_at(15)).withheld
    assert log.put(30, came=15).withheld
    assert not log.put(30, at=_at(9)).withheld
    assert not log.put(30, at=_at(20)).withheld
    assert not log.put(30, at=15.0).withheld  # a clock without a date says nothing of it
    assert not log.put(30, came=25).withheld


def test_what_waited_on_a_disk_since_before_the_passage_is_on_the_record(log: Log) -> None:
    log.off(10)
    skew = SKEW.total_seconds()
    assert not log.put(11, came=10 - skew - 1).withheld
    assert log.put(11, came=10 - skew + 1).withheld
    assert log.put(11, at=_at(0)).withheld  # a sender may say any time


def test_the_same_again_changes_nothing(log: Log) -> None:
    assert log.on(0).off_record is False
    assert log.state is None
    log.off(1)
    log.off(2)
    state = log.state
    assert state is not None
    assert [(one.begins, one.ends) for one in state.passages] == [(_at(1), None)]
    assert state.now is not None
    log.on(3)
    log.on(4)
    assert log.state is not None
    assert log.state.now is None
    assert log.state.passages[0].ends == _at(3)


def test_what_is_known_is_bounded(log: Log) -> None:
    for passage in range(MAX_PASSAGES + 1):
        log.off(passage)
        log.on(passage)
    state = log.state
    assert state is not None
    assert len(state.passages) == MAX_PASSAGES
    seq = 10_000
    for n in range(MAX_STRETCHES + 9):
        line = Line("asr", n, "", segment=f"u{n}", final=False, seq=seq + 3 * n, received_at=_at(0), withheld=True)
        state = after(state, line)
        assert state is not None
    assert len(state.withheld) == MAX_STRETCHES
    assert len(state.utterances) == MAX_UTTERANCES
    assert state.may_tell(Draft("x", 0, "w", revises=seq + 3), _at(99))  # with what lies between
    assert state.may_tell(Draft("x", 0, "w", revises=seq + 4), _at(99))
    assert not state.may_tell(Draft("x", 0, "w", revises=seq + 3 * MAX_STRETCHES + 1), _at(99))


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(1, 30)), max_size=30))
def test_each_line_that_was_withheld_or_revised_off_the_record_is_known_however_they_lie(
    pairs: list[tuple[int, int]],
) -> None:
    state: OffRecord | None = after(None, Line("o", 0, "", off_record=True, seq=1, received_at=BEGIN))
    state = after(state, Line("o", 1, "", off_record=False, seq=2, received_at=BEGIN))
    for seq, revises in pairs:
        line = Line("d", 0, "", revises=revises, seq=seq, received_at=BEGIN, withheld=True)
        state = after(state, line)
    assert state is not None
    wanted = {seq for pair in pairs for seq in pair}
    found = {seq for seq in range(32) if state.may_tell(Draft("x", 0, "w", revises=seq), BEGIN)}
    assert found == wanted
    assert list(state.withheld) == sorted(state.withheld)


_STEPS = st.lists(
    st.tuples(
        st.sampled_from(["say", "say", "say", "revise", "interim", "final", "off", "on"]),
        st.integers(0, 9),
        st.sampled_from(["desk", "asr"]),
    ),
    max_size=40,
)


@given(_STEPS)
def test_no_word_of_a_passage_is_in_the_log_and_no_other_is_missing(steps: list[tuple[str, int, str]]) -> None:
    log = Log()
    off, tainted, open_utterances = False, set[int](), set[tuple[str, str]]()
    for second, (what, which, sender) in enumerate(steps):
        seq = len(log.lines) + 1
        if what in {"off", "on"}:
            off = what == "off"
            (log.off if off else log.on)(second)
            continue
        revises = which % seq if what == "revise" and which % seq else None
        segment = f"u{which % 3}" if what in {"interim", "final"} else None
        secret = off or (revises in tainted) or ((sender, segment) in open_utterances)
        text = f"{'secret' if secret else 'open'}{seq}"
        line = log.put(second, text, sender=sender, revises=revises, segment=segment, final=what != "interim")
        assert line.text == ("" if secret else text)
        if what == "interim" and secret:
            open_utterances.add((sender, str(segment)))
        elif what != "interim":
            open_utterances.discard((sender, str(segment)))
        if secret:
            tainted |= {seq} | ({revises} if revises else set())
    assert b"secret" not in msgspec.json.encode(log.lines)


def test_what_an_organiser_said_while_the_log_was_away_counts_from_then_on(log: Log) -> None:
    log.off(40)
    log.put(50, "", sender=SENDER, off_record=True, at=_at(10))
    log.put(60, "", sender=SENDER, off_record=False, at=_at(30))
    assert log.state is not None
    assert log.state.passages == (Passage(_at(10), _at(30)),)
    assert log.put(70, came=20).withheld
    assert not log.put(70, came=35).withheld
