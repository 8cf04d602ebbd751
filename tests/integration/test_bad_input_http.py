"""What bad input gets over HTTP: an answer that says what is wrong and what to do, and nothing is lost."""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import unquote

import httpx
import webvtt

from captionflow.messages import MAX_LINE_CHARS
from tests.integration.api_server import Api, nothing_came_of_it, problem_of, said, send, serving, transcript

LINES = "/v1/sessions/talk/lines"
JSON = {"Content-Type": "application/json"}
LIMIT = 1024 * 1024


async def _post(client: httpx.AsyncClient, body: bytes | str, kind: str = "application/json") -> httpx.Response:
    return await client.post(LINES, content=body, headers={"Content-Type": kind})


# --- characters -----------------------------------------------------------------------------------------------------


async def test_a_body_that_is_not_utf_8_is_refused_at_the_byte(client: httpx.AsyncClient) -> None:
    body = '{"sender":"desk","lines":[{"number":0,"text":"caf\xe9"}]}'.encode("latin-1")
    assert "not UTF-8: byte 49" in problem_of(await _post(client, body), 400, "bad-message")
    assert "Row 1 is not UTF-8" in problem_of(await _post(client, b"\xff", "application/x-ndjson"), 400, "bad-message")
    for method, path in (("POST", "/v1/sessions"), ("PATCH", "/v1/sessions/talk")):
        answer = await client.request(method, path, content=b'{"title":"caf\xe9"}', headers=JSON)
        assert "not UTF-8: byte 13" in problem_of(answer, 400, "bad-message")
    await nothing_came_of_it(client)


async def test_a_byte_order_mark_is_no_harm(client: httpx.AsyncClient) -> None:
    body = b'\xef\xbb\xbf{"sender":"desk","lines":[{"number":0,"text":"Good morning."}]}'
    assert (await _post(client, body)).status_code == 202
    answer = await client.patch("/v1/sessions/talk", content=b'\xef\xbb\xbf{"room":"2"}', headers=JSON)
    assert answer.json()["room"] == "2"


async def test_controls_and_nul_are_taken_out_of_lines_and_counted(client: httpx.AsyncClient) -> None:
    answer = await send(client, "Good\x00 mor\x08ning,\x1b\x9f everyone.")
    assert (answer.status_code, answer.json()["cleaned"]) == (202, 4)
    assert said(await transcript(client, 1)) == "Good morning, everyone."


async def test_a_control_character_in_a_name_is_refused_by_its_number(client: httpx.AsyncClient) -> None:
    for bad in ["\x00", "\x1b", "\x9f", "\n", "\u2028", "\u202e", "\u2066"]:
        for name in ("title", "event", "room"):
            answer = await client.patch("/v1/sessions/talk", json={name: f"A{bad}B"})
            assert f"{name}: it has the control character U+{ord(bad):04X}" in problem_of(answer, 422, "invalid")
        assert (await client.get("/v1/sessions/talk")).json()["version"] == 1


async def test_a_lone_surrogate_is_refused_and_named_as_the_likely_cause(client: httpx.AsyncClient) -> None:
    body = r'{"sender":"desk","lines":[{"number":0,"text":"half of it: \ud83d"}]}'
    assert "lone surrogate" in problem_of(await _post(client, body), 400, "bad-message")
    answer = await client.post("/v1/sessions", content=r'{"title":"\udc00"}', headers=JSON)
    assert "lone surrogate" in problem_of(answer, 400, "bad-message")
    await nothing_came_of_it(client)


async def test_bidi_overrides_are_taken_out_and_the_letters_stay(client: httpx.AsyncClient) -> None:
    answer = await send(client, "safe \u202eevil\u202c \u2066שלום\u2069 end")
    assert answer.json()["cleaned"] == 4
    assert said(await transcript(client, 1)) == "safe evil שלום end"


