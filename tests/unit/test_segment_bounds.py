"""64 kB is the most that a state or a record weighs, whatever comes in; and bytes stay in proportion to the text."""

from collections.abc import Iterator
from datetime import timedelta

import msgspec
import pytest

from captionflow.messages import MAX_LINE_CHARS, MAX_RECORD_BYTES, Line, StepRecord
from captionflow.transcript import newest, turns
from services.segment.assembler import PART_BYTES
from services.segment.checkpoint import Checkpoint, apply_lines
from services.segment.segmenter import start, step
from tests.unit.segment_material import NOW, letters, letters_of, line, lines, read_text, run

SESSION, LANGUAGE = "s" * 80, "x-" + "l" * 33
"""The longest names there are: they are in every part."""

MANY = MAX_LINE_CHARS * 5


def full(text: str) -> list[str]:
    """Lines as long as a line may be."""
    return [text[begin : begin + MAX_LINE_CHARS] for begin in range(0, len(text), MAX_LINE_CHARS)]


STREAMS: dict[str, list[Line]] = {
    "an endless turn": lines(full(">> ANNA: " + "We said it again. " * 6_000)),
    "an endless turn, typed word by word": lines([">> ANNA: ", *["again "] * 1_000]),
    "no line break": lines(full("word " * 15_000)),
    "no space": lines(full("x" * 80_000)),
    "no space, in ideographs": lines(full("語" * MANY)),
    "characters that JSON escapes": lines(full("\x01" * MANY)),
    "characters outside the first plane": lines(full("🎤" * MANY)),
    "quotes": lines(full('" ' * MANY)),
    "line breaks": lines(full("\n" * 5_000)),
    "white space": lines(full(" " * MANY)),
    "short paragraphs": lines(full(">> ANNA: Hi.\n\n" + "I.\n\n" * 4_500)),
    "markers": lines(full(">> " * MANY)),
    "markers without space": lines(full(">" * MANY)),
    "markers, each with a word": lines(full(">> x\n" * (MANY // 5))),
    "markers in one long line": lines(full(">> x " * (MANY // 5))),
    "labels": lines(full("".join(f">> SPEAKER NUMBER {n}: Yes.\n" for n in range(1_500)))),
    "long labels": lines(full("".join(f">> {'ÀÉÎÕÜ' * 15} {n % 900}: Yes.\n" for n in range(1_000)))),
    "labels that bid for half a line": lines([">> ANNA LEE\n"] * 600),
    "notes": lines(full(">> ANNA: Yes.\n" + "[Applause] " * (MANY // 11))),
    "notes without words": lines(full("[\x01é] " * (MANY // 5))),
    "brackets that close nowhere": lines(full(">> ANNA: " + "[speaking in " * (MANY // 13))),
    "parentheses": lines(full("(" * MANY)),
    "marks": lines(full(">> ANNA: Yes.\n" + "(1.45 pm)\n" * (MANY // 10))),
    "a head": lines(full("Room: 3\n" * (MANY // 8))),
    "a long head": lines(full(f"Contact: {'語' * 500}\n" * 100)),
    "titles": lines(full("Opening of the forum\n\n" * 2_000)),
    "given speakers": [line(n, "x", speaker=f"{'ÀÉ' * 40} {n}") for n in range(1, 600)],
    "given speakers without text": [line(n, "", speaker=f"{'語' * 200} {n}") for n in range(1, 600)],
    "times": [line(n, "We said it. \n", at=NOW.replace(microsecond=n)) for n in range(1, 600)],
    "cues of a sign": [line(n, "I\n", at=n * 1_000.0, until=n * 1_000.5) for n in range(1, 3_000)],
    "cues of a sign without a line break": [line(n, "I ", at=n * 9_000.0, until=n * 9_000.9) for n in range(1, 3_000)],
    "times of a sign": [line(n, "x", at=NOW.replace(year=1900 + n % 200)) for n in range(1, 3_000)],
    "interims": [line(n, "語" * MAX_LINE_CHARS, final=False, segment=f"{'語' * 300} {n}") for n in range(1, 60)],
    "ends": [line(n, "Yes.", ends=True) for n in range(1, 600)],
    "ideographs, one a line": [line(n, "語", at=NOW + n * timedelta(hours=7)) for n in range(1, 2_200)],
    "typed and erased": [line(n, "ab" if n % 2 else "", revises=None if n % 2 else n - 1) for n in range(1, 3_000)],
    "revisions": [
        line(n, "again " * (n % 90), revises=n - 1 if n % 2 == 0 else None) if n > 1 else line(1, "One ")
        for n in range(1, 500)
    ],
    "revisions that open turns": [
        line(n, ">> x\n" * 80, revises=1) if n > 1 else line(1, ">> ANNA: Yes.\n") for n in range(1, 60)
    ],
    "revisions that come too late": [line(n, "\x01 " * (MAX_LINE_CHARS // 2), revises=10_000) for n in range(1, 60)],
}


def outcome(sent: list[Line], size: int) -> tuple[list[StepRecord], Iterator[int], Iterator[int]]:
    """The records of lines in batches of this size, and what each state and each record weighs."""
    state = start(SESSION, LANGUAGE)
    records: list[StepRecord] = []
    states: list[int] = []
    for begin in range(0, len(sent), size):
        state, more = step(state, sent[begin : begin + size])
        states.append(len(msgspec.json.encode(state)))
        records += more
    return records, iter(states), (len(msgspec.json.encode(record)) for record in records)


@pytest.mark.parametrize("size", [1, 500])
@pytest.mark.parametrize("stream", STREAMS)
def test_whatever_comes_in_stays_within_bounds(stream: str, size: int) -> None:
    records, place = [], Checkpoint(start(SESSION, LANGUAGE))
    for begin in range(0, len(sent := STREAMS[stream]), size):
        for after, record, value in apply_lines(place, sent[begin : begin + size], 2**53):
            place = after
            records.append(record)
            assert len(msgspec.json.encode(after.state)) <= MAX_RECORD_BYTES
            assert len(msgspec.json.encode(record)) <= MAX_RECORD_BYTES
            assert len(value) <= MAX_RECORD_BYTES  # for the topic of turns: both, and where in the log
    for part in newest(records):
        assert len(msgspec.json.encode(part)) <= 3 * PART_BYTES


@pytest.mark.parametrize(
    "stream", [name for name in STREAMS if not name.startswith(("revision", "interim", "given", "typed and"))]
)
def test_what_is_bounded_loses_no_word(stream: str) -> None:
    sent = STREAMS[stream]
    assert letters_of(run(sent, 500)[0]) == letters("".join(one.text for one in sent))


@pytest.mark.parametrize("size", [1, 500])
def test_the_records_of_an_endless_turn_weigh_in_proportion_to_its_text(size: int) -> None:
    def weigh(words: int) -> int:
        sent = lines([">> ANNA: ", *["again "] * words])
        return sum(outcome(sent, size)[2])

    assert weigh(4_000) <= 2.2 * weigh(2_000)


def test_an_endless_turn_is_one_turn_of_many_closed_parts() -> None:
    parts, state, _ = run(lines(full(">> ANNA: " + "We said it again. " * 5_000)), 9)
    assert [part.number for part in parts] == list(range(len(parts)))
    assert all(part.closed for part in parts[:-1])
    assert not parts[-1].closed
    (turn,) = turns(parts)
    assert turn.text == " ".join(["We said it again."] * 5_000)
    assert len(msgspec.json.encode(state)) < 4 * PART_BYTES


def test_a_closed_part_is_sent_once() -> None:
    _, _, records = run(lines(full(">> ANNA: " + "We said it again. " * 5_000)))
    closed = [(part.turn_id, part.number) for record in records for part in record.parts if part.closed]
    assert len(closed) == len(set(closed))


@pytest.mark.parametrize("how", ["chars", "words", "32", "1000"])
def test_the_parts_of_a_turn_are_the_same_however_it_was_cut(how: str) -> None:
    text = ">> ANNA: " + "We said it again (laughs) and again.\n\nAnd so it goes on " * 150
    whole = [(part.number, part.text, part.notes, part.continues) for part in read_text(text)[0]]
    assert len(whole) > 2
    assert [(part.number, part.text, part.notes, part.continues) for part in read_text(text, how)[0]] == whole


def test_labels_beyond_what_a_dialogue_earns_are_text_and_later_ones_open_turns_again() -> None:
    flood = ">>x" * 3_000
    parts, _, _ = run(lines(full(f"{flood}\n{'We said it again. ' * 200}\n>> ANNA: Yes.\n")))
    found = turns(parts)
    assert len(found) < 3_000
    assert (found[-1].speaker, found[-1].text) == ("ANNA", "Yes.")


def test_a_roll_call_has_every_answer_in_its_turn_however_long_it_goes_on() -> None:
    call = "".join(f">> STATE {n:03}: {'Yes' if n % 3 else 'No'}.\n" for n in range(600))
    parts, _, _ = run(lines(full(call)))
    assert [turn.speaker for turn in turns(parts)] == [f"STATE {n:03}" for n in range(600)]
