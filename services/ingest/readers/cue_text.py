"""The text of cues, without formatting, with voices. Pure.

Only tags that the formats define are taken away. ``<script>`` is no such tag, and ``5 < 6`` is no tag at all: they are
words that somebody typed.
"""

import html
import re
from collections.abc import Iterator

from services.ingest.cleaning import clean, clean_label
from services.ingest.readers.rollup import Said

_TAG = re.compile(
    r"<(?P<close>/?)(?:"
    r"(?P<voice>v)(?:\.[^\s<>]*)?(?:\s+(?P<name>[^<>]*))?"
    r"|(?:c|i|b|u|s|ruby|rt|lang)(?:\.[^\s<>]*)?(?:\s[^<>]*)?"
    r"|font(?:\s[^<>]*)?"
    r"|(?:\d+:)?\d{1,2}:\d{2}\.\d{1,3}"
    r")\s*/?>",
    re.IGNORECASE,
)
_OVERRIDE = re.compile(r"\{\\[^{}]*\}")  # SubStation codes that SRT files carry: {\an8}
_BREAK = re.compile(r"<br\s*/?>|\[br\]", re.IGNORECASE)
_WORD = re.compile(r"\S+")
_PATH = re.compile(r"\w:\\|\\\\")
_DASHES = frozenset("-\u2010\u2011\u2013\u2014\u2015\u2212")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")


def voiced(lines: tuple[str, ...]) -> tuple[Said, ...]:
    r"""The lines of a cue, without formatting; a voice holds until it is closed, another begins, or the cue ends.

    Where the voice changes, a line begins, and so it does at a break inside a line (``<br>``, ``\N``). A dash alone
    before a voice is its mark. The speaker is empty where the voice has no name but a sign: somebody unknown.
    """
    speaker: str | None = None
    said: list[Said] = []
    for line in lines:
        for row in _rows(line):
            runs = list(_runs(row, speaker))
            speaker = runs[-1][1]
            said += (
                Said(text, voice)
                for place, (text, voice) in enumerate(runs, 1)
                if text.strip() and not (text.strip() in _DASHES and place < len(runs))
            )
    return tuple(said)


def spoken(lines: tuple[str, ...]) -> tuple[Said, ...]:
    """The same without names that stand before the words of their voice, to be seen."""
    said = (one._replace(text=unnamed(one.text, one.speaker)) for one in voiced(lines))
    return tuple(one for one in said if one.text)


def unnamed(text: str, speaker: str | None) -> str:
    """Words without the name, or the marker and the name, that stand before them to be seen: they are no words."""
    if speaker is None:
        return text
    words = text.lstrip().removeprefix(">>").lstrip()
    return words.removeprefix(f"{speaker}:").lstrip() if words.startswith(f"{speaker}:") else text


def highlights(lines: tuple[str, ...]) -> bool:
    """Whether tags set off a part of a cue's text, as players do with the word that is spoken."""
    text = " ".join(lines).strip()
    tags = [tag.span() for tag in _TAG.finditer(text)]
    around = len(tags) == 2 and tags[0][0] == 0 and tags[1][1] == len(text)  # noqa: PLR2004 - opened and closed
    return bool(tags) and not around


def _rows(line: str) -> list[str]:
    """A line of the file in the lines that a player shows."""
    line = _BREAK.sub("\n", _OVERRIDE.sub("", line))
    if "\\N" in line:
        line = _WORD.sub(lambda word: word[0] if _PATH.match(word[0]) else word[0].replace("\\N", "\n"), line)
    return line.split("\n")


def _runs(line: str, speaker: str | None) -> Iterator[tuple[str, str | None]]:
    """Stretches of one voice; the last one, empty perhaps, tells which voice is open at the end."""
    text, done = "", 0
    for tag in _TAG.finditer(line):
        text += line[done : tag.start()]
        done = tag.end()
        if tag["voice"]:
            yield _plain(text), speaker
            text = ""
            speaker = None if tag["close"] else _voice(tag["name"] or "")
    yield _plain(text + line[done:]), speaker


def _voice(name: str) -> str | None:
    label = clean_label(_decoded(name)).text
    return label if any(map(str.isalnum, label)) else "" if label else None


def _plain(text: str) -> str:
    return clean(_decoded(text)).text


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
