"""From a file's bytes to its text. Pure.

Order: binary formats by their first bytes (refused), byte order marks, UTF-16 without a mark where the NULs give it
away, UTF-8 (a few NULs in it are damage, and ``clean`` takes them out), and for bytes that are not UTF-8 what they mean
in Windows-1252, in which captioning software wrote for twenty years. A file may mix UTF-8 and Windows-1252 (two files
pasted together): each stray byte is read for itself.
"""

import codecs
import re
from collections import Counter
from typing import NamedTuple

from captionflow.errors import BadMessage

_BINARY = {
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive (Word, OpenDocument, EPUB …)",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"\x1f\x8b": "a gzip archive",
    b"{\\rtf": "an RTF document",
    b"ID3": "an MP3 file",
    b"\x7fELF": "a program",
    b"SQLite format 3": "a SQLite database",
}
_MARKS = (  # UTF-32 first: its little-endian mark begins with that of UTF-16
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_LOOK = 64 * 1024
_EVIDENT = 0.8  # of the code units are ASCII (blanks at least) or of one other block, in any script with an alphabet
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f]")
_BINARY_SHARE = 0.05
_ESCAPED = re.compile("[\udc80-\udcff]+")


class Decoded(NamedTuple):
    """A file's text without its byte order mark, and what had to be guessed."""

    text: str
    oddities: tuple[str, ...] = ()
    encoding: str = "utf-8"
    guessed: bool = False


def decode(data: bytes) -> Decoded:
    """The text of a file.

    Raises:
        BadMessage: it is not text.
    """
    for magic, what in _BINARY.items():
        if data.startswith(magic):
            raise BadMessage(f"This is {what}, not text: export it as plain text, WebVTT or SRT first.")
    for mark, codec, name in _MARKS:
        if data.startswith(mark):
            return _wide(data[len(mark) :], codec, f"Encoded in {name}.")
    data = data.removeprefix(codecs.BOM_UTF8)
    if b"\0" in data and (wide := _without_mark(data)) is not None:
        return wide
    filled = data.rstrip(b"\0")  # what fills up a file that was not closed is damage
    if filled.count(0) > len(filled) * _BINARY_SHARE:
        raise BadMessage(f"This is a binary file, not text: it has NULs, the first at byte {data.index(0)}.")
    decoded = from_utf8(filled)
    look = decoded.text[:_LOOK]
    if len(_CONTROLS.findall(look)) > len(look) * _BINARY_SHARE:
        raise BadMessage("This is a binary file, not text: it is full of control characters.")
    if len(filled) < len(data):
        odd = f"{len(data) - len(filled)} NULs at the end were left out."
        return decoded._replace(oddities=(*decoded.oddities, odd))
    return decoded


def from_utf8(data: bytes) -> Decoded:
    """The text of UTF-8, and of each byte that is none in Windows-1252."""
    text = data.decode("utf-8", "surrogateescape")
    stray = _ESCAPED.search(text)
    if stray is None:
        return Decoded(text)
    line = text.count("\n", 0, stray.start()) + 1
    read, runs = _ESCAPED.subn(_windows, text)
    odd = f"Not UTF-8 in {runs} places, first on line {line}: read there as Windows-1252."
    return Decoded(read, (odd,), "windows-1252", guessed=True)


def _windows(run: re.Match[str]) -> str:
    return run[0].encode("utf-8", "surrogateescape").decode("cp1252", "replace")


def _without_mark(data: bytes) -> Decoded | None:
    """UTF-16 has all its NULs on one side of each pair, and little else there; None if this is something else."""
    look = data[:_LOOK]
    for codec, high, low in (("utf-16-le", look[1::2], look[::2]), ("utf-16-be", look[::2], look[1::2])):
        counts = Counter(high)
        ascii_ = counts.pop(0, 0)
        block = max(counts.values(), default=0)
        if ascii_ and not low.count(0) and ascii_ + block >= len(high) * _EVIDENT:
            decoded = _wide(data, codec, "Encoded in UTF-16 without a byte order mark.")._replace(guessed=True)
            if _CONTROLS.search(decoded.text) is None:
                return decoded
    return None


def _wide(data: bytes, codec: str, oddity: str) -> Decoded:
    text = data.decode(codec, "replace")
    broken = text.count("\ufffd") - data.decode(codec, "ignore").count("\ufffd")
    if not broken:
        return Decoded(text, (oddity,), codec)
    return Decoded(text, (oddity, f"{broken} broken characters were replaced by \ufffd."), codec)
