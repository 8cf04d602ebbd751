"""A running captionflow as who sends a file sees it: its API over HTTP, with retries that repeat nothing."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
import structlog

from captionflow.errors import (
    UNDECODABLE,
    BadMessage,
    CaptionflowError,
    Conflict,
    NotFound,
    TooLarge,
    Unauthorized,
    Unavailable,
)
from captionflow.messages import Draft
from captionflow.retrying import LONGEST_SECONDS, Backoff

log = structlog.get_logger(__name__)

_FIRST_SECONDS = 0.2
_LONGEST_LOOK_SECONDS = 1.0
_TRY_AGAIN = frozenset({408, 425, 429})
_ERRORS: dict[int, type[CaptionflowError]] = {
    401: Unauthorized,
    404: NotFound,
    409: Conflict,
    413: TooLarge,
}


class ServedTurn(msgspec.Struct, frozen=True):
    """Of a turn, what counts."""

    speaker: str | None
    paragraphs: tuple[str, ...]


class ServedSession(msgspec.Struct, frozen=True):
    """Of a session, what the text may say."""

    title: str = ""
    date: str | None = None
    status: str = ""


class Transcript(msgspec.Struct, frozen=True):
    """A transcript as it is served, without the head."""

    last_seq: int = 0
    session: ServedSession = ServedSession()
    turns: tuple[ServedTurn, ...] = ()


class PipelineClient:
    """``ArchiveTarget`` of one session and language there; None is the floor's language.

    ``client`` has the pipeline's address as its ``base_url``, and the token among its headers if there is one.
    A request that fails because the pipeline is not there or says 5xx is sent again until ``patience`` seconds have
    gone by without success, then ``Unavailable`` is raised; any other refusal is raised at once. ``waiting`` is told
    before each repetition. ``undated``: a draft without a time has none; otherwise it is said now.
    """

    def __init__(  # noqa: PLR0913 - sleep and chance are for tests
        self,
        client: httpx.AsyncClient,
        session: str,
        *,
        language: str | None = None,
        undated: bool = False,
        patience: float = 300.0,
        waiting: Callable[[str], None] = lambda _reason: None,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._session = session
        self._path = f"/v1/sessions/{quote(session, safe='')}"
        self._query = {} if language is None else {"lang": language}
        self._undated = undated
        self._patience = patience
        self._waiting = waiting
        self._sleep = sleep
        self._chance = chance

    async def ensure_session(self, **fields: Any) -> dict[str, Any]:
        """Announce the session if it does not exist, with ``fields`` as in ``POST /v1/sessions``.

        Gives the session as it is there, by the fields of the API.
        """
        try:
            return await self._request("GET", self._path)
        except NotFound:
            try:
                return await self._request("POST", "/v1/sessions", json={"id": self._session, **fields})
            except Conflict:
                log.debug("session_was_announced_meanwhile", session=self._session)
                return await self._request("GET", self._path)

    async def last_number(self, sender: str) -> int | None:
        """The highest number of this sender that is durable."""
        answer = await self._request("GET", f"{self._path}/lines/last", params={**self._query, "sender": sender})
        number = answer.get("number")
        return number if isinstance(number, int) else None

    async def send(self, drafts: Sequence[Draft]) -> int:
        """See ``Target``."""
        body: dict[str, Any] = {"sender": drafts[0].sender, "lines": [_sent(draft) for draft in drafts]}
        if self._undated:
            body["undated"] = True
        answer = await self._request("POST", f"{self._path}/lines", params=self._query, json=body)
        try:
            return int(answer["receipts"][-1]["seq"])
        except (LookupError, TypeError, ValueError) as error:
            raise NotFound(
                f"{self._client.base_url} answered without receipts: is this captionflow's address?"
            ) from error

    async def serves_transcripts(self) -> bool:
        """Whether transcripts can be read at this address; an ingest of its own has none."""
        try:
            await self._request("OPTIONS", f"{self._path}/transcript.json")
        except NotFound:
            return False
        except BadMessage:  # it has no OPTIONS, but it is there
            pass
        return True

    async def transcript(self, seq: int) -> Transcript:
        """The transcript and what it says of its session, once they reflect the line with this ``seq``.

        That line ends the session: what the text says of it may come later than the turns, and has the end too.

        Raises:
            Unavailable: it does not get there.
        """
        backoff = Backoff(longest_seconds=_LONGEST_LOOK_SECONDS, chance=self._chance)
        waited, reached = 0.0, 0
        while True:
            try:
                answer = await self._answer("GET", f"{self._path}/transcript.json", params=self._query)
                found = msgspec.json.decode(answer, type=Transcript)
            except NotFound:  # another process took the lines, and this one has not heard of them yet
                found = Transcript()
            if found.last_seq > seq or (found.last_seq == seq and found.session.status == "finished"):
                return found
            if found.last_seq > reached:
                waited, reached = 0.0, found.last_seq
            if waited >= self._patience:
                raise Unavailable(
                    f"{self._client.base_url} has all lines of {self._session!r}, but its transcript stands "
                    f"still for {waited:.0f} s: look at /readyz there, then give the same command again."
                )
            pause = backoff.failed()
            await self._sleep(pause)
            waited += pause

    async def announce(self, event: str) -> None:
        """See ``ArchiveTarget``."""
        fields: dict[str, Any] = {"event": event} if event else {}
        await self.ensure_session(**fields, **({"languages": [self._query["lang"]]} if self._query else {}))

    async def _request(
        self, method: str, path: str, *, params: dict[str, str] | None = None, json: Any = None
    ) -> dict[str, Any]:
        return _document(await self._answer(method, path, params=params, json=json))

    async def _answer(self, method: str, path: str, *, params: dict[str, str] | None = None, json: Any = None) -> bytes:
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
                    return response.content
                if response.status_code < HTTPStatus.INTERNAL_SERVER_ERROR and response.status_code not in _TRY_AGAIN:
                    raise _refusal(response)
                reason = f"HTTP {response.status_code}"
                asked = _retry_after(response)
            if waited >= self._patience:
                raise Unavailable(
                    f"No captionflow at {self._client.base_url} took it for {waited:.0f} s ({reason}): start it with "
                    "`captionflow run`, then give the same command again, and it goes on from here."
                )
            pause = max(backoff.failed(), min(asked, LONGEST_SECONDS))
            log.debug("request_will_be_repeated", path=path, reason=reason, seconds=pause)
            self._waiting(reason)
            await self._sleep(pause)
            waited += pause


def _sent(draft: Draft) -> dict[str, Any]:
    line: dict[str, Any] = msgspec.to_builtins(draft)
    del line["sender"]
    return {**line, "eol": False}


def _document(body: bytes) -> dict[str, Any]:
    try:
        document = msgspec.json.decode(body)
    except UNDECODABLE:
        document = None
    return document if isinstance(document, dict) else {}


def _refusal(response: httpx.Response) -> CaptionflowError:
    detail = _document(response.content).get("detail") or response.reason_phrase
    return _ERRORS.get(response.status_code, BadMessage)(f"The pipeline refused it ({response.status_code}): {detail}")


def _retry_after(response: httpx.Response) -> float:
    seconds = response.headers.get("Retry-After", "")
    return float(seconds[:6]) if seconds.isdecimal() else 0.0
