"""What --help says of each command (services.cli.help_texts)."""

import re
import shlex

import pytest
import typer

from services.cli import help_texts
from services.cli.main import app

TEXTS = {name: text for name, text in vars(help_texts).items() if name.isupper() and isinstance(text, str)}
COMMANDS = typer.main.get_command(app).list_commands(None)  # type: ignore[attr-defined] # a group, as there are several


@pytest.mark.parametrize("name", TEXTS)
def test_every_text_teaches_by_examples_that_call_a_command_there_is(name: str) -> None:
    examples = re.findall(r"^  (captionflow .*)$", TEXTS[name], re.MULTILINE)
    assert examples
    for example in examples:
        program, command, *_ = shlex.split(example, comments=True)
        assert program == "captionflow"
        assert command in COMMANDS


def test_every_exit_code_is_in_the_programs_help() -> None:
    for code, meaning in help_texts.EXIT_CODES.items():
        assert f"{code:3}  {meaning}" in help_texts.PROGRAM
