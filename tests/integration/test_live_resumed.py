"""Whoever comes back, to whichever process and however old their position is, reads what the transcript says."""

import asyncio
import tempfile
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, NamedTuple

import msgspec
from hypothesis import example, given, settings
from hypothesis import strategies as st

from captionflow.adapters.memory.step_feed import MemoryStepFeed
from captionflow.adapters.sqlite.database import Database
from captionflow.adapters.sqlite.line_log import SqliteLineLog
from captionflow.adapters.sqlite.session_store import SqliteSessionStore
from captionflow.adapters.sqlite.turn_store import SqliteTurnStore
from captionflow.messages import Draft, Part, Session, StepRecord, Stream
from captionflow.transcript import Turn, turns
from services.api.live.delta import PartDelta, apply
from services.api.live.hub import Hub
from services.segment.runner import Runner
from services.segment.segmenter import start, step
from tests.waiting import until

NOW: Final = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS: Final = (
    ">> ANA: Alpha. ",
    "THE CHAIR",
    "JO: ",
    ">> BEN: Bravo.\n",
    ">> Charlie\n",
    "delta echo, ",
    "foxtrot.\n\n",
    "(Applause)\n",
    "EVE",
    " MOSS: Golf. ",
    "",
)


class Said(NamedTuple):
    text: str
    back: int | None = None
    """It revises the line so many before it."""
    final: bool = True
    speaker: str | None = None


class Log:
    """A line log that viewers' positions come from; lines are appended by the test."""

    def __init__(self, log: SqliteLineLog) -> None:
        self.log = log
        self.last_seq = 0

    async def say(self, said: Said) -> None:
        revised = self.last_seq + 1 - (said.back or 0)
        revises = revised if said.final and 1 <= revised <= self.last_seq else None
        draft = Draft(
            "asr",
            self.last_seq,
            said.text,
            segment="s",
            final=said.final,
            revises=revises,
            speaker=said.speaker,
        )
        (receipt,) = await self.log.append("talk", "en", [draft])
        self.last_seq = receipt.seq


class Screen:
    """A viewer of one process after the other: ``live.broadcast.Viewer``, and what it makes of the events."""

    def __init__(self) -> None:
        self.parts: dict[tuple[str, int], Part] = {}
        self.seq: int | None = None
        self.names: list[str] = []
        self.leave: Callable[[], None] | None = None
        self.gone = self.lost = False

    def write(self, payload: bytes) -> None:
        for block in payload.decode().split("\n\n")[:-1]:
            fields = dict(line.split(": ", 1) for line in block.split("\n"))
            self._show(fields["event"], msgspec.json.decode(fields["data"]))
            self.seq = int(fields.get("id", self.seq or 0))

    def end(self) -> None:
        self.drop()

    def drop(self) -> None:
        self.gone = True

    def _show(self, name: str, data: Any) -> None:
        self.names.append(name)
        if name == "reset":
            self.parts.clear()
        elif name == "snapshot":
            self.parts = {(one.turn_id, one.number): one for one in msgspec.convert(data["parts"], list[Part])}
        elif name == "delta":
            for change in msgspec.convert(data["parts"], list[PartDelta]):
                key = change.turn_id, change.number
                now = apply(self.parts.get(key), change, session="talk", language="en")
                assert now is not None, "a delta without what it changes"
                self.parts[key] = now


