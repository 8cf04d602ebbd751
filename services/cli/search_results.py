"""``captionflow search``: hits grouped by session on a terminal, a line a hit elsewhere."""

from itertools import groupby
from urllib.parse import quote

import msgspec
from rich.console import Console
from rich.text import Text

from captionflow.ports import Hit, SearchPage
from services.api.pages.search_view import behind_in_words, hit_url, in_context
from services.cli import terminal

decode = msgspec.json.Decoder(SearchPage).decode


def lines(page: SearchPage, url: str) -> list[str]:
    """Session, speaker, words and address of each hit, with tabs between."""
    return [
        terminal.row(hit.session, hit.speaker or "(unknown)", _words(hit).plain, f"{url}{hit_url(hit)}")
        for hit in page.hits
    ]


def show(page: SearchPage, url: str, console: Console) -> None:
    """For people: under each session its hits, what was searched for in bold."""
    for session, hits in groupby(page.hits, lambda hit: hit.session):
        here = list(hits)
        first = here[0]
        about = ", ".join(filter(None, [first.event, first.room, first.date]))
        console.print(Text(first.session_title or session, "bold"), Text(about, "dim"))
        for hit in here:
            said = Text.assemble((hit.speaker or "(unknown)", "cyan"), ": ", _words(hit))
            said.pad_left(2)
            console.print(said)
            console.print(Text(f"  {url}{hit_url(hit)}", "dim"), soft_wrap=True)
        console.print()


def summary(page: SearchPage) -> str:
    """How much was found, how to see more of it, and what can't be found yet."""
    return " ".join(filter(None, [_count(page), behind_in_words(page.behind)]))


def follow_url(url: str, session: str) -> str:
    """Where a session is read along."""
    return f"{url}/s/{quote(session, safe='')}/follow"


def _count(page: SearchPage) -> str:
    if not page.total:
        return "Nothing was found: try fewer or other words."
    found = f"{page.total} hit{'s' if page.total > 1 else ''}"
    if len(page.hits) == page.total:
        return f"{found}."
    return f"{found}, the first {len(page.hits)} are shown: --limit shows up to 100, a filter fewer."


def _words(hit: Hit) -> Text:
    text = Text()
    for fragment in in_context(hit.fragments):
        text.append(fragment.text.replace("\n", " "), "bold" if fragment.hit else "")
    return text
