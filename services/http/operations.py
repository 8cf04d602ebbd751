"""``/healthz``, ``/readyz`` and ``/metrics`` of a process that serves nothing else."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captionflow.metrics import CONTENT_TYPE, Metrics
from services.http.readiness import Readiness


def create_operations(metrics: Metrics, readiness: Readiness) -> Starlette:
    """The application."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_: Request) -> Response:
        return await readiness.answer()

    return Starlette(
        routes=[
            Route("/healthz", alive),
            Route("/readyz", ready),
            Route("/metrics", metrics_endpoint(metrics)),
        ]
    )


def metrics_endpoint(metrics: Metrics) -> Callable[[Request], Awaitable[Response]]:
    """Answers with all metrics; not for the public."""

    async def endpoint(_: Request) -> Response:
        return Response(metrics.text(), media_type=CONTENT_TYPE, headers={"Cache-Control": "no-store"})

    return endpoint
