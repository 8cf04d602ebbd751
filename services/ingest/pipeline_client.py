"""A running pipeline as a replay sees it: the lines API over HTTP, with retries that repeat nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import structlog

from captionflow.errors import BadMessage, CaptionflowError, Conflict, NotFound, TooLarge, Unavailable
from captionflow.retrying import LONGEST_SECONDS, Backoff

log = structlog.get_logger(__name__)

_FIRST_SECONDS = 0.2
_TRY_AGAIN = frozenset({408, 425, 429})
_ERRORS: dict[int, type[CaptionflowError]] = {404: NotFound, 409: Conflict, 413: TooLarge}


class PipelineClient:
    """``Target`` of a replay: one session and language of a pipeline.

    ``client`` has the pipeline's address as its ``base_url``, and the token among its headers if there is one.
    A request that fails because the pipeline is not there or says 5xx is sent again until ``patience`` seconds have
    gone by without success, then ``Unavailable`` is raised; any other refusal is raised at once.
    """

    def __init__(  # noqa: PLR0913 - sleep and chance are for tests
        self,
        client: httpx.AsyncClient,
        session: str,
        *,
        language: str | None = None,
        patience: float = 300.0,
        waiting: Callable[[str], None] = lambda _reason: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._session = session
        self._query = {} if language is None else {"lang": language}
        self._patience = patience
        self._waiting = waiting
        self._sleep = sleep
        self._chance = chance

    async def ensure_session(self, **fields: Any) -> dict[str, Any]:
        """Announce the session if it does not exist, with ``fields`` as in ``POST /v1/sessions``.

        Gives the session as it is there, by the fields of the API.
        """
        path = f"/v1/sessions/{quote(self._session, safe='')}"
        try:
            return await self._request("GET", path)
        except NotFound:
            try:
                return await self._request("POST", "/v1/sessions", json={"id": self._session, **fields})
            except Conflict:
                log.debug("session_was_announced_meanwhile", session=self._session)
                return await self._request("GET", path)

    async def last_number(self, sender: str) -> int | None:
        """The highest number of this sender that is durable."""
        path = f"/v1/sessions/{quote(self._session, safe='')}/lines/last"
        answer = await self._request("GET", path, params={**self._query, "sender": sender})
        number = answer.get("number")
        return number if isinstance(number, int) else None

    async def send(self, sender: str, lines: Sequence[dict[str, Any]]) -> None:
        """Return when the lines are durable."""
        path = f"/v1/sessions/{quote(self._session, safe='')}/lines"
        await self._request("POST", path, params=self._query, json={"sender": sender, "lines": list(lines)})

    async def _request(
        self, method: str, path: str, *, params: dict[str, str] | None = None, json: Any = None
    ) -> dict[str, Any]:
        content = None if json is None else msgspec.json.encode(json)
        headers = {} if content is None else {"Content-Type": "application/json"}
        waited, backoff = 0.0, Backoff(first_seconds=_FIRST_SECONDS, chance=self._chance)
        while True:
            asked = 0.0
            try:
                response = await self._client.request(method, path, params=params, content=content, headers=headers)
            except httpx.TransportError as error:
                reason = f"{type(error).__name__}: {error}".strip(": ")
            else:
                if response.is_success:
                    return _document(response)
                if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and response.status_code not in _TRY_AGAIN:
                    raise _refusal(response)
                reason = f"HTTP {response.status_code}"
                asked = _retry_after(response)
            if waited >= self._patience:
                raise Unavailable(
                    f"No captionflow at {self._client.base_url} took it for {waited:.0f} s ({reason}): start it with "
                    "`captionflow run`, then start the same replay again, and it goes on from here."
                )
            pause = max(backoff.failed(), min(asked, LONGEST_SECONDS))
            log.debug("request_will_be_repeated", path=path, reason=reason, seconds=pause)
            self._waiting(reason)
            await self._sleep(pause)
            waited += pause


def _document(response: httpx.Response) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(response.content)
    except msgspec.DecodeError:
        document = None
    return document if isinstance(document, dict) else {}


def _refusal(response: httpx.Response) -> CaptionflowError:
    detail = _document(response).get("detail") or response.reason_phrase
    return _ERRORS.get(response.status_code, BadMessage)(f"The pipeline refused it ({response.status_code}): {detail}")


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds[:6]) if seconds.isdecimal() else 0.0
