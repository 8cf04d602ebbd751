"""Frequent calls answer as FastAPI's own routes would, whatever is asked of them."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI, Header, Query, Request, Response
from fastapi.routing import APIRoute

from services.http import problems
from services.http.access import admit, open_to
from services.http.frequent_calls import FrequentCall


def texts(request: Request, one: str, lang: str | None = None, sender: str | None = None) -> Response:
    return Response(repr((request.method, one, lang, sender)))


@open_to("anyone")
async def plain(request: Request, one: str, lang: str | None = None, sender: str | None = None) -> Response:
    return texts(request, one, lang, sender)


@open_to("anyone")
async def renamed(request: Request, one: str, lang: Annotated[str | None, Query(alias="l")] = None) -> Response:
    return texts(request, one, lang)


@open_to("anyone")
async def required(request: Request, one: str, lang: str) -> Response:
    return texts(request, one, lang)


@open_to("anyone")
async def bounded(request: Request, one: str, lang: Annotated[str | None, Query(max_length=2)] = None) -> Response:
    return texts(request, one, lang)


@open_to("anyone")
async def counted(request: Request, one: int, lang: int | None = None) -> Response:
    return texts(request, str(one), str(lang))


@open_to("anyone")
async def headed(request: Request, one: str, lang: Annotated[str | None, Header()] = None) -> Response:
    return texts(request, one, lang)


@open_to("anyone")
async def depending(request: Request, one: str, lang: Annotated[str, Depends(lambda: "found")]) -> Response:
    return texts(request, one, lang)


@open_to("captioner")
async def kept(request: Request, one: str) -> Response:
    return texts(request, one)


CALLS = (plain, renamed, required, bounded, counted, headed, depending, kept)


def application(kind: type[APIRoute]) -> FastAPI:
    app = FastAPI()
    routes = APIRouter(route_class=kind)
    for call in CALLS:
        routes.post(f"/{call.__name__}/{{one}}", response_class=Response)(call)
    app.include_router(routes, dependencies=[Depends(admit)])
    problems.install(app, None)
    return app


QUERIES = ("", "?lang=en", "?lang=", "?lang=en&lang=fr&sender=a%20b&other=1", "?l=x", "?lang=7")


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("call", [call.__name__ for call in CALLS])
async def test_the_answer_is_that_of_an_ordinary_route(call: str, query: str) -> None:
    answers = []
    for kind in (FrequentCall, APIRoute):
        transport = httpx.ASGITransport(application(kind))
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
            found = [
                await client.request(method, f"/{call}/{one}{query}", headers={"lang": "de"})
                for method in ("POST", "GET")
                for one in ("a%2Fb", "7", "ws-%C3%A9")
            ]
        answers.append([(one.status_code, one.text, one.headers.get("content-type")) for one in found])
    assert answers[0] == answers[1]


def test_it_is_described_as_an_ordinary_route() -> None:
    assert application(FrequentCall).openapi() == application(APIRoute).openapi()


async def test_who_may_not_make_the_call_is_refused() -> None:
    transport = httpx.ASGITransport(application(FrequentCall))
    async with httpx.AsyncClient(transport=transport, base_url="http://ingest") as client:
        assert (await client.post("/kept/7")).status_code == httpx.codes.FORBIDDEN
