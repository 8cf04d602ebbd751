"""The addresses at which a session is captioned, one for each kind of tool: what is pasted into its field. Pure."""

from typing import NamedTuple
from urllib.parse import quote, urlencode


class CaptionUrl(NamedTuple):
    """An address and the tools that take it."""

    tool: str
    url: str
    note: str
    """Where it is pasted, and what to know."""


def caption_urls(
    base: str, session: str, *, language: str | None = None, key: str | None = None
) -> tuple[CaptionUrl, ...]:
    """All of them; ``base`` is where people reach this installation, without a slash at its end.

    ``language``: None is the floor's. All of them name the session, also beside a ``key``: a proxy before several
    ingests sends all of a session to one of them, and can't tell from a key which session it is for.
    """
    lang = {} if language is None else {"lang": language}
    secret = {} if key is None else {"key": key}
    named = {"id": session} | secret
    ident = quote(session, safe="")
    socket = base.replace("http", "ws", 1)
    return (
        CaptionUrl(
            "Browser",
            _url(f"{base}/caption/{ident}", lang | secret),
            "For a volunteer, or whoever stands by: nothing has to be installed.",
        ),
        CaptionUrl(
            "Zoom",
            _url(f"{base}/closedcaption", named | lang),
            "“API token” or “caption URL” in nearly every captioning software.",
        ),
        CaptionUrl(
            "YouTube",
            _url(f"{base}/closedcaption", ({"cid": session} if key is None else {"cid": key, "id": session}) | lang),
            "“Caption ingestion URL”, where the software asks for YouTube's.",
        ),
        CaptionUrl("Teams", _url(f"{base}/cartcaption", named | lang), "“CART caption URL”."),
        CaptionUrl(
            "StreamText",
            _url(f"{base}/streamtext", named | lang),
            "Software that corrects what it has sent, letter by letter.",
        ),
        CaptionUrl(
            "Recogniser",
            _url(f"{base}/hooks/{{recogniser}}", named | lang),
            "For a webhook: webcaptioner, jigasi, deepgram, assemblyai, aws, speechmatics or whisperlive in its place.",
        ),
        CaptionUrl(
            "WebSocket",
            _url(f"{socket}/v1/sessions/{ident}/type", lang | secret),
            "For programs: words as they are typed.",
        ),
        CaptionUrl(
            "JSON", _url(f"{base}/v1/sessions/{ident}/lines", lang | secret), "For programs: lines and corrections."
        ),
    )


def _url(path: str, query: dict[str, str]) -> str:
    return f"{path}?{urlencode(query, safe='{}', quote_via=quote)}" if query else path