async def test_markup_in_text_and_labels_comes_back_as_text(client: httpx.AsyncClient) -> None:
    text = "<script>alert('1 & 2')</script> --> 00:00:01.000 --> 00:00:02.000 &amp; <v Bob>no voice"
    label = "<b>Eve</b> & --> Co"
    line = {"number": 0, "text": text, "speaker": label}
    await client.post(LINES, json={"sender": "desk", "lines": [line]})
    (turn,) = (await transcript(client, 1))["turns"]
    assert (turn["speaker"], turn["paragraphs"]) == (label, [text])

    async def form(suffix: str) -> str:
        return (await client.get(f"/v1/sessions/talk/transcript.{suffix}")).raise_for_status().text

    assert await form("txt") == f">> {label}:  {text}\n"
    vtt = await form("vtt")
    cues = webvtt.from_string(vtt).captions
    times = [row for row in vtt.splitlines() if "-->" in row]
    assert len(times) == len(cues) > 1
    assert [cue.raw_text.count("<") for cue in cues] == [1] * len(cues)  # its voice, and no other tag
    voice = "<v &lt;b&gt;Eve&lt;/b&gt; &amp; --&gt; Co>"
    spoken = " ".join(cue.raw_text.removeprefix(voice).replace("\n", " ") for cue in cues)
    assert spoken.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&") == f"{label}: {text}"
    srt = await form("srt")
    assert sum("-->" in row for row in srt.splitlines()) == len(srt.split("\n\n")) - 1 == len(cues)
    assert " ".join(row for row in srt.splitlines() if row and "-->" not in row and not row.isdecimal()) == (
        f"{label}: {text}".replace("-->", "-- >")
    )
    (hit,) = (await client.get("/v1/search", params={"q": "alert"})).json()["hits"]
    assert "".join(fragment["text"] for fragment in hit["fragments"]) == text
    assert (await client.get("/v1/search", params={"q": "voice"})).headers["x-content-type-options"] == "nosniff"


# --- sizes ----------------------------------------------------------------------------------------------------------


async def test_a_line_of_1_mb_is_refused_with_how_to_cut_it(client: httpx.AsyncClient) -> None:
    detail = problem_of(await send(client, "x" * 1_000_000), 413, "too-large")
    assert f"Line 1 has 1000001 characters with its line break; {MAX_LINE_CHARS} is the most" in detail
    assert "eol false" in detail
    await nothing_came_of_it(client)


async def test_a_body_over_the_limit_is_refused_whether_its_length_is_announced_or_not(
    client: httpx.AsyncClient,
) -> None:
    whole = b'{"sender":"desk","lines":[' + b" " * LIMIT

    async def chunks() -> AsyncIterator[bytes]:
        for first in range(0, len(whole), 65_536):
            yield whole[first : first + 65_536]

    for path in (LINES, "/v1/sessions"):
        for content in (whole, chunks()):
            answer = await client.post(path, content=content, headers=JSON)
            assert f"{LIMIT} bytes" in problem_of(answer, 413, "too-large")
    await nothing_came_of_it(client)


async def test_too_many_lines_at_once_are_refused(client: httpx.AsyncClient) -> None:
    assert "1000 is the most" in problem_of(await send(client, *["a"] * 1001), 413, "too-large")
    await nothing_came_of_it(client)


# --- addresses ------------------------------------------------------------------------------------------------------

PATHS = ("", "/transcript", "/transcript.vtt", "/events", "/lines/last?sender=desk")


async def test_an_unknown_session_is_not_found_wherever_it_is_asked_for(client: httpx.AsyncClient) -> None:
    for path in PATHS:
        assert "announce" in problem_of(await client.get(f"/v1/sessions/nobody{path}"), 404, "not-found")
    assert "announce" in problem_of(await send(client, "a", session="nobody"), 404, "not-found")
    assert "announce" in problem_of(await client.patch("/v1/sessions/nobody", json={}), 404, "not-found")


async def test_an_id_that_cannot_be_is_not_found_and_never_a_path(api: Api) -> None:
    for bad in [
        "..",
        "..%2f..%2fetc%2fpasswd",
        "%2e%2e",
        "a%00b",
        "%00",
        "talk%0a",
        "A",
        "%c3%a9",
        "%ff",
        "-x",
        "x" * 81,
        "%20",
    ]:
        for path in PATHS:
            answer = await _raw_get(api, f"/v1/sessions/{bad}{path}")
            assert answer.startswith(b"HTTP/1.1 404 ")
            assert b"content-type: application/problem+json" in answer
        async with api.client() as client:
            for given in (bad, unquote(bad)):
                answer = await client.post("/v1/sessions", json={"id": given})
                assert problem_of(answer, 422, "invalid").startswith("id: ")


