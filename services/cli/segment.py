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
from services.ingest.readers import read
from services.segment.file_session import lines_of, segment_lines


def print_turns(file: str, *, as_json: bool, cut: str, repeat: bool, language: str) -> None:
    """Print the transcript; oddities of the file go to standard error.

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
    parts, facts = segment_lines(session, language, lines, repeat=repeat)
    if as_json:
        sys.stdout.buffer.write(msgspec.json.format(msgspec.json.encode(document(parts, facts)), indent=1) + b"\n")
        return
    for turn in turns(parts):
        if turn.ordinal:
            typer.echo(f"{turn.speaker or '(unknown)'}:")
            for paragraph in turn.paragraphs:
                typer.echo(f"    {paragraph}")
