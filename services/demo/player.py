"""Plays the demo transcript through the door that every sender uses, at speaking rate, again and again.

Each time it is a session of its own, marked as a demo. Old ones are forgotten, so that a program that runs for a year
neither fills the disk nor the archive with them.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from importlib.resources import files
from typing import Protocol

import structlog

from captionflow.errors import Conflict, Unavailable
from captionflow.messages import Draft, Receipt, Session
from captionflow.ports import Demos, SessionFilter, SessionStore

log = structlog.get_logger(__name__)

WORDS_PER_MINUTE = 160
PAUSE_SECONDS = 30.0
"""Between the end and the next beginning."""
NOTICED_SECONDS = 1.2
"""Until the captioner sees a slip and goes back."""
KEPT = 2
"""Finished demos that stay, so that there is something to read and to find while the next one begins."""
EVENT = "Demo"
ROOM = "Demo room"
SENDER = "demo"
SLIPS = {"Tuesday.": "Thursday."}
"""What is typed at first, by what it should be."""

_NAME = re.compile(r"demo-([1-9]\d{0,8})")
_PIECE = re.compile(r">+ [^:\n]{1,40}:\s+\S+\s*|\S+\s*")  # arrows and a name are one stroke, with the word after them


class Accepted(Protocol):
    """What a door gives for lines."""

    @property
    def receipts(self) -> tuple[Receipt, ...]:
        """One for each draft."""


class Door(Protocol):
    """Where lines are accepted."""

    async def accept(self, session: str, language: str | None, drafts: Sequence[Draft]) -> Accepted:
        """Return when they are durable; the same (sender, number) again changes nothing."""


Sleep = Callable[[float], Awaitable[None]]


async def play(
    door: Door,
    sessions: SessionStore,
    demos: Demos,
    *,
    parts: Sequence[str] | None = None,
    sleep: Sleep = asyncio.sleep,
) -> None:
    """Play ``parts`` (``pieces()``) until cancelled. A demo that a restart cut short ends, and a new one begins."""
    parts = pieces() if parts is None else parts
    while True:
        try:
            session = await _begin(sessions, await _end_old(door, sessions) + 1)
            await _play_once(door, session, parts, sleep)
            await forget_old(sessions, demos, kept=KEPT)
            await sleep(PAUSE_SECONDS)
        except Unavailable as error:
            await sleep(error.retry_after)


async def forget_old(sessions: SessionStore, demos: Demos, *, kept: int) -> None:
    """Forget all demos but the last ``kept``."""
    found = await sessions.list(SessionFilter(event=EVENT))
    numbers = sorted(int(name[1]) for one in found if (name := _name(one)) and one.demo)
    for number in numbers[: len(numbers) - kept]:
        await demos.forget(f"demo-{number}")
        log.info("demo_forgotten", session=f"demo-{number}")


def pieces() -> tuple[str, ...]:
    """The transcript word by word, white space kept; the head in one piece, since nobody types that live."""
    text = files(__package__).joinpath("transcript.txt").read_text(encoding="utf-8")
    head, mark, speech = text.partition(">>")
    return (head, *_PIECE.findall(mark + speech))


async def _play_once(door: Door, session: str, parts: Sequence[str], sleep: Sleep) -> None:
    number = 0

    async def send(text: str, *, revises: int | None = None, ends: bool = False) -> int:
        nonlocal number
        draft = Draft(SENDER, number, text, revises=revises, ends=ends)
        number += 1
        return (await door.accept(session, None, [draft])).receipts[0].seq

    for place, text in enumerate(parts):
        slip = SLIPS.get(text.rstrip())
        if slip is not None:
            seq = await send(text.replace(text.rstrip(), slip))
            await sleep(NOTICED_SECONDS)
            await send(text, revises=seq)
        else:
            await send(text, ends=place == len(parts) - 1)
        if place:
            await sleep(60 / WORDS_PER_MINUTE)


async def _begin(sessions: SessionStore, number: int) -> str:
    """Announce the next demo, with this number or the first one behind it that nobody else has taken."""
    while True:
        now = datetime.now(UTC)
        name = f"demo-{number}"
        with suppress(Conflict):
            await sessions.create(Session(name, 1, now, now, event=EVENT, room=ROOM, demo=True))  # the text has a title
            return name
        number += 1


async def _end_old(door: Door, sessions: SessionStore) -> int:
    """End demos that a stop left open; returns the highest number of a session of their event."""
    highest = 0
    for session in await sessions.list(SessionFilter(event=EVENT)):
        name = _name(session)
        if name is None:
            continue
        highest = max(highest, int(name[1]))
        if session.demo and session.status != "finished":
            await door.accept(session.id, None, [Draft("demo-end", 0, "", ends=True)])
    return highest


def _name(session: Session) -> re.Match[str] | None:
    return _NAME.fullmatch(session.id)
