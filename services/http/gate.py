"""The gate itself: what a connection may do is found out here, for HTTP and WebSocket alike."""

from __future__ import annotations

import asyncio
import ipaddress
import math
import time
from collections import defaultdict
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

from starlette.websockets import WebSocketClose

from captionflow.access import EVERYTHING, NOBODY, Grant
from captionflow.errors import CaptionflowError, Unavailable
from services.http.access import GRANT, KEYED, VISIT, Visit
from services.http.connections import SENDS, shares_of_process
from services.http.credentials import Credentials, credentials
from services.http.limits import SAFE_METHODS, Limits, share_of_address, use_of
from services.http.login import wants_page, welcome
from services.http.problems import ProblemError, problem
from services.http.transport import taken_over, when_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from captionflow.keys import Key, KeyStore
    from captionflow.ports import SessionStore
    from captionflow.settings import Settings
    from services.http.limits import Refusal, Use
    from services.http.transport import TakenOver

_ALWAYS: Final = frozenset({"/healthz", "/readyz", "/metrics"})
"""Whoever supervises the process is told how it is, however busy it is."""
_CHALLENGE: Final = {"WWW-Authenticate": 'Bearer realm="captionflow"'}
_NEEDED: Final = (
    "This needs a key: Authorization: Bearer <key>, or key=<key> in a tool's address; commands send CAPTIONFLOW_KEY."
)
_NO_KEYS: Final = "This needs a key, and there is none yet: `captionflow keys create --role admin` makes the first one."
_UNKNOWN: Final = "The key is not known here, or was revoked: ask who gave it to you for the one that is used now."
_FOREIGN: Final = "The request comes from a page of another site: that needs a key in the address, or as Bearer."
_NOTE_EVERY: Final = timedelta(minutes=1)
"""How exact the last use of a key is."""


class Access:
    """Whom an installation lets in.

    Where no key was ever made, who is at this machine may do everything: a server that listens there alone is reached
    by nobody else, unless through a proxy, which is told by its headers or by the public address. A page of another
    site that is open in a browser here is not let in, nor one whose host name was pointed at this machine.
    """

    def __init__(self, keys: KeyStore, sessions: SessionStore, settings: Settings) -> None:
        self.keys = keys
        self.sessions = sessions
        self.public_host = "" if settings.public_url is None else urlsplit(settings.public_url).netloc
        self._local = is_local(settings)
        self._hosts = {settings.host.casefold(), _hostname(self.public_host)}
        self.limits = Limits(
            key_requests=settings.key_requests,
            address_requests=settings.address_requests,
            address_streams=settings.address_streams or share_of_address(settings.max_readers),
            readers=shares_of_process().readers,
        )
        self._noted: dict[str, datetime] = {}
        self._noting: set[asyncio.Task[None]] = set()
        self._held: defaultdict[str, set[Callable[[], None]]] = defaultdict(set)
        keys.on_revoked(self._revoked)

    def grant(self, asked: Credentials, address: str) -> tuple[Grant, CaptionflowError, Key | None]:
        """What is granted, why everything else is refused, and the key."""
        try:
            ring = self.keys.ring
        except Unavailable as error:
            return NOBODY, Unavailable(str(error), retry_after=error.retry_after), None
        if ring.empty:
            return (*self._without_keys(asked, address), None)
        if not asked.secret:
            return NOBODY, ProblemError("unauthorized", _NEEDED, headers=_CHALLENGE), None
        key = ring.find(asked.secret)
        if key is None:
            return NOBODY, ProblemError("forbidden", _UNKNOWN), None
        if asked.place == "cookie" and not asked.own:
            return NOBODY, ProblemError("forbidden", _FOREIGN), None
        self._note(key)
        told = f"The key {key.name!r} ({key.role}) may not do this here."
        return key.grant, ProblemError("forbidden", told), key

    @contextmanager
    def holding(self, key: Key) -> Iterator[asyncio.Event]:
        """Set when the key is revoked while a connection of it is open."""
        revoked = asyncio.Event()
        self._held[key.id].add(revoked.set)
        try:
            yield revoked
        finally:
            self._let_go(key.id, revoked.set)

    def hold(self, key: Key, taken: TakenOver) -> None:
        """Drop a connection that was taken over when its key is revoked."""
        self._held[key.id].add(taken.drop)
        taken.when_lost(partial(self._let_go, key.id, taken.drop))

    def _let_go(self, key: str, call: Callable[[], None]) -> None:
        self._held[key].discard(call)
        if not self._held[key]:
            del self._held[key]

    def _without_keys(self, asked: Credentials, address: str) -> tuple[Grant, CaptionflowError]:
        if not self._local or not _is_loopback(address):
            return NOBODY, ProblemError("unauthorized", _NO_KEYS, headers=_CHALLENGE)
        if not (asked.host in self._hosts or _is_loopback(asked.host) or not asked.host):
            told = f"This server is not known as {asked.host[:80]!r}: set CAPTIONFLOW_PUBLIC_URL, or make keys."
            return NOBODY, ProblemError("forbidden", told)
        if not asked.own:
            return NOBODY, ProblemError("forbidden", _FOREIGN)
        return EVERYTHING, ProblemError("forbidden", "Nobody may do this.")

    def _note(self, key: Key) -> None:
        now = datetime.now(UTC)
        before = self._noted.get(key.id)
        if before is not None and now - before < _NOTE_EVERY:
            return
        self._noted[key.id] = now
        task = asyncio.create_task(self._write(key.id, now))
        self._noting.add(task)
        task.add_done_callback(self._noting.discard)

    async def _write(self, key: str, at: datetime) -> None:
        with suppress(CaptionflowError):  # the next use is noted again
            await self.keys.note_uses({key: at})

    def _revoked(self, key: Key) -> None:
        for call in tuple(self._held.get(key.id, ())):
            call()