async def _raw_get(api: Api, target: str) -> bytes:
    """Without a client that would tidy up the address."""
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    writer.write(f"GET {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    return answer


async def test_a_language_that_the_session_does_not_have_is_not_found_and_told_which_it_has(
    client: httpx.AsyncClient,
) -> None:
    await client.patch("/v1/sessions/talk", json={"languages": ["en", "pt-BR"]})
    for path in ("transcript", "transcript.srt", "events"):
        for bad in ("fr", "en' OR 1", "\x00", "x" * 10_000):
            answer = await client.get(f"/v1/sessions/talk/{path}", params={"lang": bad})
            assert "lang is one of en, pt-BR" in problem_of(answer, 404, "not-found")
    found = await client.get("/v1/sessions/talk/transcript", params={"lang": "PT-br"})
    assert found.headers["content-language"] == "pt-BR"


# --- dates ----------------------------------------------------------------------------------------------------------


async def test_a_day_that_cannot_be_is_refused(client: httpx.AsyncClient) -> None:
    for date in ["0000-01-01", "0001-01-01", "1899-12-31", "2200-01-01", "2015-02-30", "12/11/2015"]:
        answer = await client.post("/v1/sessions", json={"title": "When", "date": date})
        assert "date: it is not a day like 2015-11-12" in problem_of(answer, 422, "invalid")


async def test_a_time_that_cannot_be_is_refused_by_the_name_of_its_field(client: httpx.AsyncClient) -> None:
    for at in [
        "0000-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2015-11-12T09:00:00",
        "2015-11-12T25:00:00Z",
        "yesterday",
    ]:
        for name in ("starts_at", "ends_at"):
            answer = await client.patch("/v1/sessions/talk", json={name: at})
            assert f"{name}: " in problem_of(answer, 422, "invalid")
        answer = await client.post(LINES, json={"sender": "desk", "lines": [{"number": 0, "text": "a", "at": at}]})
        assert "line 1, at: " in problem_of(answer, 400, "bad-message").lower()
    await nothing_came_of_it(client)


# --- searches -------------------------------------------------------------------------------------------------------


async def test_a_search_of_10_kb_is_refused_with_how_long_it_may_be(client: httpx.AsyncClient) -> None:
    for q in ("word " * 2_000, '"a' * 3_000, "(" * 4_000):  # as they are written in an address, below 16 KiB
        answer = await client.get("/v1/search", params={"q": q})
        assert "1000" in problem_of(answer, 400, "bad-message")
    answer = await client.get("/v1/search", params={"q": "a", "speaker": "x" * 10_000})
    assert "300 characters" in problem_of(answer, 400, "bad-message")


async def test_operators_of_fts5_are_never_more_than_words(client: httpx.AsyncClient) -> None:
    for q in [
        '"',
        '"stakeholder',
        'stakeholder" AND "',
        "NEAR(",
        "NEAR(stakeholder, 3",
        "stakeholder AND",
        "NOT stakeholder OR",
        "stakeholder*",
        "^stakeholder",
        "words:stakeholder",
        "{words joined}: stakeholder",
        "(((stakeholder",
        "stakeholder) --",
        "\x00stakeholder",
        "'; DROP TABLE parts; --",
    ]:
        await send(client, "The stakeholder speaks.")
        await transcript(client, 1)
        answer = await client.get("/v1/search", params={"q": q})
        assert answer.status_code == 200
        known = {"stakeholder", "the", "speaks"}
        asked = set("".join(char if char.isalnum() else " " for char in q.lower()).split())
        assert answer.json()["total"] == (1 if asked and asked <= known else 0)


async def test_a_search_that_cannot_be_says_why(client: httpx.AsyncClient) -> None:
    for query in ["", "q=", "q=%20", "q=a&limit=0", "q=a&limit=101", "q=a&limit=x", "q=a&cursor=x"]:
        answer = await client.get(f"/v1/search?{query}")
        assert answer.status_code in {400, 422}
        problem_of(answer, answer.status_code, {400: "bad-message", 422: "invalid"}[answer.status_code])


# --- forms ----------------------------------------------------------------------------------------------------------


async def test_an_accept_that_nobody_can_serve_is_told_what_can_be_had(client: httpx.AsyncClient) -> None:
    for accept in ["image/png", "text/html", "application/json;q=0", "text/vtt;q=0, image/*"]:
        for path, offered in {
            "transcript": ["application/json", "text/plain", "text/vtt", "application/x-subrip"],
            "events": ["text/event-stream", "application/json"],
        }.items():
            answer = await client.get(f"/v1/sessions/talk/{path}", headers={"Accept": accept})
            assert offered[0] in problem_of(answer, 406, "not-acceptable")
            assert answer.json()["available"] == offered


async def test_a_body_in_another_form_is_refused_with_the_form_it_should_have(client: httpx.AsyncClient) -> None:
    for kind in ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"]:
        for method, path in (("POST", LINES), ("POST", "/v1/sessions"), ("PATCH", "/v1/sessions/talk")):
            answer = await client.request(method, path, content=b"{}", headers={"Content-Type": kind})
            assert "application/json" in problem_of(answer, 415, "unsupported-media-type")


async def test_a_coded_body_is_refused_at_every_door_and_nobody_s_caption(client: httpx.AsyncClient) -> None:
    for path, body, kind in (
        (LINES, b'{"sender":"desk","lines":[{"number":0,"text":"packed"}]}', "application/json"),
        ("/closedcaption?id=talk&seq=1", b"packed", "text/plain"),
        ("/v1/sessions", b'{"id":"packed"}', "application/json"),
    ):
        for coding in ("gzip", "identity, X-GZIP", "zstd"):
            headers = {"Content-Type": kind, "Content-Encoding": coding}
            answer = await client.post(path, content=gzip.compress(body), headers=headers)
            assert "uncoded" in problem_of(answer, 415, "unsupported-media-type")
            assert answer.headers["accept-encoding"] == "identity"
    await nothing_came_of_it(client)


async def test_a_form_of_several_parts_is_refused_at_every_door_and_nobody_s_caption(client: httpx.AsyncClient) -> None:
    for path in ("/closedcaption?id=talk&seq=1", "/hooks/speechmatics?id=talk", "/v1/programme"):
        answer = await client.post(path, files={"file": ("captions.txt", b"wrapped")})
        assert "without a form" in problem_of(answer, 415, "unsupported-media-type")
    await nothing_came_of_it(client)


async def test_a_body_whose_tool_calls_its_characters_a_coding_is_read(client: httpx.AsyncClient) -> None:
    for number, value in enumerate(("utf-8", "identity", "")):
        body = json.dumps({"sender": "desk", "lines": [{"number": number, "text": "caf\xe9"}]})
        answer = await client.post(LINES, content=body, headers=JSON | {"Content-Encoding": value})
        assert answer.status_code == 202


async def test_a_body_that_cannot_be_read_piece_by_piece_is_told_so(api: Api, client: httpx.AsyncClient) -> None:
    for transfer, rest, status in (
        ("chunked", '4\r\n{"se\r\nno size\r\n', 400),
        ("gzip", "{}", 400),
        ("gzip, chunked", "0\r\n\r\n", 415),
    ):
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        head = f"POST {LINES} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: {transfer}\r\n\r\n"
        writer.write((head + rest).encode())
        assert (await reader.read()).startswith(f"HTTP/1.1 {status} ".encode())
        writer.close()
        await writer.wait_closed()
    await nothing_came_of_it(client)


async def test_a_body_that_is_not_what_is_expected_is_refused(client: httpx.AsyncClient) -> None:
    for body in ["", "{", "[]", "null", "7", '{"no_such_field": 1}', "[" * 100_000, '{"a":' * 100_000]:
        for method, path in (("POST", LINES), ("POST", "/v1/sessions"), ("PATCH", "/v1/sessions/talk")):
            answer = await client.request(method, path, content=body, headers=JSON)
            assert answer.status_code in {400, 422}
            problem_of(answer, answer.status_code, {400: "bad-message", 422: "invalid"}[answer.status_code])
    await nothing_came_of_it(client)


async def test_an_address_or_a_method_that_is_not_there_is_told_what_is(client: httpx.AsyncClient) -> None:
    problem_of(await client.get("/v1/nothing"), 404, "not-found")
    problem_of(await client.get("/v1/sessions/"), 404, "not-found")
    for method, path, allowed in (
        ("DELETE", "/v1/sessions", "GET, HEAD, POST"),
        ("PUT", "/v1/sessions/talk", "GET, HEAD, PATCH"),
        ("GET", LINES, "POST"),
        ("POST", "/v1/search", "GET, HEAD"),
    ):
        answer = await client.request(method, path)
        assert allowed in problem_of(answer, 405, "method-not-allowed")
        assert answer.headers["allow"] == allowed


async def test_who_says_all_and_closes_its_side_is_answered(api: Api, client: httpx.AsyncClient) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
    for number in range(2):
        body = f'{{"sender":"script","lines":[{{"number":{number},"text":"from a shell"}}]}}'
        writer.write(f"POST {LINES} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode())
    writer.write_eof()
    assert (await reader.read()).count(b"HTTP/1.1 202 ") == 2
    writer.close()
    await writer.wait_closed()
    assert said(await transcript(client, 2)) == "from a shell from a shell"


async def test_a_body_that_stops_in_the_middle_leaves_nothing_behind(api: Api, client: httpx.AsyncClient) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", api.port)
    body = b'{"sender":"desk","lines":[{"number":0,"text":"half"}]}'
    writer.write(f"POST {LINES} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body) + 1}\r\n\r\n".encode() + body)
    await writer.drain()
    writer.close()
    await writer.wait_closed()
    await nothing_came_of_it(client)


async def test_a_body_that_never_ends_is_given_up_and_leaves_nothing_behind(tmp_path: Path) -> None:
    async with serving(tmp_path / "slow", pipeline=True, body_seconds=1) as api, api.client() as client:
        await api.announce()
        reader, writer = await asyncio.open_connection("127.0.0.1", api.port)
        writer.write(f"POST {LINES} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{{".encode())
        answer = await reader.readuntil(b"}")
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert b'"code":"request-timeout"' in answer
        assert b"send it again" in answer
        writer.close()
        await writer.wait_closed()
        await nothing_came_of_it(client)
