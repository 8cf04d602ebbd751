"""The docs mention what there is."""

import re
from pathlib import Path

import pytest

from captionflow.settings import declared


def test_every_setting_is_in_the_docs_with_what_it_does(root: Path) -> None:
    page = (root / "docs" / "settings.md").read_text()
    for setting in declared():
        assert f"| `{setting.metadata['variable']}` |" in page
        assert f"| {setting.metadata['unit']} | {setting.metadata['doc']} |" in page


def test_the_docs_name_no_setting_that_is_not_there(root: Path) -> None:
    named = set(re.findall(r"CAPTIONFLOW_[A-Z_]+[A-Z]", (root / "docs" / "settings.md").read_text()))
    assert named == {setting.metadata["variable"] for setting in declared()}


@pytest.mark.parametrize("page", ["CONTRIBUTING.md", "docs/adr/README.md", "docs/architecture.md"])
def test_links_between_our_files_lead_somewhere(root: Path, page: str) -> None:
    path = root / page
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target