class AccessGate:
    """Puts the grant of a connection into its scope, and takes the key out of it, so that nothing can repeat it."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self.app = app
        self._access = access

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Find it out and pass on."""
        if scope["type"] == "lifespan":  # the server's own event for the application, without a connection
            await self.app(scope, receive, send)
            return
        method = scope.get("method", "")
        asked = credentials(
            scope["headers"],
            scope["query_string"],
            safe=method in SAFE_METHODS,
            public_host=self._access.public_host,
        )
        scope["query_string"] = asked.query
        client = scope.get("client") or ("",)
        grant, refusal, key = self._access.grant(asked, client[0])
        scope[GRANT] = grant
        scope[KEYED] = bool(asked.secret)
        scope[VISIT] = Visit(self._access.sessions, refusal)
        limits, use = self._access.limits, use_of(scope["type"], method, grant, key, client[0])
        if method not in SAFE_METHODS:
            receive = _counted(use, limits, receive)
        no = limits.asked(use, time.monotonic())
        if no is None and scope["path"] in _ALWAYS:
            await self._admitted(scope, receive, send, asked, key)
        elif no is not None or (no := limits.begin(use)) is not None:
            await _refused(scope, no)(scope, receive, send)
        else:
            scope.setdefault("state", {})[SENDS] = use.sends
            try:
                await self._admitted(scope, receive, send, asked, key)
            finally:
                when_over(scope, partial(limits.end, use))

    async def _admitted(self, scope: Scope, receive: Receive, send: Send, asked: Credentials, key: Key | None) -> None:
        if asked.place == "query" and asked.secret:
            send = _without_referrer(send)
            if key is not None and wants_page(scope):
                await welcome(scope, asked.secret)(scope, receive, send)
                return
        if key is None or scope.get("method", "") not in {"GET", ""}:
            await self.app(scope, receive, send)
            return
        with self._access.holding(key) as revoked:
            await self.app(scope, _until(revoked, receive, scope["type"]), send)
            if (taken := taken_over(scope)) is not None:
                self._access.hold(key, taken)


def _refused(scope: Scope, no: Refusal) -> ASGIApp:
    """The answer to who asks too much."""
    if scope["type"] == "websocket":
        return WebSocketClose(1013, no.detail)  # "try again later", IANA's registry
    return problem(no.code, no.detail, headers={"Retry-After": str(math.ceil(no.seconds))})


def _counted(use: Use, limits: Limits, receive: Receive) -> Receive:
    async def receive_counted() -> Message:
        message = await receive()
        size = len(message.get("body", b"") or message.get("bytes") or message.get("text") or b"")
        limits.received(use, size, time.monotonic())
        return message

    return receive_counted


def is_local(settings: Settings) -> bool:
    """Whether only this machine can reach a server with these settings, as far as they say."""
    public = settings.public_url
    return _is_loopback(settings.host) and (public is None or _is_loopback(_hostname(urlsplit(public).netloc)))


def _until(revoked: asyncio.Event, receive: Receive, kind: str) -> Receive:
    """As if the client had gone, as soon as its key was revoked."""

    async def receive_until() -> Message:
        if revoked.is_set():
            return {"type": f"{kind}.disconnect", "code": 1008}
        receiving = asyncio.ensure_future(receive())
        waiting = asyncio.ensure_future(revoked.wait())
        try:
            await asyncio.wait([receiving, waiting], return_when=asyncio.FIRST_COMPLETED)
            if receiving.done():
                return receiving.result()
            return {"type": f"{kind}.disconnect", "code": 1008}
        finally:
            receiving.cancel()
            waiting.cancel()

    return receive_until


def _without_referrer(send: Send) -> Send:
    """No page, script or image that the answer leads to is told the address."""

    async def send_without(message: Message) -> None:
        if message["type"] == "http.response.start":
            message = {**message, "headers": [*message.get("headers", ()), (b"referrer-policy", b"no-referrer")]}
        await send(message)

    return send_without


def _hostname(netloc: str) -> str:
    return (urlsplit(f"//{netloc}").hostname or "").casefold()


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
