"""Notices partitions that stand still although records are to come. Pure."""

from collections.abc import Mapping
from typing import Generic, TypeVar

Partition = TypeVar("Partition")


class StandstillDetector(Generic[Partition]):
    """Compares each look with the one before."""

    def __init__(self) -> None:
        self._before: dict[Partition, tuple[int, int]] = {}

    def look(self, awaited: Mapping[Partition, tuple[int, int]]) -> dict[Partition, int]:
        """The partitions that have not moved since the last look, with the offset of the record that should come next.

        ``awaited``: from which offset on to before which one records are to come. A partition that is given is looked
        at anew: it comes again when it has not moved for two more looks.
        """
        stands = {partition for partition, span in awaited.items() if self._before.get(partition) == span}
        self._before = {partition: span for partition, span in awaited.items() if partition not in stands}
        return {partition: awaited[partition][0] for partition in stands}
