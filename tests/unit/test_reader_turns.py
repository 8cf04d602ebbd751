"""Who reads takes turns, and who sends is let in at once (services.http.turns)."""

import asyncio
from typing import Any

from services.http.turns import ReadersTakeTurns


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
