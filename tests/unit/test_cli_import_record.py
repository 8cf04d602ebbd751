"""What ``captionflow import --json`` says of a file (services.cli.import_record)."""

import msgspec

from captionflow.messages import Part
from services.cli.import_record import NOTHING, Gave, ImportRecord, counted_parts, record_of
from services.ingest.file_report import FileReport
from services.ingest.left_open import LeftOpen

OPEN = LeftOpen(2, (("Mary", 2),), ("4/5/14",))
FILE = FileReport(
    "a.txt", "imported", "text", "in-a", "es", 3, 2, 3, 9, "utf-8", ("language",), ("Line 2 is odd.",), OPEN
)


def part(ordinal: int, speaker: str | None, *paragraphs: str) -> Part:
    return Part(f"s.en.{ordinal}", 0, "s", "en", ordinal, 1, speaker=speaker, paragraphs=paragraphs)


def test_the_fields_of_a_record_stay() -> None:
    assert msgspec.to_builtins(record_of(FILE, Gave(2, 8, 1, "Opening", "2015-11-12"))) == {
        "file": "a.txt",
        "outcome": "imported",
        "error": None,
        "session": "in-a",
        "kind": "text",
        "encoding": "utf-8",
        "language": "es",
        "lines": 3,
        "new": 2,
        "turns": 2,
        "words": 8,
        "speakers": 1,
        "title": "Opening",
        "date": "2015-11-12",
        "guessed": ("language",),
        "oddities": ("Line 2 is odd.",),
        "v": 1,
    }


def test_what_the_archive_left_open_is_guessed_and_told() -> None:
    record = record_of(FILE, Gave(1, 8, 0, "", None))
    assert record.guessed == ("language", "speakers", "date")
    assert record.oddities == (
        "Line 2 is odd.",
        "no label found; 2 lines begin like names: Mary (2)",
        "the date 4/5/14 can be read in two ways: it is left open",
    )


def test_of_a_file_that_was_not_imported_nothing_is_left_open() -> None:
    record = record_of(FileReport("b.txt", "failed", error="It is a picture."), NOTHING)
    assert (record.error, record.guessed, record.oddities) == ("It is a picture.", (), ())
    assert isinstance(msgspec.json.decode(msgspec.json.encode(record), type=ImportRecord), ImportRecord)


def test_words_are_counted_that_somebody_said() -> None:
    parts = [part(0, None), part(1, "ANA", "one two", "three"), part(2, None, "four"), part(3, "ANA", "five")]
    assert counted_parts(parts, "T", None) == Gave(3, 5, 1, "T", None)
