"""Options that several commands have, checked before anything is done: a bad one is a usage error that names it."""

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from captionflow import logs
from captionflow.errors import BadMessage, Misconfigured
from captionflow.identity import language_tag
from captionflow.settings import Settings, read_settings
from services.ingest.cutter import parse_cut

HERE = "http://127.0.0.1:8000"
STDIN = Path("-")

Service = Literal["ingest", "segment", "index", "api"]


def settings_of_command(*, quiet: bool = True, **given: Any) -> Settings:
    """What the environment says, but for the fields that were ``given`` as options.

    ``quiet``: only warnings are logged, unless the settings ask for more.
    """
    settings = read_settings(os.environ)
    settings = replace(settings, **{name: value for name, value in given.items() if value is not None})
    level = "warning" if quiet and not os.environ.get("CAPTIONFLOW_LOG_LEVEL") else settings.log_level
    logs.configure(level, settings.log_format, stream=sys.stderr)
    return settings


def _url(given: str | None) -> str | None:
    try:
        return None if given is None else read_settings({"CAPTIONFLOW_URL": given}).url
    except Misconfigured as error:
        raise typer.BadParameter(f"{given!r} is no web address: give one like {HERE}.") from error


def _cut(given: str) -> str:
    try:
        return str(parse_cut(given))
    except BadMessage as error:
        raise typer.BadParameter(f"{given!r}. {error}") from error


def _language(given: str | None) -> str | None:
    try:
        return None if given is None else language_tag(given)
    except BadMessage as error:
        raise typer.BadParameter(f"{given!r}. {error}") from error


def parse_speed(given: str) -> float | None:
    """``1``, ``10x``, ``0.5`` …; None for ``max``."""
    if given == "max":
        return None
    try:
        speed = float(given.removesuffix("x").removesuffix("\u00d7"))
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise typer.BadParameter(f"{given!r} is no speed: give 1, 10 (ten times as fast), 0.5 … or max.")
    return speed


def _speed(given: str) -> str:
    parse_speed(given)
    return given


Url = Annotated[
    str, typer.Option(help="Where captionflow runs.", envvar="CAPTIONFLOW_URL", callback=_url, metavar="URL")
]
AnyUrl = Annotated[
    str | None,
    typer.Option(
        help="Where captionflow runs; found by the data folder when left out.",
        envvar="CAPTIONFLOW_URL",
        callback=_url,
        metavar="URL",
    ),
]
Cut = Annotated[
    str,
    typer.Option(help="columns:32 … columns:70, words, chars or whole.", callback=_cut, metavar="CUT"),
]
Speed = Annotated[str, typer.Option(help="1, 10 (ten times as fast) … or max.", callback=_speed, metavar="FACTOR")]
FileLanguage = Annotated[
    str | None,
    typer.Option(help="BCP 47 tag; what the file says when left out, else en.", callback=_language, metavar="TAG"),
]
AnyLanguage = Annotated[
    str | None,
    typer.Option(help="BCP 47 tag; the session's first language when left out.", callback=_language, metavar="TAG"),
]
TlsCert = Annotated[
    Path | None,
    typer.Option(help="Certificate with its chain (PEM), instead of CAPTIONFLOW_TLS_CERT.", metavar="FILE"),
]
TlsKey = Annotated[Path | None, typer.Option(help="Its key (PEM), instead of CAPTIONFLOW_TLS_KEY.", metavar="FILE")]
SessionArgument = Annotated[str, typer.Argument(help="The session's id: what follows /s/ in its address.")]
