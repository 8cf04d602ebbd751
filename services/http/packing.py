"""Which answers are compressed, and how long they may be kept. Pure.

Compression gives away what is compressed: who makes a browser ask for pages with words of their own, and sees how long
the encrypted answers are, learns whether those words are on the page (BREACH). So what somebody sees who has a key is
compressed only where nothing of the request is repeated in it.
"""

import hashlib
import zlib
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl

MIN_BYTES: Final = 1_400
"""What fits into one packet gets no faster."""
LEVEL: Final = 6
COMPRESSIBLE: Final = frozenset(
    {
        "application/json",
        "application/manifest+json",
        "application/x-subrip",
        "image/svg+xml",
        "text/css",
        "text/html",
        "text/javascript",
        "text/plain",
        "text/vtt",
    }
)
"""Never ``text/event-stream``: compression would hold captions back."""
NEVER_REPEATED: Final = frozenset({"after", "all", "before", "download", "lang", "last", "turn", "wait"})
"""Parameters that choose what is shown, and are nowhere in it."""

_GZIP: Final = 31
"""zlib's window bits for gzip's format."""


def is_compressible(content_type: str) -> bool:
    """Whether the type is one of texts."""
    return content_type.partition(";")[0].strip().lower() in COMPRESSIBLE


def gives_nothing_away(method: str, status: int, query: bytes, *, keyed: bool) -> bool:
    """Whether an answer may be compressed although its reader may have a key: see the module."""
    if not keyed:
        return True
    named = {name for name, _ in parse_qsl(query.decode("latin-1"), keep_blank_values=True)}
    return method == "GET" and status == HTTPStatus.OK and named <= NEVER_REPEATED  # errors repeat the request


def kept(given: str | None, *, keyed: bool) -> str:
    """``Cache-Control`` of an answer to GET that has this one, or none.

    What was made for a key is kept nowhere, unless everybody gets the same. Of all else, whoever keeps it asks each
    time whether it still is so.
    """
    if keyed and not (given or "").startswith("public"):
        return "no-store"
    return given or "no-cache"


def tag(content: bytes) -> str:
    """A weak ``ETag``: the same for the plain and the compressed form."""
    return f'W/"{hashlib.blake2b(content, digest_size=10).hexdigest()}"'


def varying(given: str | None, on: str) -> str:
    """``Vary`` with one more header in it."""
    names = [name.strip() for name in (given or "").split(",") if name.strip()]
    return ", ".join(names if on.lower() in map(str.lower, names) else [*names, on])


def packed(content: bytes, level: int = LEVEL) -> bytes:
    """The content as gzip: the same bytes each time."""
    packer = Packer(level)
    return packer.add(content, last=True)


class Packer:
    """Packs what comes in pieces: what it gives for a piece, a client can read at once."""

    def __init__(self, level: int = LEVEL) -> None:
        self._stream = zlib.compressobj(level, zlib.DEFLATED, _GZIP)

    def add(self, piece: bytes, *, last: bool = False) -> bytes:
        """The piece, packed."""
        return self._stream.compress(piece) + self._stream.flush(zlib.Z_FINISH if last else zlib.Z_SYNC_FLUSH)


def packed_pieces(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """All of a document, packed as well as its pieces together allow."""
    stream = zlib.compressobj(LEVEL, zlib.DEFLATED, _GZIP)
    for piece in pieces:
        yield stream.compress(piece)
    yield stream.flush()