class Process:
    """One that segments, stores and shows; ``lags``: what it shows is not stored yet, and lost when it is killed."""

    def __init__(self, log: Log, store: SqliteTurnStore, sessions: SqliteSessionStore) -> None:
        self.lags = False
        self._store = store
        self._log = log
        feed = MemoryStepFeed()
        self.hub = Hub(feed, store, sessions, max_readers=100)
        self._steps = feed.subscribe(10_000)
        self._kept: list[StepRecord] = []
        self._sessions = sessions
        self._works = (self.hub.run(), self._keep(), Runner(log.log, feed, store).run())
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        for work in self._works:
            self._tasks.append(asyncio.create_task(work))
            await asyncio.sleep(0)

    async def kill(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _keep(self) -> None:
        async for one in self._steps:
            self._kept.append(one)
            if not self.lags:
                await self.store()

    async def store(self) -> None:
        steps, self._kept = self._kept, []
        await self._store.apply(steps)

    async def come(self, screen: Screen) -> None:
        """Read on, until ``screen.leave`` or the end of the process."""
        screen.gone = False
        session = await self._sessions.get("talk")
        reading = ExitStack()
        channel = reading.enter_context(self.hub.reading("talk", "en"))
        position = await self.hub.position(channel, session, screen.seq, None)
        since = channel.since(position.seq)
        assert since is not None
        self.hub.attach(channel, screen, b"".join(one.frame for one in (*position.events, *since)))

        def leave() -> None:
            self.hub.detach(channel, screen)
            reading.close()
            screen.leave = None

        screen.leave = leave

    async def shown(self) -> None:
        """All that was said is shown or stored; what a killed process began to store may come late."""

        async def there() -> bool:
            stored = await self._store.last_seq("talk", "en")
            return max(stored, self.hub._latest.get(Stream("talk", "en"), 0)) >= self._log.last_seq

        await until(there)


def _read(parts: Sequence[Part]) -> list[Turn]:
    """What viewers see, without what they need not know."""
    return [
        msgspec.structs.replace(turn, version=0, interim="", closed=False, stamps=())
        for turn in turns(parts)
        if turn.paragraphs or turn.notes or turn.apart or turn.speaker
    ]


SAID = st.tuples(
    st.just("say"),
    st.lists(
        st.builds(
            Said,
            st.sampled_from(TEXTS),
            st.none() | st.integers(1, 4),
            st.sampled_from([True, True, False]),
            st.sampled_from([None, None, "S1", "S2"]),
        ),
        min_size=1,
        max_size=4,
    ),
)
ACTS = st.lists(
    st.one_of(
        SAID,
        SAID,
        st.sampled_from(
            [("come", 0), ("come", 1), ("leave", 0), ("leave", 1), ("restart", 0), ("lag", 0), ("keep", 0)]
        ),
    ),
    min_size=6,
    max_size=24,
)


SHOWN_AND_NOT_STORED: Final = [
    ("say", [Said("EVE", final=False)]),
    ("come", 0),
    ("lag", 0),
    ("say", [Said("Mr. A]")]),
    ("leave", 0),
    ("say", [Said("- "), Said("foxtrot.\n\n", speaker="S2")]),
    ("restart", 0),
    ("come", 0),
]
"""A turn that one viewer has seen, and that was taken back before any store had it."""
UNSURE: Final = [
    ("come", 0),
    ("say", [Said(">> ANA: Alpha. "), Said("Perhaps.", final=False)]),
    ("restart", 0),
    ("come", 0),
    ("come", 1),
    ("say", [Said("Sure.\n"), Said(">> BEN: Bravo.\n"), Said(">> ANA: Alpha.\n")]),
]
"""What a recogniser is not sure of is with one viewer, and with no store."""


@settings(max_examples=40, deadline=None)
@given(ACTS)
@example(SHOWN_AND_NOT_STORED)
@example(UNSURE)
def test_a_viewer_who_comes_back_after_whatever_happened_has_what_the_transcript_says(acts: list[Any]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_happen(Path(folder), acts))


class Happening:
    """Processes one after the other on one data folder, and two viewers."""

    def __init__(self, folder: Path) -> None:
        self.database = Database.open(folder / "captionflow.db")
        self.log, self.store = Log(SqliteLineLog(self.database)), SqliteTurnStore(self.database)
        self.sessions = SqliteSessionStore(self.database)
        self.screens = [Screen(), Screen()]
        self.process = Process(self.log, self.store, self.sessions)

    async def say(self, said: list[Said]) -> None:
        for one in said:
            await self.log.say(one)
        await self.process.shown()

    async def come(self, viewer: int) -> None:
        screen = self.screens[viewer]
        if screen.leave is None:
            await self.process.shown()
            await self.process.store()  # who comes waits for it
            await self.process.come(screen)

    async def leave(self, viewer: int) -> None:
        if (leave := self.screens[viewer].leave) is not None:
            leave()

    async def lag(self, _: int) -> None:
        self.process.lags = True

    async def keep(self, _: int) -> None:
        self.process.lags = False
        await self.process.store()

    async def restart(self, _: int) -> None:
        await self.stop()
        self.process = Process(self.log, self.store, self.sessions)
        await self.process.start()

    async def stop(self) -> None:
        for viewer in range(2):
            await self.leave(viewer)
        await self.process.kill()


async def _happen(folder: Path, acts: list[Any]) -> None:
    happening = Happening(folder)
    await happening.sessions.create(Session("talk", 1, NOW, NOW))
    await happening.process.start()
    try:
        for name, what in [*acts, ("restart", 0), ("say", [Said("The end.\n")]), ("come", 0), ("come", 1)]:
            await getattr(happening, name)(what)
        await happening.process.shown()
        happening.process.hub.close()  # after it has written what it has
        lines = [line async for record in happening.log.log.read("talk", "en") for line in record.lines]
    finally:
        await happening.stop()
        await happening.database.close()
    _, steps = step(start("talk", "en"), lines)
    said = {(part.turn_id, part.number): part for one in steps for part in one.parts}
    for screen in happening.screens:
        assert _read(list(screen.parts.values())) == _read(list(said.values()))
        unsure = {key: part.interim for key, part in screen.parts.items() if part.interim and not part.retracted}
        assert unsure == {key: said[key].interim for key in unsure}
        assert "reset" not in screen.names
        assert screen.names.count("snapshot") == 1
