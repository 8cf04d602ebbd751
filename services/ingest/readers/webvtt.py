"""WebVTT (W3C Candidate Recommendation, 2019), and the roll-up files that YouTube makes of live captions. Pure."""

import re
from collections.abc import Iterable

from captionflow.errors import BadMessage
from captionflow.identity import language_tag
from services.ingest.readers.cue_blocks import Block, divide
from services.ingest.readers.cue_file import read_cues
from services.ingest.readers.exported_vtt import exported, exported_passages
from services.ingest.readers.reading import Reading

HEADER = re.compile(r"WEBVTT(?:[ \t].*)?$")
_ASIDE = re.compile(r"(NOTE|STYLE|REGION|WEBVTT)(?:[ \t]|$)")
_STYLE_LINE = re.compile(r"\s*(?:[^{}]{1,200}\{.*|\}|@\w.*;|[\w-]{1,40}\s*:[^;]*;|\w+[:=]\S+|/\*.*\*/)\s*")


def read_webvtt(text: str) -> Reading:
    """The cues of a file; comments, styles and regions are left out and counted in the oddities."""
    lines = text.split("\n")
    oddities: list[str] = []
    language = None
    if HEADER.match(lines[0]):
        head = 1 + _header_length(lines[1:])
        if head > 1 or lines[0].strip() != "WEBVTT":
            said = "; ".join([lines[0][len("WEBVTT") :].strip(), *(line.strip() for line in lines[1:head])])
            oddities.append(f"The header says: {said.strip('; ')[:200]}.")
            language = _language(lines[1:head])
        lines[:head] = [""] * head
    else:
        oddities.append("The first line is not WEBVTT.")
    kept, asides = _without_asides(divide(lines))
    own = exported(kept)
    if own:
        reading = Reading("vtt", tuple(exported_passages(own)), tuple(oddities))
    else:
        reading = read_cues(kept, "vtt", oddities)
    return reading._replace(oddities=(*reading.oddities, *asides), language=language)


def _language(header: list[str]) -> str | None:
    """What ``Language: es`` in the header says, as YouTube's and others' files have it."""
    for line in header:
        name, _, value = line.partition(":")
        if name.strip().casefold() == "language":
            try:
                return language_tag(value.strip())
            except BadMessage:
                return None
    return None


def _header_length(lines: list[str]) -> int:
    """How many lines before the first empty one belong to the header; none may be the times of a cue."""
    for count, line in enumerate(lines):
        if not line.strip() or "-->" in line:
            # The line before the times names the cue.
            return max(0, count - 1) if "-->" in line else count
    return len(lines)


def _without_asides(blocks: Iterable[Block]) -> tuple[list[Block], tuple[str, ...]]:
    """The blocks without comments, styles, regions and further headers, and how many of each there were.

    An empty line inside of a style ends its block by the standard; what follows it is no speech all the same.
    """
    kept: list[Block] = []
    asides: dict[str, list[int]] = {}
    styled = ""
    for block in blocks:
        aside = None if block.times is not None else _ASIDE.match(block.words[0])
        if aside is not None:
            asides.setdefault(aside[1], []).append(block.line)
            styled = "\n".join(block.words[1:]) if aside[1] in {"STYLE", "REGION"} else ""
        elif block.times is None and styled and (styled.count("{") > styled.count("}") or _is_style(block.words)):
            styled += "\n".join(block.words)
        else:
            kept.append(block)
            styled = ""
    return kept, tuple(
        f"{len(places)} {name} blocks are left out, the first on line {places[0]}." for name, places in asides.items()
    )


def _is_style(lines: tuple[str, ...]) -> bool:
    return all(_STYLE_LINE.fullmatch(line) for line in lines)
