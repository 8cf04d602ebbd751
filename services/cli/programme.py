"""``captionflow programme``: sessions from what the tool exports that a conference was planned with."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path  # noqa: TC003 - typer reads the annotations
from typing import TYPE_CHECKING, Annotated, Any

import typer

from captionflow.settings import sent_key
from services.cli import help_texts, terminal
from services.cli.options import HERE, STDIN, Url, settings_of_command

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from captionflow.secret import Secret
    from services.sessions.programme.planned import Programme

# Each command imports what it needs, so that `--help` and usage errors are quick.
# ruff: noqa: PLC0415

_AT_ONCE = 100
"""Sessions of one request: with descriptions of 4,000 characters they stay below the usual limit of a body."""

app = typer.Typer(no_args_is_help=True, help=help_texts.PROGRAMME)


@app.callback()
def programme() -> None:
    """What holds for all its commands."""


@app.command("import", help=help_texts.PROGRAMME_IMPORT)
def import_(  # noqa: PLR0913 - one option for each choice
    file: Annotated[Path, typer.Argument(help="The programme; - reads standard input.")],
    *,
    url: Url = HERE,
    event: Annotated[str, typer.Option(help="The event, where the programme names none.")] = "",
    timezone: Annotated[
        str, typer.Option(help="Zone of times that have none, such as Europe/Berlin.", metavar="ZONE")
    ] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Report each session as a JSON object, one a line.")] = False,
) -> None:
    """Announce and change the sessions of a programme."""
    import msgspec

    from services.sessions.programme.planned import zone_of
    from services.sessions.programme.reading import read

    token = sent_key(settings_of_command())
    data = sys.stdin.buffer.read() if file == STDIN else file.read_bytes()
    found = read(data, zone_of(timezone) if timezone else None)
    counts: dict[str, int] = {}

    async def sent() -> None:
        async for one in _outcomes(found, url, token, {"event": event, "dry_run": str(dry_run).lower()}):
            counts[one["outcome"]] = counts.get(one["outcome"], 0) + 1
            if as_json:
                terminal.write(msgspec.json.encode(one) + b"\n")
            else:
                terminal.write(terminal.row(one["outcome"], one["session"], one["title"], _told(one)))

    asyncio.run(sent())
    for skipped in found.skipped:
        terminal.messages().print(f"Skipped {skipped.where!r}: {skipped.why}")
    told = ", ".join(f"{count} {outcome}" for outcome, count in counts.items()) or "no sessions"
    terminal.messages().print(f"{told[0].upper()}{told[1:]}, {len(found.skipped)} skipped.")
    if counts.get("refused"):
        raise typer.Exit(1)


def _told(one: dict[str, Any]) -> str:
    return str(one["why"]) or " ".join(one["changes"])


async def _outcomes(
    programme: Programme, url: str, token: Secret | None, query: dict[str, str]
) -> AsyncIterator[dict[str, Any]]:
    """What became of each session, as the API says it.

    Raises:
        Unavailable: nobody answers there.
    """
    import msgspec

    from services.cli.remote import ask, connected
    from services.sessions.programme.reading import written

    kind = {"Content-Type": "application/json"}
    async with connected(url, token) as client:
        for first in range(0, len(programme.sessions), _AT_ONCE):
            some = programme._replace(sessions=programme.sessions[first : first + _AT_ONCE])
            answer = await ask(client, "POST", "/v1/programme", params=query, content=written(some), headers=kind)
            for one in msgspec.json.decode(answer, type=dict[str, Any])["sessions"]:
                yield {"session": "", "changes": [], "why": "", **one}
