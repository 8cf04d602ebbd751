"""How answers are kept and packed: ``Cache-Control``, ``ETag`` with 304, and gzip. Streams and sockets pass untouched.

An answer that is whole is packed whole; one that is made while it is sent (``InPieces``), piece by piece, each of which
can be read at once. What is large is packed away from the event loop by one thread; while too much waits for that,
answers are sent as they are. Equal bodies that are to be packed at once are packed once, and what many get at once goes
out in turns. What is packed already (files, documents) says so, and is left alone.
"""

from __future__ import annotations

import asyncio
from functools import partial
from http import HTTPStatus
from typing import TYPE_CHECKING, Final

from starlette.datastructures import Headers, MutableHeaders

from captionflow.errors import Unavailable
from services.http.access import KEYED
from services.http.crowd import Crowd
from services.http.negotiation import has, takes_gzip
from services.http.off_loop import OffLoop
from services.http.outflow import IN_PIECES, PIECE_BYTES
from services.http.packing import (
    MIN_BYTES,
    Packer,
    gives_nothing_away,
    is_compressible,
    kept,
    packed,
    tag,
    varying,
)
from services.http.rounds import Rounds

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_OF_A_BODY: Final = ("content-length", "content-type")


class Delivery:
    """Middleware; see the module. It is inside of the gate, which tells it whether there is a key."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._work = OffLoop("packing")
        self._crowd: Crowd[bytes] = Crowd()
        self.rounds = Rounds()
        """In which what is large goes out."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on."""
        answering = _Answer(self, scope, send).send if scope["type"] == "http" else send
        await self.app(scope, receive, answering)

    async def packed(self, body: bytes) -> bytes:
        """The body as gzip.

        Raises:
            Unavailable: too much waits for that.
        """
        return await self._crowd.answer(body, partial(self._pack, body))

    async def _pack(self, body: bytes) -> bytes:
        return packed(body) if len(body) <= PIECE_BYTES else await self._work.run(partial(packed, body))


class _Answer:
    """One answer. Its start is held until it is known how its body is sent, which is at once."""

    def __init__(self, delivery: Delivery, scope: Scope, send: Send) -> None:
        self._delivery = delivery
        self._scope = scope
        self._send = send
        self._asked = Headers(scope=scope)
        self._keyed: bool = scope.get(KEYED, False)
        self._start: Message | None = None
        self._packer: Packer | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            await self._begin(message)
        elif self._start is not None:
            await self._whole(self._start, message)
        elif self._packer is not None:
            await self._piece(self._packer, message)
        else:
            await self._send(message)

    async def _begin(self, start: Message) -> None:
        headers = MutableHeaders(raw=list(start["headers"]))
        self._keep(start["status"], headers)
        packable = is_compressible(headers.get("content-type", "")) and "content-encoding" not in headers
        if packable:
            headers["vary"] = varying(headers.get("vary"), "Accept-Encoding")
        start = {**start, "headers": headers.raw}
        if packable and IN_PIECES in self._scope:
            if self._packs(start):
                del headers["content-length"]
                headers["content-encoding"] = "gzip"
                self._packer = Packer()
            await self._send({**start, "headers": headers.raw})
        elif packable and "content-length" in headers:
            self._start = start
        else:
            await self._send(start)

    def _keep(self, status: int, headers: MutableHeaders) -> None:
        if self._scope["method"] == "GET" and (self._keyed or status in {HTTPStatus.OK, HTTPStatus.NOT_MODIFIED}):
            headers["cache-control"] = kept(headers.get("cache-control"), keyed=self._keyed)

    def _packs(self, start: Message) -> bool:
        method, query = self._scope["method"], self._scope["query_string"]
        return takes_gzip(self._asked.get("accept-encoding")) and gives_nothing_away(
            method, start["status"], query, keyed=self._keyed
        )

    async def _whole(self, start: Message, message: Message) -> None:
        self._start = None
        headers, body = MutableHeaders(raw=start["headers"]), message.get("body", b"")
        if not message.get("more_body", False):
            if self._is_new_each_time(start["status"], headers):
                headers["etag"] = tag(body)
                if has(self._asked.get("if-none-match"), headers["etag"].removeprefix("W/")):
                    start, body = {**start, "status": HTTPStatus.NOT_MODIFIED}, b""
                    for name in _OF_A_BODY:
                        del headers[name]
            large = len(body) >= MIN_BYTES
            if large and self._packs(start):
                body = await self._pack(headers, body)
            if large:
                await self._delivery.rounds.turn()
        await self._send({**start, "headers": headers.raw})
        await self._send({**message, "body": body})

    def _is_new_each_time(self, status: int, headers: Headers) -> bool:
        """Whether it may be kept, and nothing says yet which one it is."""
        may_be_kept = self._scope["method"] == "GET" and status == HTTPStatus.OK
        return may_be_kept and headers.get("cache-control") == "no-cache" and "etag" not in headers

    async def _pack(self, headers: MutableHeaders, body: bytes) -> bytes:
        try:
            small = await self._delivery.packed(body)
        except Unavailable:
            return body
        if "etag" in headers and not headers["etag"].startswith("W/"):
            headers["etag"] = f"W/{headers['etag']}"
        headers["content-encoding"] = "gzip"
        headers["content-length"] = str(len(small))
        return small

    async def _piece(self, packer: Packer, message: Message) -> None:
        last = not message.get("more_body", False)
        work = partial(packer.add, message.get("body", b""), last=last)
        large = len(message.get("body", b"")) > PIECE_BYTES
        await self._send({**message, "body": await asyncio.to_thread(work) if large else work()})
