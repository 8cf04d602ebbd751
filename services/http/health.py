"""``/healthz`` and ``/readyz``, for whoever watches over the process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastapi import APIRouter
from starlette.responses import JSONResponse

from captionflow.ports import SearchQuery, SessionFilter
from services.http.openapi import answers
from services.http.readiness import PROBE

if TYPE_CHECKING:
    from captionflow.ports import LineLog, SessionStore
    from captionflow.wiring import Adapters
    from services.http.readiness import Check, Readiness

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


def router(readiness: Readiness) -> APIRouter:
    """The routes."""
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
        return await readiness.answer()

    return routes
