"""The addresses at which captioning tools post: exact answers, whom they let in, what becomes of what they send."""

import re
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from tests.integration.api_server import Api, problem_of, said, transcript

ZOOM = "/closedcaption?id=talk&seq={}&lang=en-US"


async def posted(client: httpx.AsyncClient, path: str, text: str | bytes, **headers: str) -> None:
    answer = await client.post(path, content=text, headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    at = datetime.strptime(answer.text, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)
    assert re.fullmatch(r"[-\d]{10}T[\d:]{8}\.\d{3}", answer.text)


async def test_what_zoom_is_sent_is_in_the_transcript(client: httpx.AsyncClient) -> None:
    for number, text in enumerate([">> ANA:  I'M SENDING ", "SEVERAL CAPTIONS.\n", "Bye."], 1):
        await posted(client, ZOOM.format(number), text)
        await posted(client, ZOOM.format(number), text)
    document = await transcript(client, 3)
    assert said(document) == "I'M SENDING SEVERAL CAPTIONS. Bye."
    assert [turn["speaker"] for turn in document["turns"]] == ["ANA"]
    assert (await client.get("/v1/sessions/talk")).json()["languages"] == ["en"]


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_the_number_of_the_last_post_is_told(client: httpx.AsyncClient, method: str) -> None:
    for number, answer in [(0, "0"), (17, "17"), (171, "171")]:
        told = await client.request(method, "/closedcaption/seq?id=talk")
        assert told.status_code == 200
        assert told.headers["content-type"].startswith("text/plain")
        if number:
            await posted(client, ZOOM.format(f"00{number}"), f"Line {number}.")
            told = await client.request(method, "/closedcaption/seq?id=talk&lang=en")
        assert told.text == answer


async def test_a_number_has_any_length_and_the_last_one_counts(client: httpx.AsyncClient) -> None:
    await posted(client, "/closedcaption?id=talk&seq=" + "1" * 5_000, "One.")
    await posted(client, "/closedcaption?seq=3&id=talk&seq=" + "1" * 5_001, "Two.")
    assert (await client.get("/closedcaption/seq?id=talk")).text == "0"  # what nobody can go on from
    assert said(await transcript(client, 2)) == "One. Two."


async def test_text_at_the_address_of_the_question_is_taken(client: httpx.AsyncClient) -> None:
    await posted(client, "/closedcaption/seq?id=talk&seq=4", "Good morning.")
    assert (await client.get("/closedcaption/seq?id=talk")).text == "4"
    assert said(await transcript(client, 1)) == "Good morning."


async def test_a_session_that_nobody_announced_is_opened_where_only_this_machine_asks(api: Api) -> None:
    async with api.client() as client:
        await posted(client, "/closedcaption?id=hall-2&seq=1&lang=es-ES", "Buenos días.")
        assert (await client.get("/v1/sessions/hall-2")).json()["languages"] == ["es-ES"]
        assert said(await transcript(client, 1, "hall-2")) == "Buenos días."
        problem_of(await client.post("/closedcaption?id=no such&seq=1", content="x"), 404, "not-found")
        problem_of(await client.post("/closedcaption?seq=1", content="x"), 404, "not-found")


async def test_teams_youtube_and_streamtext_have_doors_of_their_own(client: httpx.AsyncClient) -> None:
    for text in ["Good morning.", "Welcome."]:
        await posted(client, "/cartcaption?meetingid=talk&token=x&lang=en-US", text)
    await posted(client, "/closedcaption?cid=talk&seq=1", b"2026-11-24T09:00:01.250\nwe rea\n")
    await posted(client, "/closedcaption?cid=talk&seq=2", b"2026-11-24T09:00:01.450 region:r1#c1\nched us \n")
    await posted(client, "/streamtext?event=talk&seq=1", "The last lime")
    await posted(client, "/streamtext?event=talk&seq=2", "\b\bne.")
    text = said(await transcript(client, 7)).replace("\n", " ")
    assert text.startswith("Good morning. Welcome.")
    assert text.endswith("The last line.")
