"""Reads a request's body without trusting its sender: not above a size, not for ever."""

import asyncio

from fastapi import HTTPException, Request
from starlette.requests import ClientDisconnect

from captionflow.errors import BadMessage, TooLarge


async def read_body(request: Request, *, limit: int, seconds: float) -> bytes:
    """The whole body.

    Raises ``TooLarge`` as soon as it is known to be above ``limit`` bytes, by its ``Content-Length`` or by what came;
    ``HTTPException`` 408 when it takes longer than ``seconds``; ``BadMessage`` when the sender hung up.
    """
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length[:20]) > limit:
        raise _too_large(limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise _too_large(limit)
                chunks.append(chunk)
    except TimeoutError as error:
        raise HTTPException(408, f"The body did not arrive within {seconds:g} seconds: send it again.") from error
    except ClientDisconnect as error:
        raise BadMessage("The sender hung up before the body was complete.") from error
    return b"".join(chunks)


def _too_large(limit: int) -> TooLarge:
    return TooLarge(f"The body is above {limit} bytes, the limit of this server: send fewer lines at once.")
