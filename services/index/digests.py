"""What an index should hold and what it holds, as digests that can be compared: pure.

Parts are compared by what they say, whatever stores them. Two indices with equal digests give equal transcripts.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

import msgspec

from captionflow.messages import Part, StepRecord, Stream
from captionflow.transcript import PartKey, advancing, replaces


class Digest(NamedTuple):
    """The parts of one stream, retracted ones included, and how far they reflect the line log."""

    last_seq: int
    parts: int
    sha256: str


class Contents:
    """The contents of an index: a hash of the newest version of each part, some hundred bytes a part."""

    def __init__(self) -> None:
        self._last_seqs: dict[Stream, int] = {}
        self._parts: dict[Stream, dict[PartKey, tuple[int, bytes]]] = {}

    def add_steps(self, steps: Iterable[StepRecord]) -> None:
        """Apply steps in the order of their stream; one that doesn't advance its stream changes nothing."""
        for step in advancing(steps, self._last_seqs):
            self.add_parts(step.stream, step.parts)

    def add_parts(self, stream: Stream, parts: Iterable[Part]) -> None:
        """Add parts as they are stored; an older version changes nothing."""
        known = self._parts.setdefault(stream, {})
        for part in parts:
            key = part.turn_id, part.number
            if replaces(part.version, known[key][0] if key in known else None):
                known[key] = part.version, _hash(part)

    def add_last_seq(self, stream: Stream, last_seq: int) -> None:
        """Note how far a stream reflects the line log."""
        self._last_seqs[stream] = max(last_seq, self._last_seqs.get(stream, 0))

    def without(self, keys: Container[PartKey]) -> "Contents":
        """The same contents without some parts."""
        other = Contents()
        other._last_seqs = dict(self._last_seqs)
        other._parts = {
            stream: {key: hashed for key, hashed in parts.items() if key not in keys}
            for stream, parts in self._parts.items()
        }
        return other

    def digests(self) -> dict[Stream, Digest]:
        """The digest of each stream."""
        return {stream: self._digest(stream) for stream in self._last_seqs.keys() | self._parts.keys()}

    def _digest(self, stream: Stream) -> Digest:
        parts = self._parts.get(stream, {})
        sha256 = hashlib.sha256()
        for key in sorted(parts):
            sha256.update(msgspec.json.encode(key))
            sha256.update(parts[key][1])
        return Digest(self._last_seqs.get(stream, 0), len(parts), sha256.hexdigest())


def differing(expected: Mapping[Stream, Digest], found: Mapping[Stream, Digest]) -> tuple[Stream, ...]:
    """The streams whose digests differ, and those that only one of the two has, sorted."""
    streams = expected.keys() | found.keys()
    return tuple(sorted(stream for stream in streams if expected.get(stream) != found.get(stream)))


def behind(new: Mapping[Stream, Digest], old: Mapping[Stream, int]) -> tuple[Stream, ...]:
    """The streams that reflect fewer lines in the new index than in the old one, given by last ``seq``; sorted."""
    return tuple(sorted(stream for stream, seq in old.items() if stream not in new or new[stream].last_seq < seq))


def _hash(part: Part) -> bytes:
    stored = msgspec.structs.replace(part, interim="") if part.interim else part
    return hashlib.sha256(msgspec.json.encode(stored)).digest()
