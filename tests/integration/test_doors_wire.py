"""What tools do below HTTP's rules, on a real server: bodies that are too long for their length, 100-continue."""

import asyncio
import re

import httpx

from tests.integration.api_server import Api, said, transcript
from tests.waiting import until


async def answer_of(reader: asyncio.StreamReader) -> tuple[int, bool]:
    """Status, and whether the connection is kept."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = int(re.search(rb"content-length: (\d+)", head.lower())[1])  # type: ignore[index] # it has one
    await reader.readexactly(length)
    return int(head.split()[1]), b"connection: close" not in head.lower()


class Connection:
    """A tool's connection that is kept, and made anew when the server ends it."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.writer: asyncio.StreamWriter | None = None

    async def post(self, path: str, body: bytes, length: int, *more: str) -> int:
        if self.writer is None:
            self.reader, self.writer = await asyncio.open_connection("127.0.0.1", self.port)
        head = "\r\n".join([f"POST {path} HTTP/1.1", "Host: localhost", f"Content-Length: {length}", *more, "", ""])
        try:
            self.writer.write(head.encode() + body)
            await self.writer.drain()
            status, kept = await answer_of(self.reader)
        except (ConnectionError, asyncio.IncompleteReadError):
            status, kept = 0, False
        if not kept:
            self.close()
        return status

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()
            self.writer = None


async def test_a_tool_that_counts_characters_loses_nothing_of_a_roll_up(api: Api, client: httpx.AsyncClient) -> None:
    rows = ["Señora Muñoz, the floor is yours.", "¿Qué dirá él?", "Mañana.", "Thank you all.", "Goodbye now."]
    text = "\n".join(rows)
    tool = Connection(api.port)
    answers = []
    for number, end in enumerate([match.end() for match in re.finditer(r"\S+", text)], 1):
        shown = "\n".join(text[:end].split("\n")[-2:])
        answers.append(await tool.post(f"/closedcaption?id=talk&seq={number}", shown.encode(), len(shown)))
    tool.close()
    assert set(answers) == {200}
    found: list[str] = []

    async def complete() -> bool:
        answer = await client.get("/v1/sessions/talk/transcript.json")
        found[:] = said(answer.json()).split()
        return found == text.split()

    await until(complete)


async def test_100_continue_is_answered(api: Api, client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    fields = ["Host: localhost", "Content-Length: 5", "Expect: 100-continue"]
    writer.write("\r\n".join(["POST /closedcaption?id=talk&seq=1 HTTP/1.1", *fields, "", ""]).encode())
    assert b"100 Continue" in await reader.readuntil(b"\r\n\r\n")
    writer.write(b"Yes.\n")
    assert (await answer_of(reader))[0] == 200
    writer.close()
    assert said(await transcript(client, 1)) == "Yes."
