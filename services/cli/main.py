"""``captionflow``: the command line. What each command is for, and the exit codes, are in ``help_texts``."""

import asyncio
import gc
import sys
from pathlib import Path
from typing import Annotated

import typer

from captionflow import logs
from captionflow.errors import CaptionflowError, Misconfigured, NotFound, Unavailable
from captionflow.settings import sent_key
from services.api.transcripts.limits import MAX_COLUMNS, MAX_CPS, MAX_LINES, MIN_COLUMNS, MIN_CPS, Preset
from services.cli import dead_letters, help_texts, keys, programme, terminal
from services.cli.options import (
    HERE,
    AnyLanguage,
    AnyUrl,
    Cut,
    FileLanguage,
    Service,
    SessionArgument,
    Speed,
    TlsCert,
    TlsKey,
    Url,
    parse_speed,
    settings_of_command,
)

# Each command imports what it needs, so that `--help` and usage errors are quick.
# ruff: noqa: PLC0415

app = typer.Typer(no_args_is_help=True, add_completion=False, help=help_texts.PROGRAM, pretty_exceptions_enable=False)
topics = typer.Typer(no_args_is_help=True, help=help_texts.TOPICS)
app.add_typer(topics, name="topics")
app.add_typer(dead_letters.app, name="dead-letters")
app.add_typer(programme.app, name="programme")
app.add_typer(keys.app, name="keys")


def _version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        terminal.write(f"captionflow {version('captionflow')}\n")
        raise typer.Exit


@app.callback()
def program(
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Show the version and exit.", callback=_version, is_eager=True)
    ] = False,
) -> None:
    """What holds for all commands."""
    del version  # its callback has ended the program


