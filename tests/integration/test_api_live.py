"""Live delivery over real sockets."""

import asyncio
import gc
import socket
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.types import Scope
from structlog.testing import capture_logs

from captionflow.messages import Part, StepRecord
from services.api.live import broadcast
from services.api.live.broadcast import DirectViewer, QueueViewer
from services.http import transport
from tests.integration.api_server import Api, serving, step_of
from tests.integration.live_client import Screen, read_until, stream
from tests.waiting import until


@pytest.mark.parametrize("http", ["httptools", "h11"])
@pytest.mark.parametrize("version", ["1.1", "1.0"])
async def test_a_reader_gets_a_snapshot_then_deltas_then_the_end(tmp_path: Path, http: str, version: str) -> None:
    async with serving(tmp_path, http=http) as api:
        await api.announce()
        await api.say("talk", "one", "two")
        async with stream(api, "/v1/sessions/talk/events", version) as reading:
            assert "cache-control: no-store" in reading.head
            assert "x-accel-buffering: no" in reading.head
            screen = Screen()
            first = await reading.next()
            assert (first.name, first.id) == ("snapshot", 2)
            screen.show(first)
            await api.say("talk", "three", "𝒇our")
            await api.say("talk", "end.", end=True)
            while (event := await reading.next()).name != "finished":
                screen.show(event)
            assert event.data == {"seq": 5}
            assert screen.words == ["one", "two", "three", "𝒇our", "end."]
            with pytest.raises(EOFError):
                await reading.next()


@pytest.mark.parametrize("http", ["httptools", "h11"])
async def test_the_server_s_connection_is_found_where_it_is_expected(
    tmp_path: Path, http: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = []

    def taking(scope: Scope) -> transport.TakenOver | None:
        found.append(transport.take_over(scope))
        return found[-1]

    monkeypatch.setattr("services.api.live.routes.take_over", taking)
    async with serving(tmp_path, http=http) as api:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).name == "snapshot"
        async with stream(api, "/v1/sessions/talk/events", "1.0") as reading:
            assert (await reading.next()).name == "snapshot"
        assert found[0].chunked
        assert found[1].chunked == ("transfer-encoding: chunked" in reading.head)


async def test_without_the_server_s_connection_plain_asgi_does_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.api.live.routes.take_over", lambda _: None)
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).name == "snapshot"
            screen = Screen()
            seq = await api.say("talk", "one", "two")
            await read_until(reading, screen, seq)
            assert screen.words == ["one", "two"]
            await api.say("talk", "end.", end=True)
            while (await reading.next()).name != "finished":
                pass
            with pytest.raises(EOFError):
                await reading.next()


async def test_who_comes_back_gets_exactly_what_was_missed(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            screen = Screen()
            seq = await api.say("talk", "one", "two", "three")
            await read_until(reading, screen, seq)
        await api.say("talk", "four", "five")
        async with stream(api, "/v1/sessions/talk/events", Last_Event_ID="3") as reading:
            events = [await reading.next() for _ in range(3)]
            assert [(one.name, one.id) for one in events] == [("session", None), ("delta", 4), ("delta", 5)]
            for one in events:
                screen.show(one)
            assert screen.words == ["one", "two", "three", "four", "five"]


@pytest.mark.parametrize("begun", [True, False])
async def test_who_comes_over_from_a_process_that_is_ahead_of_us_gets_what_follows_and_no_reset(
    tmp_path: Path, begun: bool
) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        if begun:  # the hub has a channel that knows where it stands
            async with stream(api, "/v1/sessions/talk/events") as reading:
                await read_until(reading, Screen(), await api.say("talk", "one", "two"))
        else:
            await api.say("talk", "one", "two", published=False)
        await until(lambda: not api.app.state.hub.viewers)

        async def come_over() -> list[tuple[str, int | None]]:
            async with stream(api, "/v1/sessions/talk/events", Last_Event_ID="4") as reading:
                return [(one.name, one.id) for one in [await reading.next(), await reading.next()]]

        coming = asyncio.create_task(come_over())
        async with asyncio.timeout(30):
            await until(lambda: api.app.state.hub.viewers)
        await api.say("talk", "three", "four", "five")
        assert await coming == [("session", None), ("delta", 5)]


@pytest.mark.parametrize("position", ["99", "-1", "abc", "²", "1" * 400, "0x10"])
async def test_a_position_that_is_not_ours_is_answered_with_reset_and_snapshot(tmp_path: Path, position: str) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}") as client:
            answer = await client.get(
                "/v1/sessions/talk/events",
                headers={"Accept": "application/json", "Last-Event-ID": position.encode()},  # type: ignore[dict-item]
            )
        assert [one["event"] for one in answer.json()["events"]] == ["reset", "snapshot"]


