"""Reduced cases of real transcripts and subtitles: what a careful editor makes of each, however it was cut."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from services.cli.main import app

_CASES = Path(__file__).parents[3] / "shared" / "data" / "cases"
_NAMES = sorted(path.stem for path in _CASES.glob("*.json")) or ["absent"]


def segmented(path: Path, *options: str) -> dict[str, Any]:
    """What ``captionflow segment FILE --json`` prints; the names of lines left out, which differ with the cut."""
    done = CliRunner().invoke(app, ["segment", str(path), "--json", *options])
    assert done.exit_code == 0, done.output
    document: dict[str, Any] = json.loads(done.stdout)
    for turn in document["turns"]:
        del turn["turn_id"], turn["version"]
    return document


def one_space(text: str) -> str:
    return " ".join(text.split())


def turns_of(document: dict[str, Any], *, joined: bool) -> list[list[str | None]]:
    """``[speaker, words]`` of each turn with words; ``joined``: turns of one speaker in a row are one."""
    found: list[list[str | None]] = []
    for turn in document["turns"]:
        said = one_space(" ".join(turn["paragraphs"]))
        if not said:
            continue
        if joined and found and found[-1][0] == turn["speaker"]:
            found[-1][1] = f"{found[-1][1]} {said}"
        else:
            found.append([turn["speaker"], said])
    return found


def together(turns: list[list[str | None]]) -> list[list[str | None]]:
    given = {"turns": [{"speaker": speaker, "paragraphs": [said]} for speaker, said in turns]}
    return turns_of(given, joined=True)


def assert_right(document: dict[str, Any], case: dict[str, Any]) -> None:
    either = case.get("same_label") == "either"
    wanted = [case[key] for key in ("turns", "turns_or") if key in case]
    assert turns_of(document, joined=either) in [together(one) if either else one for one in wanted], case["why"]
    if "notes" in case:
        assert [note["text"] for turn in document["turns"] for note in turn["notes"]] == case["notes"], case["why"]
    for field in ("title", "date", "room"):
        if field in case:
            right = case[field] if isinstance(case[field], list) else [case[field]]
            assert document["session"][field] in right, case["why"]
    if "language" in case:
        assert {turn["language"] for turn in document["turns"]} == {case["language"]}, case["why"]
    apart = [one_space(one["text"]) for one in document["apart"]]
    for text in case.get("apart_words", []):
        assert any(text in one for one in apart), (text, apart, case["why"])


def case_of(shared: Path, name: str) -> tuple[Path, dict[str, Any]]:
    """The input of a case and its right result."""
    described = shared / "cases" / f"{name}.json"
    (source,) = (path for path in described.parent.glob(f"{name}.*") if path != described)
    return source, json.loads(described.read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", _NAMES)
def test_a_case_is_read_as_a_careful_editor_would(shared: Path, name: str) -> None:
    source, case = case_of(shared, name)
    assert_right(segmented(source), case)


@pytest.mark.parametrize("name", _NAMES)
def test_a_case_gives_the_same_however_it_is_cut_and_repeated(shared: Path, name: str) -> None:
    source, _ = case_of(shared, name)
    whole = segmented(source)
    for options in (
        ["--cut", "columns:32"],
        ["--cut", "words"],
        ["--cut", "chars"],
        ["--repeat"],
        ["--cut", "words", "--repeat"],
    ):
        assert segmented(source, *options) == whole, options
