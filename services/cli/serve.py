"""``captionflow serve``: one service as a process of its own."""

from __future__ import annotations

from dataclasses import replace as changed
from typing import TYPE_CHECKING

import typer

# Only the service that is asked for is loaded.
# ruff: noqa: PLC0415

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

    if service == "ingest":
        from services.api.app import create_door
        from services.ingest import main as ingest

        ingest.run(settings, create_door, ready=ready)
    elif service == "segment":
        from services.segment import main as segment

        segment.run(settings, ready=ready)
    elif service == "index":
        from services.index import main as index

        index.run(settings, ready=ready)
    else:
        from services.api import main as api

        api.run(settings, ready=ready)
