"""What supervises a process: whether it is ready is told in the same words by /readyz and by its metrics."""

import httpx
import pytest

from captionflow.errors import Unavailable
from captionflow.metrics import Metrics
from services.http.operations import create_operations
from services.http.readiness import Readiness


@pytest.mark.parametrize("dispensable", [(), ("log",)])
async def test_the_metric_says_what_readyz_says_though_nobody_asked_that(dispensable: tuple[str, ...]) -> None:
    away = False

    async def check() -> None:
        if away:
            raise Unavailable("The log is away.")

    app = create_operations(Metrics("segment"), Readiness(checks={"log": check}, dispensable=dispensable))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://segment") as client:
        for away in (False, True, False):
            told = (await client.get("/metrics")).text
            ready = (await client.get("/readyz")).status_code == 200
            assert ready is (not away or bool(dispensable))
            assert f'captionflow_ready{{service="segment"}} {float(ready)}' in told
