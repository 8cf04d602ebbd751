"""Seals: what stays remembered of a whole block, as records of the compacted topic ``seals``. Pure.

A seal says the same whoever makes it, since a block is cut and read by its records alone. The seals of a partition are
a chain: each has the digest of the one before. So one that is missing, damaged, or made of another topic ends it, and
what comes after the last good one is read from the log.
"""

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from typing import Final, NamedTuple

import msgspec

from captionflow.adapters.kafka.line_block import DIGEST_BYTES, BlockSize
from captionflow.errors import UNDECODABLE
from captionflow.messages import VERSION
from captionflow.off_record import OffRecord

MAX_BYTES: Final = 512 * 1024
"""Of the streams in one record; a block with more has several."""

_encode = msgspec.json.Encoder(order="deterministic").encode


class SealedStream(msgspec.Struct, frozen=True, array_like=True):
    """What a block has of one stream."""

    session: str
    language: str
    first_seq: int
    last_seq: int
    senders: dict[str, tuple[int, int]]
    """The lowest and the highest number of each."""
    off_record: OffRecord | None = None
    """At the end of the block."""


class WholeBlock(NamedTuple):
    """A block that no record is added to any more."""

    partition: int
    ordinal: int
    """0, 1, 2 … in its partition."""
    begin: int
    end: int
    digest: bytes
    """See ``Block.digest``."""
    streams: Sequence[SealedStream]


class _Sealed(msgspec.Struct, frozen=True):
    """One record's part of a block."""

    partition: int
    block: int
    link: int
    """0, 1 … ``links`` - 1: the records of the block."""
    links: int
    begin: int
    end: int
    records: str
    """``WholeBlock.digest``."""
    streams: tuple[SealedStream, ...]


class _Seal(msgspec.Struct, frozen=True):
    """The value of a record."""

    before: str
    """``digest`` of the seal before it."""
    digest: str
    """Of ``before`` and ``sealed``."""
    sealed: msgspec.Raw
    v: int = VERSION


_read_seal = msgspec.json.Decoder(_Seal).decode
_read_sealed = msgspec.json.Decoder(_Sealed).decode


def seal_key(partition: int, block: int, link: int) -> bytes:
    """The key of a seal's record."""
    return b"%d/%d/%d" % (partition, block, link)


class SealChain:
    """Makes and reads the seals of all partitions, each partition's in order."""

    def __init__(self, topic_id: str, partitions: int, size: BlockSize) -> None:
        """``topic_id``: of the topic of lines; one that was made anew has none of what was in the old one."""
        self._origin = _encode((topic_id, partitions, size.records, size.size, VERSION))
        self._last: dict[int, str] = {}

    def made(self, whole: WholeBlock) -> Iterator[tuple[bytes, bytes]]:
        """The keys and values of the seal of the next block of its partition."""
        groups = _groups(whole.streams)
        for link, streams in enumerate(groups):
            sealed = _encode(
                _Sealed(
                    whole.partition,
                    whole.ordinal,
                    link,
                    len(groups),
                    whole.begin,
                    whole.end,
                    whole.digest.hex(),
                    tuple(streams),
                )
            )
            before = self._before(whole.partition)
            digest = _digest(before, sealed)
            self._last[whole.partition] = digest
            value = _encode(_Seal(before, digest, msgspec.Raw(sealed)))
            yield seal_key(whole.partition, whole.ordinal, link), value

    def read(
        self, values: Mapping[bytes, bytes], partition: int, ordinal: int, begin: int, limit: int
    ) -> WholeBlock | None:
        """The next block of a partition, which begins at this offset and ends at ``limit`` at most.

        None if its seal is missing or is not right. ``values``: of the newest record of each key.
        """
        streams: list[SealedStream] = []
        before, link, links = self._before(partition), 0, 1
        found: _Sealed | None = None
        while link < links:
            try:
                seal = _read_seal(values[seal_key(partition, ordinal, link)])
                found = _read_sealed(seal.sealed)
            except (KeyError, *UNDECODABLE):
                return None
            if seal.v > VERSION or seal.before != before or seal.digest != _digest(before, seal.sealed):
                return None
            if (found.partition, found.block, found.link, found.begin) != (partition, ordinal, link, begin):
                return None
            streams += found.streams
            before, link, links = seal.digest, link + 1, found.links
        if found is None or not begin < found.end <= limit:
            return None
        self._last[partition] = before
        return WholeBlock(partition, ordinal, begin, found.end, bytes.fromhex(found.records), streams)

    def _before(self, partition: int) -> str:
        return self._last.get(partition) or _digest(str(partition), self._origin)


def _digest(before: str, sealed: bytes | msgspec.Raw) -> str:
    return blake2b(before.encode() + bytes(sealed), digest_size=DIGEST_BYTES).hexdigest()


def _groups(streams: Sequence[SealedStream]) -> list[list[SealedStream]]:
    """The streams of each record of a seal; one at least."""
    groups: list[list[SealedStream]] = [[]]
    size = 0
    for one in streams:
        encoded = len(_encode(one))
        if groups[-1] and size + encoded > MAX_BYTES:
            groups.append([])
            size = 0
        groups[-1].append(one)
        size += encoded
    return groups
