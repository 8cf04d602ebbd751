"""A file that was imported once is never told twice, however it is read later (importer, over any target)."""

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from captionflow.messages import Draft, Line
from captionflow.numbering import number
from services.ingest.file_report import FileReport
from services.ingest.importer import drafts_of, import_paths
from services.ingest.readers import Passage, Reading

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXT = "One.\n\nTwo.\n\nThree.\n"


class Stream:
    """A stream that is numbered as every log does it."""

    def __init__(self) -> None:
        self.lines: list[Line] = []

    async def announce(self, event: str) -> None:
        del event

    async def last_number(self, sender: str) -> int | None:
        return max((line.number for line in self.lines if line.sender == sender), default=None)

    async def send(self, drafts: Sequence[Draft]) -> int:
        known = {(line.sender, line.number): line for line in self.lines}
        new, receipts = number(drafts, known, len(self.lines), NOW)
        self.lines += new
        return receipts[-1].seq

    @property
    def text(self) -> str:
        return "".join(line.text for line in self.lines)


async def imported(path: Path, stream: Stream) -> FileReport:
    (report,) = [report async for report in import_paths([path], lambda _session, _language: stream)]
    return report


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "talk.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def older(path: Path, passages: Sequence[str]) -> Sequence[Draft]:
    """What a version that read the file in these passages made of it."""
    sender = f"file-{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"
    return drafts_of(Reading("text", tuple(map(Passage, passages))), sender, None)


@pytest.mark.parametrize("passages", [["One. ", "Two. Three.\n"], [*"OneTwoThree"]])
async def test_a_file_that_was_read_otherwise_is_refused_and_nothing_is_added(path: Path, passages: list[str]) -> None:
    stream = Stream()
    await stream.send(older(path, passages))
    before = list(stream.lines)
    report = await imported(path, stream)
    assert report.outcome == "failed"
    assert report.error
    assert "imported before and read otherwise" in report.error
    assert stream.lines == before


async def test_an_import_goes_on_where_it_stopped_and_then_changes_nothing(path: Path) -> None:
    stream = Stream()
    drafts = older(path, [TEXT])
    await stream.send(drafts[:2])
    assert (await imported(path, stream)).new == len(drafts) - 2
    assert stream.text == TEXT
    again = await imported(path, stream)
    assert (again.outcome, again.last_seq) == ("unchanged", len(drafts))
    assert stream.text == TEXT
