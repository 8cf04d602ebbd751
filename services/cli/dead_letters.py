"""``captionflow dead-letters``: records that could not be used, looked at and put back."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Annotated, Final

import typer

from captionflow.errors import BadMessage, NotFound
from services.cli import help_texts, terminal
from services.cli.options import settings_of_command

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Sequence

    from captionflow.ports import DeadLetter, DeadLetterBox
    from captionflow.settings import Settings

PAGE: Final = 100
"""Letters that are in memory at a time."""

app = typer.Typer(no_args_is_help=True, help=help_texts.DEAD_LETTERS)


@app.command("list", help=help_texts.DEAD_LETTERS_LIST)
def list_(
    *,
    waiting: Annotated[bool, typer.Option("--waiting", help="Only those that nobody has put back.")] = False,
    after: Annotated[int, typer.Option(help="Only those behind this number.", min=-1)] = -1,
    limit: Annotated[int | None, typer.Option(help="So many at most.", min=1)] = None,
) -> None:
    """Show them, a line each."""
    asyncio.run(_list(settings_of_command(), after, limit, waiting=waiting))


async def _list(settings: Settings, after: int, limit: int | None, *, waiting: bool) -> None:
    from captionflow.wiring.dead_letters import open_dead_letters  # noqa: PLC0415 - `--help` needs no Kafka

    shown = seen = still = 0
    async with open_dead_letters(settings) as box, aclosing(_from(box, after)) as letters:
        async for letter in letters:
            if shown == limit:
                terminal.messages().print(f"There are more: --after {after}.")
                return
            seen, still, after = seen + 1, still + (not letter.put_back), letter.number
            if waiting and letter.put_back:
                continue
            cells = (letter.number, f"{letter.at:%Y-%m-%dT%H:%M:%SZ}", _state(letter), letter.origin)
            terminal.write(terminal.row(*cells, letter.reason))
            shown += 1
    told = f"{seen} dead letters, {still} of them not put back." if seen else "There are no dead letters."
    terminal.messages().print(told)


@app.command("show", help=help_texts.DEAD_LETTERS_SHOW)
def show(number: Annotated[int, typer.Argument(help="As `list` gives it.", min=0)]) -> None:
    """Write its raw bytes."""
    letter = asyncio.run(_show(settings_of_command(), number))
    about = [
        f"was at    {letter.origin}",
        f"set aside {letter.at:%Y-%m-%dT%H:%M:%SZ}",
        f"because   {letter.reason}",
        f"key       {(letter.key or b'(none)').decode('utf-8', 'backslashreplace')}",
        f"bytes     {len(letter.value)}",
        f"state     {_state(letter)}",
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
    from captionflow.wiring.dead_letters import accept_dead_letters  # noqa: PLC0415 - `--help` needs no Kafka

    places = asyncio.run(accept_dead_letters(settings_of_command(), until))
    terminal.write("".join(f"{place}\n" for place in places))
    terminal.messages().print("What can't be used before these places is set aside; segment goes on within seconds.")


async def _show(settings: Settings, number: int) -> DeadLetter:
    from captionflow.wiring.dead_letters import open_dead_letters  # noqa: PLC0415 - `--help` needs no Kafka

    async with open_dead_letters(settings) as box:
        return await _found(box, number)


async def _retry(settings: Settings, numbers: Sequence[int], *, again: bool) -> None:
    """Without numbers: all that were not put back yet, except those that can't be."""
    from captionflow.wiring.dead_letters import open_dead_letters  # noqa: PLC0415 - as above

    done = 0
    async with open_dead_letters(settings) as box:
        chosen = [await _found(box, number) for number in dict.fromkeys(numbers)]
        end = await box.end()  # what comes back meanwhile is left to the next time
        async with aclosing(_each(chosen) if numbers else _from(box, -1)) as letters:
            async for letter in letters:
                if letter.number >= end:
                    break
                if letter.put_back and not again:
                    if numbers:
                        told = f"{letter.number} was put back before, as {letter.put_back}; --again does it once more."
                        terminal.messages().print(told)
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


async def _from(box: DeadLetterBox, after: int) -> AsyncGenerator[DeadLetter]:
    """All behind a number, a page in memory at a time."""
    while page := await box.letters(after=after, limit=PAGE):
        for letter in page:
            yield letter
        after = page[-1].number


async def _each(letters: Sequence[DeadLetter]) -> AsyncGenerator[DeadLetter]:
    for letter in letters:
        yield letter


async def _found(box: DeadLetterBox, number: int) -> DeadLetter:
    for letter in await box.letters(after=number - 1, limit=1):
        if letter.number == number:
            return letter
    raise NotFound(f"There is no dead letter {number}: `captionflow dead-letters list` shows those that are kept.")


def _state(letter: DeadLetter) -> str:
    """Where it is now, and whether it came back from there."""
    if not letter.put_back:
        return "waiting"
    came_back = "" if letter.came_back is None else f", came back as {letter.came_back}"
    return f"put back as {letter.put_back}{came_back}"
