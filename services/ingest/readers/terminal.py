"""What recognisers print on the terminal: ``[00:00.000 --> 00:04.000] words``, a cue a line. Pure."""

import re

from services.ingest.readers.cue_blocks import Block
from services.ingest.readers.cue_file import read_cues
from services.ingest.readers.reading import Reading

_TIME = r"((?:\d{1,4}:){0,2}\d{1,7}(?:[.,]\d{1,3})?)s?"
_LINE = re.compile(rf"\s{{0,20}}\[\s?{_TIME}\s?--?>\s?{_TIME}\s?\][ \t]{{0,20}}(.*)")
_FEW = 2


def read_terminal(text: str) -> Reading | None:
    """The cues of a text, if it is one of these: two at least, and two thirds of the lines that have words."""
    lines = text.split("\n")
    found = [_LINE.fullmatch(line) for line in lines]
    cues = sum(match is not None for match in found)
    if cues < _FEW or cues * 3 < sum(bool(line.strip()) for line in lines) * 2:
        return None
    blocks: list[Block] = []
    for number, (line, match) in enumerate(zip(lines, found, strict=True), 1):
        if match:
            begin, end = (time if ":" in time else f"0:{time}" for time in match.group(1, 2))
            blocks.append(Block(number, None, f"{begin} --> {end}", (match[3],)))
        elif line.strip():
            blocks.append(Block(number, None, None, (line,)))
    return read_cues(blocks, "sbv", (f"{cues} lines begin with two times: read as cues.",))._replace(kind="text")
