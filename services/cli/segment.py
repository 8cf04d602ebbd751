"""``captionflow segment``: a file through the segmenter."""

import sys
from pathlib import Path

import msgspec
import typer

from captionflow.errors import BadMessage
from captionflow.transcript import document, turns
from services.ingest.cutter import cut as cut_up
from services.ingest.cutter import parse_cut
from services.ingest.importer import session_id
from services.ingest.left_open import left_open, told
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines


def print_turns(file: str, *, as_json: bool, cut: str, repeat: bool, language: str | None) -> None:
    """Print the transcript; oddities of the file, and what it leaves open, go to standard error.

    ``language`` None: what the file says, else English.

    Raises:
        BadMessage: the file can't be read.
    """
    data = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
    how = parse_cut(cut)
    reading = read(data, file)
    for oddity in reading.oddities:
        typer.echo(oddity, err=True)
    if not reading.passages:
        raise BadMessage(f"There is no text in {file}.")
    name = Path("stdin" if file == "-" else file)
    session = session_id(name, msgspec.json.encode([one.text for one in reading.passages]).hex()[:12])
    lines = lines_of(cut_up(reading.passages, how))
    parts, facts = segment_lines(session, language or reading.language or "en", lines, repeat=repeat)
    speakers = len({turn.speaker for turn in turns(parts) if turn.speaker})
    for sentence in told(left_open(reading.passages), speakers=speakers, day=facts.date):
        typer.echo(sentence, err=True)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document(parts, facts)), indent=1) + b"\n")
        return
    for turn in turns(parts):
        if turn.ordinal:
            typer.echo(f"{turn.speaker or '(unknown)'}:")
            for paragraph in turn.paragraphs:
                typer.echo(f"    {paragraph}")
