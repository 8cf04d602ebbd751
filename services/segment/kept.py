"""What the segmenter remembers of streams between their lines: of all that go on, and of few that are over. Pure."""

from typing import Final, Generic, TypeVar

from captionflow.recent import Recent

K = TypeVar("K")
V = TypeVar("V")

MAX_LIVE: Final = 256
"""Streams that go on of which something is kept; of others it is made again when a line comes."""
MAX_OVER: Final = 16
"""The same for those that are over: memory is for what is live, and few are told to end twice or opened again."""


class Kept(Generic[K, V]):
    """A mapping by stream that forgets those that were kept the longest time ago."""

    def __init__(self) -> None:
        self._live: Recent[K, V] = Recent(MAX_LIVE)
        self._over: Recent[K, V] = Recent(MAX_OVER)

    def get(self, stream: K) -> V | None:
        """What is kept of it, or None."""
        found = self._live.get(stream)
        return self._over.get(stream) if found is None else found

    def keep(self, stream: K, value: V, *, over: bool) -> None:
        """``over``: nothing more is expected of it."""
        kept, left = (self._over, self._live) if over else (self._live, self._over)
        kept[stream] = value
        if stream in left:
            del left[stream]
