"""Posts of tools that can't wait: whatever fails at whatever moment, the log has each once, in order."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.spool import SqliteSpool
from captionflow.errors import BadMessage, CaptionflowError, Misconfigured, Unavailable
from captionflow.messages import Draft
from captionflow.ports import LineLog
from services.ingest.spooler import Spooler
from tests.waiting import until

SIZE = 1_000_000
PATIENCE = 0.05


class Said(msgspec.Struct):
    session: str
    text: str


class Tool:
    """Writes each post as a line that says what came before it, to a log that can be made to fail."""

    def __init__(self, log: LineLog, sender: str = "tool") -> None:
        self._log = log
        self._sender = sender
        self.before: Callable[[Said], Awaitable[None]] = _nothing
        """Done before a write."""
        self.after: Callable[[Said], Awaitable[None]] = _nothing
        """Done when the log has it, before the answer."""

    async def drafts(self, post: Said) -> Sequence[Draft]:
        if post.text == "nothing":
            return ()
        last = await self._log.last_number(post.session, "en", self._sender)
        number = 0 if last is None else last + 1
        return [Draft(self._sender, number, f"{post.text} after {number} lines\n")]

    async def write(self, post: Said, drafts: Sequence[Draft]) -> None:
        await self.before(post)
        await self._log.append(post.session, "en", drafts)
        await self.after(post)


async def _nothing(_post: Said) -> None:
    pass


async def _away(_post: Said) -> None:
    raise Unavailable("The log is away.")


async def _hangs(_post: Said) -> None:
    await asyncio.Event().wait()


class Process:
    """What a process of ingest has of it, in a folder; and what the log beside it has."""

    def __init__(self, log: LineLog, spool: SqliteSpool, tool: Tool) -> None:
        self._log = log
        self.spool = spool
        self.tool = tool
        self.spooler = Spooler(tool, Said, spool, patience_seconds=PATIENCE)

    async def said(self, session: str = "talk") -> list[str]:
        """What the log has, once the spool is empty."""
        await until(lambda: not self.spooler.pending)
        return [line.text.strip() async for record in self._log.read(session, "en") for line in record.lines]


@asynccontextmanager
async def running(folder: Path, *, size: int = SIZE) -> AsyncIterator[Process]:
    database = Database.open(folder / "captionflow.db")
    spool = await SqliteSpool.open(folder, size)
    log = SqliteLineLog(database)
    process = Process(log, spool, Tool(log))
    await process.spooler.load()
    draining = asyncio.create_task(process.spooler.run())
    try:
        yield process
    finally:
        draining.cancel()
        await asyncio.wait([draining])
        await spool.close()
        await database.close()


@pytest.fixture
async def process(tmp_path: Path) -> AsyncIterator[Process]:
    async with running(tmp_path) as process:
        yield process


def expected(*texts: str) -> list[str]:
    return [f"{text} after {number} lines" for number, text in enumerate(texts)]


async def test_a_post_is_in_the_log_when_it_is_answered_and_nothing_is_spooled(process: Process) -> None:
    await process.spooler.take(Said("talk", "one"))
    assert await process.said() == expected("one")
    assert (process.spooler.spooled, process.spooler.waiting) == (0, "")


@pytest.mark.parametrize("error", [Unavailable, Misconfigured])
async def test_while_the_log_is_away_posts_are_kept_and_then_written_in_order(
    process: Process, error: type[CaptionflowError]
) -> None:
    """However often it is tried, and also where a person has to bring it back."""
    tried = 0

    async def away(_post: Said) -> None:
        nonlocal tried
        tried += 1
        raise error("The log is away.")

    process.tool.before = away
    for text in ("one", "two", "nothing", "three"):
        await process.spooler.take(Said("talk", text))
    await until(lambda: tried >= 3)
    assert process.spooler.pending == 4
    assert "4 posts" in process.spooler.waiting
    assert "The log is away." in process.spooler.waiting
    process.tool.before = _nothing
    assert await process.said() == expected("one", "two", "three")
    assert process.spool.used == 0
    assert process.spooler.waiting == ""


async def test_what_comes_while_a_session_is_drained_queues_behind_it_and_others_do_not_wait(process: Process) -> None:
    let_go = asyncio.Event()

    async def waits(post: Said) -> None:
        if post.session == "talk":
            await let_go.wait()

    process.tool.before = waits
    await process.spooler.take(Said("talk", "one"))
    await process.spooler.take(Said("talk", "two"))
    await process.spooler.take(Said("other", "alone"))
    assert process.spooler.pending == 2
    let_go.set()
    await process.spooler.take(Said("talk", "three"))
    assert await process.said() == expected("one", "two", "three")
    assert await process.said("other") == expected("alone")


async def test_what_was_written_although_its_answer_was_lost_is_not_written_again(process: Process) -> None:
    process.tool.after = _away
    await process.spooler.take(Said("talk", "one"))
    await process.spooler.take(Said("talk", "two"))
    process.tool.after = _nothing
    assert await process.said() == expected("one", "two")


async def test_a_slow_log_is_waited_for_a_moment_only(process: Process) -> None:
    process.tool.after = _hangs
    async with asyncio.timeout(10):
        await process.spooler.take(Said("talk", "one"))
    assert process.spooler.spooled == 1
    assert f"longer than {PATIENCE:g} s" in process.spooler.waiting


async def test_a_full_spool_refuses_and_takes_again_when_it_has_been_drained(tmp_path: Path) -> None:
    async with running(tmp_path, size=1_000) as process:
        process.tool.before = _away
        taken: list[str] = []

        async def fill() -> None:
            for number in range(100):
                await process.spooler.take(Said("talk", f"{number}"))
                taken.append(f"{number}")

        with pytest.raises(Unavailable, match="full"):
            await fill()
        assert taken
        process.tool.before = _nothing
        assert await process.said() == expected(*taken)
        process.tool.before = _away
        await process.spooler.take(Said("talk", "more"))
        process.tool.before = _nothing
        assert await process.said() == expected(*taken, "more")


async def test_numbers_that_another_process_took_are_not_insisted_on(process: Process) -> None:
    other = Tool(process.tool._log)

    async def other_was_first(post: Said) -> None:
        process.tool.before = _nothing
        await other.write(post, await other.drafts(Said("talk", "the other")))

    process.tool.before = other_was_first
    await process.spooler.take(Said("talk", "one"))
    assert await process.said() == expected("the other", "one")


async def test_a_post_that_cannot_be_written_is_set_aside_and_the_next_ones_are_not_held_up(
    process: Process, tmp_path: Path
) -> None:
    async def refuses(post: Said) -> None:
        if post.text == "two":
            raise BadMessage("It can't be used.")

    process.tool.before = _away
    for text in ("one", "two", "three"):
        await process.spooler.take(Said("talk", text))
    process.tool.before = refuses
    assert await process.said() == expected("one", "three")
    assert process.spooler.set_aside == 1
    assert await process.spool.sessions() == {"talk": 1}


async def test_without_a_spool_a_post_is_written_or_refused(tmp_path: Path) -> None:
    database = Database.open(tmp_path / "captionflow.db")
    log = SqliteLineLog(database)
    tool = Tool(log)
    spooler = Spooler(tool, Said)
    await spooler.load()
    await spooler.take(Said("talk", "one"))
    tool.before = _away
    with pytest.raises(Unavailable):
        await spooler.take(Said("talk", "two"))
    tool.before = _nothing
    await spooler.take(Said("talk", "two"))
    assert await log.last_number("talk", "en", "tool") == 1
    await database.close()


async def test_a_sender_that_hangs_up_leaves_its_post_in_order(process: Process) -> None:
    let_go = asyncio.Event()

    async def waits(_post: Said) -> None:
        await let_go.wait()

    process.tool.before = waits
    first = asyncio.create_task(process.spooler.take(Said("talk", "one")))
    second = asyncio.create_task(process.spooler.take(Said("talk", "two")))
    await asyncio.sleep(0)
    first.cancel()
    let_go.set()
    await second
    assert await process.said() == expected("one", "two")


FAILURES = {"works": (_nothing, _nothing), "away": (_away, _nothing), "answer lost": (_nothing, _away)}


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from([*FAILURES, "stop", "post", "post", "post", "pause"]), max_size=25))
def test_whatever_fails_and_whenever_it_stops_each_post_is_written_once_in_order(events: Sequence[str]) -> None:
    async def live(folder: Path) -> tuple[list[str], list[str]]:
        answered: list[str] = []
        remaining = list(events)
        while True:
            async with running(folder) as process:
                while remaining and (event := remaining.pop(0)) != "stop":
                    if event in FAILURES:
                        process.tool.before, process.tool.after = FAILURES[event]
                    elif event == "post":
                        text = f"post {len(answered)}"
                        await process.spooler.take(Said("talk", text))
                        answered.append(text)
                    else:
                        await asyncio.sleep(0)
                if not remaining:
                    process.tool.before, process.tool.after = FAILURES["works"]
                    return answered, await process.said()

    with TemporaryDirectory() as folder:
        answered, said = asyncio.run(live(Path(folder)))
    assert said == expected(*answered)
