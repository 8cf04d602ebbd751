"""Who reads takes turns, and who sends is let in at once (services.http.turns)."""

import asyncio
from typing import Any

import pytest

from services.http import turns
from services.http.turns import HANG_UP_SECONDS, HANG_UPS, ReadersTakeTurns
from tests.waiting import until


class Begun:
    def __init__(self) -> None:
        self.paths: list[str] = []

    async def __call__(self, scope: Any, *_: Any) -> None:
        self.paths.append(scope["path"])


async def asked(app: ReadersTakeTurns, method: str, path: str) -> None:
    await app({"type": "http", "method": method, "path": path}, None, None)  # type: ignore[arg-type]


async def test_a_line_waits_for_no_reader_who_came_before_it() -> None:
    begun = Begun()
    app = ReadersTakeTurns(begun)
    readers = [asyncio.create_task(asked(app, "GET", f"/{n}")) for n in range(20)]
    await asyncio.sleep(0)
    await asked(app, "POST", "/lines")
    assert begun.paths.index("/lines") <= 1
    readers[5].cancel()
    await asyncio.gather(*readers, return_exceptions=True)
    assert begun.paths == ["/lines", *(f"/{n}" for n in range(20) if n != 5)]
    await asked(app, "GET", "/again")
    assert begun.paths[-1] == "/again"


class Client:
    """What the server knows of one who asks."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.disconnected = False
        self.response_complete = False

    async def receive(self) -> Any:
        raise AssertionError("nobody reads")

    async def ask(self, app: ReadersTakeTurns, path: str) -> None:
        scope = {"type": "http", "method": "GET", "path": path, "client": (self.address, 1)}
        await app(scope, self.receive, None)  # type: ignore[arg-type]


class HangsUp(Begun):
    """Whoever asks for ``/left`` does not wait for the answer."""

    async def __call__(self, scope: Any, receive: Any, *_: Any) -> None:
        await super().__call__(scope)
        if scope["path"] == "/left":
            receive.__self__.disconnected = True


async def left_again_and_again(app: ReadersTakeTurns, address: str) -> None:
    """Until it has to wait."""
    while not app._resting:
        await Client(address).ask(app, "/left")


async def test_an_address_that_hangs_up_again_and_again_waits_and_no_other_does(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns, "REST_SECONDS", 3_600.0)
    begun = HangsUp()
    app = ReadersTakeTurns(begun)
    await left_again_and_again(app, "192.0.2.1")
    waiting = asyncio.create_task(Client("192.0.2.1").ask(app, "/waits"))
    await asyncio.sleep(0)
    await Client("192.0.2.2").ask(app, "/other")
    await asked(app, "POST", "/lines")
    assert begun.paths[-2:] == ["/other", "/lines"]
    assert set(begun.paths[:-2]) == {"/left"}
    waiting.cancel()


async def test_nothing_is_done_for_who_has_gone_when_its_turn_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns, "REST_SECONDS", 0.0)
    begun = HangsUp()
    app = ReadersTakeTurns(begun)
    await left_again_and_again(app, "2001:db8:1:2::1")
    clients = [Client(f"2001:db8:1:2::{n}") for n in range(5)]  # of one network, which counts as one address
    clients[0].disconnected = clients[2].disconnected = True
    waiting = [asyncio.create_task(client.ask(app, f"/{n}")) for n, client in enumerate(clients)]
    await asyncio.sleep(0)
    waiting[3].cancel()
    await asyncio.gather(*waiting, return_exceptions=True)
    assert [path for path in begun.paths if path != "/left"] == ["/1", "/4"]
    await until(lambda: not app._resting)


async def test_who_was_answered_and_who_hangs_up_now_and_then_has_not_to_wait() -> None:
    begun = HangsUp()
    app = ReadersTakeTurns(begun)
    for _ in range(2 * int(HANG_UPS * HANG_UP_SECONDS)):
        answered = Client("192.0.2.1")
        answered.response_complete = True
        await answered.ask(app, "/left")
    for _ in range(int(HANG_UPS * HANG_UP_SECONDS) // 2):
        await Client("192.0.2.1").ask(app, "/left")
    assert not app._resting
