"""Whatever comes to the doors: they answer, they live on, and no line that was taken is lost.

Good words come in turn with what a broken tool, a wrong setting or a stranger sends, by the same door.
"""

import asyncio
import contextlib
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final
from urllib.parse import quote

import httpx
import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from captionflow.identity import MAX_NUMBER
from captionflow.messages import LineRecord
from captionflow.transcript import words
from captionflow.turns import TurnStore
from services.ingest.protocols.post_bodies import text_of, without_times
from services.ingest.typing_connection import INVALID, TOO_LARGE
from tests.integration.api_server import Api, serving
from tests.integration.strange_input import HEARD, HOOKS, JSON, POSTED, POSTS, SENT, TYPED, Move
from tests.waiting import until

_SAME: Final = {"zoom": {"zoom", "zoom-seq"}, "zoom-seq": {"zoom", "zoom-seq"}}
_SENDERS: Final = {"zoom-seq": "zoom"}
"""Doors that are another one by their sender."""

_numbers = count(1)
"""Of sessions and of good words: none is like another."""


@dataclass
class Running:
    """The program in a loop of its own, and what it complained of."""

    api: Api
    loop: asyncio.AbstractEventLoop
    complaints: list[str] = field(default_factory=list)

    def run(self, work: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(30)
        assert self.complaints == []


class _Complaints(logging.Handler):
    """What servers and event loops say of a handler that crashed."""

    def __init__(self, found: list[str]) -> None:
        super().__init__(logging.ERROR)
        self._found = found

    def emit(self, record: logging.LogRecord) -> None:
        self._found.append(record.getMessage())


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder, started, made = tmp_path_factory.mktemp("data"), threading.Event(), []

    async def serve() -> None:
        async with serving(folder, pipeline=True) as api:
            stop = asyncio.Event()
            made.extend([Running(api, asyncio.get_running_loop()), stop])
            started.set()
            await stop.wait()

    thread = threading.Thread(target=lambda: asyncio.run(serve()))
    thread.start()
    assert started.wait(60)
    found, stop = made
    handler = _Complaints(found.complaints)
    logging.getLogger().addHandler(handler)
    yield found
    logging.getLogger().removeHandler(handler)
    found.loop.call_soon_threadsafe(stop.set)
    thread.join()


class Room:
    """A session, and who sends to it."""

    def __init__(self, api: Api, client: httpx.AsyncClient) -> None:
        self.api = api
        self.client = client
        self.session = f"room-{next(_numbers)}"
        self.posts = 0
        self.good: dict[str, list[str]] = {}
        """By door, the good words that were taken, in their order."""
        self.odd: set[str] = set()
        """Doors whose tool has said by its numbers that it has begun anew, or has taken back words."""
        self.taken: list[tuple[str, str]] = []
        """By door, the texts that were taken beside them."""

    async def post(self, move: Move) -> bool:
        """Whether it was taken."""
        return (await self.answer(move)).is_success

    async def answer(self, move: Move) -> httpx.Response:
        """What is answered to it."""
        self.posts += 1
        number = quote(str(self.posts) if move.number is None else move.number)
        address, method, kind = self._address(move.door, number), "POST", move.kind
        headers = {b"content-type": kind.encode("latin-1")} if kind else {}
        answer = await self.client.request(method, address, content=move.body, headers=headers)  # type: ignore[arg-type]
        assert answer.status_code < 500, answer.text
        return answer

    async def has_lines(self, receipts: Sequence[dict[str, Any]]) -> None:
        """The log has a line for each receipt."""
        assert receipts
        seqs = [line.seq async for record in self._records() for line in record.lines]
        assert {receipt["seq"] for receipt in receipts} <= set(seqs)
        assert seqs == sorted(set(seqs))

    def _records(self) -> AsyncIterator[LineRecord]:
        return self.api.adapters.line_log.read(self.session, "en")

    async def type(self, move: Move) -> int | None:
        """With what the connection was closed, at the latest behind a message that is none."""
        async with self._typing() as (socket, _):
            with contextlib.suppress(ConnectionClosed):
                await socket.send(move.body.decode("utf-8", "replace") if move.kind == "text" else move.body)
                if b"\\b" in move.body or b"\\u0008" in move.body or b"revise" in move.body:
                    self.odd.add("type")
                await socket.send("this is none")
                async for _ in socket:
                    ...  # answers to what came before that
            return socket.close_code

    async def type_well(self) -> None:
        """Type a good word, with the number that is next."""
        word = f"good{next(_numbers)}."
        async with self._typing() as (socket, last):
            number = 0 if last is None else last + 1
            if number > MAX_NUMBER:  # its writer has none left
                return
            await socket.send(json.dumps({"do": "type", "number": number, "text": f" {word}"}))
            assert json.loads(await socket.recv()) == {"is": "ack", "number": number}
        self.good.setdefault("type", []).append(word)

    @contextlib.asynccontextmanager
    async def _typing(self) -> AsyncIterator[tuple[ClientConnection, int | None]]:
        """A connection, and the number of its writer's last message."""
        address = f"ws://127.0.0.1:{self.api.port}/v1/sessions/{self.session}/type?writer=ana"
        async with connect(address) as socket:
            yield socket, json.loads(await socket.recv())["number"]

    def _address(self, door: str, number: str) -> str:
        if door in POSTS:
            return POSTS[door].format(self.session, number)
        return f"/hooks/{door}?id={self.session}" if door in HOOKS else f"/v1/sessions/{self.session}/lines?sender=bad"

    async def post_well(self, door: str) -> None:
        word = f"good{next(_numbers)}."
        if door == "lines":
            number = len(self.good.get(door, []))
            body = {"sender": "good", "lines": [{"number": number, "text": word}]}
            address = f"/v1/sessions/{self.session}/lines"
            assert (await self.client.post(address, json=body)).is_success
        elif door in HOOKS:
            before = self.good.get(door, [])
            told = list(HOOKS[door].posts(before, 1)) if before else []
            for one in HOOKS[door].posts([*before, word], 1):
                if one not in told:
                    assert await self.post(Move(door, msgspec.json.encode(one), JSON, None))
        else:
            assert await self.post(Move(door, f" {word}\n".encode(), "text/plain", None))
        self.good.setdefault(door, []).append(word)

    async def texts(self) -> dict[str, str]:
        """By sender, all that the log has of it that is final, as it is now."""
        found: dict[str, dict[int, str]] = {}
        async for record in self._records():
            for line in record.lines:
                if line.final:
                    found.setdefault(line.sender, {})[line.revises or line.seq] = line.text
        return {sender: "".join(texts[seq] for seq in sorted(texts)) for sender, texts in found.items()}

    async def shown(self) -> list[str]:
        """The good words of the transcript, wherever they stand in it."""
        store = self.api.adapters.turn_store
        last = max([0, *[line.seq async for record in self._records() for line in record.lines]])
        await until(lambda: _reaches(store, self.session, last))
        parts = (await store.turns(self.session, "en")).parts
        return re.findall(r"good\d+\.", "\n".join(text for _, text in words(parts)))

    async def is_whole(self) -> None:
        """All that was taken is there, the good words in their order, in the log and in the transcript."""
        texts = await self.texts()
        whole = "".join(texts.values())
        for door, own_words in self.good.items():
            found = [word for word in re.findall(r"good\d+\.", whole) if word in own_words]
            if door in self.odd:
                assert set(found) >= set(own_words[-1:]), (door, own_words, texts)
            else:
                assert found == own_words, (door, texts)
        shown = await self.shown()
        assert {word for one in self.good.values() for word in one if word in whole} <= set(shown), texts
        for door, text in self.taken:
            own = "".join(texts[f"post:{_SENDERS.get(door, door)}"].split())
            assert all(word in own for word in text.split()), (door, text, texts)


async def _reaches(store: TurnStore, session: str, seq: int) -> bool:
    return await store.last_seq(session, "en") >= seq


def _doors(moves: st.SearchStrategy[Move]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        chosen = settings(
            suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
            deadline=None,
            max_examples=20,
            derandomize=True,  # it looks for faults where it is written; a landing is not stopped by what it may find
        )
        return chosen(given(st.lists(moves, min_size=1, max_size=6))(test))

    return decorate


@contextlib.asynccontextmanager
async def _room(api: Api) -> Any:
    async with api.client() as client:
        room = Room(api, client)
        await api.announce(room.session)
        yield room


@_doors(POSTED)
def test_what_is_posted_to_caption_urls(running: Running, moves: list[Move]) -> None:
    async def play() -> None:
        async with _room(running.api) as room:
            for move in moves:
                text = text_of(move.body, move.kind, erasing=move.door == "streamtext").text
                assert await room.post(move)
                if move.number is not None or "\b" in text:
                    room.odd |= _SAME.get(move.door, {move.door})
                else:
                    room.taken.append((move.door, text if move.door == "streamtext" else without_times(text)))
                await room.post_well(move.door)
            await room.is_whole()

    running.run(play())


@_doors(HEARD)
def test_what_is_posted_to_webhooks(running: Running, moves: list[Move]) -> None:
    async def play() -> None:
        async with _room(running.api) as room:
            for move in moves:
                await room.post(move)
                await room.post_well(move.door)
            await room.is_whole()

    running.run(play())


@_doors(SENT)
def test_what_is_sent_as_json_and_rows_of_json(running: Running, moves: list[Move]) -> None:
    """A body is taken whole, or refused whole: each receipt is of a line that is there."""

    async def play() -> None:
        async with _room(running.api) as room:
            for move in moves:
                before = await room.texts()
                answer = await room.answer(move)
                if answer.is_success:
                    await room.has_lines(answer.json()["receipts"])
                else:
                    assert await room.texts() == before
                await room.post_well(move.door)
            await room.is_whole()

    running.run(play())


@_doors(TYPED)
def test_what_is_typed_over_a_websocket(running: Running, moves: list[Move]) -> None:
    """A connection is closed with a code that says why, and its writer goes on with the next one."""

    async def play() -> None:
        async with _room(running.api) as room:
            for move in moves:
                closed = await room.type(move)
                assert closed in {INVALID, TOO_LARGE}, move
                await room.type_well()
            await room.is_whole()

    running.run(play())
