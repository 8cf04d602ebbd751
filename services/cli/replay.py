"""``captionflow replay``: a file to a running pipeline, with a progress bar on a terminal."""

import os
from pathlib import Path
from typing import NamedTuple

import httpx
from rich.console import Console
from rich.progress import Progress as Bar

from captionflow.errors import BadMessage
from services.ingest.cutter import parse_cut
from services.ingest.importer import session_id
from services.ingest.pipeline_client import PipelineClient
from services.ingest.readers import read
from services.ingest.replay import Plan, Progress, replay, sender_id


class Request(NamedTuple):
    """What is to be replayed, where to and how; ``fields`` announce the session if it isn't there."""

    file: Path
    url: str
    session: str | None
    cut: str
    wpm: float
    speed: str
    fields: dict[str, str]
    language: str | None


async def replay_file(request: Request) -> None:
    """Return when the pipeline has all of it. Raises ``BadMessage`` for a file or a speed that can't be used."""
    data = request.file.read_bytes()
    reading = read(data, request.file.name)
    if not reading.passages:
        raise BadMessage(f"There is no text in {request.file.name}.")
    how = parse_cut(request.cut)
    session = request.session or session_id(request.file, sender_id(data, how)[5:17])
    plan = Plan(sender_id(data, how), how, request.wpm, _speed(request.speed))
    token = os.environ.get("CAPTIONFLOW_INGEST_TOKEN")
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    fields = request.fields if request.language is None else {**request.fields, "languages": [request.language]}
    console = Console(stderr=True)
    async with httpx.AsyncClient(base_url=request.url, headers=headers, timeout=30) as client:
        target = PipelineClient(client, session, language=request.language)
        await target.ensure_session(**fields)
        console.print(f"{request.url}/s/{session}/follow", highlight=False, soft_wrap=True)
        with Bar(console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("replay", total=None)

            def told(progress: Progress) -> None:
                bar.update(task, completed=progress.sent, total=progress.total)

            await replay(reading.passages, target, plan, told)


def _speed(text: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text.removesuffix("x"))
    except ValueError:
        speed = 0.0
    if not 0 < speed < float("inf"):
        raise BadMessage(f"--speed {text!r} is no speed: give 1, 10 or max.")
    return speed
