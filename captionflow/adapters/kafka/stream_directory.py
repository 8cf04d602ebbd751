"""What is known of each stream's blocks: as it is, of those that had lines last; packed, of all others. Pure.

A process has streams for as long as their lines are in the log, and few of them are live.
"""

from collections import OrderedDict
from collections.abc import Iterator
from typing import Final

import msgspec

from captionflow.adapters.kafka.block_directory import StreamBlocks
from captionflow.messages import Stream

MAX_UNPACKED: Final = 256
"""So many are not packed. Of more that are live, a line costs some microseconds besides."""

_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Stream).decode


class StreamDirectory:
    """All streams that have lines, by name."""

    def __init__(self, unpacked: int = MAX_UNPACKED) -> None:
        self._max_unpacked = unpacked
        self._unpacked: OrderedDict[Stream, StreamBlocks] = OrderedDict()
        self._packed: dict[bytes, bytes] = {}
        """By encoded name, of all; what it has of one that is not packed now is old."""

    def __iter__(self) -> Iterator[Stream]:
        return map(_decode, self._packed)

    def get(self, name: Stream) -> StreamBlocks | None:
        """To read, as it is now; None if it has no lines."""
        found = self._unpacked.get(name)
        if found is None and (packed := self._packed.get(_encode(name))):
            found = StreamBlocks.unpacked(packed)
        return found

    def __getitem__(self, name: Stream) -> StreamBlocks:
        found = self.get(name)
        if found is None:
            raise KeyError(name)
        return found

    def to_change(self, name: Stream, partition: int) -> StreamBlocks:
        """The same, to be changed before another one is asked for; it is made if it has no lines yet."""
        found = self.get(name)
        if found is None:
            found = StreamBlocks(partition)
            self._packed[_encode(name)] = b""
        self._unpacked[name] = found
        self._unpacked.move_to_end(name)
        if len(self._unpacked) > self._max_unpacked:
            oldest, blocks = self._unpacked.popitem(last=False)
            self._packed[_encode(oldest)] = blocks.packed()
        return found
