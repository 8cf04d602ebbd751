"""Transcripts that do not fit on one page: read in pieces, with the same turns, and without a script."""

import html
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

import httpx
import pytest

from captionflow.messages import Part, Stamp
from captionflow.stamps import pack
from captionflow.turns import WINDOW
from services.api.pages.reading import END_PARTS
from tests.integration.api_server import Api, serving
from tests.steps import part, step

NOW = datetime(2026, 1, 1, 9, tzinfo=UTC)
TURNS = 3 * WINDOW + 50
GAP_AT = 2 * WINDOW + 1
"""Before this turn nobody spoke for minutes; it is the first of a piece."""


def turn(number: int) -> Part:
    at = NOW + timedelta(seconds=2 * number + (300 if number >= GAP_AT else 0))
    return part(number, number, f"Turn {number}.", speaker=f"S{number % 5}", times=pack([Stamp(0, at)]))


@pytest.fixture
async def long(tmp_path: Path) -> AsyncIterator[Api]:
    """A session of many turns, one of a single turn that never ends, and a short one."""
    async with serving(tmp_path) as api:
        store = api.adapters.turn_store
        for session in ("talk", "endless", "short"):
            await api.announce(session)
        await store.apply([step(TURNS, *map(turn, range(1, TURNS + 1)))])
        endless = (part(1, 1, f"Piece {n}.", number=n, session="endless") for n in range(2 * WINDOW + 7))
        await store.apply([step(1, *endless, session="endless")])
        await store.apply([step(1, part(1, 1, "Good morning.", session="short"), session="short")])
        yield api


async def read(client: httpx.AsyncClient, address: str) -> str:
    answer = await client.get(address)
    assert answer.status_code == 200
    return answer.text


def all_of(page: str, pattern: str) -> list[str]:
    return [html.unescape(one) for one in re.findall(pattern, page, re.DOTALL)]


def words(page: str) -> list[str]:
    """What each paragraph says, without its notes."""
    said = re.sub(r'<bdi class="note"> .*? </bdi>', "", "".join(re.findall(r"<article.*?</article>", page, re.DOTALL)))
    return all_of(said, r'<p class="said"[^>]*>(.*?)</p>')


def articles(page: str) -> list[str]:
    return all_of(page, r"<article.*?</article>")


def link(page: str, rel: str) -> str | None:
    return next(iter(all_of(page, f'<a (?:id="earlier" )?rel="{rel}" href="([^"]*)"')), None)


async def every_piece(client: httpx.AsyncClient, address: str, rel: str) -> list[str]:
    pages = [await read(client, address)]
    while to := link(pages[-1], rel):
        address = urljoin(address, to)
        pages.append(await read(client, address))
    return pages


async def test_all_turns_are_read_by_going_on_and_by_going_back(long: Api) -> None:
    async with long.client() as client:
        on = await every_piece(client, "/s/talk", "next")
        assert [one for page in on for one in words(page)] == [f"Turn {n}." for n in range(1, TURNS + 1)]
        assert [len(words(page)) for page in on] == [WINDOW, WINDOW, WINDOW, 50]
        back = await every_piece(client, f"/s/talk?after={3 * WINDOW}.0", "prev")
        assert [one for page in back[::-1] for one in words(page)] == [f"Turn {n}." for n in range(1, TURNS + 1)]


async def test_a_piece_says_which_turns_it_has_and_leads_to_the_others(long: Api) -> None:
    async with long.client() as client:
        page = await read(client, f"/s/talk?after={WINDOW}.0")
        assert "A talk · Turns 401 to 800 ·" in all_of(page, "<title>(.*?)</title>")[0]
        above, below = all_of(page, '<nav class="facts pieces".*?</nav>')
        assert above == below
        assert "Turns 401 to 800" in above
        assert all_of(above, "<a[^>]*>(.*?)</a>") == ["Beginning", "Earlier", "Later", "All turns on one page"]
        assert "Speakers here" in page
        assert f'id="t{WINDOW + 1}"' in articles(page)[0]


