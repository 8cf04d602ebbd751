"""How far words of timed sources are off after import and export, and what their times weigh.

Run: ``python -m bench.times [FOLDER]`` (default: ``../shared/data``). Sources are the subtitle files below the folder,
and its plain transcripts cut into cues of 64 columns at 160 words a minute, with a pause of 20 s after each twentieth.
A word's time is its share of its cue, all lines of which count together; words of source and export are paired by
difflib. Nobody says markers and labels, which the export has no words of, so they take no time. Export: WebVTT, read
by webvtt-py.
"""

import difflib
import io
import itertools
import statistics
import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path

import msgspec
import webvtt

from bench.segment import read as read_transcripts
from captionflow.messages import Part, Session
from captionflow.turns import Turns
from services.api.transcripts.formats import vtt
from services.api.transcripts.formats.options import Options
from services.ingest.readers import Passage, read
from services.segment.file_session import EPOCH, lines_of, segment_lines

Cue = tuple[str, float, float]
"""Text, start and end in seconds."""
Word = tuple[str, int]
"""A word, and the index of its cue."""
MAX_WORDS = 4_000
"""Of a source: difflib takes the square of it."""
SECONDS_PER_CHAR = 60 / (160 * 6)


def words_of(cues: Sequence[Cue]) -> list[Word]:
    """The words of cues, each with the index of its cue."""
    return [(word, index) for index, (text, _, _) in enumerate(cues) for word in text.split()]


def spread(words: Sequence[Word], cues: Sequence[Cue]) -> list[float]:
    """When each word is said: when its share of the words of its cue comes."""
    times = []
    for index, group in itertools.groupby(words, key=lambda one: one[1]):
        own = [word for word, _ in group]
        total, done = sum(len(word) + 1 for word in own), 0
        _, start, end = cues[index]
        for word in own:
            times.append(start + (end - start) * done / total)
            done += len(word) + 1
    return times


def cues_of(text: str) -> list[Passage]:
    """A transcript as a subtitle file would have it."""
    passages, now = [], 90.0
    for number, piece in enumerate(textwrap.wrap(" ".join(text.split()), 64), 1):
        length = len(piece) * SECONDS_PER_CHAR
        passages.append(
            Passage(f"{piece}\n", timedelta(seconds=round(now, 3)), None, timedelta(seconds=round(now + length, 3)))
        )
        now += length + (20 if number % 20 == 0 else 0.2)
    return passages


def whole_cues(passages: Sequence[Passage]) -> Iterator[Cue]:
    """(text, start, end) of each cue of a source; a reader gives a passage for each of its lines."""
    timed = [one for one in passages if one.at is not None and one.until is not None]
    for (start, until), lines in itertools.groupby(timed, key=lambda one: (one.at, one.until)):
        if start is not None and until is not None:
            yield "".join(line.text for line in lines).strip(), start.total_seconds(), until.total_seconds()


def sources(folder: Path) -> Iterator[tuple[str, list[Passage]]]:
    """(kind, passages) of each timed source."""
    for path in sorted(folder.rglob("*")):
        if path.suffix in {".vtt", ".srt", ".sbv"}:
            yield "subtitle files", list(read(path.read_bytes(), path.name).passages)
    for text in read_transcripts(folder):
        yield "real talks, as cues", cues_of(text)


def exported(parts: tuple[Part, ...]) -> list[Cue]:
    """The cues of an export."""
    session = Session("bench", version=1, created_at=EPOCH, updated_at=EPOCH)
    document = b"".join(vtt.write(session, "en", Turns(parts, 1), Options(names=False))).decode()
    captions = webvtt.from_buffer(io.StringIO(document)).captions
    return [(one.text.replace("\u200b\n", ""), seconds(one.start), seconds(one.end)) for one in captions]


def seconds(clock: str) -> float:
    """``01:02:03.456``; the library's own figures are whole seconds."""
    hours, minutes, rest = clock.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def off(source: Sequence[Cue], export: Sequence[Cue]) -> list[float]:
    """By how many seconds each word that both have is off."""
    words, again = words_of(source)[:MAX_WORDS], words_of(export)[:MAX_WORDS]
    matcher = difflib.SequenceMatcher(None, [word for word, _ in words], [word for word, _ in again], autojunk=False)
    pairs = [(block.a + n, block.b + n) for block in matcher.get_matching_blocks() for n in range(block.size)]
    before = spread([words[one] for one, _ in pairs], source)
    after = spread([again[other] for _, other in pairs], export)
    return [abs(one - other) for one, other in zip(before, after, strict=True)]


def main() -> None:
    """Print a row for each kind of source."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"
    found: dict[str, list[float]] = {}
    bytes_of: dict[str, list[int]] = {}
    rates: dict[str, tuple[list[float], list[float]]] = {}
    for kind, passages in sources(folder):
        timed = list(whole_cues(passages))
        if not timed:
            continue
        parts, _ = segment_lines("bench", "en", lines_of(passages))
        captions = exported(parts)
        found.setdefault(kind, []).extend(off(timed, captions))
        weights = bytes_of.setdefault(kind, [0, 0])
        weights[0] += sum(len(msgspec.json.encode(part)) for part in parts)
        weights[1] += sum(len(msgspec.json.encode(part.times)) for part in parts)
        ours, theirs = rates.setdefault(kind, ([], []))
        ours += [len(text) / (end - start) for text, start, end in captions if end > start]
        theirs += [len(text) / (end - start) for text, start, end in timed if end > start]
    print(
        f"{'source':<22}{'words':>8}{'off > 0.5 s':>13}{'median':>9}{'cps > 20':>20}{'bytes of parts':>16}{'times':>8}"
    )
    for kind, distances in found.items():
        far = sum(one > 0.5 for one in distances) / len(distances)
        ours, theirs = (sum(one > 20 for one in rate) / len(rate) for rate in rates[kind])
        whole, times = bytes_of[kind]
        print(
            f"{kind:<22}{len(distances):>8,}{far:>13.2%}{statistics.median(distances):>8.3f}s"
            f"{f'{ours:.1%} ({theirs:.1%})':>20}{whole:>16,}{times / whole:>8.1%}"
        )


if __name__ == "__main__":
    main()
