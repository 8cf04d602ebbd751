"""What all files of cues have in common: cues in order, everything accounted for, nothing said lost. Pure."""

from collections.abc import Iterable, Iterator
from datetime import timedelta

from captionflow.characters import NO_SPACE
from services.ingest.readers.cue_blocks import Block
from services.ingest.readers.cue_repeats import once
from services.ingest.readers.cue_speakers import name_speakers, speakers
from services.ingest.readers.cue_text import spoken
from services.ingest.readers.cue_times import Form, Span, read_times
from services.ingest.readers.reading import Passage, Reading, listed
from services.ingest.readers.rollup import Cue, unroll

_ZERO = timedelta()


def read_cues(blocks: Iterable[Block], form: Form, oddities: Iterable[str] = ()) -> Reading:
    """The passages of a file's blocks."""
    cues, broken = _cues(blocks, form)
    single = once(cues)
    unrolled = unroll(single.cues)
    told = speakers(unrolled.cues)
    odd = [*oddities, *listed(broken)]
    if single.twice:
        odd.append(f"{single.twice} cues stand twice with the same times: said once.")
    if single.highlighted:
        odd.append(f"The cues are repeated for each highlighted word: {single.highlighted} repetitions are left out.")
    if unrolled.repeated:
        odd.append(f"The cues repeat their lines (roll-up): {unrolled.repeated} repeated words are left out.")
    odd += told.told
    passages = tuple(_passages(told.cues))
    if not passages:
        odd.append("The file has no words.")
    return Reading(form, passages, tuple(odd))


def _cues(blocks: Iterable[Block], form: Form) -> tuple[list[Cue], list[str]]:
    """The blocks that have words, and what is odd about them."""
    blocks = list(blocks)
    named = name_speakers([block.name for block in blocks if block.times is not None and block.words])
    cues: list[Cue] = []
    broken: list[str] = []
    last: Span | None = None
    early = 0
    for block in blocks:
        span = None if block.times is None else read_times(block.times, form)
        speaker = block.name if block.name in named else None
        above = block.name is not None and speaker is None and form != "vtt" and not block.name.isdecimal()
        if above:
            broken.append(f"Line {block.line - 1} belongs to no cue: its words are kept where they stand.")
            cues.append(_cue(last, (block.name or "",))._replace(timed=False))
        if block.times is None:
            broken.append(f"Line {block.line} belongs to no cue: its words are kept where they stand.")
        elif span is None:
            broken.append(f"Line {block.line}: the times of this cue can't be read; its words are kept.")
            last = last and Span(last.start, last.start)
        else:
            if last is not None and span.start < last.start:
                broken.append(f"Line {block.line}: this cue begins before the one above it; the file's order is kept.")
            early += span.start < _ZERO
            last = span
        if block.name is not None and speaker is None and not above and " " in block.name:
            broken.append(f"Line {block.line}: the name of this cue is left out, it is not shown to readers.")
        cue = _cue(last, block.words)._replace(timed=span is not None)
        if speaker is not None:
            cue = cue._replace(lines=tuple(one._replace(speaker=one.speaker or speaker) for one in cue.lines))
        cues.append(cue)
    if named:
        broken.append("The names of the cues are read as who speaks.")
    if early:
        broken.append(f"{early} cues begin before 0 of the clock: their times count from 0.")
    return [cue for cue in cues if cue.lines], broken


def _cue(span: Span | None, words: tuple[str, ...]) -> Cue:
    if span is None:
        return Cue(None, None, spoken(words), words)
    at = max(span.start, _ZERO)
    return Cue(at, max(span.end, _ZERO) if span.end >= span.start else None, spoken(words), words)


def _passages(cues: Iterable[Cue]) -> Iterator[Passage]:
    """Each line ends with a line break, unless the next one goes on with it or no space was left out between them."""
    held: Passage | None = None
    for cue in cues:
        for said in cue.lines:
            if held is not None:
                yield held._replace(text=_ended(held.text, " " if said.goes_on else "\n"))
            held = Passage(said.text, cue.at, said.speaker, cue.end)
    if held is not None:
        yield held._replace(text=held.text + "\n")


def _ended(line: str, end: str) -> str:
    """A line with its end; none where a mark says that no space was left out."""
    return line.removesuffix(NO_SPACE) if line.endswith(NO_SPACE) else line + end
