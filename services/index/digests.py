"""What a rebuilt index must hold, and whether it does: pure.

Parts are compared by what they say, whatever stores them: equal tallies, equal transcripts.
"""

import hashlib
from collections.abc import Container, Iterable, Mapping
from typing import NamedTuple

import msgspec

from captionflow.messages import Part, StepRecord

Stream = tuple[str, str]
"""Session and language."""


class Digest(NamedTuple):
    """A stream's parts, retracted ones included, and how far they reflect the line log."""

    last_seq: int
    parts: int
    sha256: str


class Tally:
    """The newest version of each part that was added, as a hash: some hundred bytes a part."""

    def __init__(self) -> None:
        self._last_seqs: dict[Stream, int] = {}
        self._parts: dict[Stream, dict[tuple[str, int], tuple[int, bytes]]] = {}

    def add_steps(self, steps: Iterable[StepRecord]) -> None:
        """What steps change; one that doesn't advance its stream changes nothing."""
        for step in steps:
            stream = step.session, step.language
            if step.last_seq > self._last_seqs.get(stream, 0):
                self.add_progress(stream, step.last_seq)
                self.add_parts(stream, step.parts)

    def add_parts(self, stream: Stream, parts: Iterable[Part]) -> None:
        """Parts as they are stored."""
        known = self._parts.setdefault(stream, {})
        for part in parts:
            key = part.turn_id, part.number
            if key not in known or part.version >= known[key][0]:
                known[key] = part.version, _hash(part)

    def add_progress(self, stream: Stream, last_seq: int) -> None:
        """How far a stream is."""
        self._last_seqs[stream] = max(last_seq, self._last_seqs.get(stream, 0))

    def without(self, keys: Container[tuple[str, int]]) -> "Tally":
        """The same less some parts, given by turn id and number."""
        other = Tally()
        other._last_seqs = dict(self._last_seqs)
        other._parts = {
            stream: {key: about for key, about in parts.items() if key not in keys}
            for stream, parts in self._parts.items()
        }
        return other

    def digests(self) -> dict[Stream, Digest]:
        """All streams."""
        return {stream: self._digest(stream) for stream in self._last_seqs.keys() | self._parts.keys()}

    def _digest(self, stream: Stream) -> Digest:
        parts = self._parts.get(stream, {})
        whole = hashlib.sha256()
        for key in sorted(parts):
            whole.update(msgspec.json.encode(key))
            whole.update(parts[key][1])
        return Digest(self._last_seqs.get(stream, 0), len(parts), whole.hexdigest())


def differing(wanted: Mapping[Stream, Digest], found: Mapping[Stream, Digest]) -> tuple[Stream, ...]:
    """The streams that are not what they should be, missing ones and strangers included, in order."""
    return tuple(sorted(stream for stream in wanted.keys() | found.keys() if wanted.get(stream) != found.get(stream)))


def shorter(new: Mapping[Stream, Digest], old: Mapping[Stream, int]) -> tuple[Stream, ...]:
    """The streams of which the old index reflects lines that the new one doesn't, in order."""
    return tuple(sorted(stream for stream, seq in old.items() if stream not in new or new[stream].last_seq < seq))


def _hash(part: Part) -> bytes:
    stored = msgspec.structs.replace(part, interim="") if part.interim else part
    return hashlib.sha256(msgspec.json.encode(stored)).digest()
