"""``/healthz`` and ``/readyz``, for whoever watches over the process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Container, Mapping
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import JSONResponse

from captionflow.ports import SearchQuery, SessionFilter
from services.api.openapi import answers

if TYPE_CHECKING:
    from captionflow.ports import LineLog, SessionStore
    from captionflow.wiring import Adapters

CHECK_SECONDS = 2.0
PROBE = "readyz"

_ALIVE = {"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}}
_READY = {
    "type": "object",
    "required": ["ready", "waiting_for", "without"],
    "properties": {
        "ready": {"type": "boolean"},
        "waiting_for": {"type": "object", "additionalProperties": {"type": "string"}},
        "without": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


Check = Callable[[], Awaitable[object]]
"""Asks a part that is needed; raises when it can't answer."""
Waiting = Callable[[], str]
"""What a part waits for, in a sentence; empty when it goes on."""


def checks(adapters: Adapters) -> dict[str, Check]:
    """One for each adapter of an API, by its field's name."""
    return door_checks(adapters.line_log, adapters.sessions) | {
        "turn_store": lambda: adapters.turn_store.last_seq(PROBE, "en"),
        "search": lambda: adapters.search.search(SearchQuery(text=PROBE, limit=1)),
    }


def door_checks(line_log: LineLog, sessions: SessionStore) -> dict[str, Check]:
    """Those of what takes lines."""
    return {
        "line_log": lambda: line_log.last_number(PROBE, "en", PROBE),
        "sessions": lambda: sessions.list(SessionFilter(event=PROBE)),
    }


def router(needed: Mapping[str, Check], waiting: Mapping[str, Waiting], dispensable: Container[str]) -> APIRouter:
    """The routes. Without what is ``dispensable`` the process is ready, and can do less: that is told too."""
    routes = APIRouter(tags=["operations"])

    @routes.get("/healthz", summary="The process is alive", responses={200: answers(_ALIVE, {"status": "alive"})})
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get(
        "/readyz",
        summary="Everything that it needs answers",
        responses={
            200: answers(_READY, {"ready": True, "waiting_for": {}, "without": {}}, "Everything answers"),
            503: answers(
                _READY,
                {"ready": False, "waiting_for": {"line_log": "no answer within 2 s"}, "without": {}},
                "Something does not",
            ),
        },
    )
    async def ready() -> JSONResponse:
        missing = await _failing(needed) | {name: reason for name, ask in waiting.items() if (reason := ask())}
        waiting_for = {name: reason for name, reason in missing.items() if name not in dispensable}
        without = {name: reason for name, reason in missing.items() if name in dispensable}
        document = {"ready": not waiting_for, "waiting_for": waiting_for, "without": without}
        return JSONResponse(document, 503 if waiting_for else 200)

    return routes


async def _failing(checks: Mapping[str, Check]) -> dict[str, str]:
    """What is wrong with those that can't answer."""
    results = await asyncio.gather(*(_check(one) for one in checks.values()))
    return {name: result for name, result in zip(checks, results, strict=True) if result}


async def _check(ask: Check) -> str:
    """What is wrong, or nothing."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await ask()
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is not ready
        return str(error) or type(error).__name__
    return ""
