from pathlib import Path

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.search import SqliteSearch
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Part, StepRecord
from captionflow.ports import SearchQuery


def _step(seq: int, words: str) -> StepRecord:
    part = Part(f"talk.en.{seq}", 0, "talk", "en", seq, seq, speaker="ADA", paragraphs=(words,), closed=True)
    return StepRecord("talk", "en", seq, seq, (part,))


async def test_a_store_that_nobody_searches_has_the_same_turns_and_indexes_nothing(tmp_path: Path) -> None:
    steps = [_step(1, "a lock on the door"), _step(2, "a key for the lock")]
    found = {}
    for searchable in (True, False):
        database = Database.open(tmp_path / f"{searchable}" / "captionflow.db")
        try:
            store = SqliteTurnStore(database, searchable=searchable)
            await store.apply(steps)
            await store.apply([_step(3, "the lock is closed")])
            turns = await store.turns("talk", "en")
            assert turns.last_seq == 3
            hits = (await SqliteSearch(database).search(SearchQuery("lock"))).hits
            found[searchable] = turns, len(hits)
        finally:
            await database.close()
    assert found[True][0] == found[False][0]
    assert (found[True][1], found[False][1]) == (3, 0)