@app.command(help=help_texts.RUN)
def run(
    *,
    demo: Annotated[
        bool | None, typer.Option("--demo/--no-demo", help="Caption a demo session; CAPTIONFLOW_DEMO when left out.")
    ] = None,
    port: Annotated[
        int | None, typer.Option(help="Instead of CAPTIONFLOW_PORT; 0 takes any free one.", min=0, max=65_535)
    ] = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> None:
    """Run the whole pipeline."""
    gc.disable()  # until it serves: nothing that is loaded is garbage
    from services import embedded

    settings = settings_of_command(quiet=False, demo=demo, port=port, tls_cert=tls_cert, tls_key=tls_key)
    embedded.run(
        settings,
        ready=lambda url: typer.echo(f"captionflow is at {url} (Ctrl-C stops it)", err=True),
        first_key=keys.show_first,
    )


@app.command(help=help_texts.SERVE)
def serve(
    service: Annotated[Service, typer.Argument(help="ingest, segment, index or api.")],
    *,
    port: Annotated[
        int | None,
        typer.Option(
            help="Instead of CAPTIONFLOW_PORT or CAPTIONFLOW_OPS_PORT; 0 takes any free one.", min=0, max=65_535
        ),
    ] = None,
    tls_cert: TlsCert = None,
    tls_key: TlsKey = None,
) -> None:
    """Run one service."""
    gc.disable()  # as for `run`
    from services.cli.serve import serve

    serve(settings_of_command(quiet=False, tls_cert=tls_cert, tls_key=tls_key), service, port)


@topics.command("create", help=help_texts.TOPICS_CREATE)
def create_topics(
    *,
    replication: Annotated[int, typer.Option(help="Brokers that have each record.", min=1, max=9)] = 1,
) -> None:
    """Make the topics."""
    from captionflow.wiring.tools import create_topics

    made = asyncio.run(create_topics(settings_of_command(), replication=replication))
    terminal.write("".join(f"{name}\n" for name in made))
    terminal.messages().print(f"{len(made)} topics made." if made else "All topics are there.")


@app.command(help=help_texts.REINDEX)
def reindex(
    *,
    drop_old: Annotated[
        bool, typer.Option("--drop-old", help="Make nothing; delete what is left of rebuilds before this.")
    ] = False,
) -> None:
    """Make the index anew."""
    from services.cli import reindex as rebuild

    settings = settings_of_command()
    if drop_old:
        dropped = asyncio.run(rebuild.drop_old(settings))
        terminal.write("".join(f"{name}\n" for name in dropped))
        terminal.messages().print(f"{len(dropped)} indices deleted." if dropped else "There is nothing to delete.")
        return
    made = asyncio.run(rebuild.reindex(settings))
    terminal.write(f"{made.new}\n")
    terminal.messages().print(
        f"{made.new} is in use, with {made.parts} parts of {made.streams} transcripts"
        + (f", less {made.refused} that Elasticsearch can't take" if made.refused else "")
        + f". {made.old} is kept: `captionflow reindex --drop-old` deletes it."
    )


@app.command(help=help_texts.VERIFY)
def verify(
    session: SessionArgument,
    *,
    url: Url = HERE,
    language: Annotated[
        str | None, typer.Option(help="Only this one of its languages, as a BCP 47 tag.", metavar="TAG")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long what is behind may take.", min=0, max=3_600)] = 30,
) -> None:
    """Compare what the log, the index and the api have."""
    from services.cli import verify as check

    found = asyncio.run(check.verify(settings_of_command(), url, session, language, seconds=seconds))
    for one in found:
        for place in ("log", "index", "api"):
            terminal.write(terminal.row(one.language, place, *getattr(one, place)))
    terminal.messages().print(check.advice(found, url))
    if any(one.wrong for one in found):
        raise typer.Exit(1)
    if any(one.behind for one in found):
        raise typer.Exit(3)


@app.command(help=help_texts.SEGMENT)
def segment(
    file: Annotated[str, typer.Argument(help="A transcript (text, WebVTT or SRT); - reads standard input.")],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print the turns as JSON.")] = False,
    cut: Cut = "whole",
    repeat: Annotated[bool, typer.Option("--repeat", help="Deliver every line twice, and some late again.")] = False,
    language: FileLanguage = None,
) -> None:
    """Show a file's turns."""
    from services.cli.segment import print_turns

    settings_of_command()
    print_turns(file, as_json=as_json, cut=cut, repeat=repeat, language=language)


@app.command(help=help_texts.REPLAY)
def replay(  # noqa: PLR0913 - one option for each thing that can be told
    file: Annotated[Path, typer.Argument(help="A transcript (text, WebVTT or SRT); - reads standard input.")],
    *,
    url: Url = HERE,
    session: Annotated[str | None, typer.Option(help="Session id; made of file and cut when left out.")] = None,
    cut: Cut = "columns:32",
    wpm: Annotated[float, typer.Option(help="Speaking rate, words a minute.", min=1, max=10_000_000)] = 160,
    speed: Speed = "1",
    title: Annotated[str, typer.Option(help="Title of a new session; else the text's own.")] = "",
    room: Annotated[str, typer.Option(help="Room of a new session; else the text's own.")] = "",
    event: Annotated[str, typer.Option(help="Event of a new session.")] = "",
    language: AnyLanguage = None,
) -> None:
    """Send a file as a captioner would."""
    from services.cli.replay import Request, replay_file

    key = sent_key(settings_of_command())
    fields = {"title": title, "room": room, "event": event}
    given = {name: value for name, value in fields.items() if value}
    asyncio.run(replay_file(Request(file, url, session, cut, wpm, parse_speed(speed), given, language, key)))


@app.command("import", help=help_texts.IMPORT)
def import_(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders.")],
    *,
    event: Annotated[str, typer.Option(help="The event that they belong to.")] = "",
    language: FileLanguage = None,
    url: AnyUrl = None,
    as_json: Annotated[bool, typer.Option("--json", help="Report each file as a JSON object, one a line.")] = False,
) -> None:
    """Bring transcripts into the archive."""
    from services.cli.file_import import Import, import_files
    from services.cli.import_report import ImportReport

    settings = settings_of_command()
    console = terminal.results() if terminal.is_terminal() and not as_json else None
    report = ImportReport(terminal.write, terminal.messages().print, console, as_json=as_json)
    try:
        asyncio.run(import_files(settings, Import(paths, event, language, url), report))
    except KeyboardInterrupt:
        terminal.messages().print("Stopped: the same import again goes on from here.")
        raise
    report.end()
    if not report.good:
        raise typer.Exit(1)


@app.command(help=help_texts.EXPORT)
def export(  # noqa: PLR0913 - one option for each choice
    session: SessionArgument,
    *,
    url: Url = HERE,
    form: Annotated[
        str | None, typer.Option("--format", help="txt, vtt, srt or json.", metavar="FORMAT", show_default="txt")
    ] = None,
    output: Annotated[Path | None, typer.Option("-o", "--output", help="A file; - is standard output.")] = None,
    language: AnyLanguage = None,
    preset: Annotated[
        Preset | None, typer.Option(help="Limits of cues that a guideline has.", show_default="our own")
    ] = None,
    columns: Annotated[
        int | None,
        typer.Option(help="Widest line of a cue.", min=MIN_COLUMNS, max=MAX_COLUMNS, show_default="42"),
    ] = None,
    lines: Annotated[
        int | None, typer.Option(help="Most lines of a cue.", min=1, max=MAX_LINES, show_default="2")
    ] = None,
    cps: Annotated[
        float | None,
        typer.Option(help="Most characters a second, where times allow.", min=MIN_CPS, max=MAX_CPS, show_default="20"),
    ] = None,
    names: Annotated[
        bool | None, typer.Option("--names/--no-names", help="Show who speaks.", show_default="names")
    ] = None,
    offset: Annotated[
        float | None, typer.Option(help="Seconds added to all times: see align.", show_default="0", metavar="SECONDS")
    ] = None,
) -> None:
    """Write a transcript."""
    from services.cli.remote import FORMATS, transcript

    key = sent_key(settings_of_command())
    by_name = output.suffix.removeprefix(".").casefold() if output else ""
    wanted = form or (by_name if by_name in FORMATS else "txt")
    if wanted not in FORMATS:
        raise typer.BadParameter(f"{wanted!r} is none of {', '.join(FORMATS)}.", param_hint="--format")
    given = {"preset": preset, "columns": columns, "lines": lines, "cps": cps, "names": names}
    choices = {name: str(value).lower() for name, value in given.items() if value is not None}
    if choices and wanted not in {"vtt", "srt"}:
        raise typer.BadParameter(
            f"It is about cues, and {wanted} has none: use vtt or srt.", param_hint=f"--{min(choices)}"
        )
    if offset is not None:
        if wanted == "txt":
            raise typer.BadParameter(
                "It is about times, and txt has none: use vtt, srt or json.", param_hint="--offset"
            )
        choices["offset"] = str(offset)
    data = asyncio.run(transcript(url, key, session, wanted, language, choices))
    if output is None or str(output) == "-":
        terminal.write(data)
    else:
        output.write_bytes(data)


@app.command(help=help_texts.ALIGN)
def align(
    session: SessionArgument,
    *,
    at: Annotated[
        tuple[str, str], typer.Option(help="Words of it, and when the recording has them.", metavar="WORDS TIME")
    ],
    nth: Annotated[int | None, typer.Option(help="Which of them, if they are said several times.", min=1)] = None,
    url: Url = HERE,
    language: AnyLanguage = None,
) -> None:
    """Print the offset that aligns a transcript with a recording."""
    from services.cli.align import offset_of

    key = sent_key(settings_of_command())
    asyncio.run(offset_of(url, key, session, language, at, nth))


@app.command(help=help_texts.SEARCH)
def search(  # noqa: PLR0913 - one option for each filter
    words: Annotated[str, typer.Argument(help='Words; "…" makes a phrase.')],
    *,
    url: Url = HERE,
    speaker: Annotated[str | None, typer.Option(help="Only this speaker.")] = None,
    event: Annotated[str | None, typer.Option(help="Only this event.")] = None,
    session: Annotated[str | None, typer.Option(help="Only this session, by its id.")] = None,
    room: Annotated[str | None, typer.Option(help="Only this room.")] = None,
    language: AnyLanguage = None,
    limit: Annotated[int, typer.Option(help="Hits at most.", min=1, max=100)] = 20,
) -> None:
    """Find who said what."""
    from services.cli import search_results as found
    from services.cli.remote import find

    key = sent_key(settings_of_command())
    query = {"q": words, "speaker": speaker, "event": event, "session": session, "room": room, "language": language}
    page = found.decode(asyncio.run(find(url, key, {**query, "limit": str(limit)})))
    if terminal.is_terminal():
        found.show(page, url, terminal.results())
    else:
        terminal.write("".join(found.lines(page, url)))
    terminal.messages().print(found.summary(page))


@app.command(help=help_texts.TAIL)
def tail(
    session: SessionArgument,
    *,
    url: Url = HERE,
    last: Annotated[int, typer.Option(help="Turns before the present to begin with.", min=1, max=1_000)] = 1,
    language: AnyLanguage = None,
) -> None:
    """Print what is said, as it is said."""
    from services.cli.captions import Captions
    from services.cli.tail import Following, follow

    key = sent_key(settings_of_command())
    captions = Captions(words=terminal.is_terminal())
    try:
        asyncio.run(
            follow(Following(url, key, session, language, last), captions, terminal.write, terminal.messages().print)
        )
    except KeyboardInterrupt:
        if terminal.is_terminal():
            terminal.write("\n")  # the prompt that follows gets a line of its own
        raise


@app.command("caption-url", help=help_texts.CAPTION_URL)
def caption_url(
    session: SessionArgument,
    *,
    url: Url = HERE,
    language: AnyLanguage = None,
    key: Annotated[str | None, typer.Option(help="The captioner's key, where there are keys.")] = None,
) -> None:
    """Print the addresses that captioning tools take."""
    from captionflow.caption_urls import caption_urls
    from captionflow.identity import session_id

    settings = settings_of_command()
    base = (settings.public_url or url).rstrip("/")
    for one in caption_urls(base, session_id(session), language=language, key=key):
        terminal.write(terminal.row(one.tool, one.url, one.note))


def main() -> None:
    """Run a command; an expected error is one sentence and an exit code."""
    terminal.prepare()
    logs.configure("warning", "auto", stream=sys.stderr)
    if not (sys.stdout.isatty() and sys.stderr.isatty()):
        app.rich_markup_mode = None  # no boxes in a pipe
    try:
        app()
    except CaptionflowError as error:
        terminal.messages().print(f"captionflow: {error}")
        codes: list[tuple[type[CaptionflowError], int]] = [(Unavailable, 3), (NotFound, 4), (Misconfigured, 5)]
        sys.exit(next((code for kind, code in codes if isinstance(error, kind)), 1))
    except OSError as error:
        terminal.messages().print(f"captionflow: {error.filename or ''}: {error.strerror}")
        sys.exit(4 if isinstance(error, FileNotFoundError) else 1)
    finally:
        terminal.settle()
