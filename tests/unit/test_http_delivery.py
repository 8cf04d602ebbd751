"""Answers are packed and kept as their kind allows (services.http.delivery)."""

import asyncio
import gzip
import zlib
from collections.abc import AsyncGenerator, Sequence
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response, StreamingResponse

from captionflow.errors import Unavailable
from services.http.access import KEYED
from services.http.delivery import Delivery
from services.http.off_loop import OffLoop
from services.http.outflow import InPieces

WORDS = "Good morning, everyone. " * 200
LONG = "Good morning, everyone. " * 20_000


class Got:
    """An answer as a client has it."""

    def __init__(self, messages: Sequence[dict[str, Any]]) -> None:
        start, *self.pieces = messages
        self.status = start["status"]
        self.headers = {name.decode(): value.decode() for name, value in start["headers"]}
        self.body = b"".join(piece.get("body", b"") for piece in self.pieces)


async def got(app: Any, query: str = "", *, keyed: bool = False, method: str = "GET", **headers: str) -> Got:
    asked = {"accept-encoding": "gzip, br"} | {name.replace("_", "-"): value for name, value in headers.items()}
    scope = {
        "type": "http",
        "method": method,
        "path": "/",
        "query_string": query.encode(),
        "headers": [(name.encode(), value.encode()) for name, value in asked.items()],
        KEYED: keyed,
    }
    messages: list[dict[str, Any]] = []

    async def send(message: Any) -> None:
        messages.append(message)

    async def receive() -> Any:
        await asyncio.Event().wait()

    await Delivery(app)(scope, receive, send)
    return Got(messages)


def page(text: str = WORDS, **headers: str) -> Response:
    return Response(
        text, media_type="text/html", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize("text", [WORDS, LONG], ids=["short", "long"])
async def test_a_page_is_packed_and_named_and_varies(text: str) -> None:
    answer = await got(page(text))
    assert gzip.decompress(answer.body).decode() == text
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.headers["content-length"] == str(len(answer.body))
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["cache-control"] == "no-cache"
    again = await got(page(text), if_none_match=answer.headers["etag"])
    assert (again.status, again.body, again.headers["etag"]) == (304, b"", answer.headers["etag"])
    assert "content-length" not in again.headers
    plain = await got(page(text), accept_encoding="identity", if_none_match='"other"')
    assert (plain.status, plain.body.decode(), plain.headers["etag"]) == (200, text, answer.headers["etag"])
    assert plain.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize("text", [WORDS, LONG], ids=["short", "long"])
async def test_what_is_sent_to_many_at_once_is_packed_once(text: str) -> None:
    delivery = Delivery(page(text))
    answers = await asyncio.gather(*(got(delivery) for _ in range(100)))
    assert gzip.decompress(answers[0].body).decode() == text
    assert all(answer.pieces[0]["body"] is answers[0].pieces[0]["body"] for answer in answers)


@pytest.mark.parametrize("coding", ["gzip", "identity"])
async def test_between_two_that_many_get_at_once_the_loop_looks_at_others(coding: str) -> None:
    delivery, rounds, sent_in = Delivery(page()), 0, []

    async def ask() -> None:
        await got(delivery, accept_encoding=coding)
        sent_in.append(rounds)

    asking = asyncio.gather(*(ask() for _ in range(20)))
    while not asking.done():
        await asyncio.sleep(0)
        rounds += 1
    assert len(set(sent_in)) == 20


async def test_what_is_no_text_small_packed_already_or_a_stream_stays_as_it_is() -> None:
    async def stream() -> AsyncGenerator[str]:
        yield WORDS

    for response in (
        Response(WORDS, media_type="font/woff2"),
        page("Good morning."),
        page(WORDS, content_encoding="br"),
        StreamingResponse(stream(), media_type="text/event-stream"),
        StreamingResponse(stream(), media_type="text/html"),
    ):
        answer = await got(response)
        assert answer.headers.get("content-encoding") in {None, "br"}
        assert answer.body.decode() in {WORDS, "Good morning."}


async def test_what_is_never_kept_is_packed_and_has_no_tag() -> None:
    answer = await got(page(cache_control="no-store"))
    assert answer.headers["cache-control"] == "no-store"
    assert "etag" not in answer.headers
    assert gzip.decompress(answer.body).decode() == WORDS


async def test_a_strong_tag_is_weak_of_what_is_packed() -> None:
    assert (await got(page(ETag='"one"'))).headers["etag"] == 'W/"one"'
    assert (await got(page("Small.", ETag='"one"'))).headers["etag"] == '"one"'
    assert (await got(page(ETag='W/"one"'))).headers["etag"] == 'W/"one"'


async def test_with_a_key_nothing_is_kept_and_what_repeats_the_request_is_not_packed() -> None:
    for query, packed in (("", True), ("lang=en", True), ("q=guess", False)):
        answer = await got(page(), query, keyed=True)
        assert answer.headers["cache-control"] == "no-store"
        assert "etag" not in answer.headers
        assert ("content-encoding" in answer.headers) is packed
    everybodys = await got(page(cache_control="public, max-age=60"), keyed=True)
    assert everybodys.headers["cache-control"] == "public, max-age=60"


async def test_what_is_posted_is_kept_by_nobody_but_may_be_packed() -> None:
    answer = await got(JSONResponse({"text": WORDS}), method="POST")
    assert "cache-control" not in answer.headers
    assert answer.headers["content-encoding"] == "gzip"


async def test_what_is_made_while_it_is_sent_can_be_read_piece_by_piece() -> None:
    async def pieces() -> AsyncGenerator[str]:
        yield "<p>Good "
        yield LONG

    answer = await got(InPieces(pieces(), {"Content-Length": "1"}, "text/html"))
    assert "content-length" not in answer.headers
    reader = zlib.decompressobj(31)
    assert reader.decompress(answer.pieces[0]["body"]) == b"<p>Good "
    rest = b"".join(reader.decompress(piece.get("body", b"")) for piece in answer.pieces[1:])
    assert (rest.decode(), reader.eof) == (LONG, True)
    plain = await got(InPieces(pieces(), {}, "text/html"), accept_encoding="")
    assert plain.body.decode() == "<p>Good " + LONG


async def test_who_comes_while_too_much_is_packed_gets_it_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    async def full(_: OffLoop, work: Any) -> Any:
        raise Unavailable("Full.")

    monkeypatch.setattr(OffLoop, "run", full)
    answer = await got(page(LONG))
    assert (answer.body.decode(), "content-encoding" in answer.headers) == (LONG, False)
