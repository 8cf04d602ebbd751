"""Documents are made once, in pieces, into files without a name (services.api.transcripts.exports)."""

import asyncio
import gc
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event

import pytest

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.errors import Unavailable
from captionflow.messages import Session, Stream
from captionflow.turns import WINDOW, Turns
from services.api.transcripts import formats
from services.api.transcripts.exports import MAX_WAITING, Export, Exports, Wanted
from services.api.transcripts.formats.options import Options
from services.api.transcripts.spool_files import SpoolFile
from tests.steps import part, step

NOW = datetime(2026, 1, 1, tzinfo=UTC)
STREAM = Stream("talk", "en")
TURNS = 2 * WINDOW + 50
TEXT = Wanted(STREAM, formats.ALL[1], Options())


class Shelf:
    def __init__(self, folder: Path, database: Database) -> None:
        self.folder = folder
        self.turns = SqliteTurnStore(database)
        self.sessions = SqliteSessionStore(database)

    def exports(self, *, max_disk_bytes: int = 10**9) -> Exports:
        return Exports(self.turns, self.sessions, self.folder, max_disk_bytes=max_disk_bytes)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = Database.open(tmp_path / "data" / "captionflow.db")
    yield opened
    await opened.close()


@pytest.fixture
async def shelf(tmp_path: Path, database: Database) -> Shelf:
    made = Shelf(tmp_path, database)
    await made.sessions.create(Session(id="talk", version=1, created_at=NOW, updated_at=NOW))
    await made.turns.apply([step(TURNS, *(part(n, n, f"Turn {n}.", speaker="ANA") for n in range(1, TURNS + 1)))])
    return made


async def content(export: Export) -> bytes:
    return b"".join([piece async for piece in export.pieces()])


@pytest.mark.parametrize("form", formats.ALL, ids=lambda form: form.suffix)
async def test_what_is_made_in_pieces_is_the_whole(shelf: Shelf, form: formats.Format) -> None:
    export = await shelf.exports().made(Wanted(STREAM, form, Options()), "")
    session = await shelf.sessions.get("talk")
    whole = b"".join(form.write(session, "en", await shelf.turns.turns(*STREAM), Options()))
    assert await content(export) == whole
    assert export.size == len(whole)


async def test_a_crowd_has_one_made_and_what_was_said_meanwhile_another(shelf: Shelf) -> None:
    exports = shelf.exports()
    first, *others = await asyncio.gather(*(exports.made(TEXT, f'"txt-4-1-{TURNS}"') for _ in range(5)))
    assert all(one is first for one in others)
    before = await content(first)
    await shelf.turns.apply([step(TURNS + 1, part(1, TURNS + 1, "Changed."), part(TURNS + 1, TURNS + 1, "More."))])
    second = await exports.made(TEXT, f'"txt-4-1-{TURNS + 1}"')
    assert (first.etag, second.etag) == (f'"txt-4-1-{TURNS}"', f'"txt-4-1-{TURNS + 1}"')
    assert await content(first) == before
    assert b"Changed." in await content(second)


async def test_what_is_said_while_a_document_is_sent_does_not_change_it(shelf: Shelf) -> None:
    export = await shelf.exports().made(Wanted(STREAM, formats.ALL[0], Options()), "")
    whole = await content(export)
    sending = export.pieces()
    begun = await anext(sending)
    changed = (part(n, TURNS + 1, "Changed.") for n in range(1, TURNS))
    await shelf.turns.apply([step(TURNS + 1, *changed)])
    assert begun + b"".join([piece async for piece in sending]) == whole


async def test_files_have_no_name_and_space_is_free_when_nobody_needs_it(shelf: Shelf) -> None:
    before = sorted(shelf.folder.iterdir())
    size = (await shelf.exports().made(TEXT, "")).size
    exports = shelf.exports(max_disk_bytes=2 * size)
    sent = [await exports.made(TEXT._replace(options=Options(offset=n)), "") for n in range(3)]
    assert sorted(shelf.folder.iterdir()) == before
    with pytest.raises(Unavailable, match="the same again"):
        await exports.made(TEXT._replace(options=Options(offset=9)), "")
    assert len(await content(sent[0])) == size
    sent.clear()
    gc.collect()
    await exports.made(TEXT._replace(options=Options(offset=9)), "")


def test_a_disk_that_can_t_be_written_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unavailable, match="the disk says"):
        SpoolFile(tmp_path / "absent")


class Readable(SqliteTurnStore):
    """Counts who reads, and lets them go on when it may."""

    def __init__(self, database: Database) -> None:
        super().__init__(database)
        self.may = asyncio.Event()
        self.begun = asyncio.Event()
        self.readers: list[str] = []

    async def pages(self, session: str, language: str) -> AsyncGenerator[Turns]:
        self.readers.append(session)
        self.begun.set()
        await self.may.wait()
        async for page in super().pages(session, language):
            yield page


async def test_transcripts_are_read_one_after_the_other_and_who_is_refused_has_none_read(
    shelf: Shelf, database: Database
) -> None:
    turns = Readable(database)
    exports = Exports(turns, shelf.sessions, shelf.folder)
    asked = [exports.made(TEXT._replace(options=Options(offset=n)), "") for n in range(MAX_WAITING + 3)]
    asking = [asyncio.create_task(one) for one in asked]
    await turns.begun.wait()
    async with asyncio.timeout(30):
        refused = await asyncio.gather(*asking[MAX_WAITING:], return_exceptions=True)
    assert [type(one) for one in refused] == [Unavailable] * 3
    assert len(turns.readers) == 1
    turns.may.set()
    assert len({(await one).etag for one in asking[:MAX_WAITING]}) == MAX_WAITING
    assert len(turns.readers) == MAX_WAITING


async def test_who_goes_has_no_more_made_and_holds_nobody_up(shelf: Shelf) -> None:
    exports = shelf.exports()
    begun, left = Event(), Event()
    written = 0

    def write(*_: object) -> Iterator[bytes]:
        nonlocal written
        while written < 1_000:
            written += 1
            yield b"piece"
            begun.set()
            left.wait()

    endless = TEXT._replace(form=replace(TEXT.form, write=write))
    going = asyncio.create_task(exports.made(endless, ""))
    await asyncio.to_thread(begun.wait)
    next_one = asyncio.create_task(exports.made(TEXT, ""))
    going.cancel()
    with suppress(asyncio.CancelledError):
        await going
    left.set()
    assert (await next_one).size
    assert written == 2
