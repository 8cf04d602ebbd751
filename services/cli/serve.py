"""``captionflow serve``: one service as a process of its own."""

from __future__ import annotations

from dataclasses import replace as changed
from importlib import import_module
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from captionflow.settings import Settings
    from services.cli.options import Service


def serve(settings: Settings, service: Service, port: int | None) -> None:
    """Run it until it is told to stop; ``port`` is in place of the one that the settings give it."""
    if port is not None:
        both = service in {"ingest", "api"}
        settings = changed(settings, port=port) if both else changed(settings, ops_port=port)

    def ready(url: str) -> None:
        typer.echo(f"captionflow {service} is at {url} (Ctrl-C stops it)", err=True)

    # Only the service that is asked for is loaded. Services don't know each other: what one needs of another is given.
    given = {}
    if service == "index":
        given["steps_of"] = import_module("services.segment.log_steps").steps_of
    import_module(f"services.{service}.main").run(settings, ready=ready, **given)
