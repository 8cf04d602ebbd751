"""A connection that ends before its handshake was answered is no fault of ours (services.http.sockets)."""

import asyncio
import logging
from typing import Any

import pytest
from uvicorn import Config
from uvicorn.server import ServerState

from services.http.hang_ups import HangUps
from services.http.sockets import QuietSockets

HANDSHAKE = (
    b"GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
NO_FRAME = b"\xff\xff\xff\xff\xff\xff"


class Leaving(asyncio.Transport):
    """Closes as a connection by TLS does: its end is heard of later."""

    closing = False

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""

    def write(self, data: Any) -> None:
        self.sent += data

    def is_closing(self) -> bool:
        return self.closing

    def close(self) -> None:
        self.closing = True

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


async def accepting(scope: Any, receive: Any, send: Any) -> None:
    await receive()
    await send({"type": "websocket.accept"})
    await send({"type": "websocket.send", "text": "ready"})


async def leaving(scope: Any, receive: Any, send: Any) -> None:
    while (await receive())["type"] != "websocket.disconnect":
        pass


async def failing(scope: Any, receive: Any, send: Any) -> None:
    raise RuntimeError("A fault of ours.")


async def ended(app: Any, *, by: str) -> Leaving:
    """The handshake has come and is not answered yet when it ends."""
    config = Config(HangUps(app), ws=QuietSockets, log_config=None)
    config.load()
    transport = Leaving()
    protocol = QuietSockets(config, ServerState(), {})
    protocol.connection_made(transport)
    protocol.data_received(HANDSHAKE)
    if by == "peer":
        protocol.data_received(NO_FRAME)
    else:
        protocol.shutdown()
    assert transport.closing
    running = list(protocol.tasks)
    assert running
    await asyncio.wait_for(asyncio.gather(*running), 30)
    protocol.connection_lost(None)
    return transport


@pytest.mark.parametrize(("app", "by"), [(accepting, "peer"), (accepting, "server"), (leaving, "peer")])
async def test_an_end_before_the_answer_is_no_error(app: Any, by: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO):
        await ended(app, by=by)
    assert not caplog.records


async def test_a_fault_of_the_application_is_told_all_the_same(caplog: pytest.LogCaptureFixture) -> None:
    await ended(failing, by="peer")
    assert [one.levelname for one in caplog.records] == ["ERROR"]
    assert "A fault of ours." in caplog.text
