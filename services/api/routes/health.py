"""``/healthz`` and ``/readyz``, for whoever watches over the process."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import JSONResponse

from captionflow.ports import SearchQuery, SessionFilter

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from services.api.context import Context

CHECK_SECONDS = 2.0
PROBE = "readyz"


def router(context: Context) -> APIRouter:
    """The routes."""
    routes = APIRouter(tags=["operations"])
    adapters = context.adapters

    @routes.get("/healthz", summary="The process is alive", responses={200: {"content": _example({"status": "alive"})}})
    async def alive() -> JSONResponse:
        return JSONResponse({"status": "alive"})

    @routes.get(
        "/readyz",
        summary="Everything that it needs answers",
        responses={
            200: {"content": _example({"ready": True, "waiting_for": {}})},
            503: {"content": _example({"ready": False, "waiting_for": {"search": "no answer within 2 s"}})},
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


def _example(value: object) -> dict[str, object]:
    return {"application/json": {"example": value}}
