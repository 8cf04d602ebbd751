"""Readers: the bytes of a file in, a stream of captions out. Pure: no file is opened here.

``read`` is the only entry. The content decides what a file is; its name only where the content does not.
"""

from captionflow.encoding import decode
from services.ingest.cleaning import MAX_LABEL_CHARS, clean
from services.ingest.readers.cue_times import SBV, TIMES, WIDE
from services.ingest.readers.exported_json import is_exported_json, read_exported_json
from services.ingest.readers.reading import Guess, Kind, Passage, Reading
from services.ingest.readers.recogniser_json import is_recogniser_json, read_recogniser_json
from services.ingest.readers.srt import read_sbv, read_srt
from services.ingest.readers.webvtt import HEADER, read_webvtt

__all__ = ["Guess", "Kind", "Passage", "Reading", "kind_of", "read"]


def _read_text(text: str) -> Reading:
    # Its tables of patterns take longer to compile than a server's doors to load, and only files need them.
    from services.ingest.readers.plain import read_plain  # noqa: PLC0415

    return read_plain(text)


def _read_json(text: str) -> Reading:
    return read_exported_json(text) if is_exported_json(text) else read_recogniser_json(text)


_READERS = {"text": _read_text, "vtt": read_webvtt, "srt": read_srt, "sbv": read_sbv, "json": _read_json}
_SAID_BY_NAME = {"txt": "text", "text": "text", "md": "text", "vtt": "vtt", "srt": "srt", "sbv": "sbv", "json": "json"}


def read(data: bytes, name: str) -> Reading:
    """A transcript, a WebVTT, SRT, SBV or JSON file, exported or of a recogniser, as passages.

    Nothing said is lost silently: what can't be understood is kept as words and reported in ``oddities``.

    Raises:
        BadMessage: the file is not text.
    """
    decoded = decode(data)
    text, removed = clean(decoded.text)
    kind = kind_of(text, name)
    reading = _READERS[kind](text)
    odd = [*decoded.oddities]
    if removed:
        odd.append(f"{removed} control characters were taken out.")
    suffix = name.rpartition(".")[2].casefold()
    if suffix in _READERS and suffix != kind and reading.passages:
        odd.append(f"The name ends in .{suffix}, but the content is {kind}: read as {kind}.")
    guessed: list[Guess] = [*reading.guessed]
    if decoded.guessed:
        guessed.append("encoding")
    if _SAID_BY_NAME.get(suffix) != kind:
        guessed.append("kind")
    passages = tuple(_named(passage) for passage in reading.passages)
    if passages != reading.passages:
        odd.append(f"Names of speakers were cut after {MAX_LABEL_CHARS} characters.")
    return reading._replace(
        passages=passages, oddities=(*odd, *reading.oddities), encoding=decoded.encoding, guessed=tuple(guessed)
    )


def _named(passage: Passage) -> Passage:
    """The passage with a name that every door takes."""
    if passage.speaker is None or len(passage.speaker) <= MAX_LABEL_CHARS:
        return passage
    return passage._replace(speaker=passage.speaker[:MAX_LABEL_CHARS].rstrip())


def kind_of(text: str, name: str) -> Kind:
    """WebVTT by its first line, JSON by its content, other cue formats by the first line of times; else plain text."""
    lines = text.split("\n")
    if HEADER.match(lines[0]):
        return "vtt"
    if is_exported_json(text) or is_recogniser_json(text):
        return "json"
    suffix = name.rpartition(".")[2].casefold()
    times = next((line for line in lines if TIMES.match(line)), None)
    if times is None:
        return "text"
    if SBV.match(times):
        return "sbv"
    if suffix not in _READERS and "-->" not in times:
        return "text"
    begin = times.translate(WIDE).split(">")[0]
    return "vtt" if "." in begin and "," not in begin else "srt"
