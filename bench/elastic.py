"""How fast the Elasticsearch adapters are, beside bare requests with the same documents and the same words.

    python -m bench.elastic [PARTS]

Uses the node at TEST_ELASTICSEARCH, or starts one as the tests do. Prints documents a second of a back-fill and of live
batches, and how long searches and transcripts take in an archive of so many parts.
"""

import asyncio
import logging
import os
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import structlog
from elasticsearch import AsyncElasticsearch

from captionflow.adapters.elastic.client import connect
from captionflow.adapters.elastic.documents import bulk_writes
from captionflow.adapters.elastic.indices import ElasticIndices
from captionflow.adapters.elastic.schema import Names
from captionflow.adapters.elastic.search import ElasticSearch
from captionflow.adapters.elastic.turn_store import ElasticTurnStore
from captionflow.messages import Part, Session, StepRecord
from captionflow.ports import SearchQuery, SessionFilter, SessionStore
from tests.stack.servers import elasticsearch_server

PART_WORDS = 120
"""About a paragraph."""
TURNS_A_SESSION = 500
BACKFILL = 2_000
LIVE = 10
RUNS = 3
SEARCHES = 300


class Sessions:
    """In memory, as the distributed store has them."""

    def __init__(self, count: int) -> None:
        now = datetime.now(UTC)
        days = [f"2015-11-{n % 28 + 1:02}" for n in range(count)]
        self._all = {
            f"talk-{n}": Session(f"talk-{n}", 1, now, now, event=f"Forum {n % 4}", room=f"{n % 10}", date=day)
            for n, day in enumerate(days)
        }

    async def get(self, session: str) -> Session:
        return self._all[session]

    async def list(self, wanted: SessionFilter) -> tuple[Session, ...]:
        return tuple(one for one in self._all.values() if wanted.event in {None, one.event})


def steps(count: int) -> list[StepRecord]:
    """One closed part each, of words as frequent as Zipf says."""
    chance = random.Random(1)  # noqa: S311 - the same words each time
    words = [f"word{n}" for n in range(30_000)]
    weights = [1 / (n + 3) for n in range(len(words))]
    text = chance.choices(words, weights, k=count * PART_WORDS)
    made = []
    for n in range(count):
        session, ordinal = f"talk-{n // TURNS_A_SESSION}", n % TURNS_A_SESSION + 1
        paragraph = " ".join(text[n * PART_WORDS : (n + 1) * PART_WORDS])
        part = Part(
            f"{session}.en.{ordinal}",
            0,
            session,
            "en",
            ordinal,
            ordinal,
            speaker=f"SPEAKER {n % 400}",
            paragraphs=(paragraph,),
            closed=True,
        )
        made.append(StepRecord(session, "en", ordinal, ordinal, (part,)))
    return made


