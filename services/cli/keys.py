"""``captionflow keys``: made, listed, rotated and revoked, where the keys are.

That is a running captionflow, which may be the one that has the data folder; where none runs, that folder; and where
Kafka is set, its topic.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated

import typer

from captionflow.access import Role  # noqa: TC001 - typer reads the annotations
from services.cli import help_texts, terminal
from services.cli.options import AnyUrl, FileLanguage, settings_of_command

if TYPE_CHECKING:
    from services.sessions.key_view import MadeKey

# `--help` and usage errors are quick: what a command needs is imported by it.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True, help=help_texts.KEYS)
Name = Annotated[str, typer.Argument(help="As `list` gives it: a name, or an id.")]


@app.command(help=help_texts.KEYS_CREATE)
def create(  # noqa: PLR0913 - what a key is for
    name: Annotated[str | None, typer.Argument(help="In lists and in the audit trail; the role when left out.")] = None,
    *,
    role: Annotated[Role, typer.Option(help="admin, organiser, captioner or viewer.")],
    event: Annotated[str | None, typer.Option(help="Only for this event.")] = None,
    session: Annotated[str | None, typer.Option(help="Only for this session, by its id.")] = None,
    language: FileLanguage = None,
    url: AnyUrl = None,
) -> None:
    """Make a key."""
    from services.cli.key_places import open_keys
    from services.sessions.key_drafts import read_draft

    draft = read_draft(name=name or role, role=role, event=event, session=session, language=language)
    settings = settings_of_command()

    async def made() -> MadeKey:
        async with open_keys(settings, url) as keys:
            return await keys.create(draft)

    _show(asyncio.run(made()))


@app.command("list", help=help_texts.KEYS_LIST)
def list_(*, url: AnyUrl = None) -> None:
    """Show all keys."""
    from services.cli.key_places import open_keys

    settings = settings_of_command()

    async def listed() -> int:
        count = 0
        async with open_keys(settings, url) as keys:
            async for key in keys.list():
                count += 1
                bounds = [
                    f"{name}={value}" for name in ("event", "session", "language") if (value := getattr(key, name))
                ]
                used = "never" if key.last_used_at is None else f"{key.last_used_at:%Y-%m-%dT%H:%MZ}"
                state = "in use" if key.revoked_at is None else "revoked"
                terminal.write(terminal.row(key.id, key.name, key.role, state, used, " ".join(bounds) or "all"))
        return count

    if not asyncio.run(listed()):
        terminal.messages().print("There are no keys.")


@app.command(help=help_texts.KEYS_ROTATE)
def rotate(name: Name, *, url: AnyUrl = None) -> None:
    """Put a new key in the place of one."""
    from services.cli.key_places import open_keys

    settings = settings_of_command()

    async def made() -> MadeKey:
        async with open_keys(settings, url) as keys:
            return await keys.rotate(name)

    _show(asyncio.run(made()))


@app.command(help=help_texts.KEYS_REVOKE)
def revoke(name: Name, *, url: AnyUrl = None) -> None:
    """Let nobody in with it any more."""
    from services.cli.key_places import open_keys

    settings = settings_of_command()

    async def revoked() -> None:
        async with open_keys(settings, url) as keys:
            await keys.revoke(name)

    asyncio.run(revoked())
    terminal.messages().print(f"{name} is revoked.")


def show_first(url: str, key: str) -> None:
    """Tell whoever started a server for others the key that it made."""
    terminal.messages().print(
        f"Whoever writes here needs a key. This one may do everything and is shown once:\n\n    {url}/desk?key={key}\n"
    )


def _show(key: MadeKey) -> None:
    terminal.write(f"{key.key}\n")
    terminal.messages().print(f"This is the key {key.name!r} ({key.role}). It is shown once, and kept nowhere.")
