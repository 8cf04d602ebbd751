"""``/healthz`` and ``/readyz``, for whatever supervises the process."""

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from captionflow.ports import LineLog, SessionFilter, SessionStore
from services.http.access import open_to
from services.http.openapi import answers
from services.http.provided import provided
from services.http.readiness import PROBE, Check, Readiness
from services.http.rooms import Room

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

routes = APIRouter(tags=["operations"])
ROOM = Room(routes)


@routes.get("/healthz", summary="The process is alive", responses={200: answers(_ALIVE, {"status": "alive"})})
@open_to("anyone")
async def alive(_: Request) -> JSONResponse:
    """Answers while the process lives."""
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
@open_to("anyone")
async def ready(request: Request) -> JSONResponse:
    """Asks what the process needs; see ``Readiness``."""
    return await provided(request, Readiness).answer()


def line_checks(line_log: LineLog, sessions: SessionStore) -> dict[str, Check]:
    """The checks of every process that takes lines or announcements."""
    return {
        "line_log": lambda: line_log.last_number(PROBE, "en", PROBE),
        "sessions": lambda: sessions.list(SessionFilter(event=PROBE)),
    }
