"""What a browser asks for to open pages without a network."""

import json
import re
from pathlib import Path

import httpx

from tests.integration.api_server import serving


async def test_the_worker_names_files_that_exist_and_all_that_the_scripts_of_a_page_import(
    client: httpx.AsyncClient,
) -> None:
    worker = (await client.get("/sw.js")).raise_for_status()
    assert worker.headers["content-type"] == "text/javascript; charset=utf-8"
    assert worker.headers["cache-control"] == "no-cache"
    files = json.loads(worker.text.partition(" = ")[2].partition(";\n")[0])["files"]
    for file in files:
        found = (await client.get(file)).raise_for_status()
        folder = file.rpartition("/")[0]
        needed = re.findall(r'^import .*"\./([^"]+)";$', found.text, re.MULTILINE) if file.endswith(".js") else ()
        assert [one for one in needed if f"{folder}/{one}" not in files] == []
    for path in ("/offline", "/s/talk", "/s/talk/follow"):
        page = (await client.get(path)).raise_for_status().text
        assert [one for one in re.findall(r'(?:src|href)="(/static/[^"]+)"', page) if one not in files] == []


async def test_pages_name_a_manifest_whose_icons_exist(client: httpx.AsyncClient) -> None:
    found = re.search(r'<link rel="manifest" href="([^"]+)">', (await client.get("/")).text)
    assert found
    manifest = (await client.get(found[1])).raise_for_status()
    assert manifest.headers["content-type"] == "application/manifest+json"
    for icon in manifest.json()["icons"]:
        answer = await client.get(str(httpx.URL(f"http://here{found[1]}").join(icon["src"]).path))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/png")


async def test_where_nothing_is_to_be_kept_the_worker_removes_it(tmp_path: Path) -> None:
    async with serving(tmp_path, offline=False) as api, api.client() as client:
        worker = (await client.get("/sw.js")).raise_for_status()
        assert "unregister" in worker.text
        assert '"fetch"' not in worker.text
