"""What is left of a request whose answer is a live stream: its connection (services.http.transport)."""

import asyncio
import socket
from pathlib import Path

import httpx
import pytest
from structlog.testing import capture_logs

from captionflow.messages import Part, StepRecord
from services.api.live import broadcast
from services.http import transport
from tests.integration.api_server import Api, problem_of, serving
from tests.integration.live_client import Screen, read_until, stream
from tests.waiting import until

EVENTS = "/v1/sessions/talk/events"


def requests() -> int:
    """Tasks of the server that answer a request."""
    running = (getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks())
    return sum(name.endswith("run_asgi") for name in running)


async def nobody_reads(api: Api) -> None:
    await until(lambda: not api.app.state.hub.viewers)


@pytest.mark.parametrize("version", ["1.1", "1.0"])
async def test_a_reader_who_waits_keeps_no_request_open(tmp_path: Path, version: str) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, EVENTS, version) as reading:
            assert (await reading.next()).name == "snapshot"
            await until(lambda: requests() == 0)
            assert api.app.state.hub.viewers == 1
            screen = Screen()
            await read_until(reading, screen, await api.say("talk", "one", "two"))
            assert screen.words == ["one", "two"]
        await nobody_reads(api)


async def test_whoever_waits_has_one_of_the_places_of_their_address_until_they_go(tmp_path: Path) -> None:
    async with serving(tmp_path, address_streams=1) as api, api.client() as client:
        await api.announce()
        async with stream(api, EVENTS) as reading:
            await reading.next()
            problem_of(await client.get(EVENTS), 429, "too-many-requests")
        await nobody_reads(api)
        async with stream(api, EVENTS) as reading:
            assert (await reading.next()).name == "snapshot"


async def test_a_request_is_logged_when_its_reader_has_gone_and_at_debug_only(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        with capture_logs() as logs:
            async with stream(api, EVENTS) as reading:
                await reading.next()
                assert [one for one in logs if one.get("path") == EVENTS] == []
            await nobody_reads(api)
    (told,) = (one for one in logs if one.get("path") == EVENTS)
    assert (told["event"], told["status"], told["log_level"]) == ("request_answered", 200, "debug")
    assert {one["log_level"] for one in logs} == {"debug"}


async def test_what_a_reader_still_sends_is_not_kept_and_who_sends_much_is_cut_off(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, EVENTS) as reading:
            await reading.next()
            reading.writer.write(b"\r\n" * 100)
            await read_until(reading, Screen(), await api.say("talk", "one"))
            reading.writer.write(b"GET / HTTP/1.1\r\n" * transport.MOST_UNASKED_BYTES)
            await nobody_reads(api)


@pytest.mark.parametrize("behind", [b"GET /healthz HTTP/1.1\r\nHost: t\r\n\r\n", b""], ids=["request", "body"])
async def test_a_request_with_more_behind_it_is_answered_as_ever(tmp_path: Path, behind: bytes) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        body = b"" if behind else b"Content-Length: 5\r\n"
        writer.write(b"GET %s HTTP/1.1\r\nHost: t\r\n%s\r\n" % (EVENTS.encode(), body) + behind)
        await reader.readuntil(b"event: snapshot")
        assert requests() == 1
        await api.say("talk", "end.", end=True)
        await reader.readuntil(b"event: finished")
        await reader.readuntil(b"0\r\n\r\n")
        if behind:
            await reader.readuntil(b"HTTP/1.1 200 OK")
        writer.close()
        await nobody_reads(api)


async def test_who_does_not_take_the_end_of_a_stream_is_cut_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LINGER_SECONDS", 0.05)
    monkeypatch.setattr(broadcast, "SLACK_BYTES", 64 * 1024 * 1024)
    async with serving(tmp_path) as api:
        await api.announce()
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", api.port))
        stuck.sendall(f"GET {EVENTS} HTTP/1.1\r\nHost: t\r\n\r\n".encode())
        await until(lambda: api.app.state.hub.viewers == 1)
        (channel,) = api.app.state.hub._channels.values()
        await until(lambda: bool(channel.viewers))
        (viewer,) = channel.viewers
        seq = 0
        while not viewer.transport.get_write_buffer_size():
            seq += 1
            part = Part("talk.en.1", 0, "talk", "en", ordinal=1, version=seq, paragraphs=(f"{seq}{'x' * 100_000}",))
            await api.adapters.step_feed.publish(StepRecord("talk", "en", seq, seq, (part,)))
            await asyncio.sleep(0)
        channel.end()
        await nobody_reads(api)
        stuck.close()


async def test_a_server_that_stops_ends_all_streams(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        client = httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}")
        answering = await client.send(client.build_request("GET", EVENTS), stream=True)
        assert answering.status_code == 200
    assert b"event: snapshot" in await answering.aread()  # it is complete: the server told its end
    await client.aclose()
