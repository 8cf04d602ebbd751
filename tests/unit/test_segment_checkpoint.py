"""Which records of the log count, and where a worker goes on: whatever it finds, the turns are those of the log."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captionflow.messages import MAX_LINE_CHARS, Facts, Line, LineRecord, Part, StepRecord, turns_key
from captionflow.transcript import newest
from services.segment.checkpoint import (
    NO_OFFSET,
    Checkpoint,
    CheckpointedStep,
    GapDetector,
    action_for,
    apply_lines,
    heads,
    highest_offset,
    last_seq,
    read_checkpoint,
    restored,
    shelved,
    silent,
    valid_records,
)
from services.segment.segmenter import STATE_VERSION, State, start
from services.segment.step_packing import PACKED_VERSION, pack, unpack
from tests.unit.segment_material import line, run

NOW = datetime(2026, 11, 26, tzinfo=UTC)
WORDS = (">>", "ANA:", "We", "go", "on.", "\n>>", "BEN:", "Thank", "you,", "and", "then", "questions?")


def record(*seqs: int, text: str = "word ") -> LineRecord:
    return LineRecord("s", "en", tuple(line(seq, text) for seq in seqs))


def checkpoint(seq: int, offset: int = NO_OFFSET) -> Checkpoint:
    return Checkpoint(msgspec.structs.replace(start("s", "en"), last_seq=seq), offset)


# --- what to do with one ---


@pytest.mark.parametrize(
    ("known", "offset", "seqs", "action"),
    [
        ((0, NO_OFFSET), 0, (1,), "apply"),
        ((5, 9), 12, (6, 7), "apply"),
        ((5, 9), 12, (4, 5), "skip"),  # applied already, or written by who did not know of them
        ((5, 9), 12, (5, 6), "skip"),  # void as a whole, though 6 is new
        ((5, 9), 8, (6,), "skip"),  # read once more from before where the state stands
        ((5, 9), 9, (4, 5, 6), "apply"),  # its step was cut after 5
        ((5, 9), 9, (4, 5), "skip"),
        ((5, 9), 12, (7,), "heal"),
        ((0, NO_OFFSET), 40, (3,), "heal"),
    ],
)
def test_each_record_is_applied_skipped_or_asks_for_what_came_before(
    known: tuple[int, int], offset: int, seqs: Sequence[int], action: str
) -> None:
    assert action_for(checkpoint(*known), record(*seqs), offset) == action


def test_of_a_stretch_of_the_log_only_what_goes_on_counts() -> None:
    stretch = [
        (10, record(4, 5)),  # applied already
        (12, record(6)),
        (13, record(6, 7, 8)),  # lost the race
        (15, record(7, 8)),
        (16, record(10)),  # those before it are not there
        (17, record(9)),
    ]
    assert [offset for offset, _ in valid_records(checkpoint(5, 10), stretch)] == [12, 15, 17]


def test_a_record_whose_step_was_cut_is_the_first_of_what_is_healed() -> None:
    stretch = [(10, record(4, 5, 6)), (11, record(7)), (11, record(8))]
    assert [offset for offset, _ in valid_records(checkpoint(5, 10), stretch)] == [10, 11, 11]
    assert list(valid_records(checkpoint(6, 10), stretch[:1])) == []


# --- what a step leaves ---


def test_the_record_of_a_step_says_the_step_and_lets_a_worker_go_on_from_it() -> None:
    lines = [line(seq, text) for seq, text in enumerate(WORDS, 1)]
    now = checkpoint(0)
    for offset, one in enumerate(lines):
        ((now, step, value),) = apply_lines(now, [one], offset)
        assert read_checkpoint(value, "s", "en") == now
        assert msgspec.json.decode(value, type=StepRecord) == step
        assert msgspec.json.decode(value, type=CheckpointedStep).offset == offset
        assert last_seq(value) == step.last_seq == one.seq
    assert now.state == run(lines)[1]


def test_the_record_of_a_step_has_the_words_of_its_open_part_once_and_as_they_can_be_revised() -> None:
    now = checkpoint(0)
    said = [">> ANA: Good morning.\n", *(f"And {seq} more.\n" for seq in range(1, 40))]
    for seq, text in enumerate(said, 1):
        ((now, _, value),) = apply_lines(now, [line(seq, text)], seq)
        assert read_checkpoint(value, "s", "en") == now
    assert value.count(b"And 9 more.") == 2


def test_what_a_head_says_is_in_a_record_once() -> None:
    head = "DISCLAIMER: This is being provided in a rough-draft format."
    texts = (f"{head}\n", "\n>> ANA: Good morning.\n", *(f"word{seq} " for seq in range(600)))
    now = checkpoint(0)
    for seq, text in enumerate(texts, 1):
        ((now, _, value),) = apply_lines(now, [line(seq, text)], seq)
        assert read_checkpoint(value, "s", "en") == now
    assert now.state.base is not None
    assert now.state.base.assembler.facts.about == now.state.facts.about == head
    assert value.count(head.encode()) == 1


@settings(max_examples=40)
@given(st.data())
def test_a_worker_goes_on_from_any_record_with_the_very_state_that_wrote_it(data: st.DataObject) -> None:
    now = checkpoint(0)
    for seq in range(1, data.draw(st.integers(1, 40)) + 1):
        revises = data.draw(st.none() | st.integers(max(1, seq - 6), max(1, seq - 1)))
        text = data.draw(st.sampled_from((*WORDS, "[Applause] ", "word " * 300, "- 3 -\n", "")))
        at = data.draw(st.none() | st.just(NOW + timedelta(seconds=seq)))
        sent = line(seq, text, revises=revises, at=at, final=data.draw(st.booleans()))
        for after, _, value in apply_lines(now, [sent], seq):
            now = after
            assert read_checkpoint(value, "s", "en") == now


def test_a_record_with_a_whole_state_is_read_and_one_whose_step_is_another_is_not() -> None:
    lines = [line(1, ">> ANA: Good morning.\n"), line(2, "And so on.\n")]
    ((now, step, value),) = apply_lines(checkpoint(0), lines, 3)
    whole = CheckpointedStep("s", "en", 1, 2, step.parts, offset=3, first=3, state=now.state)
    assert read_checkpoint(msgspec.json.encode(whole), "s", "en") == now
    found = msgspec.json.decode(value, type=CheckpointedStep)
    for broken in (msgspec.structs.replace(found, parts=()), msgspec.structs.replace(found, packing=None)):
        assert read_checkpoint(msgspec.json.encode(broken), "s", "en") == Checkpoint(start("s", "en"))


@pytest.mark.parametrize(
    "state",
    [
        start("s", "en"),
        msgspec.structs.replace(start("s", "en"), base=None),
        msgspec.structs.replace(start("s", "en"), facts=Facts(title="Another")),
    ],
)
def test_of_a_state_that_shares_nothing_with_its_step_nothing_is_left_out(state: State) -> None:
    packed, packing = pack(state, ())
    assert unpack(packed, packing, (), version=STATE_VERSION) == state


def test_the_state_of_an_older_version_is_written_as_it_is() -> None:
    old = Checkpoint(msgspec.structs.replace(start("s", "en"), v=2))
    too_long = line(1, "a" * (MAX_LINE_CHARS + 1))
    ((now, _, value),) = apply_lines(old, [too_long], 3)
    assert now.state.v == 2
    assert read_checkpoint(value, "s", "en") == now


def test_lines_that_the_state_has_make_no_step() -> None:
    assert list(apply_lines(checkpoint(3, 7), [line(2), line(3)], 8)) == []


@pytest.mark.parametrize("value", [None, b"", b"\xff", b'{"last_seq": 4}'])
def test_without_a_readable_state_a_session_begins_at_the_beginning(value: bytes | None) -> None:
    assert read_checkpoint(value, "s", "en") == Checkpoint(start("s", "en"))


@pytest.mark.parametrize("change", ["record", "state"])
def test_a_state_of_another_version_is_made_anew_from_the_log(change: str) -> None:
    ((_, _, value),) = apply_lines(checkpoint(0), [line(1, "word ")], 3)
    found = msgspec.json.decode(value)
    (found if change == "record" else found["state"])["v"] = PACKED_VERSION + 1
    again = read_checkpoint(msgspec.json.encode(found), "s", "en")
    assert again == Checkpoint(start("s", "en"))
    assert action_for(again, record(2), 4) == "heal"


@pytest.mark.parametrize("value", [None, b"", b"\xff", b"[]", b'{"last_seq": "4"}'])
def test_what_is_no_record_of_a_step_reaches_nowhere(value: bytes | None) -> None:
    assert last_seq(value) == 0


def test_each_language_of_a_session_has_a_checkpoint_of_its_own() -> None:
    assert turns_key("opening", "en") == b"opening.en"
    assert turns_key("opening", "fr") == b"opening.fr"


def test_what_is_left_out_of_a_partition_is_noticed_and_what_comes_again_is_not_taken_for_that() -> None:
    partition = GapDetector(4)
    assert [list(partition.gap_before(offset)) for offset in (5, 8, 9, 7, 8, 11)] == [[], [6, 7], [], [], [], [9, 10]]


def test_a_worker_without_any_state_believes_its_first_delivery() -> None:
    partition = GapDetector(highest_offset([]))
    assert [list(partition.gap_before(offset)) for offset in (5, 7)] == [[], [6]]


def test_a_partition_is_as_far_as_the_newest_of_its_records() -> None:
    values = [value for _, _, value in apply_lines(checkpoint(0), record(1).lines, 3)]
    values += [value for _, _, value in apply_lines(checkpoint(0), record(1).lines, 7)]
    assert highest_offset([*values, b"12", b"{}", values[0]]) == 7


# --- the promise of all of it ---


def table_record(last_seq: int, offset: int, *, hours_ago: float | None = 0.0) -> bytes:
    """As the table has it."""
    at = None if hours_ago is None else NOW - timedelta(hours=hours_ago)
    step = CheckpointedStep(
        "s", "en", last_seq, last_seq, received_at=at, offset=offset, first=3, state=start("s", "en")
    )
    return msgspec.json.encode(step)


def test_a_shelved_record_is_small_and_says_how_far_its_session_is() -> None:
    whole = table_record(5, 9)
    small = shelved(whole, 9)
    assert small is not None
    assert len(small) < 100
    assert (last_seq(small), highest_offset([small])) == (5, 9)
    found = read_checkpoint(small, "s", "en")
    assert (found.state.last_seq, found.offset, found.first, found.shelved) == (5, 9, 3, True)
    assert shelved(small, 9) is None, "it is shelved already"
    assert shelved(whole, 8) is None, "another record took the place of that one"
    assert shelved(None, 9) is None


def test_of_a_partition_what_is_older_than_the_topic_keeps_is_shelved_also_if_it_does_not_say_how_old_it_is() -> None:
    items = [
        (b"old", table_record(1, 10, hours_ago=30)),
        (b"older, says nothing", table_record(1, 4, hours_ago=None)),
        (b"newer, says nothing", table_record(1, 11, hours_ago=None)),
        (b"new", table_record(1, 12, hours_ago=1)),
        (b"shelved", shelved(table_record(1, 2, hours_ago=90), 2) or b""),
        (b"__faust", b"12"),
        (b"__faust too", b"no json"),
    ]
    before = NOW - timedelta(hours=24)
    assert [one.key for one in silent(list(heads(items)), before)] == [b"old", b"older, says nothing"]
    assert silent(list(heads(items)), NOW - timedelta(hours=100)) == []


def test_a_record_of_before_there_was_a_first_offset_is_read_and_shelved() -> None:
    step = msgspec.json.decode(table_record(5, 9))
    del step["first"]
    found = read_checkpoint(shelved(msgspec.json.encode(step), 9), "s", "en")
    assert (found.first, found.offset) == (NO_OFFSET, 9)


def _valid_lines(log: Iterable[tuple[int, LineRecord]]) -> list[Line]:
    return [one for _, record in valid_records(checkpoint(0), log) for one in record.lines]


@st.composite
def _logs(draw: st.DrawFn) -> list[tuple[int, LineRecord]]:
    """A log of one session in which some writers lost races; offsets have gaps, as other sessions are there too."""
    found: list[tuple[int, LineRecord]] = []
    reached, offset = 0, draw(st.integers(0, 3))
    for _ in range(draw(st.integers(1, 12))):
        late = draw(st.booleans()) and reached > 0
        first = draw(st.integers(1, reached)) if late else reached + 1
        seqs = range(first, first + draw(st.integers(1, 4)))
        text = draw(st.sampled_from(WORDS)) + " "
        found.append((offset, record(*seqs, text=f"(late) {text}" if late else text)))
        reached = reached if late else seqs[-1]
        offset += draw(st.integers(1, 3))
    return found


@st.composite
def _deliveries(draw: st.DrawFn, log: list[tuple[int, LineRecord]]) -> list[tuple[int, LineRecord]]:
    """What Faust makes of a log: it goes back, and leaves out whatever it likes but the first record and the last."""
    delivered: list[tuple[int, LineRecord]] = []
    for index, one in enumerate(log):
        if index in {0, len(log) - 1} or draw(st.integers(0, 3)):
            delivered.append(one)
            if not draw(st.integers(0, 3)):
                delivered += log[draw(st.integers(0, index)) : index + 1]
    return delivered


@settings(deadline=None)
@given(st.data())
def test_whatever_is_delivered_twice_or_left_out_or_cut_the_turns_are_those_of_the_log(data: st.DataObject) -> None:
    log = data.draw(_logs())
    value: bytes | None = None
    steps: list[StepRecord] = []
    partition = GapDetector(NO_OFFSET)
    for offset, one in data.draw(_deliveries(log)):
        if not data.draw(st.integers(0, 5)):
            partition = GapDetector(highest_offset([] if value is None else [value]))  # another worker goes on
        gap = partition.gap_before(offset)
        for at, each in [*((at, each) for at, each in log if at in gap), (offset, one)]:
            if not data.draw(st.integers(0, 5)):  # nothing came for long
                value = shelved(value, highest_offset([] if value is None else [value])) or value
            now = read_checkpoint(value, "s", "en")
            if action_for(now, each, at) == "skip":
                continue
            if now.shelved:
                stretch = [(at, each) for at, each in log if now.first <= at <= now.offset]
                now = restored(Checkpoint(start("s", "en")), stretch, up_to=now)
            for piece in (each.lines[:1], each.lines):  # cut by a crash after its first line, and taken again
                done = list(apply_lines(now, piece, at))
                steps += [step for _, step, _ in done]
                if done:
                    now, _, value = done[-1]
    lines = _valid_lines(log)
    assert [step.first_seq for step in steps] == [1, *(step.last_seq + 1 for step in steps[:-1])]
    assert [step.missing for step in steps] == [None] * len(steps)
    assert _same(newest(steps), run(lines)[0])


def _same(ours: Sequence[Part], theirs: Sequence[Part]) -> bool:
    """Equal but for versions, which tell the line that ended the step."""
    return [msgspec.structs.replace(part, version=0) for part in ours] == [
        msgspec.structs.replace(part, version=0) for part in theirs
    ]
