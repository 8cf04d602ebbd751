"""``captionflow segment --json``: what it prints of the seed transcript, however the text was cut and delivered."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.real_program import run_command

SESSION = {
    "title": "Every Word, Everyone: Who Is Live Captioning For?",
    "date": None,
    "room": None,
    "status": "finished",
    "about": "The following are the outputs of the real-time captioning of a made-up session. It is the demonstration "
    "that comes with captionflow: the speakers, their projects and this conference are invented. Although it tries to "
    "be true to its subject, it should not be treated as an authoritative record of anything.",
}


def segmented(root: Path, *how: str) -> dict[str, Any]:
    done = run_command("segment", root / "services/demo/transcript.txt", "--json", *how)
    assert (done.returncode, done.stderr) == (0, b"")
    document: dict[str, Any] = json.loads(done.stdout)
    return document


def said(document: dict[str, Any]) -> list[tuple[str | None, list[str], list[str]]]:
    """Who said what, and what was heard besides."""
    return [
        (turn["speaker"], turn["paragraphs"], [note["text"] for note in turn["notes"]]) for turn in document["turns"]
    ]


@pytest.fixture(scope="module")
def plain(root: Path) -> dict[str, Any]:
    """As it is printed without an option."""
    return segmented(root)


def test_the_document_has_these_keys_and_no_others(plain: dict[str, Any]) -> None:
    assert list(plain) == ["session", "turns", "apart"]
    assert plain["session"] == SESSION
    assert list(plain["session"]) == list(SESSION)
    keys = ["turn_id", "ordinal", "version", "speaker", "role", "language", "paragraphs", "notes"]
    assert {tuple(turn) for turn in plain["turns"]} == {tuple(keys)}
    assert {tuple(note) for turn in plain["turns"] for note in turn["notes"]} == {("text", "at")}
    assert {tuple(one) for one in plain["apart"]} == {("text", "why")}
    assert [turn["ordinal"] for turn in plain["turns"]] == list(range(1, len(plain["turns"]) + 1))
    assert {turn["language"] for turn in plain["turns"]} == {"en"}


@pytest.mark.parametrize("repeat", [(), ("--repeat",)])
@pytest.mark.parametrize("cut", ["whole", "columns:32", "words", "chars"])
def test_every_cut_and_every_line_twice_give_the_same_turns(
    root: Path, plain: dict[str, Any], cut: str, repeat: tuple[str, ...]
) -> None:
    found = segmented(root, "--cut", cut, *repeat)
    assert said(found) == said(plain)
    assert found["session"] == SESSION
    assert found["apart"] == plain["apart"]