def chunks(made: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    for begin in range(0, len(made), size):
        yield made[begin : begin + size]


async def bare(client: AsyncElasticsearch, index: str, made: Sequence[StepRecord], size: int) -> float:
    """The same documents in the same requests, made before the clock starts; nothing is looked at."""
    bodies = [
        [line for write in bulk_writes(chunk, {}).parts for line in (write.action, write.source)]
        for chunk in chunks(made, size)
    ]
    start = time.perf_counter()
    for body in bodies:
        await client.options(request_timeout=60).bulk(index=index, operations=body)
    return time.perf_counter() - start


async def ours(client: AsyncElasticsearch, index: str, made: Sequence[StepRecord], size: int) -> float:
    store = ElasticTurnStore(client, read=index, write=index)
    start = time.perf_counter()
    for chunk in chunks(made, size):
        await store.apply(chunk)
    return time.perf_counter() - start


async def on_a_fresh_index(client: AsyncElasticsearch, names: Names, work: Callable[[str], Awaitable[float]]) -> float:
    index = names.index(99)
    await client.indices.create(index=index)
    try:
        return await work(index)
    finally:
        await client.indices.delete(index=index)


async def writing(client: AsyncElasticsearch, names: Names, made: Sequence[StepRecord], size: int, what: str) -> None:
    rates: dict[str, list[float]] = {"bare": [], "ours": []}
    for run in range(RUNS + 1):
        for name, work in (("bare", bare), ("ours", ours)):
            seconds = await on_a_fresh_index(client, names, lambda index, work=work: work(client, index, made, size))  # type: ignore[misc]
            if run:  # the first one warms Java up
                rates[name].append(len(made) / seconds)
    best = {name: max(found) for name, found in rates.items()}
    print(
        f"{what:<38} bare {best['bare']:8,.0f} docs/s   ours {best['ours']:8,.0f} docs/s   "
        f"{best['ours'] / best['bare']:.2f} of it (best of {RUNS})"
    )


async def timed(name: str, calls: Sequence[Callable[[], Awaitable[Any]]]) -> None:
    times = []
    for call in calls:
        start = time.perf_counter()
        await call()
        times.append((time.perf_counter() - start) * 1e3)
    times = sorted(times[len(times) // 5 :])
    print(f"{name:<38} p50 {times[len(times) // 2]:6.1f} ms   p99 {times[int(len(times) * 0.99)]:6.1f} ms")


async def reading(client: AsyncElasticsearch, names: Names, count: int) -> None:
    sessions = cast("SessionStore", Sessions(count // TURNS_A_SESSION))
    search = ElasticSearch(client, sessions, index=names.read)
    store = ElasticTurnStore(client, read=names.read, write=names.write)
    chance = random.Random(2)  # noqa: S311 - the same words each time
    rare = [f"word{chance.randrange(2_000, 20_000)}" for _ in range(SEARCHES)]
    common = [f"word{chance.randrange(0, 20)}" for _ in range(SEARCHES)]

    def match(word: str) -> Callable[[], Awaitable[Any]]:
        query = {"match": {"words.en": word}}
        return lambda: client.search(index=names.read, query=query, size=20, source_includes=["part"])

    def find(text: str, **more: Any) -> Callable[[], Awaitable[Any]]:
        return lambda: search.search(SearchQuery(text, **more))

    await timed("bare match, rare word", [match(word) for word in rare])
    await timed("our search, rare word", [find(word) for word in rare])
    await timed("bare match, word in most parts", [match(word) for word in common])
    await timed("our search, word in most parts", [find(word) for word in common])
    await timed("our search, in one language", [find(word, language="en") for word in common])
    await timed("our search, in one session", [find(word, session="talk-7") for word in common])
    await timed("our search, in one event", [find(word, event="Forum 1") for word in common])
    await timed("our search, a phrase", [find(f'"word0 {word}"') for word in common])
    some = [f"talk-{chance.randrange(count // TURNS_A_SESSION)}" for _ in range(100)]
    await timed(
        f"a transcript of {TURNS_A_SESSION} turns",
        [lambda one=one: store.turns(one, "en") for one in some],  # type: ignore[misc]
    )
    await timed("its last 20 parts", [lambda one=one: store.window(one, "en", limit=20) for one in some])  # type: ignore[misc]


async def measure(address: str, count: int) -> None:
    client, names = connect([address]), Names("bench")
    try:
        await ElasticIndices(client, names).prepare()
        made = steps(count)
        await writing(client, names, made[:40_000], BACKFILL, f"back-fill, {BACKFILL} parts a batch")
        await writing(client, names, made[:2_000], LIVE, f"live, {LIVE} parts a batch")
        store = ElasticTurnStore(client, read=names.read, write=names.write)
        for chunk in chunks(made, BACKFILL):
            await store.apply(chunk)
        await client.options(request_timeout=300).indices.forcemerge(index=names.read, max_num_segments=5)
        stats = await client.indices.stats(index=names.read, metric="store")
        print(
            f"{count:,} parts of {PART_WORDS} words: {stats['_all']['total']['store']['size_in_bytes'] / 1e6:,.0f} MB"
        )
        await reading(client, names, count)
    finally:
        await client.indices.delete(index=names.index(1), ignore_unavailable=True)
        await client.close()


def main() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 200_000
    with tempfile.TemporaryDirectory() as folder, elasticsearch_server(Path(folder) / "elasticsearch") as server:
        print(f"{os.cpu_count()} processors, Elasticsearch on the same machine")
        asyncio.run(measure(server.address, count))


if __name__ == "__main__":
    main()
