"""What became of the lines that were sent, in numbers. Pure."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from captionflow.messages import Line, StepRecord


@dataclass(frozen=True, slots=True)
class Outcome:
    """All zeros but the last, or something is wrong."""

    lost: int
    """Lines that were acknowledged and are not in the log, or that no step has."""
    repeated: int
    """Lines that are in the log more than once."""
    wrong: int
    """Lines whose text is not the one that was sent; and transcripts that are not the ones of an undisturbed run."""
    disordered: int
    """Lines that stand in the log before one that was sent earlier."""
    differing: int
    """Readers whose screen does not end up with the transcript."""
    standstill: float
    """The longest time, in seconds, in which nothing new came to a reader."""

    @property
    def clean(self) -> bool:
        """Nothing happened to the captions."""
        return not any(astuple(self)[:-1])


def logged(sent: Sequence[tuple[int, str]], log: Sequence[Line]) -> tuple[int, int, int, int]:
    """(lost, repeated, wrong, disordered) of (number, text) that one sender sent to one session."""
    times = Counter(line.number for line in log)
    texts = dict(sent)
    lost = sum(number not in times for number in texts)
    repeated = sum(times.values()) - len(times)
    wrong = sum(line.text != texts.get(line.number) for line in log)
    highest = -1
    disordered = 0
    for line in log:
        disordered += line.number < highest
        highest = max(highest, line.number)
    return lost, repeated, wrong, disordered


def advancing(records: Iterable[StepRecord]) -> list[StepRecord]:
    """The steps that count, of one session in the order of the topic: as every reader takes them."""
    found: list[StepRecord] = []
    reached = 0
    for record in records:
        if record.last_seq > reached:
            reached = record.last_seq
            found.append(record)
    return found


def left_out(steps: Sequence[StepRecord], last_seq: int) -> int:
    """Lines that no step has."""
    reached, missing = 0, 0
    for one in steps:
        missing += max(0, one.first_seq - reached - 1)
        if one.missing is not None:
            missing += one.missing[1] - one.missing[0] + 1
        reached = one.last_seq
    return missing + max(0, last_seq - reached)
