"""What live delivery promises to who comes, goes, comes back and stays, over real sockets."""

import asyncio
from pathlib import Path

import httpx
import pytest

from services.api.live import channel
from services.api.live import routes as events
from tests.integration.api_server import Api, said, send, serving, transcript
from tests.integration.live_client import Event, Screen, Stream, read_until, stream
from tests.waiting import until

EVENTS = "/v1/sessions/talk/events"


async def _names(api: Api, path: str = EVENTS, **headers: str) -> list[str]:
    """The events of one long poll."""
    async with api.client(Accept="application/json", **headers) as client:
        return [one["event"] for one in (await client.get(path)).json()["events"]]


async def test_a_quiet_stream_is_kept_alive_by_comments(tmp_path: Path) -> None:
    async with serving(tmp_path, heartbeat_seconds=0.1) as api:
        await api.announce()
        async with stream(api, EVENTS) as reading:
            assert (await reading.next()).name == "snapshot"
            assert [await reading.block() for _ in range(3)] == [": ", ": ", ": "]
            await api.say("talk", "one")
            while (block := await reading.block()) == ": ":
                pass
            assert block.startswith("event: delta\nid: 1\n")


@pytest.mark.parametrize("version", ["1.1", "1.0"])
async def test_head_gets_the_head_and_holds_no_place(tmp_path: Path, version: str) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(f"HEAD {EVENTS} HTTP/{version}\r\nHost: t\r\nConnection: close\r\n\r\n".encode())
        answer = (await reader.read()).decode().lower()
        writer.close()
        assert answer.startswith("http/1.1 200 ")
        assert "content-type: text/event-stream" in answer
        assert answer.endswith("\r\n\r\n")
        assert api.app.state.hub.viewers == 0


