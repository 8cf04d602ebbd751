"""``captionflow tail``: the live events of a session, taken up again where a connection broke."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import NamedTuple

import httpx

from captionflow.errors import Unavailable
from captionflow.secret import Secret
from services.cli.captions import Captions
from services.cli.event_stream import EventStream, Received
from services.cli.remote import bearer, nobody, refusal, session_path

SILENCE_SECONDS = 40.0
"""Without even a heartbeat the connection is dead."""
_WAITS = (0.5, 1.0, 2.0, 5.0)


class Following(NamedTuple):
    """Which captions, and how many turns before the present."""

    url: str
    key: Secret | None
    session: str
    language: str | None
    last: int


async def follow(
    wanted: Following, captions: Captions, show: Callable[[str], None], tell: Callable[[str], None]
) -> None:
    """Show new text until the session has ended.

    Later outages are waited out, however long they last.

    Raises:
        Unavailable: no server answers at the first attempt.
        CaptionflowError: the server refuses.
    """
    query = {"last": str(wanted.last)} | ({} if wanted.language is None else {"lang": wanted.language})
    position: str | None = None
    tries = 0
    connected = False
    timeout = httpx.Timeout(10, read=SILENCE_SECONDS)
    async with httpx.AsyncClient(base_url=wanted.url, headers=bearer(wanted.key), timeout=timeout) as client:
        while True:
            try:
                async for event in _events(client, f"{session_path(wanted.session)}/events", query, position):
                    tries, connected = 0, True
                    position = event.id or position
                    if text := captions.take(event.name, event.data):
                        show(text)
                    if event.name == "finished":
                        return
            except (httpx.TransportError, Unavailable) as error:
                if not connected:
                    raise (error if isinstance(error, Unavailable) else nobody(wanted.url)) from error
                if not tries:
                    tell("The connection is lost: trying again.")
            await asyncio.sleep(_WAITS[min(tries, len(_WAITS) - 1)])
            tries += 1


async def _events(
    client: httpx.AsyncClient, path: str, query: dict[str, str], position: str | None
) -> AsyncIterator[Received]:
    headers = {"Accept": "text/event-stream"} | ({} if position is None else {"Last-Event-ID": position})
    async with client.stream("GET", path, params=query, headers=headers) as response:
        if not response.is_success:
            raise refusal(response.status_code, await response.aread())
        stream = EventStream()
        async for data in response.aiter_bytes():
            for event in stream.feed(data):
                yield event
