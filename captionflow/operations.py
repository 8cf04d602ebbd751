"""``/healthz``, ``/readyz`` and ``/metrics`` of a process that serves nothing else."""

from collections.abc import Awaitable, Callable, Mapping

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from captionflow.metrics import CONTENT_TYPE, Metrics

Waiting = Callable[[], str]
"""What a part waits for, in a sentence; empty when it goes on."""


def create_operations(metrics: Metrics, waiting: Mapping[str, Waiting]) -> Starlette:
    """The application. The process is ready when none of its parts waits."""

    async def alive(_: Request) -> Response:
        return JSONResponse({"status": "alive"})

    async def ready(_: Request) -> Response:
        waiting_for = {name: reason for name, ask in waiting.items() if (reason := ask())}
        document = {"ready": not waiting_for, "waiting_for": waiting_for, "without": {}}
        return JSONResponse(document, 503 if waiting_for else 200)

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
