"""A running captionflow as the command line reads it, with errors by what the caller should do."""

from collections.abc import AsyncIterator, Mapping
from http import HTTPStatus
from types import MappingProxyType
from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from captionflow.errors import BadMessage, CaptionflowError, NotFound, Unauthorized, Unavailable
from captionflow.secret import Secret

FORMATS = ("txt", "vtt", "srt", "json")


async def transcript(  # noqa: PLR0913, PLR0917 - what can be asked of a transcript
    url: str,
    key: Secret | None,
    session: str,
    form: str,
    language: str | None,
    choices: Mapping[str, str | None] = MappingProxyType({}),
) -> bytes:
    """The transcript in one of ``FORMATS``; ``choices`` are further parameters of the call."""
    return await _get(url, key, f"{session_path(session)}/transcript.{form}", {"lang": language, **choices})


async def find(url: str, key: Secret | None, query: Mapping[str, str | None]) -> bytes:
    """A page of hits, as the API gives it."""
    return await _get(url, key, "/v1/search", query)


def session_path(session: str) -> str:
    """Quoted, so that the name stays one segment of the path."""
    return f"/v1/sessions/{quote(session, safe='')}"


async def _get(url: str, key: Secret | None, path: str, query: Mapping[str, str | None]) -> bytes:
    given = {name: value for name, value in query.items() if value is not None}
    async with connected(url, key) as client:
        return await ask(client, "GET", path, params=given)


def connected(url: str, key: Secret | None) -> httpx.AsyncClient:
    """A client of the captionflow at this address."""
    return httpx.AsyncClient(base_url=url, headers=bearer(key), timeout=60)


async def ask(client: httpx.AsyncClient, method: str, path: str, **given: Any) -> bytes:
    """The body of the answer; ``given``: see ``httpx.AsyncClient.request``.

    Raises:
        CaptionflowError: nobody answers, or the answer is a refusal.
    """
    return (await _answer(client, method, path, **given)).content


async def pages(client: httpx.AsyncClient, path: str) -> AsyncIterator[bytes]:
    """The body of each page of a list, as the links lead from one to the next. Raises as ``ask`` does."""
    while path:
        response = await _answer(client, "GET", path)
        yield response.content
        path = response.links.get("next", {}).get("url", "")


async def _answer(client: httpx.AsyncClient, method: str, path: str, **given: Any) -> httpx.Response:
    try:
        response = await client.request(method, path, **given)
    except httpx.TransportError as error:
        raise nobody(str(client.base_url).rstrip("/")) from error
    if not response.is_success:
        raise refusal(response.status_code, response.content)
    return response


def bearer(key: Secret | None) -> dict[str, str]:
    """The headers of a request with this key."""
    return {} if key is None else {"Authorization": f"Bearer {key.reveal()}"}


def nobody(url: str) -> Unavailable:
    """The server does not run, or runs somewhere else."""
    return Unavailable(f"No captionflow answers at {url}: start it with `captionflow run`, or give another --url.")


def refusal(status: int, body: bytes) -> CaptionflowError:
    """A problem document as an error; anything else, such as a proxy's page, by its status alone."""
    try:
        detail = msgspec.json.decode(body, type=dict[str, object]).get("detail")
    except msgspec.MsgspecError:
        detail = None
    told = str(detail or f"It answered {status} without a reason: is this captionflow's address?")
    if status == HTTPStatus.NOT_FOUND:
        return NotFound(told)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Unauthorized(told)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status == HTTPStatus.TOO_MANY_REQUESTS:
        return Unavailable(told)
    return BadMessage(told)
