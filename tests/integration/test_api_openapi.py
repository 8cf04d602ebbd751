"""The description at /openapi.json is complete, right in itself, and what the server does."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import jsonschema
import pytest

from services.http.problems import KINDS
from tests.integration.api_server import Api, send, serving, transcript

Operation = tuple[str, str, dict[str, Any]]
CALLS = {
    ("post", "/v1/programme"),
    ("post", "/v1/sessions"),
    ("get", "/v1/sessions"),
    ("get", "/v1/sessions/{session}"),
    ("patch", "/v1/sessions/{session}"),
    ("get", "/v1/sessions/{session}/on-air"),
    ("put", "/v1/sessions/{session}/on-air"),
    ("get", "/v1/sessions/{session}/off-the-record"),
    ("put", "/v1/sessions/{session}/off-the-record"),
    ("post", "/v1/sessions/{session}/corrections"),
    ("post", "/v1/sessions/{session}/lines"),
    ("get", "/v1/sessions/{session}/lines/last"),
    ("post", "/v1/sessions/{session}/lines/presence"),
    ("get", "/v1/sessions/{session}/sources"),
    *{("post", path) for path in ("/closedcaption", "/closedcaption/seq", "/cartcaption", "/streamtext")},
    ("post", "/hooks/{tool}"),
    ("put", "/hooks/{tool}"),
    ("get", "/closedcaption/seq"),
    ("get", "/v1/sessions/{session}/parts"),
    ("get", "/v1/sessions/{session}/transcript"),
    *{("get", f"/v1/sessions/{{session}}/transcript.{suffix}") for suffix in ("json", "txt", "vtt", "srt")},
    ("get", "/v1/sessions/{session}/figures"),
    ("get", "/v1/sessions/{session}/events"),
    ("get", "/captions"),
    ("get", "/v1/search"),
    ("get", "/v1/sources"),
    ("get", "/v1/audit"),
    ("get", "/v1/keys"),
    ("post", "/v1/keys"),
    ("delete", "/v1/keys/{name}"),
    ("post", "/v1/keys/{name}/rotate"),
    ("get", "/v1/desk/events"),
    ("get", "/oembed"),
    ("get", "/healthz"),
    ("get", "/readyz"),
}


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        yield api


@pytest.fixture
async def document(api: Api) -> dict[str, Any]:
    async with api.client() as client:
        found: dict[str, Any] = (await client.get("/openapi.json")).json()
    return found


def _operations(document: dict[str, Any]) -> Iterator[Operation]:
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            yield method, path, operation


def _fits(document: dict[str, Any], schema: dict[str, Any], value: object) -> None:
    """Raises if the value is not what the schema of the document says."""
    whole = {"components": document["components"], **schema}  # where its references lead
    checker = jsonschema.Draft202012Validator.FORMAT_CHECKER
    jsonschema.Draft202012Validator(whole, format_checker=checker).validate(value)


def test_every_call_is_described_with_examples_and_with_what_can_go_wrong(document: dict[str, Any]) -> None:
    operations = list(_operations(document))
    assert {(method, path) for method, path, _ in operations} == CALLS
    for _, path, operation in operations:
        assert operation["summary"], path
        for parameter in operation.get("parameters", ()):
            assert parameter["description"], (path, parameter["name"])
            assert parameter.get("examples") or parameter["schema"]["examples"], (path, parameter["name"])
        if "requestBody" in operation:
            for content in operation["requestBody"]["content"].values():
                assert content["example"]
                assert content["schema"]
        good = [status for status in operation["responses"] if status.startswith("2")]
        assert good
        for status in good:
            for content in () if status == "204" else operation["responses"][status]["content"].values():
                assert content["example"], (path, status)
                assert content["schema"], (path, status)
        if path.startswith("/v1/"):
            bad = {status for status in operation["responses"] if status[0] in "45"}
            assert {"503"} <= bad
            assert "{session}" not in path or "404" in bad
            assert "requestBody" not in operation or {"400", "401", "413", "415"} <= bad
        for response in operation["responses"].values():
            assert response.get("description") or response["$ref"] == "#/components/responses/Problem"


def test_every_example_fits_its_schema(document: dict[str, Any]) -> None:
    checked = 0
    for _, _, operation in _operations(document):
        contents = [*operation.get("requestBody", {}).get("content", {}).values()]
        for response in operation["responses"].values():
            contents += response.get("content", {}).values()
        for content in contents:
            _fits(document, content["schema"], content["example"])
            checked += 1
        for parameter in operation.get("parameters", ()):
            for example in parameter["schema"].get("examples", ()):
                _fits(document, parameter["schema"], example)
    assert checked > 50


def test_every_schema_is_one(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        jsonschema.Draft202012Validator.check_schema(schema)


def test_problems_are_described_by_the_codes_that_there_are(document: dict[str, Any]) -> None:
    assert document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"] == list(KINDS)
    for _, path, operation in _operations(document):
        for status, response in operation["responses"].items():
            for kind, content in response.get("content", {}).items():
                if kind == "application/problem+json":
                    assert KINDS[content["example"]["code"]].status == int(status) == content["example"]["status"], path


async def test_what_the_server_answers_is_what_its_description_says(api: Api, document: dict[str, Any]) -> None:
    """Each call with its own example, and then those that must fail."""

    def check(answer: httpx.Response, path: str) -> None:
        operation = document["paths"][path][answer.request.method.lower()]
        response = operation["responses"].get(str(answer.status_code))
        assert response is not None, (path, answer.status_code)
        kind = answer.headers["content-type"].partition(";")[0]
        schema = response["content"][kind]["schema"]
        _fits(document, schema, answer.json() if kind.endswith("json") else answer.text)

    def example(method: str, path: str) -> tuple[bytes, dict[str, str]]:
        ((kind, content), *_) = document["paths"][path][method]["requestBody"]["content"].items()
        return httpx.Request("POST", "http://t", json=content["example"]).read(), {"Content-Type": kind}

    async with api.client() as client:

        async def call(method: str, path: str, address: str = "", *, status: int, **more: Any) -> None:
            if method != "get" and "content" not in more:
                more["content"], more["headers"] = example(method, path)
            address = (address or path).replace("{session}", "2015-11-12-room-2-opening")
            answer = await client.request(method, address, **more)
            assert answer.status_code == status, answer.text
            check(answer, path)

        one = "/v1/sessions/{session}"
        await call("post", "/v1/sessions", status=201)
        await call("post", "/v1/sessions", status=200)
        await call("get", "/v1/sessions", status=200)
        await call("get", one, status=200)
        await call("patch", one, status=200)
        await call("post", f"{one}/lines", status=202)
        await send(client, ">> ANA: Net neutrality (laughter).", session="2015-11-12-room-2-opening", first=1)
        await transcript(client, 2, "2015-11-12-room-2-opening")
        forms = (f"transcript{suffix}" for suffix in ("", ".json", ".txt", ".vtt", ".srt"))
        for asked in ("lines/last?sender=desk-1", "parts?before=2.0", *forms):
            await call("get", f"{one}/{asked.partition('?')[0]}", f"{one}/{asked}", status=200)
        for query in ("", "?after=999"):
            headers = {"Accept": "application/json"}
            await call("get", f"{one}/events", f"{one}/events{query}", status=200, headers=headers)
        await call("get", "/v1/search", "/v1/search?q=neutrality", status=200)
        await call("get", "/healthz", status=200)
        await call("get", "/readyz", status=200)

        json = {"Content-Type": "application/json"}
        await call("post", "/v1/sessions", status=400, content=b"{", headers=json)
        await call("post", "/v1/sessions", status=413, content=b" " * 2**21, headers=json)
        await call("post", "/v1/sessions", status=415, content=b"{}", headers={"Content-Type": "text/csv"})
        await call("post", "/v1/sessions", status=422, content=b'{"date":""}', headers=json)
        taken = b'{"id":"2015-11-12-room-2-opening","title":"Another"}'
        await call("post", "/v1/sessions", status=409, content=taken, headers=json)
        await call("get", "/v1/sessions", "/v1/sessions?status=over", status=422)
        await call("get", one, "/v1/sessions/nobody", status=404)
        await call("patch", one, status=412, content=b'{"room":""}', headers={**json, "If-Match": '"99"'})
        await call("patch", one, status=409, content=b'{"room":"","version":99}', headers=json)
        await call("post", f"{one}/lines", status=415, content=b"", headers={"Content-Type": "text/plain"})
        await call("get", f"{one}/lines/last", status=422)
        await call("get", f"{one}/transcript", status=406, headers={"Accept": "image/png"})
        await call("get", f"{one}/events", status=406, headers={"Accept": "image/png"})
        await call("get", "/v1/search", status=400)


async def test_the_type_of_a_problem_leads_to_what_it_means(api: Api) -> None:
    async with api.client() as client:
        for code, kind in KINDS.items():
            answer = await client.get(f"/problems/{code}")
            assert (answer.status_code, answer.headers["content-type"]) == (200, "text/plain; charset=utf-8")
            assert kind.remedy in answer.text
        assert (await client.get("/problems/none")).status_code == 404
