"""Bodies of requests: how large, slow and in what coding they may be, and JSON. A message never repeats the body."""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Final, TypeVar

import msgspec
from starlette.requests import ClientDisconnect

from captionflow.errors import UNDECODABLE, BadMessage, TooLarge, WrongKind
from services.http.heads import SENDING
from services.http.problems import ProblemError, problem

if TYPE_CHECKING:
    from collections.abc import Iterator

    from starlette.requests import Request
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

BODY_SECONDS: Final = 30.0
"""How long a body may take to arrive."""

CODINGS: Final = frozenset({"aes128gcm", "br", "compress", "deflate", "gzip", "x-compress", "x-gzip", "zstd"})
"""Those of IANA's registry that are in use (RFC 9110, section 8.4.1). Other names are none: some tools write
``Content-Encoding: utf-8``, and mean the body as it is."""

_WHERE = re.compile(r" - at `\$\.?([\w.\[\]]*)`$")
_PATTERNS = {
    "id": "an id is 1 to 80 of a-z, 0-9, _ and -, and begins with a letter or a digit",
    "languages": "a language is a BCP 47 tag such as en, pt-BR or zh-Hans",
}
"""What the regular expressions of fields mean in words, by the field's name."""

_Wanted = TypeVar("_Wanted")


class BodyLimit:
    """Refuses a body above ``max_bytes``, by its announced length or while it comes in, and one that takes too long.

    One that is coded is refused, too (415): read as it is, it would be somebody's caption.
    """

    def __init__(self, app: ASGIApp, *, max_bytes: int, seconds: float = BODY_SECONDS) -> None:
        self.app = app
        self.max_bytes = max_bytes
        self.seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with an eye on what comes."""
        if scope["type"] != "http" or scope["method"] not in SENDING:
            await self.app(scope, receive, send)
            return
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced[:20]) > self.max_bytes:
            refusal = problem("too-large", self._detail, limit=self.max_bytes, headers={"Connection": "close"})
            await refusal(scope, receive, send)
            return
        coding = next(_codings(scope), None)
        if coding is not None:
            detail = f"The body comes as {coding}, and bodies are read as they are: send it uncoded."
            headers = {"Accept-Encoding": "identity", "Connection": "close"}
            await problem("unsupported-media-type", detail, headers=headers)(scope, receive, send)
            return
        await self.app(scope, self._limited(receive), send)

    def _limited(self, receive: Receive) -> Receive:
        received = 0
        complete = False
        deadline = asyncio.get_running_loop().time() + self.seconds

        async def receive_limited() -> Message:
            nonlocal received, complete
            if complete:  # after the body comes only the disconnect, whenever that is
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                detail = f"The body did not arrive within {self.seconds:g} seconds: send it again."
                raise ProblemError("request-timeout", detail) from error
            complete = not message.get("more_body", False)
            received += len(message.get("body", b""))
            if received > self.max_bytes:
                raise TooLarge(self._detail)
            return message

        return receive_limited

    @property
    def _detail(self) -> str:
        return f"The body has more than {self.max_bytes} bytes: send it in smaller pieces."


def _codings(scope: Scope) -> Iterator[str]:
    """Those of the body."""
    for name, value in scope["headers"]:
        if name in {b"content-encoding", b"transfer-encoding"}:
            for coding in value.decode("latin-1").lower().split(","):
                if coding.strip() in CODINGS:
                    yield coding.strip()


def _kind(request: Request) -> str:
    """What the body says it is, or ``""``."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


async def read_body(request: Request) -> bytes:
    """The whole body, within the limits of ``BodyLimit``.

    Raises:
        BadMessage: the sender hung up before it was complete.
        TooLarge: it is above the limit.
        ProblemError: it took too long (408).
    """
    try:
        return await request.body()
    except ClientDisconnect as error:
        raise BadMessage("The sender hung up before the body was complete.") from error


async def body_of_any_kind(request: Request) -> bytes:
    """As ``read_body``, where no content type is asked for: but what is in a form would not be read as what it is.

    Raises:
        WrongKind: it is a form of several parts (415).
        BadMessage, TooLarge, ProblemError: see ``read_body``.
    """
    kind = _kind(request)
    if kind.startswith("multipart/"):
        raise WrongKind(f"The body comes as {kind[:80]!r}: send what is in it, without a form around it.")
    return await read_body(request)


async def json_body(
    request: Request, wanted: type[_Wanted], *, kinds: tuple[str, ...] = ("application/json",)
) -> _Wanted:
    """The body as ``wanted``. Without a content type it counts as JSON.

    Raises:
        WrongKind: its content type is none of ``kinds`` (415).
        BadMessage: it is not JSON in UTF-8 (400), or see ``read_body``.
        ProblemError: it is JSON that does not fit (422).
    """
    kind = _kind(request)
    if kind and kind not in kinds:
        raise WrongKind(f"The body comes as {' or '.join(kinds)}, not as {kind[:80]!r}: set Content-Type.")
    body = await read_body(request)
    try:
        body.decode()
    except UnicodeDecodeError as error:
        raise BadMessage(f"The body is not UTF-8: byte {error.start} can't be read.") from error
    try:
        return msgspec.json.decode(body.removeprefix(b"\xef\xbb\xbf"), type=wanted)
    except msgspec.ValidationError as error:
        raise ProblemError("invalid", _told(str(error))) from error
    except UNDECODABLE as error:
        surrogate = " (a lone surrogate, perhaps)" if rb"\u" in body else ""
        raise BadMessage(f"The body is not JSON{surrogate}: {str(error).rstrip('.')}.") from error


def _told(what: str) -> str:
    """``Expected `str`… - at `$.title``` as a person would say it."""
    where = _WHERE.search(what)
    if where is None:
        return f"{what}."
    field = where[1]
    meaning = _PATTERNS.get(field.partition("[")[0]) if "matching regex" in what else None
    return f"{field}: {meaning or what[: where.start()]}."
