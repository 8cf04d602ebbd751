"""``/healthz`` and ``/readyz``, for whoever watches over the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import JSONResponse

from captionflow.ports import SearchQuery, SessionFilter
from services.api.openapi import answers

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.api.context import Context

CHECK_SECONDS = 2.0
PROBE = "readyz"

_ALIVE = {"type": "object", "required": ["status"], "properties": {"status": {"const": "alive"}}}
_READY = {
    "type": "object",
    "required": ["ready", "waiting_for"],
    "properties": {
        "ready": {"type": "boolean"},
        "waiting_for": {"type": "object", "additionalProperties": {"type": "string"}},
    },
}


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["operations"])
    adapters = context.adapters

    @routes.get("/healthz", summary="The process is alive", responses={200: answers(_ALIVE, {"status": "alive"})})
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get(
        "/readyz",
        summary="Everything that it needs answers",
        responses={
            200: answers(_READY, {"ready": True, "waiting_for": {}}, "Everything answers"),
            503: answers(
                _READY, {"ready": False, "waiting_for": {"search": "no answer within 2 s"}}, "Something does not"
            ),
        },
    )
    async def ready() -> JSONResponse:
        checks: dict[str, Awaitable[object]] = {
            "line_log": adapters.line_log.last_number(PROBE, "en", PROBE),
            "turn_store": adapters.turn_store.last_seq(PROBE, "en"),
            "search": adapters.search.search(SearchQuery(text=PROBE, limit=1)),
            "sessions": adapters.sessions.list(SessionFilter(event=PROBE)),
        }
        results = await asyncio.gather(*(_check(one) for one in checks.values()))
        waiting_for = {name: result for name, result in zip(checks, results, strict=True) if result}
        waiting_for |= {name: reason for name, ask in context.waiting.items() if (reason := ask())}
        if not context.hub.running:
            waiting_for["hub"] = "live delivery does not run"
        return JSONResponse({"ready": not waiting_for, "waiting_for": waiting_for}, 503 if waiting_for else 200)

    return routes


async def _check(answer: Awaitable[object]) -> str:
    """What is wrong, or nothing."""
    try:
        async with asyncio.timeout(CHECK_SECONDS):
            await answer
    except TimeoutError:
        return f"no answer within {CHECK_SECONDS:g} s"
    except Exception as error:  # noqa: BLE001 - whatever it is, this part is not ready
        return str(error) or type(error).__name__
    return ""
