"""``captionflow``: the command line.

Exit codes: 0 done, 1 refused, 2 usage, 3 unavailable, 4 not found, 5 misconfigured, 130 interrupted.
"""

import asyncio
import os
import sys
from collections.abc import Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer

from captionflow import logs
from captionflow.errors import CaptionflowError, Misconfigured, NotFound, Unavailable
from captionflow.settings import Settings, read_settings

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    help="Live captions on a room screen, on phones and in a searchable archive.",
    pretty_exceptions_enable=False,
)

INTERRUPTED = 130
Url = Annotated[str, typer.Option(help="Where captionflow runs.", envvar="CAPTIONFLOW_URL")]
HERE = "http://127.0.0.1:8000"


@app.command()
def run(
    *,
    demo: Annotated[bool | None, typer.Option("--demo/--no-demo", help="Caption a demo session.")] = None,
    port: Annotated[int | None, typer.Option(help="Another port than CAPTIONFLOW_PORT.")] = None,
) -> None:
    """Run the whole pipeline in one process.

    Example: captionflow run --no-demo
    """
    from dataclasses import replace  # noqa: PLC0415  each command loads what it needs

    from services.embedded import serve  # noqa: PLC0415  see above

    settings = _settings()
    if demo is not None:
        settings = replace(settings, demo=demo)
    if port is not None:
        settings = replace(settings, port=port)
    typer.echo(f"captionflow is at http://{settings.host}:{settings.port} (Ctrl-C stops it)", err=True)
    asyncio.run(serve(settings))


@app.command()
def segment(
    file: Annotated[str, typer.Argument(help="A transcript (text, WebVTT or SRT); - reads standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the turns as JSON.")] = False,
    cut: Annotated[str, typer.Option(help="whole, columns:N, words or chars.")] = "whole",
    repeat: Annotated[bool, typer.Option(help="Deliver every line twice, and some late again.")] = False,
    language: Annotated[str, typer.Option(help="BCP 47 tag of the text.")] = "en",
) -> None:
    """Show the speaker turns of a file, without any server.

    Example: captionflow segment talk.txt --json | jq '.turns[].speaker'
    """
    from services.cli.segment import print_turns  # noqa: PLC0415  see run

    print_turns(file, as_json=as_json, cut=cut, repeat=repeat, language=language)


@app.command()
def replay(  # noqa: PLR0913  one option for each thing that can be told
    file: Annotated[Path, typer.Argument(help="A transcript (text, WebVTT or SRT).")],
    *,
    url: Url = HERE,
    session: Annotated[str | None, typer.Option(help="Session id; made of the file's name when left out.")] = None,
    cut: Annotated[str, typer.Option(help="columns:32 … columns:70, words, chars or whole.")] = "columns:32",
    wpm: Annotated[float, typer.Option(help="Speaking rate, words a minute.", min=1)] = 160,
    speed: Annotated[str, typer.Option(help="1, 10 … or max.")] = "1",
    title: Annotated[str, typer.Option(help="Title of a new session.")] = "",
    room: Annotated[str, typer.Option(help="Room of a new session.")] = "",
    event: Annotated[str, typer.Option(help="Event of a new session.")] = "",
    language: Annotated[str | None, typer.Option(help="BCP 47 tag of the text.")] = None,
) -> None:
    """Send a file as a captioner would; after Ctrl-C the same command goes on where it stopped.

    Example: captionflow replay talk.txt --speed 10 --cut words
    """
    from services.cli.replay import Request, replay_file  # noqa: PLC0415  see run

    fields = {"title": title, "room": room, "event": event}
    request = Request(file, url, session, cut, wpm, speed, {k: v for k, v in fields.items() if v}, language)
    _wait(replay_file(request))


@app.command("import")
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    *,
    event: Annotated[str, typer.Option(help="The event that they belong to.")] = "",
    language: Annotated[str, typer.Option(help="BCP 47 tag of the texts.")] = "en",
) -> None:
    """Bring transcripts into the archive; what is there already stays. The server must not be running.

    Example: captionflow import transcripts/ --event "Forum 2025"
    """
    from services.cli.archive import import_files  # noqa: PLC0415  see run

    if not _wait(import_files(_settings(), paths, event, language)):
        raise typer.Exit(1)


@app.command()
def export(
    session: Annotated[str, typer.Argument(help="Session id.")],
    *,
    url: Url = HERE,
    form: Annotated[str, typer.Option("--format", help="txt, vtt, srt or json.")] = "txt",
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; standard output if left out.")] = None,
) -> None:
    """Write a transcript.

    Example: captionflow export opening --format vtt -o opening.vtt
    """
    from services.cli.remote import transcript  # noqa: PLC0415  see run

    data = _wait(transcript(url, session, form))
    if output is None:
        sys.stdout.buffer.write(data)
    else:
        output.write_bytes(data)


@app.command()
def search(
    words: Annotated[str, typer.Argument(help='Words; "…" makes a phrase.')],
    *,
    url: Url = HERE,
    speaker: Annotated[str | None, typer.Option(help="Only this speaker.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this event.")] = None,
    limit: Annotated[int, typer.Option(help="Turns at most.", min=1, max=100)] = 20,
) -> None:
    """Find who said what.

    Example: captionflow search '"digital strategy"' --speaker moderator
    """
    from services.cli.remote import find  # noqa: PLC0415  see run

    found = _wait(find(url, {"q": words, "speaker": speaker, "event": event, "limit": str(limit)}))
    for line in found:
        typer.echo(line)
    if not found:
        typer.echo("Nothing was found: try fewer or other words.", err=True)


@app.command()
def tail(session: Annotated[str, typer.Argument(help="Session id.")], *, url: Url = HERE) -> None:
    """Print what is said in a session, as it is said, until it ends.

    Example: captionflow tail opening
    """
    from services.cli.remote import follow  # noqa: PLC0415  see run

    _wait(follow(url, session, lambda text: typer.echo(text, nl=False)))


def _settings() -> Settings:
    settings = read_settings({name: value for name, value in os.environ.items() if name != "CAPTIONFLOW_URL"})
    logs.configure(settings.log_level, settings.log_format, stream=sys.stderr)
    return settings


def _wait(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)


def main() -> None:
    """Run a command; an expected error is one sentence and an exit code."""
    logs.configure("warning", "auto", stream=sys.stderr)
    try:
        app()
    except CaptionflowError as error:
        typer.echo(f"captionflow: {error}", err=True)
        codes: list[tuple[type[CaptionflowError], int]] = [(Unavailable, 3), (NotFound, 4), (Misconfigured, 5)]
        sys.exit(next((code for kind, code in codes if isinstance(error, kind)), 1))
    except OSError as error:
        typer.echo(f"captionflow: {error.filename or ''}: {error.strerror}", err=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)
