from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import httpx
import msgspec
import pytest

from captionflow.errors import BadMessage, CaptionflowError, Conflict, NotFound, TooLarge, Unauthorized, Unavailable
from captionflow.messages import Draft
from services.ingest.pipeline_client import PipelineClient
from services.ingest.protocols.json_lines import Parsed, SentLine, parse

DRAFTS = [Draft("file-1", 0, "a")]
TAKEN = {"receipts": [{"number": 0, "seq": 7}]}
Answer = httpx.Response | Exception


class Wire:
    """Answers requests from a script and keeps what was asked and how long was waited."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []
        self.slept: list[float] = []
        self.told: list[str] = []

    def handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)


def client(
    wire: Wire, *, chance: Callable[[], float] = lambda: 1.0, patience: float = 300.0, undated: bool = False
) -> PipelineClient:
    http = httpx.AsyncClient(base_url="http://pipeline", transport=httpx.MockTransport(wire.handle))
    return PipelineClient(
        http,
        "ws-245",
        language="en",
        undated=undated,
        patience=patience,
        waiting=wire.told.append,
        sleep=wire.sleep,
        chance=chance,
    )


async def test_lines_go_out_as_the_api_takes_them() -> None:
    wire = Wire(httpx.Response(202, json=TAKEN))
    assert await client(wire).send(DRAFTS) == 7
    (request,) = wire.requests
    assert (request.method, str(request.url)) == ("POST", "http://pipeline/v1/sessions/ws-245/lines?lang=en")
    assert msgspec.json.decode(request.content) == {
        "sender": "file-1",
        "lines": [{"number": 0, "text": "a", "eol": False}],
    }
    assert request.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    "failure",
    [
        httpx.Response(500),
        httpx.Response(502, text="<html>"),
        httpx.Response(408),
        httpx.Response(429),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("hung up"),
    ],
)
async def test_what_may_pass_is_sent_again_unchanged_with_growing_pauses(failure: Answer) -> None:
    wire = Wire(failure, failure, failure, httpx.Response(202, json=TAKEN))
    await client(wire).send(DRAFTS)
    assert len({request.content for request in wire.requests}) == 1
    assert wire.slept == [0.2, 0.4, 0.8]
    assert len(wire.told) == 3


async def test_the_pause_has_jitter_and_obeys_retry_after() -> None:
    wire = Wire(
        httpx.Response(503),
        httpx.Response(503, headers={"Retry-After": "3"}),
        httpx.Response(503, headers={"Retry-After": "tomorrow"}),
        httpx.Response(503, headers={"Retry-After": "86400"}),
        httpx.Response(202, json=TAKEN),
    )
    await client(wire, chance=lambda: 0.0).send(DRAFTS)
    assert wire.slept == [0.1, 3.0, 0.4, 10.0]


async def test_patience_ends_with_what_to_do() -> None:
    wire = Wire(httpx.ConnectError(""))
    with pytest.raises(Unavailable, match="give the same command again"):
        await client(wire, patience=30).send(DRAFTS)
    assert 30 <= sum(wire.slept) < 50


@pytest.mark.parametrize(
    ("status", "error"),
    [(400, BadMessage), (401, Unauthorized), (404, NotFound), (409, Conflict), (413, TooLarge), (422, BadMessage)],
)
async def test_a_refusal_is_told_at_once(status: int, error: type[CaptionflowError]) -> None:
    wire = Wire(httpx.Response(status, json={"detail": "the reason"}))
    with pytest.raises(error, match="the reason") as told:
        await client(wire).send(DRAFTS)
    assert type(told.value) is error
    assert len(wire.requests) == 1


async def test_a_refusal_that_is_no_problem_document_is_told_too() -> None:
    with pytest.raises(BadMessage, match="Forbidden"):
        await client(Wire(httpx.Response(403, text="no"))).send(DRAFTS)


@pytest.mark.parametrize(("answer", "number"), [({"number": 41}, 41), ({"number": None}, None), ([], None)])
async def test_the_last_number_is_asked_for_the_sender(answer: object, number: int | None) -> None:
    wire = Wire(httpx.Response(200, json=answer))
    assert await client(wire).last_number("file-1") == number
    assert str(wire.requests[0].url).endswith("/v1/sessions/ws-245/lines/last?lang=en&sender=file-1")


async def test_a_session_that_is_there_is_left_alone() -> None:
    wire = Wire(httpx.Response(200, json={"id": "ws-245", "status": "live"}))
    found = await client(wire).ensure_session(title="Mexico")
    assert found == {"id": "ws-245", "status": "live"}
    assert [request.method for request in wire.requests] == ["GET"]


@pytest.mark.parametrize("status", [201, 409])
async def test_a_session_that_is_missing_is_announced_even_if_somebody_is_faster(status: int) -> None:
    wire = Wire(httpx.Response(404), httpx.Response(status, json={}), httpx.Response(200, json={"id": "ws-245"}))
    await client(wire).ensure_session(title="Mexico")
    assert msgspec.json.decode(wire.requests[1].content) == {"id": "ws-245", "title": "Mexico"}


async def test_all_that_a_draft_says_goes_out_and_the_api_reads_the_same_again() -> None:
    at = datetime(2015, 11, 12, 14, tzinfo=UTC)
    drafts = (
        Draft("file-1", 3, "a b", at=at, until=at + timedelta(seconds=2), speaker="MARY", segment="s", final=False),
        Draft("file-1", 4, "c\n", revises=2),
        Draft("file-1", 5, "", ends=True),
    )
    wire = Wire(httpx.Response(202, json=TAKEN))
    await client(wire, undated=True).send(drafts)
    assert parse(wire.requests[0].content, "application/json") == Parsed(drafts, 0, undated=True)


def test_the_api_takes_every_field_of_a_draft_but_what_only_ingest_knows() -> None:
    assert set(Draft.__struct_fields__) - {"posted", "on_air", "off_record", "corrects", "typed_for"} <= set(
        SentLine.__struct_fields__
    )


@pytest.mark.parametrize("answer", [{}, {"receipts": []}, {"receipts": [{"seq": "many"}]}, ["login"]])
async def test_an_answer_without_receipts_is_not_taken_for_one(answer: object) -> None:
    with pytest.raises(NotFound, match="is this captionflow's address"):
        await client(Wire(httpx.Response(200, json=answer))).send(DRAFTS)


@pytest.mark.parametrize(("status", "serves"), [(405, True), (204, True), (404, False)])
async def test_an_address_says_whether_it_serves_transcripts(status: int, serves: bool) -> None:
    wire = Wire(httpx.Response(status))
    assert await client(wire).serves_transcripts() is serves
    assert wire.requests[0].method == "OPTIONS"


async def test_a_transcript_is_awaited_until_it_reflects_the_line() -> None:
    turn = {"turn_id": "t", "speaker": "MARY", "paragraphs": ["a"]}
    wire = Wire(
        httpx.Response(404),
        httpx.Response(503),
        httpx.Response(200, json={"last_seq": 6, "turns": []}),
        httpx.Response(200, json={"last_seq": 7, "session": {"title": "", "status": "live"}, "turns": [turn]}),
        httpx.Response(200, json={"last_seq": 7, "session": {"title": "T", "status": "finished"}, "turns": [turn]}),
    )
    found = await client(wire).transcript(7)
    assert (found.last_seq, found.session.title, found.turns[0].speaker) == (7, "T", "MARY")


async def test_a_transcript_that_went_on_after_its_end_is_not_waited_for() -> None:
    wire = Wire(httpx.Response(200, json={"last_seq": 8, "session": {"status": "live"}, "turns": []}))
    assert (await client(wire).transcript(7)).last_seq == 8


async def test_a_transcript_that_stands_still_is_told_after_a_while() -> None:
    wire = Wire(httpx.Response(200, json={"last_seq": 6}))
    with pytest.raises(Unavailable, match=r"stands still for \d+ s: look at /readyz"):
        await client(wire, patience=20).transcript(7)
    assert 20 <= sum(wire.slept) < 25


async def test_a_session_is_announced_with_its_event_and_language_alone() -> None:
    wire = Wire(httpx.Response(404), httpx.Response(201, json={}))
    await client(wire).announce("Forum")
    assert msgspec.json.decode(wire.requests[1].content) == {"id": "ws-245", "event": "Forum", "languages": ["en"]}
