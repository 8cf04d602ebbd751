"""Wrong numbers, and senders that don't wait for each other: nothing is lost, and nothing comes twice."""

import asyncio
from typing import Any

import httpx

from tests.integration.api_server import Api, nothing_came_of_it, problem_of, said, send, transcript

LINES = "/v1/sessions/talk/lines"


async def test_a_line_without_a_number_is_refused_by_its_place(client: httpx.AsyncClient) -> None:
    lines: list[dict[str, Any]] = [{"number": 0, "text": "a"}, {"text": "b"}]
    answer = await client.post(LINES, json={"sender": "desk", "lines": lines})
    detail = problem_of(answer, 400, "bad-message")
    assert "line 2" in detail
    assert "`number`" in detail
    await nothing_came_of_it(client)


async def test_what_is_no_number_is_refused(client: httpx.AsyncClient) -> None:
    for number in [-1, 1.5, "7", None, True, 2**53]:
        answer = await client.post(LINES, json={"sender": "desk", "lines": [{"number": number, "text": "a"}]})
        assert "line 1, number" in problem_of(answer, 400, "bad-message")


async def test_a_skipped_number_is_told_and_welcome_later(client: httpx.AsyncClient) -> None:
    await send(client, "one ")
    assert (await send(client, "four ", first=3)).json()["missing"] == [[1, 2]]
    late = (await send(client, "two ", first=1)).json()
    assert (late["receipts"][0]["seq"], late["missing"]) == (3, [])
    assert said(await transcript(client, 3)) == "one four two"


async def test_a_repeated_number_with_the_same_text_gets_the_first_answer(client: httpx.AsyncClient) -> None:
    first = await send(client, "one ", "two ")
    again = await send(client, "one ", "two ")
    assert (again.status_code, again.json()) == (202, first.json())
    mixed = await send(client, "two ", "three ", first=1)
    assert [one["seq"] for one in mixed.json()["receipts"]] == [2, 3]
    assert said(await transcript(client, 3)) == "one two three"


async def test_a_repeated_number_with_another_text_is_a_conflict_and_changes_nothing(
    client: httpx.AsyncClient,
) -> None:
    await send(client, "one ", "two ")
    detail = problem_of(await send(client, "three ", "TWO ", "four ", first=2 - 1), 409, "conflict")
    assert "Number 1 of sender 'desk'" in detail
    assert "next number" in detail
    assert (await client.get(f"{LINES}/last?sender=desk")).json() == {"number": 1}
    assert said(await transcript(client, 2)) == "one two"


async def test_a_sender_that_counts_from_the_beginning_again_loses_nothing_it_has_not_been_told_of(
    client: httpx.AsyncClient,
) -> None:
    await send(client, "one ", "two ")
    problem_of(await send(client, "a new beginning"), 409, "conflict")
    last = (await client.get(f"{LINES}/last?sender=desk")).json()["number"]
    assert (await send(client, "a new beginning", first=last + 1)).status_code == 202
    assert said(await transcript(client, 3)) == "one two a new beginning"


async def test_numbers_that_go_backward_in_one_body_are_kept_in_the_order_they_came(
    client: httpx.AsyncClient,
) -> None:
    lines = [{"number": number, "text": f"w{number} "} for number in (2, 1, 0)]
    answer = (await client.post(LINES, json={"sender": "desk", "lines": lines})).json()
    assert [(one["number"], one["seq"]) for one in answer["receipts"]] == [(2, 1), (1, 2), (0, 3)]
    assert answer["missing"] == []
    assert said(await transcript(client, 3)) == "w2 w1 w0"


async def test_a_retry_of_lines_after_a_hole_is_told_of_it_again(client: httpx.AsyncClient) -> None:
    """Whoever lost the answer would never know of the hole."""
    await send(client, "w0 ")
    first = await send(client, "w3 ", "w4 ", first=3)
    assert first.json()["missing"] == [[1, 2]]
    await send(client, "w5 ", first=5)
    again = await send(client, "w3 ", "w4 ", first=3)
    assert (again.status_code, again.text) == (202, first.text)


async def test_two_senders_at_once_lose_nothing_and_each_keeps_its_order(api: Api, client: httpx.AsyncClient) -> None:
    async def type_(sender: str) -> list[int]:
        async with api.client() as own:
            return [
                (await send(own, f"{sender}{n} ", first=n, sender=sender)).json()["receipts"][0]["seq"]
                for n in range(40)
            ]

    seqs = await asyncio.gather(type_("a"), type_("b"))
    assert sorted([*seqs[0], *seqs[1]]) == list(range(1, 81))
    words = said(await transcript(client, 80)).split()
    assert [word for word in words if word[0] == "a"] == [f"a{n}" for n in range(40)]
    assert [word for word in words if word[0] == "b"] == [f"b{n}" for n in range(40)]
    assert len(words) == 80


async def test_one_sender_that_sends_the_same_twice_at_once_is_heard_once(api: Api, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(send(client, *(f"w{n} " for n in range(20))) for _ in range(8)))
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    assert said(await transcript(client, 20)).split() == [f"w{n}" for n in range(20)]


async def test_a_sender_s_name_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    for sender in ["", "a b", "a/b", "\x00", "x" * 65]:
        assert "sender's name" in problem_of(await send(client, "a", sender=sender), 400, "bad-message")
        answer = await client.get(f"{LINES}/last", params={"sender": sender})
        assert "sender's name" in problem_of(answer, 400, "bad-message")
