"""The text of WebVTT and SRT cues, without formatting, with voices. Pure.

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
NO_SPACE = "\u200b"
"""Zero width space; at the end of a line it says that no space was left out there."""
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]\w{1,30});")


def voiced(lines: tuple[str, ...]) -> tuple[Said, ...]:
    """The lines of a WebVTT cue; a voice holds until it is closed, another begins, or the cue ends.

    Where the voice changes, a line begins.
    """
    speaker: str | None = None
    said: list[Said] = []
    for line in lines:
        for text, speaker in _runs(line, speaker):  # noqa: B020 - a voice stays open over the lines of its cue
            if text.strip():
                said.append(Said(text, speaker))
    return tuple(said)


def voiced_words(lines: tuple[str, ...]) -> tuple[Said, ...]:
    """The same without names that stand before the words of their voice, to be seen."""
    said = (one._replace(text=unnamed(one.text, one.speaker)) for one in voiced(lines))
    return tuple(one for one in said if one.text)


def unnamed(text: str, speaker: str | None) -> str:
    """Words without the name, or the marker and the name, that stand before them to be seen: they are no words."""
    if speaker is None:
        return text
    words = text.lstrip().removeprefix(">>").lstrip()
    return words.removeprefix(f"{speaker}:").lstrip() if words.startswith(f"{speaker}:") else text


def _runs(line: str, speaker: str | None) -> Iterator[tuple[str, str | None]]:
    """Stretches of one voice; the last one, empty perhaps, tells which voice is open at the end."""
    text, done = "", 0
    for tag in _TAG.finditer(line):
        text += line[done : tag.start()]
        done = tag.end()
        if tag["voice"]:
            yield _plain(text), speaker
            text = ""
            speaker = None if tag["close"] else clean_label(_decoded(tag["name"] or "")).text or None
    yield _plain(text + line[done:]), speaker


def unformatted(lines: tuple[str, ...]) -> tuple[Said, ...]:
    """The lines of an SRT cue."""
    plain = (_plain(_OVERRIDE.sub("", _TAG.sub("", line))) for line in lines)
    return tuple(Said(line) for line in plain if line.strip())


def _plain(text: str) -> str:
    return clean(_decoded(text)).text


def _decoded(text: str) -> str:
    return _ENTITY.sub(lambda entity: html.unescape(entity[0]), text)
