"""``captionflow dead-letters``: records that could not be used, looked at and put back."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from captionflow.errors import BadMessage, NotFound
from services.cli import help_texts, terminal
from services.cli.options import settings_of_command

if TYPE_CHECKING:
    from collections.abc import Sequence

    from captionflow.ports import DeadLetter
    from captionflow.settings import Settings

app = typer.Typer(no_args_is_help=True, help=help_texts.DEAD_LETTERS)


@app.command("list", help=help_texts.DEAD_LETTERS_LIST)
def list_(
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that nobody has put back.")] = False,
) -> None:
    """Show all of them, a line each."""
    letters = asyncio.run(_letters(settings_of_command()))
    shown = [letter for letter in letters if not (waiting and letter.put_back)]
    for letter in shown:
        cells = (letter.number, f"{letter.at:%Y-%m-%dT%H:%M:%SZ}", _state(letter, letters), letter.origin)
        terminal.write(terminal.row(*cells, letter.reason))
    if not letters:
        told = "There are no dead letters."
    else:
        told = f"{len(letters)} dead letters, {sum(not letter.put_back for letter in letters)} of them not put back."
    terminal.messages().print(told)


@app.command("show", help=help_texts.DEAD_LETTERS_SHOW)
def show(number: Annotated[int, typer.Argument(help="As `list` gives it.", min=0)]) -> None:
    """Write its raw bytes."""
    letters = asyncio.run(_letters(settings_of_command()))
    letter = _found(letters, number)
    about = [
        f"was at    {letter.origin}",
        f"set aside {letter.at:%Y-%m-%dT%H:%M:%SZ}",
        f"because   {letter.reason}",
        f"key       {(letter.key or b'(none)').decode('utf-8', 'backslashreplace')}",
        f"bytes     {len(letter.value)}",
        f"state     {_state(letter, letters)}",
    ]
    terminal.messages().print("\n".join(about))
    terminal.write(letter.value)


@app.command("retry", help=help_texts.DEAD_LETTERS_RETRY)
def retry(
    numbers: Annotated[list[int] | None, typer.Argument(help="As `list` gives them.", min=0)] = None,
    *,
    everything: Annotated[bool, typer.Option("--all", help="All that nobody has put back.")] = False,
    again: Annotated[bool, typer.Option("--again", help="Also what was put back before.")] = False,
) -> None:
    """Put them back."""
    if bool(numbers) == everything:
        raise typer.BadParameter("Give the numbers of dead letters, or --all.", param_hint="NUMBERS")
    asyncio.run(_retry(settings_of_command(), numbers or [], again=again))


@app.command("accept", help=help_texts.DEAD_LETTERS_ACCEPT)
def accept(
    *,
    until: Annotated[str, typer.Option(help="A place as `list` gives it, that record included; or `end`, of all.")],
) -> None:
    """Let records that can't be used go to the dead letters, however many they are."""
    from captionflow.wiring.tools import accept_dead_letters  # noqa: PLC0415 - `--help` needs no Kafka

    places = asyncio.run(accept_dead_letters(settings_of_command(), until))
    terminal.write("".join(f"{place}\n" for place in places))
    terminal.messages().print("What can't be used before these places is set aside; segment goes on within seconds.")


async def _letters(settings: Settings) -> Sequence[DeadLetter]:
    from captionflow.wiring.tools import open_dead_letters  # noqa: PLC0415 - `--help` needs no Kafka

    async with open_dead_letters(settings) as box:
        return await box.letters()


async def _retry(settings: Settings, numbers: Sequence[int], *, again: bool) -> None:
    """Without numbers: all that were not put back yet, except those that can't be."""
    from captionflow.wiring.tools import open_dead_letters  # noqa: PLC0415 - as above

    async with open_dead_letters(settings) as box:
        letters = await box.letters()
        chosen = [_found(letters, number) for number in dict.fromkeys(numbers)] if numbers else list(letters)
        done = 0
        for letter in chosen:
            if letter.put_back and not again:
                if numbers:
                    terminal.messages().print(
                        f"{letter.number} was put back before, as {letter.put_back[-1]}; --again does it once more."
                    )
                continue
            try:
                now_at = await box.put_back(letter)
            except BadMessage as error:
                if numbers:
                    raise
                terminal.messages().print(str(error))
                continue
            terminal.write(terminal.row(letter.number, now_at))
            done += 1
    terminal.messages().print(f"{done} put back. What still can't be used comes back as a new dead letter.")


def _found(letters: Sequence[DeadLetter], number: int) -> DeadLetter:
    for letter in letters:
        if letter.number == number:
            return letter
    raise NotFound(f"There is no dead letter {number}: `captionflow dead-letters list` shows those that are kept.")


def _state(letter: DeadLetter, letters: Sequence[DeadLetter]) -> str:
    """Where it is now, and whether it came back from there."""
    if not letter.put_back:
        return "waiting"
    now_at = letter.put_back[-1]
    back = [other.number for other in letters if other.origin == now_at]
    return f"put back as {now_at}" + (f", came back as {back[0]}" if back else "")
