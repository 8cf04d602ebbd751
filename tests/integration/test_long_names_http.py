"""What a client says of the server's name goes into addresses and QR codes, and may be of any length."""

import httpx
import pytest

from tests.integration.api_server import Api, problem_of

LONG = "a" * 3_000
PATHS = ["/", "/s/talk", "/s/talk/follow", "/s/talk/screen", "/search?q=x", "/rooms/hall", "/desk", "/desk/hand/talk"]


@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host", "Forwarded", "Origin", "Referer"])
@pytest.mark.parametrize("path", [*PATHS, "/s/talk/qr.svg", "/v1/sessions"])
async def test_a_long_name_is_no_fault_of_ours(api: Api, client: httpx.AsyncClient, path: str, header: str) -> None:
    assert (await client.get(path, headers={header: LONG})).status_code < 500


async def test_an_address_that_is_too_long_for_a_qr_code_is_refused(api: Api, client: httpx.AsyncClient) -> None:
    assert (await client.get("/s/talk/qr.svg")).status_code == 200
    problem_of(await client.get("/s/talk/qr.svg", headers={"Host": LONG}), 400, "bad-message")