async def test_times_and_interruptions_are_those_of_the_whole(long: Api) -> None:
    async with long.client() as client:
        whole = await read(client, "/s/talk?all=1")
        pages = await every_piece(client, "/s/talk", "next")
    assert [one for page in pages for one in articles(page)] == articles(whole)
    assert all_of(whole, '<bdi class="note"> (.*?) </bdi>') == ["[No captions for 5:02]"]
    assert "[No captions" in articles(pages[2])[0]
    assert "45:00" in articles(pages[3])[0]


@pytest.mark.parametrize("number", [3, WINDOW, WINDOW + 1, 2 * WINDOW + 200, TURNS])
async def test_a_permalink_to_a_turn_goes_to_its_piece(long: Api, number: int) -> None:
    async with long.client() as client:
        page = await read(client, f"/s/talk?lang=en&turn=t{number}")
        assert f'id="t{number}"' in page
        assert f'id="t{max(1, number - 3)}"' in page, "what was said before it is there, too"


async def test_a_part_of_an_endless_turn_has_a_permalink(long: Api) -> None:
    async with long.client() as client:
        for number in (5, WINDOW + 100, 2 * WINDOW + 6):
            page = await read(client, f"/s/endless?turn=t1-p{number}")
            assert f'id="t1-p{number}"' in page


async def test_a_turn_without_an_end_is_read_in_pieces(long: Api) -> None:
    async with long.client() as client:
        pages = await every_piece(client, "/s/endless", "next")
        assert [one for page in pages for one in words(page)] == [f"Piece {n}." for n in range(2 * WINDOW + 7)]
        whole = await read(client, "/s/endless?all=1")
        assert words(whole) == [f"Piece {n}." for n in range(2 * WINDOW + 7)]


async def test_a_short_transcript_is_never_cut_whatever_is_asked_for(long: Api) -> None:
    async with long.client() as client:
        for query in ("", "?after=1.0", "?before=1.0", "?turn=t1", "?all=1"):
            page = await read(client, f"/s/short{query}")
            assert words(page) == ["Good morning."]
            assert 'class="facts pieces"' not in page


@pytest.mark.parametrize(
    "query", ["after=9999999.0", "after=x", "after=-1.0", "before=0.0", "before=", "turn=t99999", "turn=<b>", "all="]
)
async def test_a_place_that_is_not_there_leads_to_the_beginning(long: Api, query: str) -> None:
    async with long.client() as client:
        assert words(await read(client, f"/s/talk?{query}"))[0] == "Turn 1."


async def test_the_follow_page_has_the_end_and_leads_to_what_was_before(long: Api) -> None:
    async with long.client() as client:
        page = await read(client, "/s/talk/follow")
        first = TURNS - END_PARTS + 1
        assert words(page) == [f"Turn {n}." for n in range(first, TURNS + 1)]
        earlier = await read(client, urljoin("/s/talk/follow", link(page, "prev") or ""))
        assert words(earlier)[-1] == f"Turn {first - 1}."
        assert link(await read(client, "/s/short/follow"), "prev") is None


async def test_the_head_of_a_whole_transcript_is_answered_without_making_it(long: Api) -> None:
    async with long.client() as client:
        answer = await client.head("/s/talk?all=1")
        assert (answer.status_code, answer.content) == (200, b"")


async def test_a_stranger_s_words_do_not_end_the_page(long: Api) -> None:
    await long.announce("sly", title="<!-- turns -->")
    words_ = "<!-- turns --></section><script>alert(1)</script>"
    await long.adapters.turn_store.apply([step(1, part(1, 1, words_, session="sly"), session="sly")])
    async with long.client() as client:
        page = await read(client, "/s/sly?all=1")
        assert words(page) == [words_]
        assert all_of(page, "<h1[^>]*>(.*?)</h1>") == ["<!-- turns -->"]
        assert "<script>alert" not in page
