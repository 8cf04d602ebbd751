"""How much one key, or one address, may ask for at a time. Pure: times are seconds of any clock that only rises.

Keys of captioners have allowances of their own, so whatever readers at the same address ask for slows no captioner. A
whole conference may sit behind one address, so what an address may have is much, and never all.
"""

from collections import Counter, OrderedDict
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from typing import TYPE_CHECKING, Final, Literal, NamedTuple

if TYPE_CHECKING:
    from captionflow.access import Grant
    from captionflow.keys import Key

SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""What only reads (RFC 9110, 9.2.1)."""
MAX_KNOWN: Final = 50_000
"""Callers that are remembered. Who is forgotten, the one not heard of for longest, begins with a full allowance."""


ROOM_SECONDS: Final = 20.0
"""So many seconds' worth may come at once: all readers of a room connect again when a server was restarted."""
KEY_BYTES: Final = 1024 * 1024
"""A second, of one captioner's key."""
ADDRESS_BYTES: Final = 8 * 1024 * 1024
"""A second, of all at one address who have no captioner's key."""
KEY_STREAMS: Final = 100
"""Connections of one captioner's key that stay open: to type, or to read along."""
PLACE_SECONDS: Final = 10.0
"""When who found no place asks again: others may have gone by then."""
_FEW: Final = 10
_ANY: Final = 1_000_000
_SENDERS: Final = frozenset({"captioner", "organiser", "admin"})


@lru_cache(maxsize=4_096)
def network(address: str) -> str:
    """What counts as one address, however it is written.

    Of IPv6 it is the network, in which a machine has as many addresses as it likes; IPv4 is the same in either family.
    """
    try:
        found = ip_address(address)
    except ValueError:
        return address  # of no network
    if isinstance(found, IPv4Address):
        return str(found)
    return str(found.ipv4_mapped or IPv6Network((int(found) >> 64 << 64, 64)))


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


class Use(NamedTuple):
    """What a request is to the limits: whose it is, and what for."""

    kind: Literal["captioner", "trusted", "address"]
    """``captioner``: counted by their key; ``address``: with all others there. Admins and organisers are trusted."""
    name: str
    stays: bool
    """It may last: a stream is asked for as all else that is read."""
    sends: bool
    """It is of somebody who captions. All else takes a place of readers."""
    counted: bool = True
    """Its requests and bytes are. Where an installation is open, to the machine itself, only what stays open is."""


def use_of(kind: str, method: str, grant: "Grant", key: "Key | None", address: str) -> Use:
    """Of a request, or of a connection of another ``kind``, as ASGI names them."""
    stays = kind == "websocket" or method in SAFE_METHODS
    writes = kind == "websocket" or method not in SAFE_METHODS
    if key is not None and key.role == "captioner":
        return Use("captioner", key.id, stays, sends=True)
    sends = writes and grant.role in _SENDERS
    if key is not None and key.role in _SENDERS:
        return Use("trusted", key.id, stays, sends)
    return Use("address", network(address), stays, sends, counted=grant.role not in _SENDERS)


def share_of_address(places: int) -> int:
    """Of so many places of readers those that one address may have: all but a fifth, unless there are few anyway."""
    return places - places // 5 if places >= _FEW else _ANY


class Refusal(NamedTuple):
    """Why a request is not taken now, and for how long."""

    code: Literal["too-many-requests", "unavailable"]
    detail: str
    seconds: float


class Limits:
    """What is asked of a process, and is open there. Each is a number a second, or at a time.

    ``readers``: so many requests that only read may be going on, streams among them.
    """

    def __init__(self, *, key_requests: int, address_requests: int, address_streams: int, readers: int) -> None:
        self._requests = {
            "captioner": Allowance(key_requests, ROOM_SECONDS),
            "address": Allowance(address_requests, ROOM_SECONDS),
        }
        self._bytes = {
            "captioner": Allowance(KEY_BYTES, ROOM_SECONDS),
            "address": Allowance(ADDRESS_BYTES, ROOM_SECONDS),
        }
        self._streams = {"captioner": KEY_STREAMS, "address": address_streams, "trusted": _ANY}
        self._most_readers = readers
        self._readers = 0
        self._open: Counter[tuple[str, str]] = Counter()

    def asked(self, use: Use, now: float) -> Refusal | None:
        """A request came; None if it may go on."""
        if use.kind == "trusted" or not use.counted:
            return None
        wait = self._requests[use.kind].take(use.name, 1, now) or self._bytes[use.kind].take(use.name, 0, now)
        if not wait:
            return None
        return Refusal("too-many-requests", f"This is too much at once: the same again in {ceil(wait)} s.", wait)

    def received(self, use: Use, size: int, now: float) -> None:
        """So many bytes of its body came."""
        if use.kind != "trusted" and use.counted:
            self._bytes[use.kind].take(use.name, size, now)

    def begin(self, use: Use) -> Refusal | None:
        """It goes on, until ``end``, if None is returned."""
        if not use.sends and self._readers >= self._most_readers:
            detail = f"All {self._most_readers} places for readers are taken: try again."
            return Refusal("unavailable", detail, PLACE_SECONDS)
        most = self._streams[use.kind]
        if use.stays and self._open[use.kind, use.name] >= most:
            whose = "this key" if use.kind == "captioner" else "this address"
            detail = f"{whose} has {most} connections open, as many as it may: close some, or try again.".capitalize()
            return Refusal("too-many-requests", detail, PLACE_SECONDS)
        self._readers += not use.sends
        self._open[use.kind, use.name] += use.stays
        return None

    def end(self, use: Use) -> None:
        """It is over."""
        self._readers -= not use.sends
        self._open[use.kind, use.name] -= use.stays
        if not self._open[use.kind, use.name]:
            del self._open[use.kind, use.name]
