"""What WebVTT and SRT have in common: cues in order, everything accounted for, nothing said lost. Pure."""

from collections.abc import Callable, Iterable, Iterator

from services.ingest.readers.cue_blocks import Block
from services.ingest.readers.cue_times import Form, read_times
from services.ingest.readers.reading import Passage, Reading, listed
from services.ingest.readers.rollup import Cue, Said, unroll

Words = Callable[[tuple[str, ...]], tuple[Said, ...]]


def read_cues(blocks: Iterable[Block], form: Form, words: Words, oddities: Iterable[str]) -> Reading:
    """The passages of a file's blocks; ``words`` makes the lines of a cue from its raw lines."""
    cues: list[Cue] = []
    broken: list[str] = []
    last = None
    for block in blocks:
        span = read_times(block.times, form) if block.times is not None else None
        if block.times is None:
            broken.append(f"Line {block.line} belongs to no cue: its words are kept where they stand.")
        elif span is None:
            broken.append(f"Line {block.line}: the times of this cue can't be read; its words are kept.")
        elif last is not None and span.start < last:
            broken.append(f"Line {block.line}: this cue begins before the one above it; the file's order is kept.")
        if span is not None:
            last = span.start
        if block.name is not None and " " in block.name:
            broken.append(f"Line {block.line}: the name of this cue is left out, it is not shown to readers.")
        lines = words(block.words)
        if lines:
            end = span.end if span and span.end >= span.start else None
            cues.append(Cue(span.start if span else last, end, lines))
    unrolled = unroll(cues)
    odd = [*oddities, *listed(broken)]
    if unrolled.repeated:
        odd.append(f"The cues repeat their lines (roll-up): {unrolled.repeated} repeated words are left out.")
    passages = tuple(_passages(unrolled.cues))
    if not passages:
        odd.append("The file has no words.")
    return Reading(form, passages, tuple(odd))


def _passages(cues: Iterable[Cue]) -> Iterator[Passage]:
    """Each line ends with a line break, unless the next one goes on with it."""
    held: Passage | None = None
    for cue in cues:
        for said in cue.lines:
            if held is not None:
                yield held._replace(text=held.text + (" " if said.goes_on else "\n"))
            held = Passage(said.text, cue.at, said.speaker, cue.end)
    if held is not None:
        yield held._replace(text=held.text + "\n")
