"""How many connections a process can have, and for whom: readers never take the places of those who send captions.

A connection takes a descriptor from the moment it is accepted, long before it says what it is for. So none is promised
a place while it says nothing: one that waits gives way to a new one, and of what readers do at the same time, there is
only so much that others always find room.
"""

from collections import OrderedDict
from typing import Final, NamedTuple, Protocol

OWN: Final = 80
"""Descriptors that a process needs for itself: its files, its connections to servers, its loop."""
_FEWEST: Final = 16
_MOST_RESERVED: Final = 1_000


class Shares(NamedTuple):
    """What the descriptors of a process are for."""

    connections: int
    """Clients at a time."""
    readers: int
    """Of these, so many may be busy with what only reads. The others are for who sends."""


def shares(descriptors: int) -> Shares:
    """Of so many descriptors."""
    connections = max(_FEWEST, descriptors - OWN)
    return Shares(connections, connections - min(_MOST_RESERVED, connections // 4))


class Connection(Protocol):
    """A connection of a client."""

    def give_way(self) -> None:
        """End at once: nothing is lost by that, since no request of it is complete."""


class Places:
    """The connections of a process, as far as they wait for their client: for a request, or for the rest of one.

    Who waits longest gives way first, and before all who have sent captions, those who have not.
    """

    def __init__(self, most: int) -> None:
        self.most = most
        self._strangers: OrderedDict[Connection, None] = OrderedDict()
        self._senders: OrderedDict[Connection, None] = OrderedDict()

    def wait(self, one: Connection, *, sender: bool) -> None:
        """It waits for its client, from now on."""
        self.leave(one)
        (self._senders if sender else self._strangers)[one] = None

    def leave(self, one: Connection) -> None:
        """It has a request that is complete, or has gone."""
        self._strangers.pop(one, None)
        self._senders.pop(one, None)

    def make_room(self) -> bool:
        """Have one give way; False if none waits."""
        for waiting in (self._strangers, self._senders):
            if waiting:
                one, _ = waiting.popitem(last=False)
                one.give_way()
                return True
        return False
