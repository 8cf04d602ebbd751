"""How much one key, or one address, may ask for at a time. Pure: times are seconds of any clock that only rises.

Keys of captioners have allowances of their own, so whatever readers at the same address ask for slows no captioner.
"""

from collections import OrderedDict
from typing import Final

MAX_KNOWN: Final = 50_000
"""Callers that are remembered. Who is forgotten, the one not heard of for longest, begins with a full allowance."""


ROOM_SECONDS: Final = 20.0
"""So many seconds' worth may come at once: all readers of a room connect again when a server was restarted."""
KEY_BYTES: Final = 1024 * 1024
"""A second, of one captioner's key."""


def network(address: str) -> str:
    """What counts as one address: of IPv6 the network, since a machine has as many addresses in it as it likes."""
    return ":".join(address.split(":")[:4]) if ":" in address else address


class Allowance:
    """So much a second, and as much at once as gathers in ``seconds`` of silence."""

    def __init__(self, a_second: float, seconds: float) -> None:
        self._a_second = a_second
        self._most = a_second * seconds
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, amount: float, now: float) -> float:
        """Take it; 0 if it was there, else the seconds until something is, and nothing was taken.

        What is taken may be more than there is, once: the size of a body is known when it has come.
        """
        left, at = self._left.pop(who, (self._most, now))
        left = min(self._most, left + (now - at) * self._a_second)
        wait = 0.0 if left > 0 else (1 - left) / self._a_second
        self._left[who] = (left if wait else left - amount), now
        if len(self._left) > MAX_KNOWN:
            self._left.popitem(last=False)
        return wait
