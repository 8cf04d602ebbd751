"""Real transcripts: exact words, the same turns for every cut, and results that change only on purpose.

After a deliberate change of the rules: ``UPDATE_DIGESTS=1 pytest tests/golden/test_segment_golden.py``, then look at
what changed and commit digests.json with the reason.
"""

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import msgspec
import pytest

from captionflow.transcript import document
from tests.unit.segment_material import content, letters, letters_of, read_text, whole_words, words_of

DIGESTS = Path(__file__).with_name("digests.json")


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8-sig")


def real_files(shared: Path) -> list[Path]:
    found = [*shared.glob("formats/*.txt"), *shared.glob("igf/*.txt"), *shared.glob("srccon/20*/*")]
    assert found
    return sorted(found)


def test_every_format_gives_the_speakers_of_its_description_in_order(shared: Path) -> None:
    for path in sorted(shared.glob("formats/*.txt")):
        wanted = json.loads(path.with_suffix(".json").read_text())["speakers_in_order"]
        turns = document(*read_text(text_of(path)))["turns"]
        assert [turn["speaker"] or "(unknown)" for turn in turns] == wanted, path.name


def assert_words_are_whole(stretches: list[str], text: str, name: str) -> None:
    """No word is split and no two are joined, but where one stretch ends in the middle of what was typed as one."""
    typed, at = " ".join(whole_words(text)), 0
    for stretch in stretches:
        words = " ".join(whole_words(stretch))
        at += words != "" and typed.startswith(" ", at)
        assert typed.startswith(words, at), (name, words, typed[at : at + len(words) + 20])
        at += len(words)
    assert not typed[at:].strip(), name


def test_the_words_of_every_real_file_are_accounted_for_in_order(shared: Path) -> None:
    for path in real_files(shared):
        parts, _ = read_text(text_of(path))
        assert letters_of(parts) == letters(text_of(path)), path.name
        assert_words_are_whole(words_of(parts), text_of(path), path.name)


@pytest.mark.parametrize("how", ["32", "70", "words"])
def test_every_real_file_gives_the_same_turns_however_it_is_cut(shared: Path, how: str) -> None:
    for path in real_files(shared):
        text = text_of(path)
        assert content(*read_text(text, how)) == content(*read_text(text)), path.name


def test_repeated_and_late_lines_change_nothing(shared: Path) -> None:
    for path in real_files(shared):
        text = text_of(path)
        assert read_text(text, "32", repeat=True) == read_text(text, "32"), path.name


def test_a_file_cut_into_characters_gives_the_same_turns(shared: Path) -> None:
    for path in [*shared.glob("formats/*.txt"), shared / "igf" / "igf2015-ws245-mexico.txt"]:
        text = text_of(path)
        assert content(*read_text(text, "chars")) == content(*read_text(text)), path.name


def test_the_seed_transcript_gives_its_ten_turns_and_facts(shared: Path) -> None:
    found = document(*read_text(text_of(shared / "igf" / "igf2015-ws245-mexico.txt")))
    assert [turn["speaker"] for turn in found["turns"]] == [
        "MODERATOR",
        "MODERATOR",
        "LEON FELIPE",
        "MODERATOR",
        "RODRIGO DE LA PARRA",
        "MODERATOR",
        None,
        "MODERATOR",
        "ISRAEL ROSAS",
        "MODERATOR",
    ]
    session = found["session"]
    assert session["title"] == "WS 245 Mexico: The National Digital Strategy and the MSH model"
    assert (session["date"], session["room"], session["status"]) == ("2015-11-12", "Workshop Room 3", "finished")
    assert found["apart"][-1] == {"text": "(Concluded at 1434).", "why": "end"}


def whole(found: dict[str, Any]) -> str:
    """The digest of a document with its session and what is apart, and not of its turns alone."""
    return hashlib.sha256(msgspec.json.encode(found, order="sorted")).hexdigest()


def test_results_of_real_files_are_those_of_the_digests(shared: Path) -> None:
    found = {str(path.relative_to(shared)): whole(document(*read_text(text_of(path)))) for path in real_files(shared)}
    if os.environ.get("UPDATE_DIGESTS"):
        DIGESTS.write_text(json.dumps(found, indent=1) + "\n")
    assert found == json.loads(DIGESTS.read_text())
