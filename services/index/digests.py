"""What an index should hold and what it holds, as digests that can be compared: pure.

Parts are compared by what they say, whatever stores them. Two indices with equal digests give equal transcripts. The
digest of a stream is a sum over its parts, so it needs no order; of a stream that is read, one number stays.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from typing import Final, NamedTuple, NewType

import msgspec

from captionflow.messages import Part, StepRecord, Stream
from captionflow.transcript import replaces

PartId = NewType("PartId", int)
"""Turn id and number of a part, as a hash: a third of the memory."""

_HASH_BYTES: Final = 16
_HASHES: Final = 1 << 8 * _HASH_BYTES


class Digest(NamedTuple):
    """The parts of one stream, retracted ones included, and how far they reflect the line log."""

    last_seq: int = 0
    parts: int = 0
    total: int = 0
    """The parts' hashes, added modulo 2**128."""

    def having(self, part: Part) -> "Digest":
        """With one part more."""
        return Digest(self.last_seq, self.parts + 1, (self.total + _hash(part)) % _HASHES)


class StreamContents:
    """What the steps of one stream leave behind: the hash of the newest version of each part, 180 bytes a part."""

    def __init__(self) -> None:
        self.last_seq = 0
        self._parts: dict[PartId, int] = {}
        """The version of each part, with its hash in the lower bits: one number is smaller than two."""

    def add(self, steps: Iterable[StepRecord]) -> None:
        """Apply steps in order; one that doesn't advance the stream changes nothing, nor does an older version."""
        for step in steps:
            if step.last_seq > self.last_seq:
                self.last_seq = step.last_seq
                for part in step.parts:
                    self._add(part)

    def digest(self, *, without: Container[PartId] = ()) -> Digest:
        """Of all parts but some."""
        kept = [known % _HASHES for part, known in self._parts.items() if part not in without]
        return Digest(self.last_seq, len(kept), sum(kept) % _HASHES)

    def _add(self, part: Part) -> None:
        key = id_of(part)
        known = self._parts.get(key)
        if replaces(part.version, None if known is None else known // _HASHES):
            self._parts[key] = part.version * _HASHES + _hash(part)


class IndexContents:
    """What an index holds: each of its parts is added once."""

    def __init__(self) -> None:
        self.digests: dict[Stream, Digest] = {}

    def add(self, stream: Stream, part: Part) -> None:
        """Add a part as it is stored."""
        self.digests[stream] = self.digests.get(stream, Digest()).having(part)

    def add_last_seq(self, stream: Stream, last_seq: int) -> None:
        """Note how far a stream reflects the line log."""
        self.digests[stream] = self.digests.get(stream, Digest())._replace(last_seq=last_seq)


def id_of(part: Part) -> PartId:
    """What it is compared by with its other versions."""
    return PartId(_number(f"{part.turn_id}/{part.number}".encode(errors="surrogatepass")))


def differing(expected: Mapping[Stream, Digest], found: Mapping[Stream, Digest]) -> tuple[Stream, ...]:
    """The streams whose digests differ, and those that only one of the two has, sorted."""
    streams = expected.keys() | found.keys()
    return tuple(sorted(stream for stream in streams if expected.get(stream) != found.get(stream)))


def behind(new: Mapping[Stream, Digest], old: Mapping[Stream, int]) -> tuple[Stream, ...]:
    """The streams that reflect fewer lines in the new index than in the old one, given by last ``seq``; sorted."""
    return tuple(sorted(stream for stream, seq in old.items() if stream not in new or new[stream].last_seq < seq))


def _hash(part: Part) -> int:
    stored = msgspec.structs.replace(part, interim="") if part.interim else part
    return _number(msgspec.json.encode(stored))


def _number(content: bytes) -> int:
    return int.from_bytes(hashlib.blake2b(content, digest_size=_HASH_BYTES).digest())
