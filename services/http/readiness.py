"""The answer to ``/readyz``: whether the parts of the process can work now."""

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping
from types import MappingProxyType
from typing import Any, Final

from starlette.responses import JSONResponse

CHECK_SECONDS: Final = 2.0
"""How long the answer of a part may take."""

PROBE: Final = "readyz"
"""A session that does not exist, to ask for."""

Check = Callable[[], Awaitable[object]]
"""Asks a part that is needed; raises when it can't answer."""
Waiting = Callable[[], str]
"""What a part waits for, in a sentence; empty when it works."""


class Readiness:
    """Parts that are asked (``checks``) and parts that tell (``waiting``), by name.

    Without those that are ``dispensable`` the process is ready but can do less, which the answer says.
    """

    def __init__(
        self,
        *,
        checks: Mapping[str, Check] = MappingProxyType({}),
        waiting: Mapping[str, Waiting] = MappingProxyType({}),
        dispensable: Container[str] = (),
    ) -> None:
        self._checks = checks
        self._waiting = waiting
        self._dispensable = dispensable
        self.ready = False
        """What ``answer`` said last."""

    def waits_for(self) -> dict[str, str]:
        """What the parts that tell wait for now, by name; nobody is asked."""
        return {name: reason for name, ask in self._waiting.items() if (reason := ask())}

    async def missing(self) -> dict[str, str]:
        """The parts that can't work now, by name, and why."""
        return await self._failing() | self.waits_for()

    async def answer(self) -> JSONResponse:
        """200 or 503, with ``{"ready": bool, "waiting_for": {name: reason}, "without": {name: reason}}``."""
        missing = await self.missing()
        waiting_for = {name: reason for name, reason in missing.items() if name not in self._dispensable}
        without = {name: reason for name, reason in missing.items() if name in self._dispensable}
        self.ready = not waiting_for
        document: dict[str, Any] = {"ready": self.ready, "waiting_for": waiting_for, "without": without}
        return JSONResponse(document, 503 if waiting_for else 200)

    async def _failing(self) -> dict[str, str]:
        results = await asyncio.gather(*(_reason(check) for check in self._checks.values()))
        return {name: result for name, result in zip(self._checks, results, strict=True) if result}


async def _reason(check: Check) -> str:
    """Why it can't answer; empty if it can."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await check()
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is not ready
        return str(error) or type(error).__name__
    return ""
