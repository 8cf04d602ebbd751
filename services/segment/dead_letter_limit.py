"""How many records of a partition may go to the dead letters before it is held. Pure."""

from typing import NamedTuple

MAX_DEAD_LETTERS = 100
"""So many bad records, with hardly a good one between, are too many: the topic is probably the wrong one, or we are."""
GOOD_PER_DEAD_LETTER = 10
"""So many good records make up for a bad one."""
LOOK_BACK = 2 * MAX_DEAD_LETTERS
"""The records before a bad one that tell a worker which has just come how many there were."""


class DeadLetterLimit:
    """Weighs the bad records of a partition against its good ones."""

    def __init__(self) -> None:
        self._bad = 0.0

    def good(self) -> None:
        """A record could be used."""
        self._bad = max(0.0, self._bad - 1 / GOOD_PER_DEAD_LETTER)

    def bad(self) -> None:
        """A record can't be used."""
        self._bad += 1

    @property
    def reached(self) -> bool:
        """Whether one more is too many."""
        return self._bad + 1 > MAX_DEAD_LETTERS


class _Held(NamedTuple):
    offset: int
    generation: int
    reason: str


class HeldPartitions:
    """Partitions that stand still from a bad record on, until somebody accepts that it goes to the dead letters.

    All of them are let go when the partitions are shared out anew (in another ``generation``): whoever has them then
    begins where the record is.
    """

    def __init__(self) -> None:
        self._held: dict[int, _Held] = {}

    def hold(self, partition: int, offset: int, generation: int, reason: str) -> None:
        """From this record on."""
        self._held[partition] = _Held(offset, generation, reason)

    def release(self, partition: int) -> None:
        """It goes on."""
        self._held.pop(partition, None)

    def holds(self, partition: int, offset: int, generation: int) -> bool:
        """Whether a record has to wait because one before it does; it comes again."""
        return offset > self.offsets(generation).get(partition, offset)

    def offsets(self, generation: int) -> dict[int, int]:
        """By partition, the record that is waited for."""
        return {partition: held.offset for partition, held in self._held.items() if held.generation == generation}

    def told(self, topic: str, generation: int) -> str:
        """What to know and to do, in a sentence; empty if none is held."""
        if not (standing := sorted(self.offsets(generation))):
            return ""
        partition, *more = standing
        held = self._held[partition]
        others = f", and {len(more)} more partitions," if more else ""
        return (
            f"Hardly a record of {topic}/{partition} can be used from {held.offset} on ({held.reason}): its "
            f"sessions{others} wait, and all others go on. Look at `captionflow dead-letters list`; when the cause "
            f"is mended, `captionflow dead-letters accept --until {topic}/{partition}/OFFSET` sets aside what is bad."
        )
