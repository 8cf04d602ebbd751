"""What was said last of things that come and go. Pure."""

from collections import OrderedDict
from typing import Final, Generic, TypeVar, overload

K = TypeVar("K")
V = TypeVar("V")
D = TypeVar("D")

STREAMS: Final = 4_096
"""Of so many streams a process remembers how far they are: more than are live at once, however many there ever were."""


class Recent(Generic[K, V]):
    """A mapping that forgets: of more than ``limit`` keys, those that were set the longest time ago."""

    def __init__(self, limit: int = STREAMS) -> None:
        self._limit = limit
        self._known: OrderedDict[K, V] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def __contains__(self, key: object) -> bool:
        return key in self._known

    def __getitem__(self, key: K) -> V:
        return self._known[key]

    def __setitem__(self, key: K, value: V) -> None:
        self._known[key] = value
        self._known.move_to_end(key)
        if len(self._known) > self._limit:
            self._known.popitem(last=False)

    def __delitem__(self, key: K) -> None:
        del self._known[key]

    @overload
    def get(self, key: K) -> V | None: ...

    @overload
    def get(self, key: K, default: D) -> V | D: ...

    def get(self, key: K, default: D | None = None) -> V | D | None:
        """The value, or ``default`` if it is not known, or not any more."""
        return self._known.get(key, default)
