"""What becomes of subtitles that are imported and exported again: ../shared/data/cases/exports."""

import io
import itertools
import json
import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
import webvtt

from captionflow.messages import Facts, Line, Part, Session
from captionflow.transcript import turns
from captionflow.turns import Turns
from services.api.transcripts import formats
from services.api.transcripts.formats.options import Options
from services.ingest.importer import drafts_of
from services.ingest.protocols.json_lines import parse
from services.ingest.readers import read
from services.segment.file_session import segment_lines

_CASES = Path(__file__).parents[3] / "shared" / "data" / "cases" / "exports"
_NAMES = sorted(path.stem for path in _CASES.glob("*.json")) or ["absent"]
NOW = datetime(2026, 1, 1, tzinfo=UTC)
_FORMS = {form.suffix: form for form in formats.ALL}
CUE_FORMS = ("vtt", "srt")


def imported(data: bytes, name: str) -> tuple[tuple[Part, ...], Facts]:
    """The parts of a file after its import, or of lines after they came in live."""
    if name.endswith(".ndjson"):
        drafts = parse(data, "application/x-ndjson", sender="desk").drafts
    else:
        drafts = drafts_of(read(data, name), "file", None)
    lines = [
        Line(**msgspec.structs.asdict(draft), seq=seq, received_at=draft.at or NOW)
        for seq, draft in enumerate(drafts, 1)
    ]
    return segment_lines("session", "en", lines)


def exported(parts: tuple[Part, ...], form: str) -> str:
    session = Session(id="session", version=1, created_at=NOW, updated_at=NOW)
    return b"".join(_FORMS[form].write(session, "en", Turns(parts, 1), Options())).decode()


def captions(document: str) -> list[tuple[float, str]]:
    """(start, text) of each cue, as another library reads the file."""
    return [(one.start_in_seconds, one.text) for one in webvtt.from_buffer(io.StringIO(document)).captions]


def text_lines(document: str) -> list[str]:
    return [
        line
        for block in document.split("\n\n")
        if "-->" in block
        for line in re.sub(r"<[^>]*>", "", block[block.index("-->") :].partition("\n")[2]).split("\n")
    ]


def columns(line: str) -> int:
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in line)


def content(parts: tuple[Part, ...]) -> list[Any]:
    return [
        (turn.speaker, " ".join(" ".join(turn.paragraphs).split()), [note.text for note in turn.notes])
        for turn in turns(parts)
        if turn.ordinal
    ]


def first_cue_starts(parts: tuple[Part, ...], seconds: float) -> None:
    assert captions(exported(parts, "vtt"))[0][0] == pytest.approx(seconds, abs=0.05)


def word_times(parts: tuple[Part, ...], times: Mapping[str, float]) -> None:
    found = captions(exported(parts, "vtt"))
    for word, seconds in times.items():
        starts = [start for start, text in found if word in text]
        assert any(abs(start - seconds) <= 1 for start in starts), (word, found)


def exported_text(parts: tuple[Part, ...], texts: list[str]) -> None:
    for form in CUE_FORMS:
        shown = " ".join(text_lines(exported(parts, form))).split()
        assert all(set(text.split()) <= set(shown) for text in texts), shown


def max_columns(parts: tuple[Part, ...], most: int) -> None:
    for form in CUE_FORMS:
        assert all(columns(line) <= most for line in text_lines(exported(parts, form)))


def max_srt_line(parts: tuple[Part, ...], most: int) -> None:
    assert all(len(line) <= most for line in text_lines(exported(parts, "srt")))


def no_break_inside_word(parts: tuple[Part, ...], word: str) -> None:
    for form in CUE_FORMS:
        assert any(word in line for line in text_lines(exported(parts, form)))


def visible_in_vtt(parts: tuple[Part, ...], names: list[str]) -> None:
    shown = " ".join(text_lines(exported(parts, "vtt")))
    assert all(name in shown for name in names)


def roundtrip(parts: tuple[Part, ...], forms: list[str]) -> None:
    for form in forms:
        again, _ = imported(exported(parts, form).encode(), f"again.{form}")
        assert content(again) == content(parts), form


CHECKS: dict[str, Callable[..., None]] = {
    check.__name__: check
    for check in (
        first_cue_starts,
        word_times,
        exported_text,
        max_columns,
        max_srt_line,
        no_break_inside_word,
        visible_in_vtt,
        roundtrip,
    )
}
_TOLD = {"form", "family", "why", "kind"}


@pytest.mark.parametrize("name", _NAMES)
def test_an_export_is_what_a_viewer_can_use(shared: Path, name: str) -> None:
    case = json.loads((shared / "cases" / "exports" / f"{name}.json").read_text(encoding="utf-8"))
    (source,) = (path for path in (shared / "cases" / "exports").glob(f"{name}.*") if path.suffix != ".json")
    parts, _ = imported(source.read_bytes(), source.name)
    asked = set(case) - _TOLD
    assert asked <= set(CHECKS)
    for field in asked:
        CHECKS[field](parts, case[field])


def test_cues_of_every_export_are_in_order_and_do_not_overlap(shared: Path) -> None:
    for path in sorted((shared / "cases" / "exports").glob("*.vtt")):
        found = webvtt.from_buffer(io.StringIO(exported(imported(path.read_bytes(), path.name)[0], "vtt"))).captions
        assert all(one.end < two.start for one, two in itertools.pairwise(found)), path.name
