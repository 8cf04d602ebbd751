"""Typing over a WebSocket: acknowledged when it is durable, resumed after a lost connection, revised everywhere."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from captionflow.secret import Secret
from services.http.sockets import MAX_REASON_BYTES
from services.ingest import typing_connection
from services.ingest.gateway import Gateway
from services.ingest.typing_connection import Writers
from tests.integration.api_server import Api, said, serving, transcript


class Writer:
    """A page that types."""

    def __init__(self, socket: ClientConnection) -> None:
        self.socket = socket
        self.number = -1

    async def send(self, do: str, **fields: Any) -> int:
        self.number = fields.pop("number", self.number + 1)
        await self.socket.send(msgspec.json.encode({"do": do, "number": self.number, **fields}).decode())
        return self.number

    async def type(self, *texts: str) -> None:
        for text in texts:
            await self.send("type", text=text)
        await self.acknowledged()

    async def acknowledged(self) -> None:
        while (answer := await self.answer()) != {"is": "ack", "number": self.number}:
            assert answer["is"] == "ack"

    async def answer(self) -> dict[str, Any]:
        answer: dict[str, Any] = msgspec.json.decode(await self.socket.recv())
        return answer

    async def closed(self) -> int:
        with contextlib.suppress(ConnectionClosed):
            async for _ in self.socket:
                ...  # whatever was answered before
        code = self.socket.close_code
        assert code is not None
        return code


@contextlib.asynccontextmanager
async def writing(api: Api, writer: str = "ana", *, session: str = "talk", query: str = "") -> AsyncIterator[Writer]:
    address = f"ws://127.0.0.1:{api.port}/v1/sessions/{session}/type?writer={writer}{query}"
    async with connect(address) as socket:
        yield Writer(socket)


async def test_what_is_typed_erased_and_corrected_is_in_the_transcript(api: Api, client: httpx.AsyncClient) -> None:
    async with writing(api) as ana:
        assert await ana.answer() == {"is": "ready", "session": "talk", "language": "en", "number": None, "text": ""}
        await ana.type(">> ANA:  The ", "s", "p", "a", "\b", "eaker is here", ".", "\n")
        await ana.send("revise", back=9, old="is here.", text="has left.")
        await ana.acknowledged()
    document = await transcript(client, 1)
    async with asyncio.timeout(20):
        while said(document) != "The speaker has left.":
            document = await transcript(client, document["last_seq"])
    assert document["turns"][-1]["speaker"] == "ANA"


async def test_an_acknowledgement_means_that_it_is_there_after_a_restart(tmp_path: Path) -> None:
    async with serving(tmp_path / "data", pipeline=True) as api:
        await api.announce()
        async with writing(api) as ana:
            await ana.answer()
            await ana.type("one ", "two ")
    async with serving(tmp_path / "data", pipeline=True) as api, api.client() as client, writing(api) as ana:
        ready = await ana.answer()
        assert (ready["number"], ready["text"]) == (1, "one two ")
        ana.number = 0
        await ana.type("two ", "\bthree", "!")
        document = await transcript(client, 3)
        async with asyncio.timeout(20):
            while said(document) != "one twothree!":
                document = await transcript(client, document["last_seq"])


async def test_a_refused_message_changes_nothing_and_the_next_ones_are_taken(api: Api) -> None:
    async with writing(api) as ana:
        await ana.answer()
        await ana.type("one")
        await ana.send("revise", back=3, old="two", text="three")
        refused = await ana.answer()
        assert (refused["is"], refused["number"], refused["code"], refused["text"]) == (
            "refused",
            1,
            "not-there",
            "one",
        )
        await ana.acknowledged()
        await ana.type(" more")


async def test_a_newer_connection_of_a_writer_replaces_the_older_one(api: Api) -> None:
    async with writing(api) as old, writing(api, "ben") as other:
        await old.answer()
        await other.answer()
        await old.type("one ")
        async with writing(api) as new:
            assert (await new.answer())["text"] == "one "
            assert await old.closed() == typing_connection.REPLACED
            new.number = 0
            await new.type("two")
        await other.type("three")


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("sessions/nothing/type?writer=ana", typing_connection.NOT_FOUND),
        ("sessions/NOT%20AN%20ID/type?writer=ana", typing_connection.NOT_FOUND),
        ("sessions/talk/type?writer=a%20b", typing_connection.INVALID),
        ("sessions/talk/type?writer=ana&lang=!", typing_connection.INVALID),
    ],
)
async def test_what_can_not_be_taken_is_told_by_a_code(api: Api, path: str, code: int) -> None:
    async with connect(f"ws://127.0.0.1:{api.port}/v1/{path}") as socket:
        assert await Writer(socket).closed() == code


@pytest.mark.parametrize(
    ("data", "code"), [("{}", typing_connection.INVALID), (b"\xff", typing_connection.INVALID), ("x" * 20_000, 1009)]
)
async def test_what_is_no_message_ends_the_connection(api: Api, data: str | bytes, code: int) -> None:
    async with writing(api) as ana:
        await ana.answer()
        await ana.send("type", text="kept")
        await ana.socket.send(data)
        assert await ana.closed() == code
    async with writing(api) as ana:
        assert (await ana.answer())["text"] == "kept"


@pytest.mark.parametrize("sign", ["a", "é", "漢", "🧑"])
async def test_a_reason_is_told_in_any_script_as_far_as_a_close_has_room(api: Api, sign: str) -> None:
    async with writing(api) as ana:
        await ana.answer()
        await ana.socket.send(msgspec.json.encode({"do": sign * 200}).decode())
        assert await ana.closed() == typing_connection.INVALID
        reason = ana.socket.close_reason or ""
        assert reason.startswith(f"A message is not valid: Invalid value '{sign * 10}")
        assert MAX_REASON_BYTES - 4 < len(reason.encode()) <= MAX_REASON_BYTES


async def test_who_has_no_name_goes_on_where_anybody_without_one_ended(api: Api) -> None:
    for text in ("", "one "):
        async with connect(f"ws://127.0.0.1:{api.port}/v1/sessions/talk/type") as socket:
            anybody = Writer(socket)
            ready = await anybody.answer()
            assert ready["text"] == text
            anybody.number = -1 if ready["number"] is None else ready["number"]
            await anybody.type("one ")


async def test_each_language_is_typed_on_its_own(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce(languages=["en", "es"])
        async with writing(api) as english, writing(api, query="&lang=ES") as spanish:
            assert [(await one.answer())["language"] for one in (english, spanish)] == ["en", "es"]
            await spanish.type("Buenos días.")
            await english.type("Good morning.")
        async with api.client() as client:
            assert said(await transcript(client, 1, language="es")) == "Buenos días."


async def test_what_was_typed_in_a_passage_and_is_sent_after_it_is_withheld_and_what_was_typed_before_it_is_not(
    api: Api, client: httpx.AsyncClient
) -> None:
    address = "/v1/sessions/talk/off-the-record"
    async with writing(api) as ana:
        await ana.answer()
        (await client.put(address, json={"on": True})).raise_for_status()
        await ana.send("type", text="Long ago. ", typed_ago=[600, 590])
        await ana.send("type", text="Shown now. ")
        await ana.acknowledged()
        (await client.put(address, json={"on": False})).raise_for_status()
        await ana.send("type", text="Before it. ", typed_ago=[500, 490])
        await ana.send("type", text="Secret. ", typed_ago=[30, 0.001])
        await ana.send("revise", back=8, old="Secret", text="Told", typed_ago=[0, 0])
        await ana.send("type", text="On we go.", typed_ago=[0, 0])
        await ana.acknowledged()
    found = [line async for record in api.adapters.line_log.read("talk", "en") for line in record.lines]
    assert "".join(line.text for line in found) == "Long ago. Before it. On we go."
    assert [line.withheld for line in found if line.off_record is None] == [False, True, False, True, True, False]


async def test_what_came_in_a_passage_and_had_to_wait_is_withheld_although_it_is_over(
    api: Api, client: httpx.AsyncClient
) -> None:
    """The log is slow while the passage ends."""
    log, came, going_on = api.adapters.line_log, asyncio.Event(), asyncio.Event()
    address = "/v1/sessions/talk/off-the-record"
    async with writing(api) as ana:
        await ana.answer()
        (await client.put(address, json={"on": True})).raise_for_status()
        gateway = api.app.state.provided[Gateway]
        accept = gateway.accept

        async def accept_late(*lines: Any, **fields: Any) -> Any:
            came.set()
            await going_on.wait()
            return await accept(*lines, **fields)

        gateway.accept = accept_late
        await ana.send("type", text="Secret.")
        await came.wait()
        (await client.put(address, json={"on": False})).raise_for_status()
        going_on.set()
        await ana.acknowledged()
    found = [line async for record in log.read("talk", "en") for line in record.lines]
    assert [line.text for line in found] == ["", "", ""]


async def test_who_has_no_key_can_not_type(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True, ingest_token=Secret("a-long-enough-token")) as api:
        address = f"ws://127.0.0.1:{api.port}/v1/sessions/talk/type?writer=ana"
        with pytest.raises(InvalidStatus) as refused:
            await connect(address)
        assert refused.value.response.status_code == 403


async def test_a_silent_connection_and_one_too_many_are_closed(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    provided = api.app.state.provided
    provided[Writers] = Writers(provided[Gateway], idle_seconds=0.05)
    async with writing(api) as ana:
        await ana.answer()
        assert await ana.closed() == typing_connection.IDLE
    monkeypatch.setattr(typing_connection, "MAX_CONNECTIONS", 0)
    async with writing(api) as ana:
        assert await ana.closed() == typing_connection.TRY_AGAIN


async def test_a_sender_that_does_not_wait_is_taken_in_order(api: Api, client: httpx.AsyncClient) -> None:
    words = [f"w{number} " for number in range(1_500)]
    async with writing(api) as ana:
        await ana.answer()
        await ana.type(*words)
    lines = []
    async for record in api.adapters.line_log.read("talk", "en"):
        lines += [line.text for line in record.lines]
    assert "".join(lines) == "".join(words)
