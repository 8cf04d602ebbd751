"""What a process remembers of streams or sessions: of all that go on, and of few that are over. Pure."""

from typing import Final, Generic, TypeVar

from captionflow.recent import Recent

K = TypeVar("K")
V = TypeVar("V")

MAX_LIVE: Final = 256
"""So many that go on; what is known of others has to be read, or made, again when it is wanted."""
MAX_OVER: Final = 16
"""The same for those that are over: memory is for what is live, and few are told to end twice or opened again."""


class Kept(Generic[K, V]):
    """A mapping that forgets those that were kept the longest time ago."""

    def __init__(self, *, live: int = MAX_LIVE, over: int = MAX_OVER) -> None:
        self._live: Recent[K, V] = Recent(live)
        self._over: Recent[K, V] = Recent(over)

    def get(self, key: K) -> V | None:
        """What is kept of it, or None."""
        found = self._live.get(key)
        return self._over.get(key) if found is None else found

    def keep(self, key: K, value: V, *, over: bool) -> None:
        """``over``: nothing more is expected of it."""
        kept, left = (self._over, self._live) if over else (self._live, self._over)
        kept[key] = value
        if key in left:
            del left[key]