async def test_the_head_of_every_form_is_that_of_the_form_itself(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        await send(client, "Hello.")
        await transcript(client, 1)
        for path in ("", "/transcript", "/transcript.vtt"):
            whole = await client.get(f"/v1/sessions/talk{path}")
            head = await client.head(f"/v1/sessions/talk{path}")
            assert (head.status_code, head.content) == (200, b"")
            for name in ("content-type", "content-length", "etag"):
                assert head.headers[name] == whole.headers[name]
        assert (await client.head("/v1/sessions/nobody")).status_code == 404
        assert (await client.head("/healthz")).status_code == 200


@pytest.mark.parametrize("version", ["1.1", "1.0"])
async def test_a_server_that_stops_ends_its_streams_in_order(tmp_path: Path, version: str) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        async with stream(api, EVENTS, version) as reading:
            assert (await reading.next()).name == "snapshot"
            api.app.state.hub.close()
            with pytest.raises(EOFError):  # and not an IncompleteReadError: the last chunk came
                await reading.next()
        async with api.client() as client:
            refused = await client.get(EVENTS)
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0


async def test_a_position_outlives_a_restart_of_the_server(tmp_path: Path) -> None:
    screen = Screen()
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        await send(client, "one ", "two ")
        await transcript(client, 2)
        async with stream(api, EVENTS) as reading:
            await read_until(reading, screen, 2)
    async with (
        serving(tmp_path, pipeline=True) as api,
        api.client() as client,
        stream(api, EVENTS, Last_Event_ID=str(screen.ids[-1])) as reading,
    ):
        assert (await reading.next()).name == "session"
        await send(client, "three", first=2)
        await read_until(reading, screen, 3)
        assert screen.words == ["one", "two", "three"]
    async with serving(tmp_path, pipeline=True) as api:  # what came since is told, as one event
        assert await _names(api, **{"Last-Event-ID": "2"}) == ["session", "delta"]
        async with stream(api, EVENTS, Last_Event_ID="1") as reading:
            late = Screen().show(Event("snapshot", 1, {"parts": []}))
            await read_until(reading, late, 3)
            assert late.words == ["one", "two", "three"]
            assert late.ids == [1, 3]


async def test_a_position_that_is_older_than_the_events_is_told_what_changed_since_as_one_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(channel, "MAX_EVENTS", 3)
    async with serving(tmp_path) as api:
        await api.announce()
        async with stream(api, EVENTS) as reading:
            await reading.next()
            await api.say("talk", *"abcdefgh")
            await read_until(reading, Screen(), 8)
        for after, names in (("5", ["session", "delta", "delta", "delta"]), ("4", ["session", "delta"])):
            assert await _names(api, f"{EVENTS}?after={after}") == names


async def test_a_reset_says_why_and_is_followed_by_all_that_there_is(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one", "two")
        async with stream(api, EVENTS, Last_Event_ID="not-ours") as reading:
            reset, snapshot = await reading.next(), await reading.next()
            assert (reset.name, reset.id, reset.data) == ("reset", None, {"reason": "This position is not known here."})
            assert (snapshot.name, snapshot.id, snapshot.data["seq"]) == ("snapshot", 2, 2)
            assert Screen().show(snapshot).words == ["one", "two"]


@pytest.mark.parametrize("joins", [1, 2])
async def test_whoever_comes_at_whatever_moment_and_comes_back_sees_the_same_words(tmp_path: Path, joins: int) -> None:
    words = [f"w{n}" for n in range(120)]

    async def read(api: Api, screen: Screen) -> None:
        """Read to the end, hanging up after every ``joins`` times ten events."""
        while True:
            position = {"Last_Event_ID": str(screen.ids[-1])} if screen.ids else {}
            async with stream(api, EVENTS, **position) as reading:
                for _ in range(10 * joins):
                    event = await reading.next()
                    if event.name == "reset":
                        screen.ids.clear()
                    screen.show(event)
                    if event.name == "finished":
                        return

    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        screens: list[Screen] = []
        reading: list[asyncio.Task[None]] = []
        for first in range(0, 120, 3):
            await send(client, *(f"{word} " for word in words[first : first + 3]), first=first)
            if first % 12 == 0:
                screens.append(Screen())
                reading.append(asyncio.create_task(read(api, screens[-1])))
        await client.post("/v1/sessions/talk/lines", json={"sender": "desk", "lines": [{"number": 120, "ends": True}]})
        async with asyncio.timeout(30):
            await asyncio.gather(*reading)
        assert said(await transcript(client, 121)).split() == words
    for screen in screens:
        assert screen.words == words
        assert screen.ids == sorted(screen.ids)
        assert screen.ids[-1] == 121


async def test_who_comes_after_the_end_gets_all_of_it_and_the_end(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one", "two", end=True)
        async with api.client() as client:  # as the indexer would
            await client.patch("/v1/sessions/talk", json={"status": "finished"})
        async with stream(api, EVENTS) as reading:
            assert [(await reading.next()).name for _ in range(2)] == ["snapshot", "finished"]
            with pytest.raises(EOFError):
                await reading.next()
        assert await _names(api) == ["snapshot", "finished"]
        assert await _names(api, f"{EVENTS}?after=2") == ["session", "finished"]


async def test_a_long_poll_ends_by_itself_when_nothing_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "POLL_SECONDS", 0.05)
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        assert await _names(api, f"{EVENTS}?after=1") == ["session"]


async def test_a_poll_that_is_not_to_wait_is_answered_at_once(tmp_path: Path) -> None:
    async with serving(tmp_path) as api:
        await api.announce()
        await api.say("talk", "one")
        assert await _names(api, f"{EVENTS}?after=1&wait=0") == ["session"]


async def test_a_stream_has_a_comment_soon_after_it_began_so_that_who_reads_knows_that_nothing_holds_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "FIRST_BEAT_SECONDS", 0.05)
    async with serving(tmp_path, heartbeat_seconds=3_600) as api:
        await api.announce()
        async with stream(api, EVENTS) as reading:
            assert (await reading.next()).name == "snapshot"
            assert await reading.block() == ": "
            await api.say("talk", "one")
            assert (await reading.block()).startswith("event: delta\n")


async def test_polling_alone_shows_the_same_words_as_a_stream(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client(Accept="application/json") as client:
        await api.announce()
        sending = asyncio.create_task(_send_one_by_one(api, 40))
        parts: dict[str, str] = {}
        after, names = "", [""]
        async with asyncio.timeout(30):
            while names[-1:] != ["finished"]:
                found = (await client.get(f"{EVENTS}{after}")).json()["events"]
                names = [one["event"] for one in found]
                for one in found:
                    for part in one["data"].get("parts", ()):
                        kept = parts.get(part["turn_id"], "")[: part.get("keep", 0)]
                        parts[part["turn_id"]] = kept + part.get("text", "\n".join(part.get("paragraphs", ())))
                after = f"?after={max(one['id'] or 0 for one in found)}" if any(one["id"] for one in found) else after
        await sending
    assert " ".join(parts.values()).split() == [f"w{n}" for n in range(40)]


async def _send_one_by_one(api: Api, count: int) -> None:
    async with api.client() as client:
        for n in range(count):
            await send(client, f"w{n} ", first=n)
        await client.patch("/v1/sessions/talk", json={"status": "finished"})


async def test_a_snapshot_of_the_last_turns_grows_like_any_other(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce()
        await send(client, ">> ANA: One.", ">> BO: Two.", ">> CY: Three")
        await transcript(client, 3)
        async with stream(api, f"{EVENTS}?last=2") as reading:
            screen = Screen().show(await reading.next())
            assert screen.words == ["Two.", "Three"]
            await send(client, "and four.", first=3)
            await read_until(reading, screen, 4)
            assert screen.words == ["Two.", "Three", "and", "four."]
        for last in ("0", "1001", "x"):
            assert (await client.get(f"{EVENTS}?last={last}")).status_code == 422


async def test_the_places_of_readers_who_go_are_free_again(tmp_path: Path) -> None:
    async with serving(tmp_path, max_readers=2) as api:
        await api.announce()
        for _ in range(5):
            async with stream(api, EVENTS) as one, stream(api, EVENTS) as other:
                assert isinstance(one, Stream)
                await one.next()
                await other.next()
                async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{api.port}") as client:
                    assert (await client.get(EVENTS)).status_code == 503
            await until(lambda: not api.app.state.hub.viewers)
