"""The docs say what there is."""

import ast
import re
from pathlib import Path

import pytest

from captionflow.settings import PREFIX, declared

ROOT = Path(__file__).parent.parent.parent
PAGES = sorted(str(path.relative_to(ROOT)) for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
DECISIONS = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))


def rows() -> dict[str, list[str]]:
    """Variable to the other cells of its row in docs/settings.md."""
    page = (ROOT / "docs" / "settings.md").read_text()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in page.splitlines() if line[:3] == "| `"]
    return {variable.strip("`"): rest for variable, *rest in cells}


def test_every_setting_is_in_the_docs_with_its_unit_and_what_it_does() -> None:
    assert {variable: [unit, doc] for variable, (_, unit, doc) in rows().items()} == {
        setting.metadata["variable"]: [setting.metadata["unit"], setting.metadata["doc"]] for setting in declared()
    }


@pytest.mark.parametrize("setting", declared(), ids=lambda setting: setting.name)
def test_the_docs_give_each_settings_default(setting: object) -> None:
    about = setting.metadata
    said = rows()[about["variable"]][0]
    assert (
        (setting.default in (None, ())) if said == "not set" else (about["parse"](said.strip("`")) == setting.default)
    )


@pytest.mark.parametrize("page", PAGES)
def test_no_page_names_a_setting_that_is_not_there(page: str) -> None:
    named = set(re.findall(rf"{PREFIX}[A-Z_]*[A-Z]", (ROOT / page).read_text()))
    assert named <= {setting.metadata["variable"] for setting in declared()}


def test_every_setting_is_used_by_something() -> None:
    used = {
        node.attr
        for folder in ("captionflow", "services")
        for path in (ROOT / folder).rglob("*.py")
        if path.name != "settings.py"
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute)
    }
    assert {setting.name for setting in declared()} <= used


@pytest.mark.parametrize("page", PAGES)
def test_links_between_our_files_lead_somewhere(page: str) -> None:
    path = ROOT / page
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", path.read_text()):
        assert (path.parent / target).exists(), target


@pytest.mark.parametrize("name", DECISIONS)
def test_each_decision_is_listed_and_says_what_else_was_possible(name: str) -> None:
    text = (ROOT / "docs" / "adr" / name).read_text()
    title = re.match(r"# (.+)\n", text)
    assert title is not None
    parts = re.findall(r"^## (\w+)$", text, re.MULTILINE)
    assert parts == ["Context", "Decision", "Alternatives", "Consequences"]
    number, decision = title[1].split(" ", 1)
    assert f"| [{number}]({name}) | {decision} |" in (ROOT / "docs" / "adr" / "README.md").read_text()
    assert name.startswith(number)
    assert len(text.splitlines()) < 60
