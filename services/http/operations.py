"""``/healthz``, ``/readyz`` and ``/metrics``: of a process that serves nothing else, and beside other calls."""

from fastapi import APIRouter
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from captionflow.metrics import CONTENT_TYPE, Metrics
from services.http.access import open_to
from services.http.health import alive, ready
from services.http.provided import provide, provided
from services.http.readiness import Readiness
from services.http.rooms import Room

routes = APIRouter(include_in_schema=False)
METRICS_ROOM = Room(routes)
"""``/metrics`` beside other calls; needs ``measure``."""


@routes.get("/metrics")
@open_to("anyone")
async def metrics(request: Request) -> Response:
    """All metrics of the process; not for the public."""
    await provided(request, Readiness).answer()
    text = provided(request, Metrics).text()
    return Response(text, media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})


def create_operations(metrics_: Metrics, readiness: Readiness) -> Starlette:
    """The application of a process that serves nothing else."""
    app = Starlette(routes=[Route("/healthz", alive), Route("/readyz", ready), Route("/metrics", metrics)])
    provide(app, readiness)
    measure(app, metrics_)
    return app


def measure(app: Starlette, metrics_: Metrics) -> None:
    """Let the application show these metrics, and among them whether it is ready, by its ``Readiness``."""
    provide(app, metrics_)
    readiness: Readiness = app.state.provided[Readiness]
    metrics_.gauge("ready", "1 when /readyz answers 200.", lambda: float(readiness.ready))
