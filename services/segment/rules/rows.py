"""Cuts the stream of characters into rows: physical lines, and bounded pieces of those that are too long. Pure.

Where a row ends depends on the characters alone, never on how they arrived.
"""

import re
from typing import NamedTuple

MAX_ROW = 1_024
"""Longest row in characters: a longer physical line is cut at a sentence, else between words, else anywhere."""

_SENTENCE = re.compile(r"[.?!…][\"'”’)]?\s+(?=[^\s>\[(])")  # noqa: RUF001 - curly quotes as typed
_GAP = re.compile(r"(?<=[^\s>])\s+(?=[^\s>A-Z\[(])")
_SPACE = re.compile(r"(?<=[^\s>])\s+(?=[^\s>])")


class Row(NamedTuple):
    """A row of the stream."""

    text: str
    """Without its line break."""
    begin: int
    """Offset in the buffer that was cut."""
    decided: int
    """Offset of the character that showed where the row ends."""
    starts: bool
    """It is the beginning of a physical line."""
    ended: bool
    """A line break ended it; otherwise the next row goes on in the same physical line."""


def _piece(line: str) -> int:
    """Where to cut a line of more than MAX_ROW characters: inside it, outside of brackets where that can be had."""
    window = line[:MAX_ROW]
    end = 0
    for pattern in (_SENTENCE, _GAP, _SPACE):
        for match in pattern.finditer(window, MAX_ROW // 2):
            end = match.end()
        if end:
            break
    end = end or MAX_ROW
    for opening, closing in ("[]", "()"):
        begin = line.rfind(opening, 0, end)
        if begin > MAX_ROW // 4 and closing not in line[begin:end]:
            return begin
    return end


def cut_rows(buffer: str, *, starts: bool) -> tuple[list[Row], int]:
    """All rows that are complete in the buffer, and the offset where the incomplete rest begins.

    ``starts``: the buffer begins with a physical line, and not inside one.
    """
    rows: list[Row] = []
    begin = 0
    size = len(buffer)
    while begin < size:
        line_break = buffer.find("\n", begin, begin + MAX_ROW + 1)
        if line_break >= 0:
            rows.append(Row(buffer[begin:line_break], begin, line_break, starts, ended=True))
            begin, starts = line_break + 1, True
        elif size - begin > MAX_ROW:
            length = _piece(buffer[begin : begin + MAX_ROW + 1])
            rows.append(Row(buffer[begin : begin + length], begin, begin + MAX_ROW, starts, ended=False))
            begin, starts = begin + length, False
        else:
            break
    return rows, begin
