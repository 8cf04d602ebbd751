"""``export``, ``search`` and ``tail``: what a running captionflow serves, on the command line."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

import httpx
import msgspec

from captionflow.errors import BadMessage, NotFound, Unavailable

TYPES = {"txt": "text/plain", "vtt": "text/vtt", "srt": "application/x-subrip", "json": "application/json"}


async def transcript(url: str, session: str, form: str) -> bytes:
    """The transcript in one of the formats of ``TYPES``."""
    if form not in TYPES:
        raise BadMessage(f"--format {form!r} is none of {', '.join(TYPES)}.")
    return await _get(url, f"/v1/sessions/{session}/transcript.{form}", {})


async def find(url: str, query: dict[str, str | None]) -> list[str]:
    """A line a hit: where to read it, who said it, and the words around it."""
    given = {name: value for name, value in query.items() if value is not None}
    page = msgspec.json.decode(await _get(url, "/v1/search", given))
    return [
        f"{hit['session']}  {hit.get('speaker') or '(unknown)'}: "
        + "".join(fragment["text"] for fragment in hit["fragments"]).replace("\n", " ")
        for hit in page["hits"]
    ]


async def follow(url: str, session: str, show: Callable[[str], None]) -> None:
    """Show new text until the session is finished; a lost connection is taken up where it broke."""
    texts: dict[tuple[str, int], str] = {}
    after: int | None = None
    while True:
        query = {"after": str(after)} if after is not None else {"last": "1"}
        try:
            answer = await _get(url, f"/v1/sessions/{session}/events", query, accept="application/json")
        except Unavailable:
            await asyncio.sleep(1)
            continue
        for event in msgspec.json.decode(answer)["events"]:
            after = event.get("id", after) or after
            if event["event"] == "finished":
                show("\n")
                return
            for part in (event.get("data") or {}).get("parts", ()):
                key = part["turn_id"], part["number"]
                old = texts.get(key, "")
                new = "\n".join(part["paragraphs"]) if "paragraphs" in part else old[: part.get("keep", 0)]
                new += part.get("text", "")
                if key not in texts:
                    show(f"\n>> {part.get('speaker') or ''}: ")
                show(new[len(old) :] if new.startswith(old) else f" … {new[-80:]}")
                texts[key] = new


async def _get(url: str, path: str, query: dict[str, str], accept: str = "*/*") -> bytes:
    try:
        async with httpx.AsyncClient(base_url=url, timeout=60) as client:
            response = await client.get(path, params=query, headers={"Accept": accept})
    except httpx.TransportError as error:
        raise Unavailable(f"There is no captionflow at {url}: start it, or give another --url.") from error
    if response.is_success:
        return response.content
    try:
        detail = msgspec.json.decode(response.content).get("detail", "")
    except (msgspec.DecodeError, AttributeError):
        detail = response.reason_phrase
    if response.status_code == HTTPStatus.NOT_FOUND:
        raise NotFound(detail)
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR:
        raise Unavailable(detail)
    raise BadMessage(detail)
