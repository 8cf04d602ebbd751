"""A client that has gone ends a request without an error; every other error of the application goes on."""

from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect
from structlog.testing import capture_logs

from services.http.hang_ups import HangUps
from services.http.middleware import RequestLog

SCOPE = {
    "type": "http",
    "method": "GET",
    "path": "/",
    "headers": [],
    "query_string": b"",
    "asgi": {"spec_version": "2.4"},
}


async def asked(app: ASGIApp, *, send_fails: BaseException | None = None, kind: str = "http") -> list[Any]:
    """What is logged of a request."""

    async def receive() -> Message:
        return {"type": f"{kind}.disconnect"}

    async def send(_: Message) -> None:
        if send_fails is not None:
            raise send_fails

    with capture_logs() as logs:
        await RequestLog(HangUps(app))({**SCOPE, "type": kind}, receive, send)
    return [(one["event"], one["log_level"]) for one in logs]


def raising(error: BaseException) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        raise error

    return app


@pytest.mark.parametrize("gone", [ClientDisconnect(), ExceptionGroup("tasks", [ClientDisconnect()])])
async def test_a_client_that_has_gone_is_one_line_at_debug(gone: Exception) -> None:
    assert await asked(raising(gone)) == [("client_hung_up", "debug")]


async def test_so_is_one_whose_connection_breaks_in_the_answer() -> None:
    async def streamed(_: Request) -> StreamingResponse:
        return StreamingResponse(iter([b"some", b"more"]))

    app = Starlette(routes=[Route("/", streamed)])
    assert await asked(app, send_fails=BrokenPipeError()) == [("client_hung_up", "debug")]


async def test_so_is_a_socket_that_has_gone() -> None:
    assert await asked(raising(WebSocketDisconnect()), kind="websocket") == [("client_hung_up", "debug")]


@pytest.mark.parametrize(
    "fault", [RuntimeError(), OSError("the disk is full"), ExceptionGroup("tasks", [ClientDisconnect(), ValueError()])]
)
async def test_a_fault_of_ours_goes_on_to_who_logs_it(fault: Exception) -> None:
    with pytest.raises(type(fault)):
        await asked(raising(fault))
