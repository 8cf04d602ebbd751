"""Files without a name, for what is too large to be held in memory: they are gone when nobody needs them any more."""

from __future__ import annotations

import os
import tempfile
import weakref
from array import array
from typing import TYPE_CHECKING, Final

import msgspec

from captionflow.errors import Unavailable
from captionflow.messages import Part
from captionflow.transcript import named

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

_BUFFER_BYTES: Final = 64 * 1024
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(Part).decode


class SpoolFile:
    """Bytes on the disk. Their space is free again when the last one who holds this lets go of it."""

    def __init__(self, folder: Path) -> None:
        """Make it.

        Raises:
            Unavailable: the disk can't be written.
        """
        try:
            handle, path = tempfile.mkstemp(dir=folder)
            os.unlink(path)  # noqa: PTH108 - what mkstemp gives is a string
        except OSError as error:
            raise _full(error) from error
        self._handle = handle
        self._held = bytearray()
        self.size = 0
        weakref.finalize(self, os.close, handle)

    def write(self, data: bytes) -> None:
        """Put it at the end; it is read after ``flush``.

        Raises:
            Unavailable: the disk is full, or fails.
        """
        self._held += data
        if len(self._held) >= _BUFFER_BYTES:
            self.flush()

    def flush(self) -> None:
        """See ``write``."""
        try:
            while self._held:
                written = os.pwrite(self._handle, self._held, self.size)
                self.size += written
                del self._held[:written]
        except OSError as error:
            raise _full(error) from error

    def read(self, size: int, at: int) -> bytes:
        """So many bytes from an offset, less at the end."""
        return os.pread(self._handle, size, at)


class SpooledParts:
    """The parts of a transcript in a file, in order: a ``Transcript`` that takes a few bytes of memory a part."""

    def __init__(self, folder: Path) -> None:
        self._file = SpoolFile(folder)
        self._sizes = array("L")
        self.last_seq = 0
        self.names: Mapping[str, str] = {}
        """Of a recogniser's speakers: parts are read with them."""

    def add(self, parts: Iterable[Part]) -> None:
        """Put them at the end."""
        for part in parts:
            data = _encode(part)
            self._file.write(data)
            self._sizes.append(len(data))
        self._file.flush()

    @property
    def parts(self) -> Iterator[Part]:
        """All of them, from the first one on."""
        offset = 0
        for size in self._sizes:
            yield from named([_decode(self._file.read(size, offset))], self.names)
            offset += size


def _full(error: OSError) -> Unavailable:
    return Unavailable(f"The transcript can't be made now: the disk says {error.strerror}.", retry_after=10)
