"""What RocksDB frees goes back to the system, where the C library is glibc."""

import ctypes
from contextlib import suppress
from typing import Final

_M_MMAP_THRESHOLD: Final = -3
"""mallopt(3): a block of so many bytes has memory of its own, which goes back when it is freed."""
_BYTES: Final = 128 * 1024
"""What glibc begins with."""


def give_back() -> None:
    """Keep glibc's threshold as it is.

    It rises with each larger block that is freed, up to 32 MiB. What RocksDB frees after each write of its files, 2 MiB
    and more for a partition, then stays in the heap, among small blocks that go on: it is as large as it ever was.
    """
    with suppress(OSError, AttributeError):  # another C library
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _BYTES)