async def test_a_step_that_the_store_does_not_have_yet_is_not_lost_to_who_joins(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        await api.say("talk", "two", stored=False)

        async def store_later() -> None:
            await until(lambda: api.app.state.hub.viewers)
            await api.say("talk", "three")

        later = asyncio.create_task(store_later())
        async with stream(api, "/v1/sessions/talk/events") as reading:
            screen = Screen()
            await read_until(reading, screen, 3)
            assert screen.words == ["one", "two", "three"]
        await later


async def test_a_step_that_the_store_has_first_is_not_shown_twice(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        late = len(api.said["talk"])
        await api.say("talk", "two", published=False)

        async def publish_later() -> None:
            await until(lambda: api.app.state.hub.viewers)
            await api.adapters.step_feed.publish(step_of("talk", api.said["talk"][: late + 1]))
            await api.say("talk", "three")

        later = asyncio.create_task(publish_later())
        async with stream(api, "/v1/sessions/talk/events") as reading:
            screen = Screen()
            await read_until(reading, screen, 3)
            assert screen.words == ["one", "two", "three"]
            assert screen.ids == sorted(set(screen.ids))
        await later


async def test_steps_that_never_came_end_the_stream_and_who_comes_back_has_them(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).name == "snapshot"
            await api.say("talk", "two", published=False)
            await api.say("talk", "three")
            with pytest.raises(EOFError):
                await reading.next()
        async with stream(api, "/v1/sessions/talk/events", Last_Event_ID="1") as reading:
            assert (await reading.next()).name == "session"
            assert Screen().show(await reading.next()).words == ["one", "two", "three"]


async def test_a_changed_session_is_told_to_its_readers(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).name == "snapshot"
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}") as client:
                await client.patch("/v1/sessions/talk", json={"room": "Room 9"})
            event = await reading.next()
            assert (event.name, event.id, event.data["room"]) == ("session", None, "Room 9")


async def test_long_polling_waits_for_the_next_events_and_no_longer(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        async with httpx.AsyncClient(
            base_url=f"http://127.0.0.1:{api.port}", headers={"Accept": "application/json"}
        ) as client:
            first = (await client.get("/v1/sessions/talk/events")).json()["events"]
            assert [(one["event"], one["id"]) for one in first] == [("snapshot", 0)]
            waiting = asyncio.create_task(client.get("/v1/sessions/talk/events?after=0"))
            await until(lambda: api.app.state.hub.viewers)
            await asyncio.sleep(0.05)  # time is what is tested: it goes on waiting
            assert not waiting.done()
            await api.say("talk", "one")
            events = (await waiting).json()["events"]
            assert [(one["event"], one["id"]) for one in events] == [("session", None), ("delta", 1)]


async def test_who_comes_back_learns_what_became_of_the_session_meanwhile(tmp_path: Path) -> None:
    async with serving(tmp_path) as api, api.client() as client:
        await api.announce()
        await api.say("talk", "one")
        await client.patch("/v1/sessions/talk", json={"title": "Another title"})
        async with stream(api, "/v1/sessions/talk/events", Last_Event_ID="1") as reading:
            event = await reading.next()
            assert (event.name, event.id, event.data["title"]) == ("session", None, "Another title")


async def test_a_change_of_the_session_while_a_reader_joins_is_not_lost(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with serving(tmp_path) as api, api.client() as client:
        await api.announce()
        await api.say("talk", "one")
        position = api.app.state.hub.position

        async def change_then_attach(*args: Any) -> Any:
            found = await position(*args)
            await client.patch("/v1/sessions/talk", json={"room": "Room 9"})
            return found

        monkeypatch.setattr(api.app.state.hub, "position", change_then_attach)
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).data["session"]["room"] == ""
            event = await reading.next()
            assert (event.name, event.data["room"]) == ("session", "Room 9")


async def test_one_reader_too_many_is_asked_to_come_back(tmp_path: Path) -> None:
    async with serving(tmp_path, max_readers=1) as api:
        await api.announce()
        async with stream(api, "/v1/sessions/talk/events") as reading:
            await reading.next()
            async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}") as client:
                refused = await client.get("/v1/sessions/talk/events")
                assert refused.status_code == 503
                assert int(refused.headers["retry-after"]) > 0
                assert refused.headers["content-type"] == "application/problem+json"
        await until(lambda: not api.app.state.hub.viewers)
        async with stream(api, "/v1/sessions/talk/events") as reading:
            assert (await reading.next()).name == "snapshot"


def _established(port: int) -> int:
    """Server-side connections that the kernel has as established."""
    rows = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return sum(row[3] == "01" and int(row[1].rsplit(":", 1)[1], 16) == port for row in rows)


async def test_a_reader_who_never_reads_is_dropped_and_nobody_else_notices(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(broadcast, "SLACK_BYTES", 64 * 1024)
    async with serving(tmp_path, max_readers=100) as api:
        await api.announce()
        stuck = socket.socket()
        stuck.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        stuck.connect(("127.0.0.1", api.port))
        stuck.sendall(b"GET /v1/sessions/talk/events HTTP/1.1\r\nHost: t\r\n\r\n")
        async with stream(api, "/v1/sessions/talk/events") as reading:
            await reading.next()
            await until(lambda: api.app.state.hub.viewers >= 2)
            gc.collect()
            assert _established(api.port) == 2
            screen, seq, most_unread = Screen(), 0, 0
            while api.app.state.hub.viewers == 2:
                seq += 1
                text = f"{seq}{'x' * 100_000}"  # a new text each time, so that each delta is long
                await _publish_text(api, seq, text)
                async with asyncio.timeout(2):
                    await read_until(reading, screen, seq)
                for channel in api.app.state.hub._channels.values():
                    unread = [
                        one.transport.get_write_buffer_size()
                        for one in channel.viewers
                        if isinstance(one, DirectViewer)
                    ]
                    most_unread = max([most_unread, *unread])
                assert seq < 500
            assert screen.words == [text]
            assert most_unread < 64 * 1024 + 2 * 110_000
            assert api.app.state.hub.viewers == 1
        stuck.close()


async def test_a_reader_who_hung_up_is_no_matter_but_one_who_does_not_read_is_told(tmp_path: Path) -> None:
    gone, behind = QueueViewer(), QueueViewer()
    async with serving(tmp_path) as api:
        await api.announce()
        hub = api.app.state.hub
        with hub.reading("talk", "en") as channel, capture_logs() as logs:
            for viewer in gone, behind:
                hub.attach(channel, viewer, b"")
            gone.end()
            behind.write(b"x" * (2 * broadcast.SLACK_BYTES))
            behind.write(b"x" * (2 * broadcast.SLACK_BYTES))
            await _publish_text(api, 1, "words")
            await until(lambda: not channel.viewers)
    assert [one["log_level"] for one in logs if one["event"] == "reader_dropped"] in (
        ["debug", "info"],
        ["info", "debug"],
    )


async def _publish_text(api: Api, seq: int, text: str) -> None:
    part = Part("talk.en.1", 0, "talk", "en", ordinal=1, version=seq, paragraphs=(text,))
    await api.adapters.step_feed.publish(StepRecord("talk", "en", seq, seq, (part,)))
