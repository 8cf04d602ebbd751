"""Off the record over HTTP: those who read now see what is said, nothing is kept, and the passage is marked."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from captionflow.secret import Secret
from services.api.live.silence import SilenceWatch
from tests.integration.api_server import Api, problem_of, said, send, serving, transcript
from tests.integration.live_client import Event, Stream, stream
from tests.waiting import until

ADDRESS = "/v1/sessions/talk/off-the-record"
EVENTS = "/v1/sessions/talk/events"
KEY = "0123456789abcdef-of-this-test"


@pytest.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    async with serving(tmp_path, pipeline=True) as api:
        await api.announce("talk")
        yield api


@pytest.fixture
async def client(api: Api) -> AsyncIterator[httpx.AsyncClient]:
    async with api.client() as client:
        yield client


async def turn(client: httpx.AsyncClient, *, on: bool, **query: str) -> Any:
    answer = await client.put(ADDRESS, json={"on": on}, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


class Shown:
    """What a viewer has on the screen of what is off the record."""

    def __init__(self, reading: Stream) -> None:
        self._reading = reading
        self._text = ""

    async def until(self, wanted: str | None) -> Event:
        """The event after which it is this; None: it is on the record."""
        while True:
            one = await self._reading.next()
            if one.name == "off_record":
                self._text = self._text[: one.data["keep"]] + one.data["text"]
                if (one.data["since"] is None) == (wanted is None) and self._text == (wanted or ""):
                    return one


async def test_what_is_said_is_read_live_and_is_a_note_in_all_exports(client: httpx.AsyncClient, api: Api) -> None:
    await send(client, ">> ANA:  Good morning.", "We begin")
    async with stream(api, EVENTS) as reading:
        shown = Shown(reading)
        assert (await reading.next()).name == "snapshot"
        assert (await turn(client, on=True))["on"]
        await shown.until("")
        answer = (await send(client, "Xylophone", first=2)).json()
        assert answer["receipts"][0]["withheld"]
        await shown.until("Xylophone\n")
        await send(client, "and more", first=3)
        event = await shown.until("Xylophone\nand more\n")
        assert (event.id, event.data["text"]) == (None, "and more\n")
        async with stream(api, EVENTS) as later:
            await Shown(later).until("Xylophone\nand more\n")
        assert not (await turn(client, on=False))["on"]
        await shown.until(None)
    await send(client, "On we go.", first=4)
    document = await transcript(client, 7)
    assert said(document) == "Good morning. We begin On we go."
    note = "[Off the record for 0:00]"
    assert [one["text"] for turn in document["turns"] for one in turn["notes"]] == [note]
    for form in ("txt", "vtt", "srt", "json"):
        exported = (await client.get(f"/v1/sessions/talk/transcript.{form}")).text
        assert note in exported
        assert "Xylophone" not in exported
    assert (await client.get("/v1/search", params={"q": "xylophone"})).json()["total"] == 0
    assert "Xylophone" not in (await client.get("/s/talk")).text
    assert note in (await client.get("/s/talk")).text


async def test_who_comes_back_is_told_nothing_of_a_passage_that_is_over(client: httpx.AsyncClient, api: Api) -> None:
    await send(client, ">> ANA:  Good morning.")
    async with stream(api, EVENTS) as reading:
        shown = Shown(reading)
        seen = await reading.next()
        await turn(client, on=True)
        await send(client, "Xylophone", first=1)
        await shown.until("Xylophone\n")
    poll = (await client.get(EVENTS, headers={"Accept": "application/json"})).json()["events"]
    assert [one["data"]["text"] for one in poll if one["event"] == "off_record"] == ["Xylophone\n"]
    await turn(client, on=False)
    await send(client, "On we go.", first=2)
    await transcript(client, 5)
    for query in ({}, {"after": str(seen.id)}):
        poll = (await client.get(EVENTS, params=query, headers={"Accept": "application/json"})).text
        assert "Xylophone" not in poll
        assert '"off_record"' not in poll


async def test_what_tells_of_a_passage_when_it_is_over_is_withheld_and_shown_to_nobody(
    client: httpx.AsyncClient, api: Api
) -> None:
    """What viewers are shown is on the disk of a broker for some minutes, so it has to be over with the passage."""
    shown = api.adapters.off_record.follow()
    await turn(client, on=True)
    secret = (await send(client, "Xylophone", first=1)).json()["receipts"][0]
    assert (await anext(shown)).text == "Xylophone\n"
    await turn(client, on=False)
    line = {"number": 2, "text": "A xylophone", "revises": secret["seq"]}
    again = await client.post("/v1/sessions/talk/lines", json={"sender": "desk", "lines": [line]})
    assert again.json()["receipts"][0]["withheld"]
    await turn(client, on=True)
    await send(client, "Zither", first=3)
    assert (await anext(shown)).text == "Zither\n"


async def test_an_utterance_that_ends_in_the_passage_is_shown_whole_and_kept_as_far_as_it_was_said_before_it(
    client: httpx.AsyncClient, api: Api
) -> None:
    async def hear(number: int, text: str, *, final: bool = False) -> dict[str, Any]:
        line = {"number": number, "text": text, "eol": False, "segment": "u1", "final": final}
        answer = await client.post("/v1/sessions/talk/lines", json={"sender": "asr", "lines": [line]})
        receipt: dict[str, Any] = answer.json()["receipts"][0]
        return receipt

    async with stream(api, EVENTS) as reading:
        shown = Shown(reading)
        await hear(0, "Good morning ")
        await turn(client, on=True)
        assert (await hear(1, "Good morning, the xylophone "))["withheld"]
        receipt = await hear(2, "Good morning, the xylophones. ", final=True)
        assert (receipt["shortened"], "withheld" in receipt) == (True, False)
        await shown.until("Good morning, the xylophones. ")
        await turn(client, on=False)
        await shown.until(None)
    await hear(3, "On we go. ", final=True)
    document = await transcript(client, 6)
    assert said(document) == "Good morning On we go."
    notes = [one["text"] for turn in document["turns"] for one in turn["notes"]]
    assert notes == ["[Off the record for 0:00]"]


async def test_interims_and_corrections_are_shown_as_they_change(client: httpx.AsyncClient, api: Api) -> None:
    await turn(client, on=True)

    async def put(number: int, text: str, **fields: Any) -> int:
        lines = [{"number": number, "text": text, "eol": False, **fields}]
        answer = await client.post("/v1/sessions/talk/lines", json={"sender": "asr", "lines": lines})
        return int(answer.json()["receipts"][0]["seq"])

    async with stream(api, EVENTS) as reading:
        shown = Shown(reading)
        await shown.until("")
        await put(0, "a sec", segment="u1", final=False)
        await shown.until("a sec")
        await put(1, "a secret", segment="u1", final=False)
        await shown.until("a secret")
        seq = await put(2, "A sceret. ", segment="u1")
        await shown.until("A sceret. ")
        await put(3, "A secret. ", revises=seq)
        await shown.until("A secret. ")
        for number in (4, 5, 6):
            await put(number, "word " * 390)
        await shown.until("word " * 390)  # only the end of it is kept


async def test_no_captions_off_the_record_is_no_interruption_and_ends_nothing(
    client: httpx.AsyncClient, api: Api
) -> None:
    ahead = timedelta()
    watch = SilenceWatch(
        api.app.state.hub,
        api.adapters.sessions,
        api.adapters.line_log,
        end_after=timedelta(hours=1),
        clock=lambda: datetime.now(UTC) + ahead,
    )
    await send(client, ">> ANA:  Good morning.")
    await transcript(client, 1)

    async def is_live() -> bool:
        return bool((await client.get("/v1/sessions/talk")).json()["status"] == "live")

    await until(is_live)
    await turn(client, on=True)
    await transcript(client, 2)
    ahead = timedelta(hours=2)
    await watch.look()
    poll = (await client.get(EVENTS, headers={"Accept": "application/json"})).json()["events"]
    assert {one["event"] for one in poll} == {"snapshot", "off_record"}
    assert len([line async for record in api.adapters.line_log.read("talk", "en") for line in record.lines]) == 2
    await turn(client, on=False)
    await transcript(client, 3)
    ahead = timedelta(seconds=61)
    await watch.look()
    poll = (await client.get(EVENTS, headers={"Accept": "application/json"})).json()["events"]
    assert "interrupted" in {one["event"] for one in poll}


async def test_it_is_known_after_a_restart_and_viewers_are_told(tmp_path: Path) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk")
        await turn(client, on=True)
        since = (await client.get(ADDRESS)).json()["languages"]
        await transcript(client, 1)
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        assert (await client.get(ADDRESS)).json() == {"on": True, "languages": since}
        async with stream(api, EVENTS) as reading:
            event = await Shown(reading).until("")
            assert event.data["since"] == since[0]["since"]
        assert (await send(client, "Xylophone")).json()["receipts"][0]["withheld"]


async def test_all_languages_are_off_the_record_unless_one_is_named_and_so_is_one_that_comes_later(
    tmp_path: Path,
) -> None:
    async with serving(tmp_path, pipeline=True) as api, api.client() as client:
        await api.announce("talk", languages=["en", "es"])
        now = await turn(client, on=True)
        assert [one["language"] for one in now["languages"] if one["since"]] == ["en", "es"]
        lines = {"sender": "booth", "lines": [{"number": 0, "text": "secret"}]}
        answer = await client.post("/v1/sessions/talk/lines?lang=fr", json=lines)
        assert answer.json()["receipts"][0]["withheld"]
        await turn(client, on=False, lang="es")
        assert [bool(one["since"]) for one in (await client.get(ADDRESS)).json()["languages"]] == [True, False, True]
        await turn(client, on=False)
        assert not (await client.get(ADDRESS)).json()["on"]


async def test_who_did_it_is_in_the_audit_trail_and_the_same_again_is_not(client: httpx.AsyncClient) -> None:
    for on in (True, True, False, False):
        await turn(client, on=on)
    entries = (await client.get("/v1/audit")).json()
    assert [(one["action"], one["detail"]) for one in entries if one["action"].startswith("off_record")] == [
        ("off_record_ended", "en"),
        ("off_record_begun", "en"),
    ]


@pytest.mark.parametrize("wrong", [{}, {"on": None}, {"on": "yes"}, {"on": True, "more": 1}])
async def test_what_can_not_be_is_refused_and_changes_nothing(client: httpx.AsyncClient, wrong: Any) -> None:
    assert (await client.put(ADDRESS, json=wrong)).status_code in {400, 422}
    assert not (await client.get(ADDRESS)).json()["on"]


async def test_a_sender_can_not_say_it(client: httpx.AsyncClient) -> None:
    line = {"number": 0, "text": "Hello.", "off_record": True}
    await client.post("/v1/sessions/talk/lines", json={"sender": "me", "lines": [line]})
    assert not (await client.get(ADDRESS)).json()["on"]


async def test_it_is_for_those_who_caption_and_organise(tmp_path: Path) -> None:
    async with serving(tmp_path, ingest_token=Secret(KEY)) as api, api.client() as client:
        problem_of(await client.put(ADDRESS, json={"on": True}), 401, "unauthorized")
        problem_of(await client.get(ADDRESS), 401, "unauthorized")


async def test_what_was_typed_in_a_passage_and_is_sent_after_it_is_withheld_and_what_was_typed_before_it_is_not(
    client: httpx.AsyncClient, api: Api
) -> None:
    await turn(client, on=True)
    body = {"sender": "page", "lines": [{"number": 0, "text": "Long ago.", "typed_ago": [600, 590]}]}
    early = (await client.post("/v1/sessions/talk/lines", json=body)).json()
    await turn(client, on=False)
    ages = {"Secret.": [30, 0.001], "On we go.": [0, 0]}
    lines = [{"number": n, "text": text, "typed_ago": ago} for n, (text, ago) in enumerate(ages.items(), 1)]
    late = (await client.post("/v1/sessions/talk/lines", json={"sender": "page", "lines": lines})).json()
    withheld = [receipt.get("withheld", False) for answer in (early, late) for receipt in answer["receipts"]]
    assert withheld == [False, True, False]
    again = (await client.post("/v1/sessions/talk/lines", json={"sender": "page", "lines": lines})).json()
    assert again["receipts"] == late["receipts"]
    assert said(await transcript(client, 5)) == "Long ago. On we go."


async def test_an_age_counts_from_when_the_sending_began_however_long_the_body_takes(
    client: httpx.AsyncClient, api: Api
) -> None:
    await turn(client, on=True)

    async def body() -> AsyncIterator[bytes]:
        yield b'{"sender":"page","lines":[{"number":0,"text":"Secret.",'
        await turn(client, on=False)
        yield b'"typed_ago":[0,0]}]}'

    headers = {"content-type": "application/json"}
    answer = await client.post("/v1/sessions/talk/lines", content=body(), headers=headers)
    assert answer.json()["receipts"][0]["withheld"]


async def test_a_spares_words_wait_off_the_record_too_and_are_shown_when_it_takes_over(
    client: httpx.AsyncClient, api: Api
) -> None:
    async def say(sender: str, number: int, text: str) -> None:
        body = {"sender": sender, "lines": [{"number": number, "text": text}]}
        (await client.post("/v1/sessions/talk/lines", json=body)).raise_for_status()

    on_air = {"source": "desk", "spares": ["asr"], "after_seconds": 600}
    (await client.put("/v1/sessions/talk/on-air", json=on_air)).raise_for_status()
    async with stream(api, EVENTS) as reading:
        shown = Shown(reading)
        await turn(client, on=True)
        await say("asr", 0, "Of the spare.")
        await say("desk", 0, "Of the source.")
        await shown.until("Of the source.\n")
        (
            await client.put("/v1/sessions/talk/on-air", json=on_air | {"source": "asr", "spares": ["desk"]})
        ).raise_for_status()
        await say("desk", 1, "Nobody is shown this.")
        await say("asr", 1, "Of the other.")
        await shown.until("Of the source.\nOf the other.\n")
        await turn(client, on=False)
        await shown.until(None)
